// What waited for a connection does not leave all at once: a server counts the messages of each client, and refuses what is
// too many in a second. So a full buffer leaves as fast as the server said it may, with some room for what comes besides.
import type { Time } from '@painda/protocol'

export interface Pace {
  /** A new connection: `perSecond` 0 is no limit, `spent` have left on it already. */
  start(perSecond: number, spent: number): void
  /** How many may leave now; `take` says how many did. */
  allowance(): number
  take(count: number): void
}

/** The rest is for joins, answers and whatever the application sends meanwhile. */
const SHARE = 0.8

export function createPace(time: Pick<Time, 'now'>): Pace {
  let rate = Infinity
  let tokens = Infinity
  let at = 0
  return {
    start(perSecond, spent) {
      rate = perSecond > 0 ? perSecond * SHARE : Infinity
      tokens = rate - spent
      at = time.now()
    },
    allowance() {
      if (rate === Infinity) return Infinity
      const now = time.now()
      tokens = Math.min(rate, tokens + ((now - at) / 1000) * rate)
      at = now
      return Math.max(0, Math.floor(tokens))
    },
    take: (count) => void (tokens -= count),
  }
}
