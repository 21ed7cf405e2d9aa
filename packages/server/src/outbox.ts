// What is on its way to one session: what leaves at the end of this turn, and what left and is not confirmed yet.
// Reliable messages are counted from the first; the number never travels, both ends count the same ordered stream.
import { isReliable, PPError } from '@painda/protocol'
import type { Message } from '@painda/protocol'
import { outgoing } from './outgoing.js'
import type { Outgoing, PeerCodec } from './outgoing.js'
import { createWeave, movedRoom, type Weave } from './weave.js'

export interface OutboxOptions {
  codec: PeerCodec
  /** Unconfirmed messages that are kept for a resume. 0 keeps none. */
  maxMessages: number
  maxBytes: number
  /** Which messages the peer counts. Default: the reliable ones. */
  isCounted?: (message: Message) => boolean
}

/** What a session that comes back can have: `missed` messages are sent again, or some are no longer kept. */
export type Replay =
  /** `moved`: rooms that the peer enters or leaves in what is sent again, so the versions that it claims of them do not count. */
  { outcome: 'kept'; missed: number; moved: ReadonlySet<string> } | { outcome: 'overflow'; lost: number }

export interface Outbox {
  /** Counted messages sent so far. */
  sent(): number
  /** What is kept until it is confirmed. */
  kept(): { readonly messages: number; readonly bytes: number }
  /** @throws PPError `INVALID_PAYLOAD` */
  push(out: Outgoing): void
  /** Puts it before everything that waits: the handshake's answer comes first. */
  pushFirst(out: Outgoing): void
  /** What leaves now, in order. */
  take(): readonly Outgoing[]
  /** @throws PPError `MALFORMED_FRAME` for a count beyond what was sent */
  confirm(count: number): void
  /**
   * The peer comes back with another format: what is kept is encoded in that one, from the bytes that were sent, because the
   * payload objects may have changed since.
   * @throws PPError when one cannot be decoded, such as a payload larger than any reader takes; nothing has changed then
   */
  translate(next: PeerCodec, reread: (body: Uint8Array) => Message): void
  /** The connection is gone: from now on only reliable messages are kept. */
  hold(): void
  /** What `restore` would find. @throws PPError `MALFORMED_FRAME` for a count beyond what was sent */
  inspect(received: number): Replay
  /** The peer is back and has received this many: everything after that waits to be sent again. */
  restore(received: number): void
  /** To be called after `restore`. What `run` pushes goes before what is sent again, and is counted before it. */
  precede(run: () => void): void
  /**
   * To be called after `restore`. Of what `run` pushes, what rooms show goes before what is sent again, or behind the `joined`
   * in it: so an event follows the state it was made in. Nobody counts state and presence, so their place is free.
   */
  lead(run: () => void): void
}

const NOTHING: readonly Outgoing[] = []

interface Kept {
  readonly out: Outgoing
  readonly bytes: number
}

/** Replaces a forgotten message, so that it can be collected. */
const NO_LONGER_KEPT: Kept = { out: outgoing({ kind: 'received', count: 0 }), bytes: 0 }

/**
 * Forgotten entries are removed in batches. For a peer that never confirms the list is always full, and removing its first entry for
 * each message would move all others each time, which costs more than everything else.
 */
const FORGOTTEN_AT_ONCE = 256

export function createOutbox(options: OutboxOptions): Outbox {
  return new KeptOutbox(options)
}

class KeptOutbox implements Outbox {
  readonly #maxMessages: number
  readonly #maxBytes: number
  readonly #isCounted: (message: Message) => boolean
  #codec: PeerCodec
  /** Null rather than empty: mostly one message waits, and an empty array that grows allocates room for many. */
  #pending: Outgoing[] | null = null
  #isHolding = false
  #sent = 0
  /** The counted messages that are not confirmed, the oldest with number `#first`. The first `#forgotten` entries are unused. */
  readonly #kept: Kept[] = []
  #forgotten = 0
  #first = 0
  #keptBytes = 0
  /** Reliable but uncounted messages from the time without a connection; sent once, after the kept ones. */
  #late: Outgoing[] | null = null
  #weave: Weave | null = null

  constructor({ codec, maxMessages, maxBytes, isCounted = isReliable }: OutboxOptions) {
    this.#codec = codec
    this.#maxMessages = maxMessages
    this.#maxBytes = maxBytes
    this.#isCounted = isCounted
  }

