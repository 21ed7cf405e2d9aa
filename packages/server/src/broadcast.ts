// Whom a message reaches: `to(room).except(room).emit(…)`. A chain is a value, each step makes a new one; the message
// is encoded once per format, however many receive it. A request carries an id per receiver, so it is encoded for each.
import { assertJson, diff, PPError, toPPError } from '@painda/protocol'
import type { Message } from '@painda/protocol'
import type { DeltaMemory } from './delta-memory.js'
import { outgoing } from './outgoing.js'
import type { Outgoing } from './outgoing.js'
import { eventOf } from './sendable.js'
import type { Sendable } from './sendable.js'

/** Rooms, or ids of single clients. */
export type Address = string | readonly string[]

/** The answer of one receiver, or why it gave none. */
export type Reply<Target, Answer = unknown> =
  | { readonly client: Target; readonly error: null; readonly answer: Answer }
  | { readonly client: Target; readonly error: PPError }

export interface Receiver {
  readonly id: string
  request<Answer>(type: string, payload: unknown, options: { timeout?: number }): Promise<Answer>
  join(room: string): void
  leave(room: string): void
  deliver(out: Outgoing): void
  deliverVolatile(out: Outgoing): void
  close(code?: number, reason?: string): void
}

export interface BroadcastHost<Target extends Receiver> {
  all(): Iterable<Target>
  /** The members of a room, or the one client of that id. */
  resolve(address: string): Iterable<Target>
  readonly deltas: DeltaMemory<Target>
}

interface Audience {
  /** Null: everybody. */
  readonly to: readonly string[] | null
  readonly except: readonly string[]
  readonly isVolatile: boolean
  /** How long requests wait for their answers; undefined: `ackTimeout` of the server. */
  readonly timeoutMs: number | undefined
}

const EVERYBODY: Audience = { to: null, except: [], isVolatile: false, timeoutMs: undefined }

export class Broadcast<Target extends Receiver> {
  readonly #host: BroadcastHost<Target>
  readonly #audience: Audience

  constructor(host: BroadcastHost<Target>, audience: Audience = EVERYBODY) {
    this.#host = host
    this.#audience = audience
  }

  /** Adds these rooms or client ids. A client in several of them receives once. */
  to(rooms: Address): Broadcast<Target> {
    return this.#with({ to: [...(this.#audience.to ?? []), ...list(rooms)] })
  }

  in(rooms: Address): Broadcast<Target> {
    return this.to(rooms)
  }

  except(rooms: Address): Broadcast<Target> {
    return this.#with({ except: [...this.#audience.except, ...list(rooms)] })
  }

  /** What follows is dropped for clients that are away or whose connection is behind. */
  get volatile(): Broadcast<Target> {
    return this.#with({ isVolatile: true })
  }

  /** Requests of this chain wait this many milliseconds for their answers. Default: `ackTimeout` of the server. */
  timeout(timeoutMs: number): Broadcast<Target> {
    return this.#with({ timeoutMs })
  }

  /** @throws PPError `RESERVED_TYPE` */
  emit(type: string, payload?: unknown): void {
    this.send({ type, payload })
  }

  /** @throws PPError `RESERVED_TYPE` */
  send(message: Sendable): void {
    const { isVolatile } = this.#audience
    this.post(eventOf(message, isVolatile ? { volatile: true } : {}))
  }

