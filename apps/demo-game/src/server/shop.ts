// The shop sells one thing, a paint bomb, and says no in words a player understands.
import { PPError } from '@painda/protocol'
import { BOMB, playerOf } from '../shared/game.js'
import type { ArenaState, Player } from '../shared/game.js'
import { paintDisc } from './paint.js'

export interface Sale {
  player: Player
  /** Tiles that changed hands. */
  tiles: number
}

/**
 * Sells and throws a bomb: paints a disc around the player.
 * @throws PPError `REFUSED` between rounds, while reloading (`readyInMs` > 0), or with too few coins.
 */
export function buyBomb(state: ArenaState, id: string, readyInMs: number): Sale {
  const player = playerOf(state, id)
  if (player === undefined) throw new PPError('NOT_IN_ROOM', 'Only players can buy.')
  if (state.phase !== 'play') throw refusal('The shop opens with the next round.')
  if (readyInMs > 0) throw refusal(`Still reloading: ${Math.ceil(readyInMs / 1000)} s.`)
  if (player.coins < BOMB.price) {
    throw refusal(`A paint bomb costs ${BOMB.price} coins, you have ${player.coins}.`)
  }
  player.coins -= BOMB.price
  return { player, tiles: paintDisc(state, player, BOMB.radius, player) }
}

const refusal = (message: string) => new PPError('REFUSED', message)
