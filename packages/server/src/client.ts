// The public `client`: one session as the application sees it. It survives lost connections; `drop` and `resume` tell
// of them, `disconnect` of its end.
import type { IncomingHttpHeaders } from 'node:http'
import { createEmitter, manyPayloads, MAX_NAME_LENGTH, nearest, PPError } from '@painda/protocol'
import type {
  Activity,
  ContractShape,
  DisconnectReason,
  Emitter,
  Event,
  EventInputs,
  PayloadArgs,
  ExpiryReason,
  Undo,
} from '@painda/protocol'
import type { Advise } from './advice.js'
import type { AckCallback } from './ack.js'
import type { Address, Broadcast } from './broadcast.js'
import { createHandlers } from './handlers.js'
import type { Handlers } from './handlers.js'
import type { AddressKeys } from './address.js'
import type { Lane, Member } from './member.js'
import type { AckReply, Declared, MessageHandler, MessageOfClient, PayloadOf } from './messages.js'
import type { Outgoing } from './outgoing.js'
import { outgoing } from './outgoing.js'
import { eventOf } from './sendable.js'
import type { Sendable } from './sendable.js'
import type { Session } from './session.js'

/** How the client came here. For the application only: it is never logged, sent on or shown. */
export interface Handshake {
  /** Without the parameters that carry secrets. */
  readonly url: string
  readonly query: { readonly [name: string]: string }
  readonly headers: IncomingHttpHeaders
  readonly ip: string
  /**
   * What the client's `getToken` returned when its session began: the one that `server.use()` has seen. A client that comes back may
   * bring another one, which nobody checks; the event `resume` has it.
   */
  readonly token: string | null
}

/** A client is back. */
export interface ResumeInfo {
  /**
   * What the client's `getToken` returned this time; null when it brought none. No middleware has seen it, and whoever holds the
   * session's secret may say anything here: verify it before you believe it.
   */
  readonly uncheckedToken: string | null
}

/** The user behind a client, as your authentication says. */
export interface UserContext {
  /** The user's id: two tabs of one user share it. */
  readonly sub?: string
  readonly [claim: string]: unknown
}

export interface ClientEvents {
  /**
   * The session is over. `expiry` says why it could not be continued: `window` when its client did not come back in time, or
   * when too many of its address waited, `overflow` when more was missed than is kept; null when one of the ends closed it.
   */
  disconnect: [reason: DisconnectReason, expiry: ExpiryReason | null]
  /** The connection is lost; the client may come back. */
  drop: [reason: DisconnectReason]
  /** It came back. */
  resume: [info: ResumeInfo]
  /** Every message that is not for a room, before the handlers of its type. Return a promise to make the next message wait for it. */
  message: [message: MessageOfClient]
}

export interface SendOptions {
  /** Dropped while the client is away or its connection is behind. Default false. */
  volatile?: boolean
  /** Sends the message in this namespace. Default: none. */
  namespace?: string
  /** Milliseconds to wait for the answer. Default: `ackTimeout` of the server, 10 000 ms. */
  timeout?: number
  /** Called with the answer. */
  ack?: AckCallback
}

/** What a client needs of its server. */
export interface ClientHost {
  /** Lets plugins change an outgoing message. */
  transform(client: PPServerClient, out: Outgoing): Outgoing
  join(client: PPServerClient, room: string): void
  leave(client: PPServerClient, room: string): void
  roomsOf(id: string): ReadonlySet<string>
  broadcast(): Broadcast<PPServerClient>
  fault(thrown: unknown, where: string): void
  addressKey: AddressKeys
  readonly ackTimeoutMs: number
  readonly advise: Advise
  /** Message types that have, or had, a handler. */
  readonly knownTypes: Set<string>
}

