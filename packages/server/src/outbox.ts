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

/** How a session that comes back stands: `missed` messages are sent again, or some are no longer kept. */
export type Replay =
  /** `moved`: rooms that the peer enters or leaves in what is sent again. What it says it has of these is not theirs. */
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
   * The peer comes back in another format: what is kept for it is said in that one, as it was when it was sent and not as its
   * payloads may be by now.
   * @throws PPError for what cannot be read again, such as a payload larger than any reader takes; nothing has changed then
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

export function createOutbox({
  codec: firstCodec,
  maxMessages,
  maxBytes,
  isCounted = isReliable,
}: OutboxOptions): Outbox {
  let codec = firstCodec
  /** Null rather than empty: mostly there is one, and a list that grows from nothing begins with room for many. */
  let pending: Outgoing[] | null = null
  let isHolding = false
  let sent = 0
  /** The unconfirmed counted messages; the first of them is number `first`. */
  const kept: { out: Outgoing; bytes: number }[] = []
  let first = 0
  let keptBytes = 0
  /** Made while the peer was away: reliable, and nothing that it counts. They are said once, after the kept ones. */
  let late: Outgoing[] = []
  let weave: Weave | null = null

  function keep(out: Outgoing, bytes: number): void {
    sent++
    kept.push({ out, bytes })
    keptBytes += bytes
    // The oldest go first: a peer that confirms past the gap can be resumed again.
    let over = 0
    while (kept.length - over > maxMessages || keptBytes > maxBytes) {
      keptBytes -= kept[over]?.bytes ?? 0
      over++
    }
    if (over > 0) forget(over)
  }

  function forget(count: number): void {
    // In place: a peer that never confirms has a full list, and each message moves it by one.
    kept.splice(0, count)
    first += count
  }

  function assertCount(count: number): void {
    if (count <= sent) return
    throw new PPError('MALFORMED_FRAME', `The peer confirms ${count} messages; ${sent} were sent.`)
  }

  function confirm(count: number): void {
    assertCount(count)
    const done = Math.min(count - first, kept.length)
    if (done <= 0) return
    for (let i = 0; i < done; i++) keptBytes -= kept[i]?.bytes ?? 0
    forget(done)
  }

  return {
    sent: () => sent,
    kept: () => ({ messages: kept.length, bytes: keptBytes }),
    push(out) {
      const reliable = isReliable(out.message)
      if (isHolding && !reliable) return
      const body = out.body(codec)
      if (body === null) return
      const counts = isCounted(out.message)
      if (counts) keep(out, body.byteLength)
      if (weave?.take(out) === true) return
      if (!isHolding) {
        if (pending === null) pending = [out]
        else pending.push(out)
      } else if (!counts && late.length < maxMessages) late.push(out)
    },
    pushFirst: (out) => void (pending = [out, ...(pending ?? [])]),
    take() {
      const taken = pending ?? NOTHING
      pending = null
      return taken
    },
    confirm,
    translate(next, reread) {
      const said = kept.map(({ out: before }) => {
        const body = before.body(codec)
        const out = body === null ? before : outgoing(reread(body))
        return { out, bytes: out.body(next)?.byteLength ?? 0 }
      })
      kept.splice(0, kept.length, ...said)
      keptBytes = said.reduce((sum, { bytes }) => sum + bytes, 0)
      codec = next
    },
    hold() {
      isHolding = true
      late = (pending ?? [])
        .filter(({ message }) => isReliable(message) && !isCounted(message))
        .slice(0, maxMessages)
      pending = null
    },
    inspect(received) {
      assertCount(received)
      if (received < first) return { outcome: 'overflow', lost: sent - received }
      const moved = kept.slice(received - first).flatMap(({ out }) => movedRoom(out.message) ?? [])
      return { outcome: 'kept', missed: sent - received, moved: new Set(moved) }
    },
    restore(received) {
      confirm(received)
      isHolding = false
      pending = [...kept.map(({ out }) => out), ...late]
      late = []
    },
    precede(run) {
      const [again, counted] = [pending ?? NOTHING, kept.splice(0)]
      pending = null
      run()
      pending = [...(pending ?? NOTHING), ...again]
      kept.push(...counted)
    },
    lead(run) {
      weave = createWeave(pending ?? NOTHING)
      pending = null
      run()
      pending = [...weave.woven(), ...(pending ?? NOTHING)]
      weave = null
    },
  }
}
