// What an application holds: the public face of a client. The parts and their wiring are in `core.ts`.
import { isReservedType, LOCAL_EVENTS } from '@painda/protocol'
import type {
  Activity,
  ContractShape,
  Inspector,
  PayloadArgs,
  PayloadThen,
  RoomShape,
  Undo,
} from '@painda/protocol'
import type { AskOptions } from './ack.js'
import type {
  EventPayload,
  UndeclaredEvent,
  EventType,
  MessageInput,
  MessageType,
  RequestAnswer,
  RequestInput,
  RequestType,
  UntypedRoom,
} from './contract-types.js'
import { createCore } from './core.js'
import type { Core } from './core.js'
import type { Ack, MessageListener } from './listeners.js'
import type { PresenceView } from './presence.js'
import type { RoomHandle } from './room-handle.js'
import { isAskedFor } from './room-registry.js'
import { createNamespace, sendOrAsk } from './sending.js'
import type { AckCallback, Namespace, OutgoingMessage, SendOptions } from './sending.js'
import type { JoinOptions } from './wish.js'
import type { ClientEvents, ClientOptions, ConnectionSnapshot } from './types.js'
import { adviseOfIdle, checkActivity, checkEmitted, checkListened } from '#advice'

export interface Timed<C> {
  /** The documented form: the last argument is called with the answer, error first. */
  emit(type: string, payload: unknown, ack: AckCallback): void
  emitWithAck(type: string, payload?: unknown): Promise<unknown>
  request<Type extends RequestType<C>>(
    type: Type,
    ...payload: PayloadArgs<RequestInput<C, Type>>
  ): Promise<RequestAnswer<C, Type>>
}

/**
 * A connection to a PaindaProtocol server that comes back by itself.
 * @example
 * const client = new PPClient('ws://localhost:3000')
 * client.on('welcome', (text) => console.log(text))
 * client.emit('hello', { name: 'Ada' })
 */
export class PPClient<C extends ContractShape = ContractShape> {
  readonly url: string
  /** The contract that it was made with; undefined without one. */
  readonly contract: C | undefined
  /** Who is in the server's global list. */
  readonly presence: PresenceView
  /** A stream of everything that happens, for tools. */
  readonly inspector: Inspector
  readonly clock: { serverNow(): number }
  /** Sends messages that may be lost: not buffered while there is no connection, not sent again after it was lost. */
  readonly volatile: {
    emit<Type extends MessageType<C>>(type: Type, ...payload: PayloadArgs<MessageInput<C, Type>>): void
  }
  readonly #core: Core

  constructor(url: string, options?: Omit<ClientOptions<C>, 'url'>)
  constructor(options: ClientOptions<C>)
  constructor(first: string | ClientOptions<C>, rest: Omit<ClientOptions<C>, 'url'> = {}) {
    const options = typeof first === 'string' ? { ...rest, url: first } : first
    const core = createCore(options)
    this.#core = core
    this.url = options.url
    this.contract = options.contract
    this.presence = core.presence
    this.inspector = core.inspector
    this.clock = { serverNow: core.clock.serverNow }
    this.volatile = {
      emit: (type, payload?: unknown) => core.messaging.send(type, payload, { volatile: true }),
    }
    attachDevtools(this)
    adviseOfIdle(this, options)
    if (options.autoConnect === false) return
    // Not at once: whoever made the client adds listeners first.
    void Promise.resolve().then(() => {
      if (this.status().status === 'idle') this.connect()
    })
  }

  /** The public id of the session; null before the first connect. */
  get id(): string | null {
    return this.#core.session.id
  }

  /** Who this client is in presence lists: its user's id, as the server's authentication says, else its own. */
  get userId(): string | null {
    return this.#core.session.userId
  }

  /** The session that a reconnect continues; the same as `id`. */
  get recoverySessionId(): string | null {
    return this.id
  }

  /** The last round trip in milliseconds; null before the first. */
  get rtt(): number | null {
    return this.#core.clock.rtt
  }

  /** While it waits to reconnect: when it tries next, milliseconds since the epoch. */
  get nextRetryAt(): number | null {
    return this.#core.connection.snapshot().nextRetryAt
  }

  /** Resolves when the connection is open, now or next time. @throws PPError when the client closes for good before. */
  get ready(): Promise<void> {
    return this.#core.ready()
  }

