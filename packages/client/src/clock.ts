// The server's wall clock as this end reckons it, on top of a clock that never steps.
import type { Time } from '@painda/protocol'

export interface ServerClock {
  /** The server's wall clock, milliseconds since the epoch; this end's own before the first welcome. */
  serverNow(): number
  /** The last round trip in milliseconds; null before the first. */
  readonly rtt: number | null
  /** The server wrote `serverNow`; it came after a round trip of `rttMs`, where that is known. */
  sample(serverNow: number, rttMs: number | null): void
}

export function createServerClock(time: Time): ServerClock {
  let offset: number | null = null
  let rtt: number | null = null
  return {
    serverNow: () => (offset === null ? time.wallNow() : time.now() + offset),
    get rtt() {
      return rtt
    },
    sample(serverNow, rttMs) {
      if (rttMs !== null) rtt = rttMs
      // It was written half a round trip ago, as far as anybody can tell.
      offset = serverNow + (rttMs ?? rtt ?? 0) / 2 - time.now()
    },
  }
}
