// The game server, on whatever HTTP server serves the page. `start` makes what stays, `setup` says what it does: in development that
// is said again after each save, to the server that runs.
import type { Server } from 'node:http'
import process from 'node:process'
import { PPServer } from '@painda/server'
import type { SetupMemory } from '@painda/server'
import { TICK_HZ, contract } from '../shared/game.js'
import { defineArena } from './arena.js'
import type { Memory } from './arena.js'
import { createCrew, createRoster } from './crew.js'
import type { Roster } from './crew.js'
import { playOptionsOf } from './environment.js'
import type { PlayOptions } from './environment.js'
import { offerRooms } from './open-room.js'
import { lastDay } from './return.js'
import { TIMING } from './round.js'

export { contract }

/** A seat waits this long for a player whose connection is lost; longer, and a full room would be full of ghosts. */
const SEAT_KEPT_MS = 30_000

/** A planned restart has everybody back within this. */
const RETURN_MS = 3_000

/** Enough to be chased by, few enough to win against. */
export const DEFAULT_FILL = 6

/** The room whose state is the list of rooms. */
const LOBBY = 'lobby'

/** Fast enough for people, too slow for a flood. */
const PER_SECOND = { say: 2, emote: 4, openRoom: 1, voteOut: 2, dress: 4, invite: 2, dash: 8 }

export type GameServer = PPServer<typeof contract>

/** On an HTTP server that already exists; `close` leaves that server running. */
export function start(httpServer: Server): GameServer {
  const server = PPServer.attachTo(httpServer, {
    contract,
    recovery: { retentionMs: SEAT_KEPT_MS },
    maxMessagesPerSecondByType: PER_SECOND,
  })
  server.register(lastDay)
  // Who is told to come back waits a moment of their own: a new version of the game is not met by everybody at once.
  server.handleSignals({ spreadMs: RETURN_MS })
  return server
}

/** What the next code finds: the bots, and what rooms remember beside their states. */
interface KeptHere extends SetupMemory {
  roster?: Roster
  memories?: Map<string, Memory>
}

/** As the environment says. */
export function setup(server: GameServer, kept: KeptHere): void {
  playOn(server, playOptionsOf(process.env), kept)
}

/** Makes a server play the game. */
export function playOn(
  server: GameServer,
  { fillTo = DEFAULT_FILL, timing = {}, tickHz = TICK_HZ }: PlayOptions = {},
  kept: KeptHere = {},
): void {
  const crew = createCrew(server, fillTo, (kept.roster ??= createRoster()))
  const memories = (kept.memories ??= new Map())
  defineArena(server, crew, { timing: { ...TIMING, ...timing }, tickHz, memories })
  server.lobby(LOBBY, { name: 'arena' })
  offerRooms(server)
}
