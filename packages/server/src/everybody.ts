// What a server says to many: the beginning of every chain, and the short forms for everybody.
import type { ContractShape, EventInputs, PayloadArgs } from '@painda/protocol'
import { addressOf } from './audience.js'
import type { Address, Broadcast, Reply } from './broadcast.js'
import type { PPServerClient } from './client.js'
import type { Declared, PayloadOf } from './messages.js'
import { outgoing } from './outgoing.js'
import { eventOf, type Sendable } from './sendable.js'

export class Everybody<C extends ContractShape = ContractShape> {
  readonly #all: () => Broadcast<PPServerClient>

  /** `all` begins a chain to everybody. */
  constructor(all: () => Broadcast<PPServerClient>) {
    this.#all = all
  }

  /** To everybody. @throws PPError `RESERVED_TYPE` */
  emit<Type extends Declared<EventInputs<C>>>(
    type: Type,
    ...[payload]: PayloadArgs<PayloadOf<EventInputs<C>, Type>>
  ): void {
    this.#all().emit(type, payload)
  }

  /** What changed of a value, to everybody: see `Broadcast.emitDelta`. @throws PPError `RESERVED_TYPE`, `STATE_NOT_JSON` */
  emitDelta(type: string, next: unknown): void
  emitDelta(type: string, previous: unknown, next: unknown): void
  emitDelta(type: string, ...values: readonly unknown[]): void {
    if (values.length > 1) this.#all().emitDelta(type, values[0], values[1])
    else this.#all().emitDelta(type, values[0])
  }

  /** To the members of these rooms, or to single clients by id. */
  to(rooms: Address): Broadcast<PPServerClient> {
    return this.#all().to(rooms)
  }

  in(rooms: Address): Broadcast<PPServerClient> {
    return this.to(rooms)
  }

  except(rooms: Address): Broadcast<PPServerClient> {
    return this.#all().except(rooms)
  }

  /** To everybody, not kept for dropped sessions, not sent to peers that are behind. */
  get volatile(): Broadcast<PPServerClient> {
    return this.#all().volatile
  }

  /** Questions to everybody with another patience: `server.timeout(500).emitWithAck('ready?')`. Milliseconds. */
  timeout(timeoutMs: number): Broadcast<PPServerClient> {
    return this.#all().timeout(timeoutMs)
  }

  /** Asks everybody: see `Broadcast.request`. @throws PPError `RESERVED_TYPE` */
  request<Answer = unknown>(type: string, payload?: unknown): Promise<Reply<PPServerClient, Answer>[]> {
    return this.#all().request(type, payload)
  }

  /** Asks everybody, and needs all answers: see `Broadcast.emitWithAck`. @throws PPError as there */
  emitWithAck<Answer = unknown>(type: string, payload?: unknown): Promise<Answer[]> {
    return this.#all().emitWithAck(type, payload)
  }

  fetchSockets(): Promise<PPServerClient[]> {
    return this.#all().fetchSockets()
  }

  /** Ends every session; the clients do not come back by themselves. */
  disconnectSockets(code?: number, reason?: string): void {
    this.#all().disconnectSockets(code, reason)
  }

  socketsJoin(rooms: Address): void {
    this.#all().socketsJoin(rooms)
  }

  socketsLeave(rooms: Address): void {
    this.#all().socketsLeave(rooms)
  }

  send(message: Sendable): void {
    this.#all().send(message)
  }

  broadcast(message: Sendable, exclude?: { readonly id: string } | string): void {
    this.#all().except(addressOf(exclude)).send(message)
  }

  /** Dropped for whoever is away or behind. */
  broadcastVolatile(message: Sendable, exclude?: { readonly id: string } | string): void {
    this.#all().volatile.except(addressOf(exclude)).send(message)
  }

  /** To clients whose tag has this value. @throws PPError `RESERVED_TYPE` */
  broadcastToTag(tag: string, value: unknown, message: Sendable): void {
    const out = outgoing(eventOf(message))
    // Not by their ids: those are addresses, and a room may have the name of a client.
    for (const client of this.#all().targets())
      if (client.tags.has(tag) && client.getTag(tag) === value) client.deliver(out)
  }
}
