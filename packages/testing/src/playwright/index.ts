// Playwright fixtures for games with players: a server of one's own, and n players in it, each with their own weather.
//   test.use({ gameServer: { file: 'server.js' } })
//   test('…', async ({ players, room }) => { const [ada, ben] = await players(2); … await expect(room).toConverge() })
import { createPlayTest } from './fixtures.js'

export { createPlayTest } from './fixtures.js'
export type { Cast, PlayFixtures, PlayOptions, PlayTest, PlayTestOptions, SharedClock } from './fixtures.js'
export { expect } from './expect.js'
export { collectComplaints, LOST_CONNECTION } from './complaints.js'
export { startServer } from './game-server.js'
export type { GameServer, ServerCommand } from './game-server.js'
export type { RoomOnServer } from './channel.js'
export type { ConvergeOptions, Everybody } from './converge.js'
export type { PageClient, PageRoom } from './in-page.js'
export type { PlayerNet } from './net.js'
export type { Player } from './player.js'

/** Playwright's `test` with `players`, `server` and `room`. */
export const test = createPlayTest()