  /**
   * Sends what changed, as a delta for `patch` and `patchImmutable`; nothing when nothing did. With one value it is compared with
   * the last one sent of this type to this audience, and clients that do not have that get all of it. `volatile` has no effect: one
   * missing delta would spoil all that follow.
   * @throws PPError `RESERVED_TYPE`, `STATE_NOT_JSON`
   */
  emitDelta(type: string, next: unknown): void
  emitDelta(type: string, previous: unknown, next: unknown): void
  emitDelta(type: string, ...values: readonly unknown[]): void {
    eventOf({ type })
    const targets = this.targets()
    if (values.length > 1) {
      for (const value of values) assertJson(value)
      this.#tell(targets, type, diff(values[0], values[1]))
      return
    }
    const { to, except } = this.#audience
    const key = JSON.stringify([type, to === null ? null : [...to].sort(), [...except].sort()])
    for (const { payload, to } of this.#host.deltas.next(key, values[0], targets))
      this.#tell(to, type, payload)
  }

  /** Sends a message of the library itself; `send` is for the application's. */
  post(message: Message): void {
    const out = outgoing(message)
    const { isVolatile } = this.#audience
    for (const target of this.targets()) {
      if (isVolatile) target.deliverVolatile(out)
      else target.deliver(out)
    }
  }

  /**
   * Asks each receiver and waits until every one has answered, refused, left or timed out. Resolves to one reply for each, in the order
   * of `fetchSockets()`; nothing that a client does makes it reject.
   * @throws PPError `RESERVED_TYPE`
   */
  async request<Answer = unknown>(type: string, payload?: unknown): Promise<Reply<Target, Answer>[]> {
    eventOf({ type })
    const { timeoutMs } = this.#audience
    const options = timeoutMs === undefined ? {} : { timeout: timeoutMs }
    return Promise.all(
      [...this.targets()].map((client) =>
        client.request<Answer>(type, payload, options).then(
          (answer): Reply<Target, Answer> => ({ client, error: null, answer }),
          (thrown: unknown): Reply<Target, Answer> => ({ client, error: toPPError(thrown, 'INTERNAL') }),
        ),
      ),
    )
  }

  /**
   * The same, when all answers are needed: resolves to them.
   * @throws PPError of the first receiver without an answer, such as `ACK_TIMEOUT`, once all are settled; `details.answers` holds the
   * other answers. `RESERVED_TYPE`
   */
  async emitWithAck<Answer = unknown>(type: string, payload?: unknown): Promise<Answer[]> {
    const replies = await this.request<Answer>(type, payload)
    const answers = replies.flatMap((reply) => (reply.error === null ? [reply.answer] : []))
    const error = replies.find((reply) => reply.error !== null)?.error ?? null
    if (error === null) return answers
    throw new PPError(error.code, error.message, { cause: error, details: { answers } })
  }

  async fetchSockets(): Promise<Target[]> {
    return [...this.targets()]
  }

  /** Puts all of them into these rooms, as `client.join` does. @throws PPError the first refusal, once all that may be in are in */
  socketsJoin(rooms: Address): void {
    const refusals: unknown[] = []
    for (const target of this.targets()) {
      for (const room of list(rooms)) {
        try {
          target.join(room)
        } catch (thrown) {
          refusals.push(thrown)
        }
      }
    }
    if (refusals.length > 0) throw refusals[0]
  }

  socketsLeave(rooms: Address): void {
    for (const target of this.targets()) for (const room of list(rooms)) target.leave(room)
  }

  disconnectSockets(code?: number, reason?: string): void {
    for (const target of this.targets()) target.close(code, reason)
  }

  targets(): ReadonlySet<Target> {
    const { to, except } = this.#audience
    const targets = new Set(
      to === null ? this.#host.all() : to.flatMap((room) => [...this.#host.resolve(room)]),
    )
    for (const room of except) for (const target of this.#host.resolve(room)) targets.delete(target)
    return targets
  }

  #tell(targets: Iterable<Target>, type: string, payload: unknown): void {
    if (payload === undefined) return
    const out = outgoing(eventOf({ type, payload }))
    for (const target of targets) target.deliver(out)
  }

  #with(change: Partial<Audience>): Broadcast<Target> {
    return new Broadcast(this.#host, { ...this.#audience, ...change })
  }
}

function list(rooms: Address): readonly string[] {
  return typeof rooms === 'string' ? [rooms] : rooms
}
