// The way of a message from a connection to a handler, as a list of stages. Any stage may refuse it, and then it
// reaches nothing behind that stage:
//   limits      how much one client may say               (frame sizes: connection.ts)
//   decode      reserved names, the contract's validators  (bytes to messages: the codec)
//   auth        may this client speak in that namespace or room (who it is: the handshake)
//   plugins     `onMessage` hooks
//   middleware  `useMessage`, the server's and then the namespace's
//   handlers    what the application does with it
// `limits` runs on arrival. The rest runs one message after the other per client: a stage that returns a promise holds
// up this client's next message and nobody else's.
import { PPError } from '@painda/protocol'
import type { Event, Time, WireError } from '@painda/protocol'
import type { Advise } from './advice.js'
import type { PPServerClient } from './client.js'
import { internalError } from './faults.js'
import { Inbox } from './inbox.js'
import type { Handling } from './inbox.js'
import { memorySize } from './memory-size.js'
import type { MessageOfClient } from './messages.js'
import { createTokenBucket } from './rate-limit.js'
import type { TokenBucket } from './rate-limit.js'
import { Allowance } from './type-limits.js'
import type { TypeLimits } from './type-limits.js'
import type { ClientMessage, Session } from './session.js'
import type { SessionEntry } from './sessions.js'
import { outgoing } from './outgoing.js'

/** Refusals that one client is sent per second; more would make our answers the flood. */
const REFUSALS_PER_SECOND = 10

export interface Arrival {
  readonly entry: SessionEntry
  readonly message: ClientMessage
  /** An event as middleware sees it; its payload is what handlers get. */
  readonly view: MessageOfClient
  /** An event for a state room. Decided once: were the room to end meanwhile, nobody else gets what it would have checked. */
  readonly isForRoom: boolean
}

export type StageName = 'decode' | 'auth' | 'plugins' | 'middleware' | 'handlers'
/** Null: on to the next stage. */
export type Verdict = PPError | null

export interface Stage {
  readonly name: StageName
  run(arrival: Arrival): Verdict | Promise<Verdict>
}

/** One client's place in the pipeline. */
export interface Line {
  arrive(message: ClientMessage): void
  /** A frame could not be read: it counts against the rate like a message, and is refused with this. */
  unusable(error: WireError): void
  /** Tells the peer no: by the answer it waits for, or else by an `error`, as often as the budget allows. */
  refuse(error: WireError, message?: ClientMessage): void
  /** Counts a refusal that answers no question and that somebody else tells. False: enough of them have been told this second. */
  takeRefusal(): boolean
  /** The client is back: what it kept while it was away comes all at once. */
  resumed(): void
  isIdle(): boolean
  close(): void
}

export interface PipelineOptions {
  stages: readonly Stage[]
  isStateRoom: (room: string) => boolean
  time: Time
  maxMessagesPerSecond: number
  /** The same for single types, `join` and the other words of ours among them. */
  maxPerType: TypeLimits
  /** What a client may have kept while it was away. */
  maxKeptMessages: number
  maxInboxMessages: number
  maxInboxBytes: number
  /** A message of this client is to wait; null: too much waits for its address. Call what is returned when it waits no longer. */
  wait: (client: PPServerClient, bytes: number) => (() => void) | null
  /** Messages of this client that had waited have been handled, in that time. */
  handledLate: (client: PPServerClient, from: number, to: number) => void
  /** Logs what a stage throws; returns its id. */
  report: (thrown: unknown, where: string) => string
  advise: Advise
  /** A handler that takes longer while messages wait behind it is probably one that never ends. */
  slowMs: number
}

export function createPipeline(options: PipelineOptions): { line(entry: SessionEntry): Line } {
  const { stages, isStateRoom, report } = options

  /** Runs the stages from `first` on; synchronous while they are. */
  function runFrom(first: number, arrival: Arrival): Verdict | Promise<Verdict> {
    for (let index = first; index < stages.length; index++) {
      const stage = stages[index]
      if (stage === undefined || arrival.entry.session.isEnded) return null
      try {
        const verdict = stage.run(arrival)
        if (verdict instanceof Promise) return resume(verdict, stage.name, index, arrival)
        if (verdict !== null) return verdict
      } catch (thrown) {
        return failed(thrown, stage.name)
      }
    }
    return null
  }

  async function resume(
    pending: Promise<Verdict>,
    name: StageName,
    index: number,
    arrival: Arrival,
  ): Promise<Verdict> {
    try {
      return (await pending) ?? (await runFrom(index + 1, arrival))
    } catch (thrown) {
      return failed(thrown, name)
    }
  }

  function failed(thrown: unknown, stage: StageName): PPError {
    return internalError(report(thrown, `The stage "${stage}"`))
  }

  function run(entry: SessionEntry, message: ClientMessage): Verdict | Promise<Verdict> {
    const isForRoom = message.kind === 'event' && message.room !== undefined && isStateRoom(message.room)
    return runFrom(0, { entry, message, view: viewOf(message), isForRoom })
  }

  return { line: (entry) => new ClientLine(entry, options, run) }
}

