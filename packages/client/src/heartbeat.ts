// Is the other end still there, how far away is it, and what time is it there? One timer, set to the next moment at which
// something is due.
import { PPError } from '@painda/protocol'
import type { Ping, Pong, Time } from '@painda/protocol'

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
  close(): void
}

/** Nothing from the wire reaches a timer unbounded: a heartbeat every millisecond would be an attack. */
const MIN_HEARTBEAT_MS = 10

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
  /** Answers to pings that were never sent tell nothing. */
  const asked = new Set<number>()
  let cancel = (): void => {}

  function ask(): void {
    askedAt = time.now()
    // One that a whole period did not answer tells nothing about the way any more.
    if (asked.size >= 2) asked.clear()
    asked.add(askedAt)
    sendPing(askedAt)
  }

  function beat(): void {
    const now = time.now()
    if (now - heardAt >= 2 * period) {
      onSilence(new PPError('PING_TIMEOUT', `The server was silent for ${2 * period} ms.`))
      return
    }
    // Also on a busy connection: the answers measure the way and the clock.
    if (now - askedAt >= period) ask()
    schedule(now)
  }

  function schedule(now: number): void {
    if (period === Infinity) return
    cancel = time.after(Math.max(1, Math.min(askedAt + period, heardAt + 2 * period) - now), beat)
  }

  ask()
  schedule(heardAt)

  return {
    heard: () => void (heardAt = time.now()),
    pong(pong) {
      if (!asked.delete(pong.at)) return
      onPong(time.now() - pong.at, pong)
    },
    close: () => cancel(),
  }
}

/** The answer that a ping gets at once. */
export function answerPing(ping: Ping, received: number): Pong {
  return { kind: 'pong', at: ping.at, received }
}
