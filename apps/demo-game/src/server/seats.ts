// Sitting down and getting up: one colour per player, a free corner to start from, nothing left behind.
import type { Random } from '@painda/protocol'
import { COLUMNS, ROWS, SEATS, playerOf } from '../shared/game.js'
import type { ArenaState, Player, Point, Profile } from '../shared/game.js'
import { wipeColor } from './paint.js'

/** Candidates for a start: the one farthest from everybody is taken. */
const START_CANDIDATES = 12

/** Seats a player; a colour that somebody has is replaced by the next free one. */
export function sitDown(
  state: ArenaState,
  id: string,
  profile: Profile,
  { isBot, random }: { isBot: boolean; random: Random },
): Player {
  const player: Player = {
    name: profile.name,
    color: freeColor(state, profile.color),
    ...roomiestStart(state, random),
    score: 0,
    coins: 0,
    isBot,
  }
  state.players[id] = player
  return player
}

export function getUp(state: ArenaState, id: string): void {
  const player = playerOf(state, id)
  if (player === undefined) return
  wipeColor(state, player.color)
  delete state.players[id]
}

/** The wanted colour, or the first free one after it. */
function freeColor(state: ArenaState, wanted: number): number {
  const taken = new Set(Object.values(state.players).map((player) => player.color))
  for (let step = 0; step < SEATS; step++) {
    const color = (wanted + step) % SEATS
    if (!taken.has(color)) return color
  }
  return wanted
}

function roomiestStart(state: ArenaState, random: Random): Point {
  const others = Object.values(state.players)
  const starts = Array.from({ length: START_CANDIDATES }, () => ({
    x: random.int(1, COLUMNS - 2) + 0.5,
    y: random.int(1, ROWS - 2) + 0.5,
  }))
  const room = (start: Point) => Math.min(...others.map(({ x, y }) => Math.hypot(x - start.x, y - start.y)))
  return starts.reduce((best, start) => (room(start) > room(best) ? start : best))
}
