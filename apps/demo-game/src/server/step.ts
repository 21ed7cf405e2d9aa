// One tick of the arena, as a pure step over the state: everything that needs a clock or luck gets it as an argument.
import type { Random } from '@painda/protocol'
import type { ArenaState, Point } from '../shared/game.js'
import { roundPosition, walk } from '../shared/walk.js'
import { dropCoins, pickUpCoins } from './coins.js'
import type { Mint } from './coins.js'
import { paintTile } from './paint.js'
import { runClock } from './round.js'
import type { Stopwatch } from './round.js'

export interface StepOptions {
  /** Where each player walks; whoever is missing stands. */
  directions: ReadonlyMap<string, Point>
  watch: Stopwatch
  mint: Mint
  random: Random
}

/** Only what changes is written: a player that stands still costs no bytes. */
export function step(
  state: ArenaState,
  dtMs: number,
  { directions, watch, mint, random }: StepOptions,
): void {
  runClock(state, watch, dtMs)
  if (state.phase !== 'play') return

  for (const [id, player] of Object.entries(state.players)) {
    const direction = directions.get(id)
    if (direction !== undefined) {
      const { x, y } = roundPosition(walk(player, direction, dtMs))
      if (x !== player.x) player.x = x
      if (y !== player.y) player.y = y
    }
    paintTile(state, Math.floor(player.x), Math.floor(player.y), player)
    pickUpCoins(state, player)
  }
  dropCoins(state, mint, dtMs, random)
}
