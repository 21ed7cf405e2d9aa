// How a player walks. The server decides with it, and the page uses the same lines to ease the own player ahead.
import { COLUMNS, ROWS } from './game.js'
import type { Point } from './game.js'
import { DASH } from './items.js'

/** Tiles per second: across the floor in about four seconds. */
export const SPEED = 7

/** How close a centre may come to the edge: a player with all its rings stays on the floor, and reaches every tile. */
const MARGIN = 0.75

/** Where one is after walking `direction` (length up to 1) for `ms`. */
export function walk(from: Point, direction: Point, ms: number, isDashing = false): Point {
  const { x: dx, y: dy } = clampToUnit(direction)
  const distance = (SPEED * (isDashing ? DASH.factor : 1) * ms) / 1000
  return clampToFloor({ x: from.x + dx * distance, y: from.y + dy * distance })
}

export function clampToFloor({ x, y }: Point): Point {
  return { x: clamp(x, MARGIN, COLUMNS - MARGIN), y: clamp(y, MARGIN, ROWS - MARGIN) }
}

/** The same direction, never longer than 1: a diagonal is not faster, and neither is a forged message. */
export function clampToUnit({ x, y }: Point): Point {
  const length = Math.hypot(x, y)
  return length > 1 ? { x: x / length, y: y / length } : { x, y }
}

/** Positions travel as decimals; two places are finer than a pixel and keep a delta short. */
export function roundPosition(point: Point): Point {
  return { x: Math.round(point.x * 100) / 100, y: Math.round(point.y * 100) / 100 }
}

const clamp = (value: number, min: number, max: number) => Math.min(max, Math.max(min, value))