/** The inside of a client, made and kept by the server. */
export interface ClientParts {
  readonly session: Session
  readonly host: ClientHost
  /** These four are made when somebody first listens that way; on most clients nobody uses all of them. */
  events: Emitter<Omit<ClientEvents, 'message'>> | null
  /** Listeners of `message`: they count as handlers of any type, so the next message waits for them, too. */
  messages: Handlers<ClientEvents['message']> | null
  handlers: Handlers<[payload: unknown, ack: AckReply]> | null
  any: Handlers<[type: string, payload: unknown]> | null
  readonly handshake: Handshake
  /** The address of its newest connection; null when it is unknown. */
  address: string | null
  readonly readsByReference: boolean
  takeRefusal(): boolean
  activity: Activity
}

export class PPServerClient<C extends ContractShape = ContractShape> implements Member {
  /** The public id: other clients may see it. */
  readonly id: string
  /** The application's own notes. */
  readonly data: Record<string, unknown> = {}

  readonly #parts: ClientParts
  #userContext: UserContext | null = null
  #tags: Map<string, unknown> | null = null

  constructor(parts: ClientParts) {
    this.#parts = parts
    this.id = parts.session.id
  }

  get handshake(): Handshake {
    return this.#parts.handshake
  }

  /**
   * The user behind this client: set it in `server.use()`. Its `sub` becomes `userId`. Null until then.
   * @throws PPError `INVALID_ARGUMENT` for a `sub` that is no text of 1 to 256 characters
   */
  get userContext(): UserContext | null {
    return this.#userContext
  }

  set userContext(context: UserContext | null) {
    const sub: unknown = context?.sub
    // It is sent to others: one that their decoders refuse would cost all of them their connection.
    if (sub !== undefined && (typeof sub !== 'string' || sub === '' || sub.length > MAX_NAME_LENGTH)) {
      throw new PPError('INVALID_ARGUMENT', `A user's id is a text of 1 to ${MAX_NAME_LENGTH} characters.`)
    }
    this.#userContext = context
  }

  get userId(): string {
    return this.#userContext?.sub ?? this.id
  }

  get connected(): boolean {
    return this.#parts.session.isConnected
  }

  get addressKey(): string | null {
    return this.#parts.host.addressKey(this.#parts.handshake.ip)
  }

  /** What the client says about attention: `away` in the background, `idle` after minutes without input, else `active`. */
  get activity(): Activity {
    return this.#parts.activity
  }

  /** Round trip in milliseconds, as this end measured it; null before the first measurement. */
  get rtt(): number | null {
    return this.#parts.session.rtt
  }

  get bufferedBytes(): number {
    return this.#parts.session.bufferedBytes
  }

  get unconfirmedBytes(): number {
    return this.#parts.session.unconfirmedBytes
  }

  get isBehind(): boolean {
    return this.#parts.session.isBehind
  }

  get lane(): Lane | null {
    return this.#parts.session.lane
  }

  enlist(by: 1 | -1): void {
    this.#parts.session.enlist(by)
  }

  /** The wire format that the client speaks. */
  get protocol(): 'painda.v3' | 'v2' {
    return this.#parts.session.codec.name
  }

  /** A bot that is sent no state, because it reads that of its server. */
  get readsByReference(): boolean {
    return this.#parts.readsByReference
  }

  get rooms(): ReadonlySet<string> {
    return this.#parts.host.roomsOf(this.id)
  }

  get tags(): ReadonlyMap<string, unknown> {
    return this.#tags ?? NO_TAGS
  }

  setTag(tag: string, value: unknown = true): void {
    this.#tags ??= new Map()
    this.#tags.set(tag, value)
  }

  getTag(tag: string): unknown {
    return this.#tags?.get(tag)
  }

  removeTag(tag: string): void {
    this.#tags?.delete(tag)
  }

  /** Sends a message. It is kept while the connection is lost. @throws PPError `RESERVED_TYPE`, `INVALID_PAYLOAD` */
  emit<Type extends Declared<EventInputs<C>>>(
    type: Type,
    ...payloads: PayloadArgs<PayloadOf<EventInputs<C>, Type>>
  ): void {
    if (payloads.length > 1) this.#parts.host.advise(`client.${manyPayloads(type, payloads.at(-1))}`)
    this.#post(eventOf({ type, payload: payloads[0] }), false)
  }