type RunStages = (entry: SessionEntry, message: ClientMessage) => Verdict | Promise<Verdict>

/** A class, like all that is made per client and met by each of its messages: of an object with methods of its own every part is cold by then. */
class ClientLine implements Line, Handling<ClientMessage> {
  readonly #entry: SessionEntry
  readonly #options: PipelineOptions
  readonly #runStages: RunStages
  readonly #allowance: Allowance
  readonly #inbox: Inbox<ClientMessage>
  #refusals: TokenBucket | null = null
  /** What is handled asynchronously now. */
  #underWay: { readonly type: string; readonly since: number } | null = null

  constructor(entry: SessionEntry, options: PipelineOptions, runStages: RunStages) {
    const { time, maxMessagesPerSecond, maxPerType, maxInboxMessages, maxInboxBytes } = options
    this.#entry = entry
    this.#options = options
    this.#runStages = runStages
    this.#allowance = new Allowance(time, maxMessagesPerSecond, maxPerType)
    this.#inbox = new Inbox(this, time, maxInboxMessages, maxInboxBytes)
  }

  arrive(message: ClientMessage): void {
    if (!this.#allowance.take(message.kind === 'event' ? message.type : message.kind)) {
      this.refuse(TOO_MANY, message)
    } else if (!this.#inbox.push(message)) {
      // Work that never ends would hold up a new connection of this session just the same: the session is over.
      this.#entry.session.end(
        new PPError('RATE_LIMITED', 'Too many messages, or too large ones, wait to be handled.'),
      )
    } else this.#adviseOfSlow()
  }

  handle(message: ClientMessage): void | Promise<void> {
    const verdict = this.#runStages(this.#entry, message)
    if (verdict instanceof Promise) {
      const type = message.kind === 'event' ? message.type : message.kind
      this.#underWay = { type, since: this.#options.time.now() }
      return verdict.then((error) => this.#settle(error, message))
    }
    this.#settle(verdict, message)
  }

  sizeOf(message: ClientMessage, most: number): number {
    return memorySize(message, most)
  }

  wait(bytes: number): (() => void) | null {
    return this.#options.wait(this.#entry.client, bytes)
  }

  handledLate(from: number, to: number): void {
    this.#options.handledLate(this.#entry.client, from, to)
  }

  unusable(error: WireError): void {
    this.refuse(this.#allowance.take() ? error : TOO_MANY)
  }

  refuse(error: WireError, message?: ClientMessage): void {
    const { session } = this.#entry
    const ackId = message !== undefined && 'ackId' in message ? message.ackId : undefined
    if (ackId !== undefined) sendRefusal(session, ackId, error)
    else if (this.takeRefusal()) sendError(session, error, message)
  }

  takeRefusal(): boolean {
    this.#refusals ??= createTokenBucket(this.#options.time, REFUSALS_PER_SECOND)
    return this.#refusals.take()
  }

  resumed(): void {
    this.#allowance.saveUp(this.#options.maxKeptMessages)
  }

  isIdle(): boolean {
    return this.#inbox.isIdle
  }

  close(): void {
    this.#inbox.close()
  }

  #adviseOfSlow(): void {
    const { time, slowMs, advise } = this.#options
    if (this.#inbox.isIdle || this.#underWay === null) return
    const { type, since } = this.#underWay
    if (time.now() - since < slowMs) return
    advise(
      `The handler of "${type}" has not ended for ${slowMs} ms, and all that its client says waits behind it. Does its promise settle?`,
    )
  }

  #settle(error: Verdict, message: ClientMessage): void {
    if (error !== null) this.refuse(error, message)
  }
}

/** No PPError, which notes where it was made: a flood of four bytes each would cost twenty times what reading it does. */
const TOO_MANY: WireError = { code: 'RATE_LIMITED', message: 'Rate limit exceeded' }

function sendRefusal(session: Session, ackId: number, { code, message }: WireError): void {
  session.send(outgoing({ kind: 'ack', ackId, error: { code, message } }))
}

function sendError(session: Session, { code, message }: WireError, about: ClientMessage | undefined): void {
  const type = about?.kind === 'event' ? { type: about.type } : {}
  const room = about?.room === undefined ? {} : { room: about.room }
  session.send(outgoing({ kind: 'error', code, message, ...type, ...room }))
}

/** True for an event of another namespace than the default one, which has a name too. */
export function isNamespaced({ ns }: Event): boolean {
  return ns !== undefined && ns !== '/'
}

function viewOf(message: ClientMessage): MessageOfClient {
  if (message.kind !== 'event') return { type: message.kind, payload: undefined }
  const { type, payload, ns, room, ackId } = message
  const view: { -readonly [Name in keyof MessageOfClient]: MessageOfClient[Name] } = { type, payload }
  if (ns !== undefined) view.ns = ns
  if (room !== undefined) view.room = room
  if (ackId !== undefined) view.__ackId = ackId
  return view
}
