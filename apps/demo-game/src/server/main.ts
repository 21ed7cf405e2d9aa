// The game server, attached to whatever HTTP server serves the page.
import type { Server } from 'node:http'
import { PPServer } from '@painda/server'
import { contract } from '../shared/game.js'
import { defineArena } from './arena.js'
import { createCrew } from './crew.js'
import type { ArenaRoom } from './crew.js'

/** A seat waits this long for a player whose connection is lost; longer, and a full room would be full of ghosts. */
const SEAT_KEPT_MS = 30_000

/** A planned restart has everybody back within this. */
const RETURN_MS = 3_000

/** Enough to be chased by, few enough to win against. */
export const DEFAULT_BOTS = 3

export interface GameOptions {
  path: string
  /** How many bots keep people company; 0 for none. */
  bots: number
}

export interface Game {
  /** The arenas that are open now. */
  rooms(): readonly ArenaRoom[]
  close(): Promise<void>
}

/** Starts the game on an HTTP server that already exists; `close` leaves that server running. */
export function startGame(httpServer: Server, { path, bots }: GameOptions): Game {
  const server = PPServer.attachTo(httpServer, { path, contract, recovery: { retentionMs: SEAT_KEPT_MS } })
  // Who is told to come back waits a moment of their own: a new version of the game is not met by everybody at once.
  server.handleSignals({ spreadMs: RETURN_MS })
  const crew = createCrew(server, bots)
  const rooms = defineArena(server, crew)
  return { rooms: () => [...rooms], close: () => server.close() }
}
