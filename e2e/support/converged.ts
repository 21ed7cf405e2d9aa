// Do these pages have what the server has?
import { expect } from '@painda/testing/playwright'
import type { Game } from './game.js'
import type { Player } from './player.js'

/** Waits until every page has had the server's state in the server's version. Fails with what differs. */
export async function expectConverged(game: Game, players: readonly Player[]): Promise<void> {
  await expect({ server: game, players }).toConverge()
}
