// Sitting down and getting up: one colour per player, a free corner to start from, nothing left behind.
import { PPError } from '@painda/protocol'
import type { Random } from '@painda/protocol'
import { COLUMNS, ROWS, SEATS, playerOf } from '../shared/game.js'
import type { ArenaState, Player, Point, Profile, Team } from '../shared/game.js'
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
    team: smallerTeam(state),
    ...roomiestStart(Object.values(state.players), random),
    score: 0,
    coins: 0,
    combo: 0,
    wins: 0,
    isBot,
    isDashing: false,
    isFrozen: false,
    isShielded: false,
  }
  state.players[id] = player
  if (!isBot && state.host === '') state.host = id
  return player
}

/** Takes a player off the floor; the first person who is left becomes the host where the host has gone. */
export function getUp(state: ArenaState, id: string): void {
  const player = playerOf(state, id)
  if (player === undefined) return
  wipeColor(state, player.color)
  delete state.players[id]
  delete state.secrets[id]
  delete state.rematch[id]
  delete state.votes[id]
  for (const votes of Object.values(state.votes)) delete votes[id]
  if (state.host === id) state.host = peopleOf(state)[0] ?? ''
}

/** Ids of the players who are no bots, in the order in which they came. */
export function peopleOf(state: ArenaState): string[] {
  return Object.entries(state.players).flatMap(([id, { isBot }]) => (isBot ? [] : [id]))
}

/**
 * Another name, another colour.
 * @throws PPError `REFUSED` for a colour that somebody has, or during a round.
 */
export function dress(state: ArenaState, id: string, { name, color }: Profile): Profile {
  const player = playerOf(state, id)
  if (player === undefined) throw new PPError('NOT_IN_ROOM', 'Only players have a name here.')
  if (color !== player.color) {
    if (state.phase === 'play') throw new PPError('REFUSED', 'Colours can be changed between rounds.')
    const isTaken = Object.values(state.players).some((other) => other.color === color)
    if (isTaken) throw new PPError('REFUSED', 'Somebody has that colour.')
    wipeColor(state, player.color)
    player.color = color
    player.score = 0
  }
  if (name !== player.name) player.name = name
  return { name, color }
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

function smallerTeam(state: ArenaState): Team {
  const players = Object.values(state.players)
  return players.filter(({ team }) => team === 0).length * 2 > players.length ? 1 : 0
}

/** A place with room around it. */
export function roomiestStart(others: readonly Point[], random: Random): Point {
  const starts = Array.from({ length: START_CANDIDATES }, () => ({
    x: random.int(1, COLUMNS - 2) + 0.5,
    y: random.int(1, ROWS - 2) + 0.5,
  }))
  const room = (start: Point) => Math.min(...others.map(({ x, y }) => Math.hypot(x - start.x, y - start.y)))
  return starts.reduce((best, start) => (room(start) > room(best) ? start : best))
}
