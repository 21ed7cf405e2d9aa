// What a bot wants next. It sees only what every player sees, walks with the same messages, and is beatable: it dawdles,
// goes for what is near rather than for what is best, and rethinks only a few times a second.
import type { Random } from '@painda/protocol'
import { BOMB, COLUMNS, ROWS } from '../shared/game.js'
import type { ArenaState, Player, Point } from '../shared/game.js'

export interface Temper {
  /** How far it goes out of its way for a coin, in tiles. */
  greed: number
  /** Share of decisions in which it takes a break. */
  laziness: number
  /** How much more it likes a rival's tile than a bare one, in tiles of way. */
  spite: number
}

const SAMPLES = 10
const ARRIVED = 0.35

/** The next point to walk to, or null for a pause. */
export function chooseTarget(state: ArenaState, self: Player, temper: Temper, random: Random): Point | null {
  if (random.next() < temper.laziness) return null

  const distance = (point: Point) => Math.hypot(point.x - self.x, point.y - self.y)
  const coin = nearest(Object.values(state.coins), distance)
  if (coin !== null && distance(coin) <= temper.greed) return { x: coin.x, y: coin.y }

  const tiles = Array.from({ length: SAMPLES }, () => ({
    x: random.int(0, COLUMNS - 1) + 0.5,
    y: random.int(0, ROWS - 1) + 0.5,
  }))
  const worth = (tile: Point) => {
    const owner = tileAt(state, tile)
    if (owner === self.color + 1) return Infinity
    return distance(tile) - (owner === 0 ? 0 : temper.spite)
  }
  return nearest(tiles, worth)
}

/** Unit direction towards the target; (0, 0) when there. */
export function directionTo(self: Point, target: Point | null): Point {
  if (target === null) return { x: 0, y: 0 }
  const x = target.x - self.x
  const y = target.y - self.y
  const length = Math.hypot(x, y)
  return length < ARRIVED ? { x: 0, y: 0 } : { x: round(x / length), y: round(y / length) }
}

/** A bot throws a bomb when it can afford one and the ground around is worth it. */
export function wantsBomb(state: ArenaState, self: Player): boolean {
  if (state.phase !== 'play' || self.coins < BOMB.price) return false
  let foreign = 0
  for (let row = Math.floor(self.y) - 1; row <= self.y + 1; row++) {
    for (let column = Math.floor(self.x) - 1; column <= self.x + 1; column++) {
      const owner = state.floor[row]?.[column]
      if (owner !== undefined && owner !== self.color + 1) foreign += 1
    }
  }
  return foreign >= 5
}

function nearest(points: readonly Point[], cost: (point: Point) => number): Point | null {
  let best: Point | null = null
  for (const point of points) if (best === null || cost(point) < cost(best)) best = point
  return best
}

const tileAt = (state: ArenaState, { x, y }: Point) => state.floor[Math.floor(y)]?.[Math.floor(x)] ?? 0
const round = (value: number) => Math.round(value * 100) / 100
