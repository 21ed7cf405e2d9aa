// Where the floor lies on the screen. A phone held upright gets it turned by a quarter, or its tiles would be crumbs.
import { COLUMNS, ROWS } from '../../shared/game.js'
import type { Point } from '../../shared/game.js'

export interface Layout {
  /** The floor's x axis runs down the screen. */
  turned: boolean
  /** Edge of a tile in CSS pixels, whole, so that tiles are crisp. */
  tile: number
  width: number
  height: number
}

const MIN_TILE = 8

/** The largest floor that fits into the given space. */
export function layoutFor(width: number, height: number): Layout {
  const turned = height > width
  const [across, down] = turned ? [ROWS, COLUMNS] : [COLUMNS, ROWS]
  const tile = Math.max(MIN_TILE, Math.floor(Math.min(width / across, height / down)))
  return { turned, tile, width: tile * across, height: tile * down }
}

/** A point or direction of the floor on the screen, and back: turning twice is standing still. */
export const turn = ({ x, y }: Point, { turned }: Layout): Point => (turned ? { x: y, y: x } : { x, y })
