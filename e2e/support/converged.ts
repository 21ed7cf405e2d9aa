// Do all pages have what the server has? A running game changes 30 times a second, so each page keeps its last states by
// version, and the server's state is compared with the one of exactly that version.
import { expect } from '@playwright/test'
import type { ArenaState } from '../../apps/demo-game/src/shared/game.js'
import type { Game } from './game.js'
import type { Player } from './player.js'

declare global {
  interface Window {
    __history?: { room: object; states: Map<number, ArenaState> }
  }
}

/** Waits until every page has had the server's state in the server's version. Fails with what differs. */
export async function expectConverged(
  game: Game,
  players: readonly Player[],
  { timeoutMs = 15_000 } = {},
): Promise<void> {
  await Promise.all(players.map(keepStates))
  await expect(async () => {
    const { version, state } = await game.arena()
    await Promise.all(
      players.map(async (player) => {
        await player.page.waitForFunction((wanted) => (window.__painda?.room.version ?? 0) >= wanted, version)
        const replica = await player.page.evaluate(
          (wanted) => window.__history?.states.get(wanted) ?? null,
          version,
        )
        expect(replica, `${player.name}'s replica at version ${version}`).toEqual(state)
      }),
    )
  }).toPass({ timeout: timeoutMs })
}

/** States are immutable and share what did not change: keeping them costs next to nothing. */
async function keepStates({ page }: Player): Promise<void> {
  await page.evaluate(() => {
    const room = window.__painda?.room
    if (room === undefined) throw new Error('This page is in no room.')
    if (window.__history?.room === room) return

    const states = new Map<number, ArenaState>()
    const keep = (): void => {
      if (room.state === undefined) return
      states.set(room.version, room.state)
      for (const oldest of states.keys()) {
        if (states.size <= 600) break
        states.delete(oldest)
      }
    }
    room.subscribe(keep)
    keep()
    window.__history = { room, states }
  })
}
