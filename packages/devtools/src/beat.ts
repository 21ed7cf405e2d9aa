// How regularly the states of a room come in: each says its tick, and ticks are even at the server. Jitter as RFC 3550 (section 6.4.1)
// defines it: the difference between two arrivals beyond the difference between the two ticks.

export interface Beat {
  /** Milliseconds that this state came later than the beat of those before it, what is made up for taken off; 0 for none. */
  next(at: number, tick: number): number
  /** By how much arrivals stray from the beat, smoothed as the RFC does; null before the third state. Milliseconds. */
  readonly jitterMs: number | null
}

/** A room that changes nothing sends nothing: after so many ticks without a state the beat begins anew. */
const MAX_GAP_TICKS = 120
/** Share of the newest interval in the estimate of a tick. */
const GAIN = 1 / 16
/** One interval moves the estimate at most by this factor: a stall is no slower room. */
const MAX_STRETCH = 2
/** What a wrong estimate adds with every state is lost again as fast. */
const LEAK = 1 / 32

export function createBeat(): Beat {
  let last: { readonly at: number; readonly tick: number } | null = null
  let tickMs: number | null = null
  let lateMs = 0
  let jitterMs: number | null = null
  return {
    get jitterMs() {
      return jitterMs
    },
    next(at, tick) {
      const before = last
      last = { at, tick }
      const ticks = before === null ? 0 : tick - before.tick
      if (before === null || ticks <= 0 || ticks > MAX_GAP_TICKS) {
        lateMs = 0
        return 0
      }
      const each = (at - before.at) / ticks
      if (tickMs === null) {
        tickMs = each
        return 0
      }
      const strayMs = at - before.at - ticks * tickMs
      lateMs = Math.max(0, lateMs + strayMs) * (1 - LEAK)
      jitterMs = (jitterMs ?? 0) + (Math.abs(strayMs) - (jitterMs ?? 0)) * GAIN
      tickMs += (Math.min(each, tickMs * MAX_STRETCH) - tickMs) * GAIN
      return lateMs
    },
  }
}
