// The own dash before the server has heard of it: it begins in the same frame, and asks no more often than it is granted.
import { DASH } from '../../shared/items.js'

export interface Legs {
  /** Begins a dash; false while the legs are tired. */
  dash(nowMs: number): boolean
  isDashing(nowMs: number): boolean
}

export function createLegs(): Legs {
  let startedAt = -Infinity
  return {
    dash(nowMs) {
      if (nowMs - startedAt < DASH.cooldownMs) return false
      startedAt = nowMs
      return true
    },
    isDashing: (nowMs) => nowMs - startedAt < DASH.ms,
  }
}
