// Is the other end still there, how far away is it, and what time is it there? One timer, set to the next moment at which
// something is due. In a hidden tab it may come a minute late, and in a frozen page an hour: silence counts only when this
// end asked in time and could have heard the answer.
import { PPError } from '@painda/protocol'
import type { Ping, Pong, Time, Undo } from '@painda/protocol'

export interface HeartbeatOptions {
  time: Time
  /** Silence after which an end is asked; twice that, and it is gone. 0: never. */
  heartbeatMs: number
  sendPing: (at: number) => void
  onSilence: (error: PPError) => void
  onPong: (rttMs: number, pong: Pong) => void
}

export interface Heartbeat {
  /** Something came. */
  heard(): void
  pong(pong: Pong): void
  /** Asks now, and calls back when the answer to this very question is here. */
  probe(onAnswer: () => void): Undo
  close(): void
}

/** Nothing from the wire reaches a timer unbounded: a heartbeat every millisecond would be an attack. */
const MIN_HEARTBEAT_MS = 10
/** A timer this much behind its time was held back by the host: a hidden tab, a frozen page, a sleeping machine. */
const LATE_MS = 1_000

export function createHeartbeat({
  time,
  heartbeatMs,
  sendPing,
  onSilence,
  onPong,
}: HeartbeatOptions): Heartbeat {
  const period = heartbeatMs > 0 ? Math.max(MIN_HEARTBEAT_MS, heartbeatMs) : Infinity
  let heardAt = time.now()
  let askedAt = -Infinity
  /** The first question since anything was heard. */
  let waitsSince: number | null = null
  /** It was late once since anything was heard, and has asked again. */
  let hasAskedLate = false
  /** Answers to pings that were never sent tell nothing. */
  const asked = new Set<number>()
  let probe: { at: number; onAnswer: () => void } | null = null
  let cancel = (): void => {}
  let isClosed = false

  function ask(): void {
    askedAt = time.now()
    waitsSince ??= askedAt
    // One that a whole period did not answer tells nothing about the way any more.
    if (asked.size >= 2) asked.clear()
    asked.add(askedAt)
    sendPing(askedAt)
  }

  function beat(due: number): void {
    const now = time.now()
    const silentMs = now - heardAt
    const isSilent = silentMs >= 2 * period && waitsSince !== null && now - waitsSince >= period
    if (isSilent) {
      // What came while the host held this end back still waits to be read: who was late asks once more.
      if (hasAskedLate || now - due < LATE_MS) {
        onSilence(new PPError('PING_TIMEOUT', `The server was silent for ${Math.round(silentMs)} ms.`))
        return
      }
      hasAskedLate = true
    }
    // Also on a busy connection: the answers measure the way and the clock.
    if (isSilent || now - askedAt >= period) ask()
    if (!isClosed) schedule(now)
  }

  function schedule(now: number): void {
    if (period === Infinity) return
    const end = heardAt + 2 * period
    const due = Math.max(now + 1, end > now ? Math.min(askedAt + period, end) : askedAt + period)
    cancel = time.after(due - now, () => beat(due))
  }

  ask()
  schedule(heardAt)

  return {
    heard() {
      heardAt = time.now()
      waitsSince = null
      hasAskedLate = false
    },
    pong(pong) {
      if (!asked.delete(pong.at)) return
      // What the server held it back for is no part of the way; what it claims of that cannot make it negative.
      onPong(Math.max(0, time.now() - pong.at - (pong.heldMs ?? 0)), pong)
      if (probe === null || pong.at < probe.at) return
      const { onAnswer } = probe
      probe = null
      onAnswer()
    },
    probe(onAnswer) {
      ask()
      const mine = { at: askedAt, onAnswer }
      probe = mine
      return () => {
        if (probe === mine) probe = null
      }
    },
    close() {
      isClosed = true
      probe = null
      cancel()
    },
  }
}

/** The answer that a ping gets at once. */
export function answerPing(ping: Ping, received: number): Pong {
  return { kind: 'pong', at: ping.at, received }
}
