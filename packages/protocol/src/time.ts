// Time is an argument: features ask a Time for the hour and for timers, so that a test can hand them a fake one and
// replay a minute in a millisecond. Every timer returns its undo.
import type { Undo } from './emitter.js'

export interface Time {
  /** Milliseconds on a monotonic clock; only differences mean something. */
  now(): number
  /** Milliseconds since the epoch, for stamps that people read. It may step; never measure with it. */
  wallNow(): number
  /** Runs once, `ms` from now. */
  after(ms: number, run: () => void): Undo
  /** Runs every `ms`, first `ms` from now. */
  every(ms: number, run: () => void): Undo
}

/** The globals of a JavaScript host that a Time is made from. `globalThis` of a browser or of Node fits. */
export interface TimeHost {
  performance: { now(): number }
  Date: { now(): number }
  setTimeout(run: () => void, ms: number): unknown
  clearTimeout(handle: never): void
  setInterval(run: () => void, ms: number): unknown
  clearInterval(handle: never): void
}

/** Longer delays wrap around to 1 ms in every host (a signed 32-bit count of milliseconds). */
const MAX_TIMER_MS = 2 ** 31 - 1

/** The host's own clock and timers: `hostTime(globalThis)`. */
export function hostTime(host: TimeHost): Time {
  return {
    now: () => host.performance.now(),
    wallNow: () => host.Date.now(),
    after(ms, run) {
      const handle = host.setTimeout(run, Math.min(ms, MAX_TIMER_MS))
      return () => host.clearTimeout(handle as never)
    },
    every(ms, run) {
      const handle = host.setInterval(run, Math.min(ms, MAX_TIMER_MS))
      return () => host.clearInterval(handle as never)
    },
  }
}