  /** The same for a whole message, with a callback for the answer or with options. @throws PPError as `emit` */
  send(message: Sendable, callbackOrOptions: AckCallback | SendOptions = {}): void {
    const options = typeof callbackOrOptions === 'function' ? { ack: callbackOrOptions } : callbackOrOptions
    const { volatile: isVolatile = false, namespace, timeout, ack } = options
    const event = eventOf(message, {
      ...(namespace === undefined ? {} : { ns: namespace }),
      ...(isVolatile ? { volatile: true } : {}),
    })
    if (ack === undefined) this.#post(event, isVolatile)
    else this.#ask(event, timeout ?? this.#parts.host.ackTimeoutMs, ack)
  }

  /**
   * Asks the client and waits for its answer, across reconnects.
   * @throws PPError `ACK_TIMEOUT`, `SESSION_EXPIRED` when the client is gone, or what the client refused with
   */
  request<Answer = unknown>(
    type: string,
    payload?: unknown,
    options: { timeout?: number } = {},
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const timeoutMs = options.timeout ?? this.#parts.host.ackTimeoutMs
      this.#ask(eventOf({ type, payload }), timeoutMs, (error, data) => {
        // The caller says what its own client answers.
        if (error === null) resolve(data as Answer)
        else reject(error)
      })
    })
  }

  emitWithAck<Answer = unknown>(type: string, payload?: unknown): Promise<Answer> {
    return this.request<Answer>(type, payload)
  }

  /** The same calls with another timeout, in milliseconds. */
  timeout(timeout: number): {
    emit(type: string, payload: unknown, ack: AckCallback): void
    request<Answer = unknown>(type: string, payload?: unknown): Promise<Answer>
    emitWithAck<Answer = unknown>(type: string, payload?: unknown): Promise<Answer>
  } {
    return {
      emit: (type, payload, ack) => this.send({ type, payload }, { timeout, ack }),
      request: (type, payload) => this.request(type, payload, { timeout }),
      emitWithAck: (type, payload) => this.request(type, payload, { timeout }),
    }
  }

  /** `volatile.emit(…)`: dropped when the client is away or behind. */
  get volatile(): { emit(type: string, payload?: unknown): void } {
    return { emit: (type, payload) => this.send({ type, payload }, { volatile: true }) }
  }

  /**
   * Puts the client into a room. A room that does not exist becomes an event room, which lives while it has members.
   * @throws PPError `INVALID_ARGUMENT` for an id that is no text of 1 to 256 characters; of a room with a state `ROOM_FULL`, `ROOM_LOCKED`,
   * `FORBIDDEN` when it is banned, `REFUSED` when it is a spectator there and has to leave first
   */
  join(room: string): void {
    this.#parts.host.join(this, room)
  }

  leave(room: string): void {
    this.#parts.host.leave(this, room)
  }

  /** The members of these rooms, without this client. */
  to(rooms: Address): Broadcast<PPServerClient> {
    return this.#parts.host.broadcast().to(rooms).except(this.id)
  }

  /** Everybody but this client. */
  get broadcast(): Broadcast<PPServerClient> {
    return this.#parts.host.broadcast().except(this.id)
  }

  /**
   * Ends the session: the client does not come back by itself.
   * @param code 1000 or 3000–4999. Default 4018, `KICKED`
   * @param reason told to the client
   * @throws PPError `INVALID_ARGUMENT` for another code
   */
  close(code?: number, reason = 'forced server disconnect'): void {
    if (code !== undefined && code !== 1000 && !(Number.isInteger(code) && code >= 3000 && code <= 4999)) {
      throw new PPError('INVALID_ARGUMENT', `${code} is no close code that an application may send.`)
    }
    this.#parts.session.end(new PPError('KICKED', reason), code)
  }

  /** Listens to what happens to this client … */
  on<Name extends keyof ClientEvents>(name: Name, listener: (...args: ClientEvents[Name]) => unknown): Undo
  /** … or handles its messages of one type. Return a promise to make its next message wait for that. */
  on<Type extends string, Payload = unknown>(type: Type, handler: MessageHandler<Payload>): Undo
  on(name: string, listener: (...args: never[]) => unknown): Undo {
    return this.#listen('on', name, listener)
  }

  once<Name extends keyof ClientEvents>(name: Name, listener: (...args: ClientEvents[Name]) => unknown): Undo
  once<Type extends string, Payload = unknown>(type: Type, handler: MessageHandler<Payload>): Undo
  once(name: string, listener: (...args: never[]) => unknown): Undo {
    return this.#listen('once', name, listener)
  }

  /** Removes a listener or handler; without `listener` all of that name. */
  off(name: string, listener?: (...args: never[]) => unknown): void {
    const call = listener as (() => void) | undefined
    if (name === 'message') this.#parts.messages?.off(ANY, call)
    else if (isClientEvent(name)) this.#parts.events?.off(name, call)
    else this.#parts.handlers?.off(name, call)
  }

  onAny(listener: (type: string, payload: unknown) => unknown): Undo {
    this.#parts.any ??= createHandlers()
    return this.#parts.any.on(ANY, listener)
  }

  offAny(listener?: (type: string, payload: unknown) => unknown): void {
    this.#parts.any?.off(ANY, listener)
  }

  /** For rooms and broadcasts: queues an encoded-once message. What cannot travel is logged. */
  deliver(out: Outgoing): void {
    this.#deliver(out, false)
  }

  /** For rooms: see `Member`. */
  takeRefusal(): boolean {
    return this.#parts.takeRefusal()
  }

  deliverVolatile(out: Outgoing): void {
    this.#deliver(out, true)
  }

  #deliver(out: Outgoing, isVolatile: boolean): void {
    try {
      this.#hand(out, isVolatile)
    } catch (thrown) {
      // Reported once: a message that cannot be encoded for one of many receivers cannot be for the others.
      if (unsendable.has(out)) return
      unsendable.add(out)
      this.#parts.host.fault(thrown, `Sending to ${this.id}`)
    }
  }

  #post(event: Event, isVolatile: boolean): void {
    this.#hand(outgoing(event), isVolatile)
  }

  #hand(out: Outgoing, isVolatile: boolean): void {
    const { host, session } = this.#parts
    const changed = out.message.kind === 'event' ? host.transform(this, out) : out
    if (isVolatile) session.sendVolatile(changed)
    else session.send(changed)
  }

  #ask(event: Event, timeoutMs: number, ack: AckCallback): void {
    const { session } = this.#parts
    if (session.isEnded) {
      ack(new PPError('SESSION_EXPIRED', 'The client is gone.'))
      return
    }
    const ackId = session.acks.ask(timeoutMs, ack)
    try {
      this.#post({ ...event, ackId }, event.volatile === true)
    } catch (thrown) {
      session.acks.forget(ackId)
      throw thrown
    }
  }

  /** Local events and messages are two name spaces: no frame can raise the first, no type can be named like one. */
  #listen(how: 'on' | 'once', name: string, listener: (...args: never[]) => unknown): Undo {
    const parts = this.#parts
    // The overloads of `on` tie each name to its listener's arguments.
    if (name === 'message') {
      parts.messages ??= createHandlers()
      return parts.messages[how](ANY, listener as () => void)
    }
    if (isClientEvent(name)) return eventsOf(parts)[how](name, listener as () => void)
    eventOf({ type: name })
    if (nearest(name, { disconnect: 0 }) !== undefined)
      parts.host.advise(`client.on('${name}') waits for a message of that name: did you mean "disconnect"?`)
    parts.host.knownTypes.add(name)
    parts.handlers ??= createHandlers()
    return parts.handlers[how](name, listener as () => void)
  }
}

const unsendable = new WeakSet<Outgoing>()

/** The one key under which handlers for any type are kept. */
export const ANY = '*'

const NO_TAGS: ReadonlyMap<string, unknown> = new Map()

function eventsOf(parts: ClientParts): NonNullable<ClientParts['events']> {
  parts.events ??= createEmitter((thrown) => parts.host.fault(thrown, 'A client listener'))
  return parts.events
}

function isClientEvent(name: string): name is Exclude<keyof ClientEvents, 'message'> {
  return name === 'disconnect' || name === 'drop' || name === 'resume'
}
