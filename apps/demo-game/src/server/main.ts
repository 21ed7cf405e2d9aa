// The game server, attached to whatever HTTP server serves the page.
import type { Server } from 'node:http'
import { PPServer } from '@painda/server'
import { TICK_HZ, contract } from '../shared/game.js'
import { defineArena } from './arena.js'
import { createCrew } from './crew.js'
import type { ArenaRoom } from './crew.js'
import { offerRooms } from './open-room.js'
import { TIMING } from './round.js'
import type { Timing } from './round.js'

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

export interface PlayOptions {
  /** Bots join until a room has this many players; 0 for none. Default 6. */
  fillTo?: number
  /** Seconds of the phases, where they differ from the usual ones. */
  timing?: Partial<Timing>
  /** How often a room moves everybody in a second. Default 30. */
  tickHz?: number
}

export interface GameOptions extends PlayOptions {
  path: string
}

export interface Game {
  /** The arenas that are open now. */
  rooms(): readonly ArenaRoom[]
  close(): Promise<void>
}

/** Makes a server play the game. Returns the arenas that are open, as a set that changes with them. */
export function playOn(
  server: PPServer<typeof contract>,
  { fillTo = DEFAULT_FILL, timing = {}, tickHz = TICK_HZ }: PlayOptions = {},
): ReadonlySet<ArenaRoom> {
  const rooms = defineArena(server, createCrew(server, fillTo), { timing: { ...TIMING, ...timing }, tickHz })
  server.lobby(LOBBY, { name: 'arena' })
  offerRooms(server)
  return rooms
}

/** Starts the game on an HTTP server that already exists; `close` leaves that server running. */
export function startGame(httpServer: Server, { path, ...options }: GameOptions): Game {
  const server = PPServer.attachTo(httpServer, {
    path,
    contract,
    recovery: { retentionMs: SEAT_KEPT_MS },
    maxMessagesPerSecondByType: PER_SECOND,
  })
  // Who is told to come back waits a moment of their own: a new version of the game is not met by everybody at once.
  server.handleSignals({ spreadMs: RETURN_MS })
  const rooms = playOn(server, options)
  return { rooms: () => [...rooms], close: () => server.close() }
}
