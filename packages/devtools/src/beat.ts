// How regularly the states of a room come in: each says its tick, and ticks are even at the server. Jitter as RFC 3550 (section 6.4.1)
// defines it: the difference between two arrivals beyond the difference between the two ticks.

export interface Beat {
  /**
   * A snapshot came: it is sent when somebody joins or asks, anywhere between two ticks, so its time says nothing of the beat. What follows
   * is measured from the state after it.
   */
  pause(): void
  /** Milliseconds that this state came later than the beat of those before it, what is made up for taken off; 0 for none. */
  next(at: number, tick: number): number
  /** By how much arrivals stray from the beat, smoothed as the RFC does; null before the third state. Milliseconds. */
  readonly jitterMs: number | null
}

/** A room that changes nothing sends nothing: after so many ticks without a state the beat begins anew. */
const MAX_GAP_TICKS = 120
/** Share of the newest interval in the estimate of a tick, and in the jitter. Until there were so many, the estimate is their mean. */
const GAIN = 1 / 16
/** Nothing is late by a beat that was hardly heard: an estimate that is wrong by a little adds up over many states. */
const MIN_INTERVALS = 8
/**
 * One interval moves the estimate at most by this factor: a stall is no slower room. Not by less: where a network hands states over in
 * pairs, every other interval is two ticks long, and were those cut short the estimate would sink for ever.
 */
const MAX_STRETCH = 4
/** What a wrong estimate adds with every state is lost again as fast. */
const LEAK = 1 / 32

export function createBeat(): Beat {
  let last: { readonly at: number; readonly tick: number } | null = null
  let tickMs: number | null = null
  let lateMs = 0
  let jitterMs: number | null = null
  /** Intervals that the estimate knows. */
  let seen = 0
  return {
    get jitterMs() {
      return jitterMs
    },
    pause() {
      last = null
      lateMs = 0
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
        // Two that came at the same moment say nothing: of a tick of 0 ms the estimate would never be rid.
        if (each > 0) [tickMs, seen] = [each, 1]
        return 0
      }
      const strayMs = at - before.at - ticks * tickMs
      const isKnown = seen >= MIN_INTERVALS
      seen++
      if (isKnown) lateMs = Math.max(0, lateMs + strayMs) * (1 - LEAK)
      jitterMs = (jitterMs ?? 0) + (Math.abs(strayMs) - (jitterMs ?? 0)) * GAIN
      const heard = isKnown ? Math.min(each, tickMs * MAX_STRETCH) : each
      tickMs += (heard - tickMs) * Math.max(GAIN, 1 / seen)
      return lateMs
    },
  }
}
