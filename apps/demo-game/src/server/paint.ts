// Painting: a tile changes hands, and both scores with it. Scores are kept, never counted: a tick costs what it paints.
import { BARE, COLUMNS, ROWS } from '../shared/game.js'
import type { ArenaState, Player, Point } from '../shared/game.js'

/** What became of a tile: it stayed, it was bare, or a rival lost it. */
export type Painted = 'same' | 'fresh' | 'taken'

/** Paints the tile under a point. Tiles of mates stay theirs, and nobody takes one from under a shield. */
export function paintTile(state: ArenaState, column: number, row: number, painter: Player): Painted {
  const tiles = state.floor[row]
  const before = tiles?.[column]
  const after = painter.color + 1
  if (tiles === undefined || before === undefined || before === after) return 'same'

  const owner = before === BARE ? undefined : ownerOf(state, before - 1)
  if (owner !== undefined && (owner.isShielded || isMate(state, owner, painter))) return 'same'
  if (owner !== undefined) owner.score -= 1
  tiles[column] = after
  painter.score += 1
  return owner === undefined ? 'fresh' : 'taken'
}

/** Paints every tile whose centre is within `radius` of the centre. */
export function paintDisc(state: ArenaState, centre: Point, radius: number, painter: Player): Painted[] {
  const painted: Painted[] = []
  for (let row = Math.max(0, Math.floor(centre.y - radius)); row < ROWS && row <= centre.y + radius; row++) {
    for (let column = Math.max(0, Math.floor(centre.x - radius)); column < COLUMNS; column++) {
      if (Math.hypot(column + 0.5 - centre.x, row + 0.5 - centre.y) > radius) continue
      const became = paintTile(state, column, row, painter)
      if (became !== 'same') painted.push(became)
    }
  }
  return painted
}

/** Takes a colour off the floor: whoever gets its seat next must not inherit tiles. */
export function wipeColor(state: ArenaState, color: number): void {
  for (const tiles of state.floor) {
    for (let column = 0; column < COLUMNS; column++) {
      if (tiles[column] === color + 1) tiles[column] = BARE
    }
  }
}

export function isMate(state: ArenaState, a: Player, b: Player): boolean {
  return state.mode === 'teams' && a.team === b.team
}

function ownerOf(state: ArenaState, color: number): Player | undefined {
  return Object.values(state.players).find((player) => player.color === color)
}
