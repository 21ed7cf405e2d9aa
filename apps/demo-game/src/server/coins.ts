// Coins lie on the floor and are picked up by walking over them.
import type { Random } from '@painda/protocol'
import { COLUMNS, ROWS } from '../shared/game.js'
import type { ArenaState, Player, Point } from '../shared/game.js'

export const MAX_COINS = 6
/** How often one appears while there is room for it. */
const COIN_EVERY_MS = 900
const REACH = 0.75

/** What a room remembers between ticks and tells nobody. */
export interface Mint {
  nextId: number
  waitMs: number
}

/** `there`: coins of a mint before, which keep their names. */
export function createMint(there: Readonly<Record<string, Point>> = {}): Mint {
  const last = Math.max(0, ...Object.keys(there).map((id) => Number(id.slice(1)) || 0))
  return { nextId: last + 1, waitMs: 0 }
}

export function dropCoins(state: ArenaState, mint: Mint, dtMs: number, random: Random): void {
  mint.waitMs -= dtMs
  if (mint.waitMs > 0 || Object.keys(state.coins).length >= MAX_COINS) return

  mint.waitMs = COIN_EVERY_MS
  state.coins[`c${mint.nextId++}`] = { x: random.int(0, COLUMNS - 1) + 0.5, y: random.int(0, ROWS - 1) + 0.5 }
}

/** Returns how many were picked up. */
export function pickUpCoins(state: ArenaState, player: Player): number {
  let count = 0
  for (const [id, coin] of Object.entries(state.coins)) {
    if (Math.hypot(coin.x - player.x, coin.y - player.y) > REACH) continue
    delete state.coins[id]
    player.coins += 1
    count += 1
  }
  return count
}
