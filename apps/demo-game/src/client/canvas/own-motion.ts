// Own motion: the own player answers in the same frame. It walks by the shared rule at once and is drawn towards the
// place where the server will have it, so that a correction is a pull, never a jump.
import type { Point } from '../../shared/game.js'
import { clampToFloor, walk } from '../../shared/walk.js'

/** The pull towards the server's word: two thirds of an error are gone after this long. */
const PULL_MS = 90
/** Farther off than this is not a correction but another place: a new round, a new seat. */
const SNAP_TILES = 4
/** More lead than this would show a player where it may never be. */
const MAX_LEAD_MS = 180

export interface Step {
  direction: Point
  isDashing: boolean
  dtMs: number
  /** How old the server's word is by the time it is heard. */
  leadMs: number
}

export interface OwnMotion {
  /** Where the own player is shown after `dtMs` more. */
  next(server: Point, step: Step): Point
  reset(): void
}

export function createOwnMotion(): OwnMotion {
  let shown: Point | null = null
  return {
    next(server, { direction, isDashing, dtMs, leadMs }) {
      const target = walk(server, direction, Math.min(leadMs, MAX_LEAD_MS), isDashing)
      if (shown === null || Math.hypot(target.x - shown.x, target.y - shown.y) > SNAP_TILES) shown = target
      else shown = pull(walk(shown, direction, dtMs, isDashing), target, 1 - Math.exp(-dtMs / PULL_MS))
      return shown
    },
    reset() {
      shown = null
    },
  }
}

function pull(from: Point, to: Point, share: number): Point {
  return clampToFloor({ x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share })
}
