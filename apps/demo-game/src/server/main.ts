// The game server, attached to whatever HTTP server serves the page.
import type { Server } from 'node:http'
import { PPServer } from '@painda/server'
import type { Room } from '@painda/server'
import { Arena, contract } from '../shared/game.js'
import { defineArena } from './arena.js'
import { createCrew } from './crew.js'

/** Enough to be chased by, few enough to win against. */
export const DEFAULT_BOTS = 3

export interface GameOptions {
  path: string
  /** How many bots keep people company; 0 for none. */
  bots: number
}

export interface Game {
  /** The arenas that are open now. */
  rooms(): readonly Room<typeof Arena>[]
  close(): Promise<void>
}

/** Starts the game on an HTTP server that already exists; `close` leaves that server running. */
export function startGame(httpServer: Server, { path, bots }: GameOptions): Game {
  const server = PPServer.attachTo(httpServer, { path, contract })
  const crew = createCrew(server, bots)
  defineArena(server, crew)
  return {
    server,
    async close() {
      crew.close()
      await server.close()
    },
  }
}
