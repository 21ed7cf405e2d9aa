// What a multiplayer test asks for: a game of its own, and players in it, each in a browser context with their own line.
//   test('…', async ({ game, players }) => { const [ada, ben] = await players(2) })
import { test as base, expect } from '@playwright/test'
import type { Browser } from '@playwright/test'
import { createNetwork, hostTime } from '@painda/protocol'
import type { Network } from '@painda/protocol'
import { createProxy } from '@painda/testing/proxy'
import type { NetworkProxy } from '@painda/testing/proxy'
import { collectComplaints } from './support/complaints.js'
import { startGame } from './support/game.js'
import type { Game } from './support/game.js'
import { DEV_CACHE, E2E_BUILD } from './support/paths.js'
import { createPlayer } from './support/player.js'
import type { Player } from './support/player.js'

export { expect } from '@playwright/test'

export interface GameOptions {
  /** The page as built for tests, or the dev server of `npm start` with the inspector in it. */
  served: 'built' | 'dev'
  /** Bots that play along. */
  bots: number
  /** What pages may complain about in this test, such as a connection that the test cuts. */
  expectedComplaints: readonly RegExp[]
}

/** What Chromium writes to the console about a socket that a test took away. */
export const LOST_CONNECTION = /WebSocket connection to 'ws:[^']+' failed|net::ERR_CONNECTION/

interface Fixtures extends GameOptions {
  game: Game
  /** Players at the door, not yet in the game. */
  visitors(count: number): Promise<Player[]>
  /** Players in the game, joined at the same time. */
  players(count: number): Promise<Player[]>
}

interface WorkerFixtures {
  /** Starting a server takes longer than many a test; a test gets one that has forgotten the test before. */
  startedGames: Map<string, Game>
}

const NAMES = ['Ada', 'Ben', 'Cleo', 'Dan', 'Eve', 'Finn']

export const test = base.extend<Fixtures, WorkerFixtures>({
  served: ['built', { option: true }],
  bots: [0, { option: true }],
  expectedComplaints: [[], { option: true }],

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

  game: async ({ startedGames, bots, served }, use, { parallelIndex }) => {
    const key = `${served} ${bots}`
    const started = startedGames.get(key)
    // Two dev servers must not write into one cache.
    const folder = served === 'built' ? E2E_BUILD : `${DEV_CACHE}-${parallelIndex}`
    const game = started ?? (await startGame({ kind: served, folder, bots }))
    startedGames.set(key, game)
    await started?.forget()
    await use(game)
  },

  visitors: async ({ browser, game, expectedComplaints }, use) => {
    const network = createNetwork({ time: hostTime(globalThis) })
    const seats: Seat[] = []
    await use(async (count) => {
      const made = await Promise.all(
        NAMES.slice(seats.length, seats.length + count).map((name) => seat(name, { browser, game, network })),
      )
      seats.push(...made)
      return made.map(({ player }) => player)
    })
    for (const { player, proxy, complaints } of seats) {
      const unexpected = complaints.filter(
        (text) => !expectedComplaints.some((pattern) => pattern.test(text)),
      )
      await player.context.close()
      await proxy.close()
      expect.soft(unexpected, `what ${player.name}'s page complained about`).toEqual([])
    }
    network.close()
  },

  players: async ({ visitors }, use) => {
    await use(async (count) => {
      const players = await visitors(count)
      await Promise.all(players.map((player) => player.join()))
      return players
    })
  },
})

interface Seat {
  player: Player
  proxy: NetworkProxy
  complaints: readonly string[]
}

async function seat(
  name: string,
  { browser, game, network }: { browser: Browser; game: Game; network: Network },
): Promise<Seat> {
  const link = network.link(name)
  const target = { host: '127.0.0.1', port: game.port }
  const proxy = await createProxy({ target, network, linkFor: () => link })
  const context = await browser.newContext({ baseURL: `http://127.0.0.1:${proxy.port}` })
  const page = await context.newPage()
  const complaints = collectComplaints(page)
  const player = createPlayer({ name, context, page, link })
  await player.open()
  return { player, proxy, complaints }
}
