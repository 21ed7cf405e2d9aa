// Keeps exactly one game server on an HTTP server, and replaces it without leaving a socket or a port behind.
import type { IncomingMessage, Server } from 'node:http'
import process from 'node:process'
import type { Duplex } from 'node:stream'
import { playOptionsOf } from '../src/server/environment.js'
import type { Game } from '../src/server/main.js'

type Load = () => Promise<typeof import('../src/server/main.js')>

const PATH = '/pp'

export interface Stage {
  /** The running game; null while it restarts or after it failed to load. */
  readonly game: Game | null
  /** Closes the running game, stays down for a while, and starts a fresh one. Calls that come before it begins join it. */
  restart(downMs?: number): Promise<void>
  close(): Promise<void>
}

export function createStage(httpServer: Server, load: Load): Stage {
  let game: Game | null = null
  let queue = Promise.resolve()
  /** The restart that has not begun yet. */
  let next: Promise<void> | null = null
  let isClosed = false

  const stop = async () => {
    const running = game
    game = null
    await running?.close()
  }
  const start = async (downMs: number) => {
    await stop()
    if (downMs > 0) await new Promise((resolve) => setTimeout(resolve, downMs))
    const { startGame } = await load()
    if (!isClosed) game = startGame(httpServer, { path: PATH, ...playOptionsOf(process.env) })
  }

  // While no game runs nobody answers an upgrade of its path, and the socket would hang until the client gives up.
  httpServer.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
    if (game === null && request.url?.startsWith(PATH)) socket.destroy()
  })

  return {
    get game() {
      return game
    },
    restart(downMs = 0) {
      if (next === null) {
        next = queue.then(() => {
          next = null
          return start(downMs)
        })
        queue = next.catch(() => {})
      }
      return next
    },
    close() {
      isClosed = true
      return queue.then(stop)
    },
  }
}