  /**
   * For development, in a module that keeps its client while it is loaded again. True when `contract` says the same to the server as
   * the one before; its validators are used from now on. False: reload the page.
   */
  replaceContract(contract: ContractShape): boolean {
    return this.#core.replaceContract(contract)
  }

  /** Connects now, also when the client waits for its next attempt. Rooms that were held when the client closed are joined again. */
  connect(): void {
    this.#core.connection.connect()
  }

  /** Ends the connection and the session. Everything that waits is settled: promises reject with `CLOSED`. */
  close(): void {
    this.#core.connection.close()
  }

  /** Sets the activity that presence shows, where the application knows better than the page's events; the page's next event counts again. */
  setActivity(activity: Activity): void {
    checkActivity(activity)
    this.#core.setActivity(activity)
  }

  /** Reconnects at once instead of waiting for the next attempt. */
  retryNow(): void {
    this.#core.connection.retryNow()
  }

  /** The connection now. Bound to the client, so it can be passed to `useSyncExternalStore`. */
  readonly status = (): ConnectionSnapshot => this.#core.connection.snapshot()

  readonly subscribeStatus = (listener: () => void): Undo =>
    this.#core.events.on('stateChange', () => listener())

  /**
   * Listens to an event of the client itself, or to a message type. The two never meet: reserved names are no types. What the contract
   * does not say of a payload, the listener's annotation says.
   */
  on<Name extends keyof ClientEvents>(name: Name, listener: (...args: ClientEvents[Name]) => void): Undo
  on<Payload>(type: UndeclaredEvent<C>, listener: (payload: Payload, ack?: Ack) => unknown): Undo
  on<Type extends EventType<C>>(
    type: Type,
    listener: (payload: EventPayload<C, Type>, ack?: Ack) => unknown,
  ): Undo
  on(name: string, listener: (...args: never) => unknown): Undo {
    if (isLocalEvent(name)) return this.#core.events.on(name, asLocal(listener))
    checkListened(this, name)
    return this.#core.scopes.listeners().on(name, asMessage(listener))
  }

  once<Name extends keyof ClientEvents>(name: Name, listener: (...args: ClientEvents[Name]) => void): Undo
  once<Payload>(type: UndeclaredEvent<C>, listener: (payload: Payload, ack?: Ack) => unknown): Undo
  once<Type extends EventType<C>>(
    type: Type,
    listener: (payload: EventPayload<C, Type>, ack?: Ack) => unknown,
  ): Undo
  once(name: string, listener: (...args: never) => unknown): Undo {
    if (isLocalEvent(name)) return this.#core.events.once(name, asLocal(listener))
    checkListened(this, name)
    return this.#core.scopes.listeners().once(name, asMessage(listener))
  }

  off<Name extends keyof ClientEvents>(name: Name, listener: (...args: ClientEvents[Name]) => void): void
  off<Type extends EventType<C>>(type: Type, listener?: (payload: never, ack?: Ack) => unknown): void
  off(name: string, listener?: (...args: never) => unknown): void {
    if (!isLocalEvent(name))
      this.#core.scopes.listeners().off(name, listener === undefined ? undefined : asMessage(listener))
    else if (listener !== undefined) this.#core.events.off(name, asLocal(listener))
  }

  /** Listens to every message, rooms' and namespaces' included. */
  onAny(listener: (type: string, payload: unknown) => void): Undo {
    return this.#core.scopes.onAny(listener)
  }

  offAny(listener?: (type: string, payload: unknown) => void): void {
    this.#core.scopes.offAny(listener)
  }

  /**
   * Sends a message; while there is no connection it waits in order.
   * @throws PPError `RESERVED_TYPE`, `INVALID_PAYLOAD`, `PAYLOAD_TOO_LARGE`
   */
  emit<Type extends MessageType<C>>(type: Type, ...payload: PayloadArgs<MessageInput<C, Type>>): void {
    checkEmitted(this, type, payload)
    this.#core.messaging.send(type, payload[0])
  }

