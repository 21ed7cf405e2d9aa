// What a bot wants next. It sees only what every player sees, walks with the same messages, and is beatable: it dawdles,
// goes for what is near rather than for what is best, and rethinks only a few times a second.
import type { Random } from '@painda/protocol'
import { BARE, COLUMNS, ROWS } from '../shared/game.js'
import type { ArenaState, Player, Point } from '../shared/game.js'
import { BOMB, FREEZE, SHIELD } from '../shared/items.js'
import type { Item } from '../shared/items.js'

export interface Temper {
  /** How far it goes out of its way for a coin, in tiles. */
  greed: number
  /** Share of decisions in which it takes a break. */
  laziness: number
  /** How much more it likes a rival's tile than a bare one, in tiles of way. */
  spite: number
  /** What it saves its coins for. */
  favourite: Item
}

/** Three kinds of company: one that minds its own corner, one that runs after coins, one that runs after you. */
export const TEMPERS = {
  dreamer: { greed: 3, laziness: 0.16, spite: 0, favourite: 'shield' },
  collector: { greed: 9, laziness: 0.05, spite: 1, favourite: 'bomb' },
  hunter: { greed: 5, laziness: 0.05, spite: 5, favourite: 'freeze' },
} as const satisfies Record<string, Temper>

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
  const ours = oursOf(state, self)
  const worth = (tile: Point) => {
    const owner = tileAt(state, tile)
    if (ours.has(owner)) return Infinity
    return distance(tile) - (owner === BARE ? 0 : temper.spite)
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

/** What a bot would buy now: its favourite, where it pays. */
export function wantsItem(state: ArenaState, self: Player, { favourite }: Temper): Item | null {
  if (state.phase !== 'play') return null
  switch (favourite) {
    case 'bomb':
      return self.coins >= BOMB.price && foreignAround(state, self) >= 5 ? 'bomb' : null
    case 'freeze':
      return self.coins >= FREEZE.price && rivalsAround(state, self) >= 2 ? 'freeze' : null
    case 'shield':
      return self.coins >= SHIELD.price && rivalsAround(state, self) >= 1 ? 'shield' : null
  }
}

function foreignAround(state: ArenaState, self: Player): number {
  const ours = oursOf(state, self)
  let foreign = 0
  for (let row = Math.floor(self.y) - 1; row <= self.y + 1; row++) {
    for (let column = Math.floor(self.x) - 1; column <= self.x + 1; column++) {
      const owner = state.floor[row]?.[column]
      if (owner !== undefined && !ours.has(owner)) foreign += 1
    }
  }
  return foreign
}

function rivalsAround(state: ArenaState, self: Player): number {
  return Object.values(state.players).filter(
    (other) =>
      other.color !== self.color &&
      !(state.mode === 'teams' && other.team === self.team) &&
      Math.hypot(other.x - self.x, other.y - self.y) <= FREEZE.radius,
  ).length
}

/** The tiles that are not worth a step: one's own, and those of mates. */
function oursOf(state: ArenaState, self: Player): ReadonlySet<number> {
  if (state.mode === 'solo') return new Set([self.color + 1])
  return new Set(
    Object.values(state.players).flatMap(({ team, color }) => (team === self.team ? [color + 1] : [])),
  )
}

function nearest(points: readonly Point[], cost: (point: Point) => number): Point | null {
  let best: Point | null = null
  for (const point of points) if (best === null || cost(point) < cost(best)) best = point
  return best
}

const tileAt = (state: ArenaState, { x, y }: Point) => state.floor[Math.floor(y)]?.[Math.floor(x)] ?? BARE
const round = (value: number) => Math.round(value * 100) / 100
