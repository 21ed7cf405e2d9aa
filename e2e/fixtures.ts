// What a test of the demo asks for: a game of its own, and players in it. Our own kit, `@painda/testing/playwright`, makes both.
//   test('…', async ({ game, players }) => { const [ada, ben] = await players(2) })
import { createPlayTest } from '@painda/testing/playwright'
import { startGame } from './support/game.js'
import type { Game } from './support/game.js'
import { DEV_CACHE, E2E_BUILD } from './support/paths.js'
import { createGamePlayer } from './support/player.js'
import type { Player } from './support/player.js'

export { expect, LOST_CONNECTION } from '@painda/testing/playwright'

/** For specs that look at what moves: the others are played as by people who asked for less of it. */
export const IN_MOTION = { contextOptions: { reducedMotion: 'no-preference' } } as const

export interface GameOptions {
  /** The page as built for tests, or the dev server of `npm start` with the inspector in it. */
  served: 'built' | 'dev'
  /** Bots join until a room has so many players. */
  fillTo: number
  /** Seconds of the phases that are not as usual. By default tests begin in the middle of a round. */
  timing: string
  /** Ticks per second of the rooms. */
  tickHz: number
}

interface Fixtures extends GameOptions {
  game: Game
}

interface WorkerFixtures {
  /** Starting a server takes longer than many a test; a test gets one that has forgotten the test before. */
  startedGames: Map<string, Game>
}

const play = createPlayTest<Player>({ dress: createGamePlayer, enter: (player) => player.join() })

export const test = play.extend<Fixtures, WorkerFixtures>({
  served: ['built', { option: true }],
  fillTo: [0, { option: true }],
  timing: ['lobby:0,countdown:0', { option: true }],
  tickHz: [30, { option: true }],

  startedGames: [
    // Playwright reads from the pattern what a fixture asks for: nothing.
    // oxlint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const games = new Map<string, Game>()
      await use(games)
      for (const game of games.values()) await game.kill()
    },
    { scope: 'worker' },
  ],

  game: async ({ startedGames, fillTo, timing, tickHz, served }, use, { parallelIndex }) => {
    const key = `${served} ${fillTo} ${timing} ${tickHz}`
    const started = startedGames.get(key)
    // Two dev servers must not write into one cache.
    const folder = served === 'built' ? E2E_BUILD : `${DEV_CACHE}-${parallelIndex}`
    const game = started ?? (await startGame({ kind: served, folder, fillTo, timing, tickHz }))
    startedGames.set(key, game)
    await started?.forget()
    await use(game)
  },

  server: ({ game }, use) => use(game),
})