  /** The documented form of `emit` and `request`. @throws PPError as `emit`. */
  send<Type extends MessageType<C> | RequestType<C>>(
    message: OutgoingMessage<Type, MessageInput<C, Type> | RequestInput<C, Type>>,
    options: AckCallback | SendOptions = {},
  ): void {
    const { namespace, ...rest } = typeof options === 'function' ? { ack: options } : options
    sendOrAsk(this.#core, message, { ...(namespace === undefined ? {} : { ns: namespace }), ...rest })
  }

  /**
   * Asks the server. Survives a reconnect that continues the session.
   * @throws PPError the server's refusal, `ACK_TIMEOUT`, `SESSION_EXPIRED`, `BUFFER_OVERFLOW`, `CLOSED`; as `emit`.
   */
  request<Type extends RequestType<C>>(
    type: Type,
    ...[payload, options]: PayloadThen<RequestInput<C, Type>, AskOptions>
  ): Promise<RequestAnswer<C, Type>> {
    checkEmitted(this, type)
    // The contract types the answer, and its validator has checked it where there is one.
    return this.#core.request(type, payload, options ?? {}) as Promise<RequestAnswer<C, Type>>
  }

  emitWithAck(type: string, payload?: unknown): Promise<unknown> {
    return this.#core.request(type, payload, {})
  }

  /** The same methods with another time to wait for the answer, milliseconds. */
  timeout(ms: number): Timed<C> {
    const core = this.#core
    const ask = (type: string, payload?: unknown): Promise<unknown> =>
      core.request(type, payload, { timeout: ms })
    return {
      emit: (type, payload, ack) => sendOrAsk(core, { type, payload }, { ack, timeout: ms }),
      emitWithAck: ask,
      request: (type, payload?: unknown) => ask(type, payload) as Promise<never>,
    }
  }

  /** Another scope of messages over the same connection. */
  of(namespace: string): Namespace {
    return createNamespace(this.#core, namespace)
  }

  /**
   * Joins a room and keeps a live copy of its state; comes back by itself after a reconnect. Asking for the same room
   * again gives the same handle while it lives. A string joins the room of that id, also one that the server put this
   * client into.
   */
  join<State extends object>(
    id: string,
    options?: Pick<JoinOptions, 'options' | 'spectate'>,
  ): RoomHandle<UntypedRoom<State>>
  join<const Room extends RoomShape>(definition: Room, options?: JoinOptions): RoomHandle<Room>
  join(target: RoomShape | string, options: JoinOptions = {}): unknown {
    const room = this.#core.rooms.find(target, options)
    room.enter()
    return room.handle
  }

  /** The handle that `join` would give, without joining: the first `retain()` does. For renders that may be thrown away. */
  room<State extends object>(
    id: string,
    options?: Pick<JoinOptions, 'options' | 'spectate'>,
  ): RoomHandle<UntypedRoom<State>>
  room<const Room extends RoomShape>(definition: Room, options?: JoinOptions): RoomHandle<Room>
  room(target: RoomShape | string, options: JoinOptions = {}): unknown {
    return this.#core.rooms.find(target, options).handle
  }

  /** The rooms that this client is in or on its way into, those that the server chose included. */
  rooms(): readonly RoomHandle[] {
    return this.#core.rooms
      .all()
      .filter(isAskedFor)
      .map(({ handle }) => handle)
      .filter(({ status }) => status !== 'left' && status !== 'failed')
  }

  /** Every handle, also those that nobody has asked for yet and those that are over and still held. For bindings of other frameworks. */
  handles(): readonly RoomHandle[] {
    return this.#core.rooms.all().map(({ handle }) => handle)
  }
}

function isLocalEvent(name: string): name is keyof ClientEvents {
  // The server's own local events are reserved here too; nothing ever raises them.
  return LOCAL_EVENTS.has(name) || isReservedType(name)
}

// The overloads above tie each name to its listener's arguments; below them the two kinds are told apart by name.
function asLocal(listener: (...args: never) => unknown): (...args: readonly unknown[]) => void {
  return listener as (...args: readonly unknown[]) => void
}

function asMessage(listener: (...args: never) => unknown): MessageListener {
  return listener as MessageListener
}

/** Devtools that were loaded before put a hook here; without them this is one lookup. */
function attachDevtools(client: object): void {
  const host = globalThis as { [key: symbol]: { attach?: (client: object) => void } | undefined }
  host[Symbol.for('painda.devtools')]?.attach?.(client)
}
