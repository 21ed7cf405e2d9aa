// Chains: whoever paints tile after tile without a pause is paid for it.
import type { ArenaState, Player } from '../shared/game.js'
import { note } from './body.js'
import type { Body } from './body.js'

/** A step and a half of walking over one's own floor, and the chain is lost. */
const HOLDS_MS = 450
/** Tiles to the next level, and the coin that comes with it. */
export const CHAIN_LEVEL = 12

export interface Link {
  id: string
  player: Player
  body: Body
}

/** One more tile. Returns the level that was just reached, or null. */
export function extendChain(state: ArenaState, { id, player, body }: Link): number | null {
  body.chain += 1
  body.chainMs = HOLDS_MS
  note(state, id, 'runner', { reached: body.chain })
  if (body.chain % CHAIN_LEVEL !== 0) return null
  player.combo = body.chain / CHAIN_LEVEL
  player.coins += 1
  return player.combo
}
