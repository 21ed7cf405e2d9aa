// Painting: a tile changes hands, and both scores with it. Scores are kept, never counted: a tick costs what it paints.
import { BARE, COLUMNS, ROWS } from '../shared/game.js'
import type { ArenaState, Player, Point } from '../shared/game.js'

/** Paints the tile under a point. True when it changed hands. */
export function paintTile(state: ArenaState, column: number, row: number, painter: Player): boolean {
  const tiles = state.floor[row]
  const before = tiles?.[column]
  const after = painter.color + 1
  if (tiles === undefined || before === undefined || before === after) return false

  if (before !== BARE) loseTile(state, before - 1)
  tiles[column] = after
  painter.score += 1
  return true
}

/** Paints every tile whose centre is within `radius` of the centre; resolves to how many changed hands. */
export function paintDisc(state: ArenaState, centre: Point, radius: number, painter: Player): number {
  let painted = 0
  for (let row = Math.max(0, Math.floor(centre.y - radius)); row < ROWS && row <= centre.y + radius; row++) {
    for (let column = Math.max(0, Math.floor(centre.x - radius)); column < COLUMNS; column++) {
      const distance = Math.hypot(column + 0.5 - centre.x, row + 0.5 - centre.y)
      if (distance <= radius && paintTile(state, column, row, painter)) painted += 1
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

function loseTile(state: ArenaState, color: number): void {
  for (const player of Object.values(state.players)) {
    if (player.color !== color) continue
    player.score -= 1
    return
  }
}
