// Which tick of a room to show at a moment. States arrive unevenly; shown a little late they can be played back evenly.
// The length of a tick is what the arrivals of the last seconds say on average, and the way of the fastest of them is
// taken for the way that all would have had.

export interface Timeline {
  /** The newest tick that arrived, and the one before. Null before there are such. */
  readonly newest: number | null
  readonly previous: number | null
  /** A state of this tick is here. Ticks that are not newer are ignored. */
  arrived(tick: number, now: number): void
  /** The tick, with its fraction, to be shown at `now`. Never goes back. */
  playhead(now: number): number
}

/** Two seconds at 20 states a second: long enough for an average, short enough for a server that changes its pace. */
const WINDOW = 40

/** Until two states have arrived. */
const USUAL_TICK_MS = 50

interface Arrival {
  tick: number
  at: number
}

/** `delayMs`: how late states are shown. As long as two intervals between states it hides one that comes late. */
export function createTimeline(delayMs: number): Timeline {
  const arrivals: Arrival[] = []
  let shown = -Infinity
  /** The length of a tick, and when the newest one would have arrived on the fastest way. */
  let tickMs = USUAL_TICK_MS
  let anchor = 0

  function measure(): void {
    const first = arrivals[0]
    const last = arrivals.at(-1)
    if (first === undefined || last === undefined) return
    if (last.tick > first.tick && last.at > first.at) tickMs = (last.at - first.at) / (last.tick - first.tick)
    anchor = Math.min(...arrivals.map(({ tick, at }) => at + (last.tick - tick) * tickMs))
  }

  return {
    get newest() {
      return arrivals.at(-1)?.tick ?? null
    },
    get previous() {
      return arrivals.at(-2)?.tick ?? null
    },
    arrived(tick, now) {
      const newest = arrivals.at(-1)
      if (newest !== undefined && tick <= newest.tick) {
        // A room that was joined anew counts from the start.
        if (tick === newest.tick) return
        arrivals.length = 0
        shown = -Infinity
      }
      arrivals.push({ tick, at: now })
      if (arrivals.length > WINDOW) arrivals.shift()
      measure()
    },
    playhead(now) {
      const newest = arrivals.at(-1)
      if (newest === undefined) return shown
      shown = Math.max(shown, newest.tick + (now - delayMs - anchor) / tickMs)
      return shown
    },
  }
}
