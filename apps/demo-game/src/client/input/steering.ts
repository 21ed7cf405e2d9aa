// Where the player wants to go: the keys that are down, or the thumb on the floor. One direction comes out, sent on change.
import type { Point } from '../../shared/game.js'

export const STANDING: Point = { x: 0, y: 0 }

const KEYS: Readonly<Record<string, Point>> = {
  ArrowUp: { x: 0, y: -1 },
  KeyW: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
  KeyS: { x: 0, y: 1 },
  ArrowLeft: { x: -1, y: 0 },
  KeyA: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  KeyD: { x: 1, y: 0 },
}

/** Keys are named by place (`event.code`), so WASD works on every keyboard. */
export const isSteeringKey = (code: string): boolean => Object.hasOwn(KEYS, code)

/** Sum of the keys that are down, at most 1 long; opposite keys cancel out. */
export function directionOfKeys(down: ReadonlySet<string>): Point {
  let x = 0
  let y = 0
  for (const code of down) {
    x += KEYS[code]?.x ?? 0
    y += KEYS[code]?.y ?? 0
  }
  return unit(Math.sign(x), Math.sign(y))
}

/** A thumb that moved less than this is resting. */
const DEAD_PX = 10
/** A thumb this far out walks at full speed. */
export const FULL_PX = 44

/** Direction of a thumb that was put down at `from` and is now at `to`. */
export function directionOfDrag(from: Point, to: Point): Point {
  const dx = to.x - from.x
  const dy = to.y - from.y
  const length = Math.hypot(dx, dy)
  if (length < DEAD_PX) return STANDING
  const strength = Math.min(1, length / FULL_PX)
  // 16 directions and quarters of speed: a trembling thumb does not send a message per pixel.
  const angle = (Math.round((Math.atan2(dy, dx) / Math.PI) * 8) / 8) * Math.PI
  const speed = Math.ceil(strength * 4) / 4
  return rounded(Math.cos(angle) * speed, Math.sin(angle) * speed)
}

export const isSameDirection = (a: Point, b: Point): boolean => a.x === b.x && a.y === b.y

function unit(x: number, y: number): Point {
  const length = Math.hypot(x, y)
  return length === 0 ? STANDING : rounded(x / length, y / length)
}

/** Also turns -0 into 0, which would count as another direction. */
const rounded = (x: number, y: number): Point => ({
  x: Math.round(x * 100) / 100 + 0,
  y: Math.round(y * 100) / 100 + 0,
})