  sent(): number {
    return this.#sent
  }

  kept(): { readonly messages: number; readonly bytes: number } {
    return { messages: this.#keptCount, bytes: this.#keptBytes }
  }

  push(out: Outgoing): void {
    const reliable = isReliable(out.message)
    if (this.#isHolding && !reliable) return
    const body = out.body(this.#codec)
    if (body === null) return
    const counts = this.#isCounted(out.message)
    if (counts) this.#keep(out, body.byteLength)
    if (this.#weave?.take(out) === true) return
    if (!this.#isHolding) {
      if (this.#pending === null) this.#pending = [out]
      else this.#pending.push(out)
    } else if (!counts) this.#keepLate(out)
  }

  pushFirst(out: Outgoing): void {
    this.#pending = [out, ...(this.#pending ?? NOTHING)]
  }

  take(): readonly Outgoing[] {
    const taken = this.#pending ?? NOTHING
    this.#pending = null
    return taken
  }

  confirm(count: number): void {
    this.#assertCount(count)
    this.#forget(Math.min(count - this.#first, this.#keptCount))
  }

  translate(next: PeerCodec, reread: (body: Uint8Array) => Message): void {
    this.#tidy()
    const said = this.#kept.map(({ out: before }) => {
      const body = before.body(this.#codec)
      const out = body === null ? before : outgoing(reread(body))
      return { out, bytes: out.body(next)?.byteLength ?? 0 }
    })
    this.#kept.splice(0, this.#kept.length, ...said)
    this.#keptBytes = said.reduce((sum, { bytes }) => sum + bytes, 0)
    this.#codec = next
  }

  hold(): void {
    this.#isHolding = true
    this.#late = (this.#pending ?? NOTHING)
      .filter(({ message }) => isReliable(message) && !this.#isCounted(message))
      .slice(0, this.#maxMessages)
    this.#pending = null
  }

  inspect(received: number): Replay {
    this.#assertCount(received)
    if (received < this.#first) return { outcome: 'overflow', lost: this.#sent - received }
    const missed = this.#kept.slice(this.#forgotten + received - this.#first)
    const moved = missed.flatMap(({ out }) => movedRoom(out.message) ?? [])
    return { outcome: 'kept', missed: this.#sent - received, moved: new Set(moved) }
  }

  restore(received: number): void {
    this.confirm(received)
    this.#tidy()
    this.#isHolding = false
    this.#pending = [...this.#kept.map(({ out }) => out), ...(this.#late ?? NOTHING)]
    this.#late = null
  }

  precede(run: () => void): void {
    this.#tidy()
    const [again, counted] = [this.#pending ?? NOTHING, this.#kept.splice(0)]
    this.#pending = null
    run()
    this.#pending = [...(this.#pending ?? NOTHING), ...again]
    this.#kept.push(...counted)
  }

  lead(run: () => void): void {
    const weave = createWeave(this.#pending ?? NOTHING)
    this.#weave = weave
    this.#pending = null
    run()
    this.#weave = null
    this.#pending = [...weave.woven(), ...(this.#pending ?? NOTHING)]
  }

  #keep(out: Outgoing, bytes: number): void {
    this.#sent++
    this.#kept.push({ out, bytes })
    this.#keptBytes += bytes
    // The oldest go first: a peer that confirms past the gap can be resumed again.
    while (this.#keptCount > this.#maxMessages || this.#keptBytes > this.#maxBytes) this.#forget(1)
  }

  #keepLate(out: Outgoing): void {
    this.#late ??= []
    if (this.#late.length < this.#maxMessages) this.#late.push(out)
  }

  get #keptCount(): number {
    return this.#kept.length - this.#forgotten
  }

  #forget(count: number): void {
    for (let i = 0; i < count; i++) {
      this.#keptBytes -= this.#kept[this.#forgotten]?.bytes ?? 0
      this.#kept[this.#forgotten++] = NO_LONGER_KEPT
      this.#first++
    }
    if (this.#forgotten >= FORGOTTEN_AT_ONCE || this.#keptCount === 0) this.#tidy()
  }

  #tidy(): void {
    if (this.#forgotten === 0) return
    this.#kept.splice(0, this.#forgotten)
    this.#forgotten = 0
  }

  #assertCount(count: number): void {
    if (count <= this.#sent) return
    throw new PPError('MALFORMED_FRAME', `The peer confirms ${count} messages; ${this.#sent} were sent.`)
  }
}
