// Keeps exactly one game server on an HTTP server, and replaces it without leaving a socket or a port behind.
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { GameServer } from '../src/server/main.js'

type Load = () => Promise<typeof import('../src/server/main.js')>

const PATH = '/pp'

export interface Stage {
  /** The running game; null while it restarts or after it failed to load. */
  readonly server: GameServer | null
  /** Closes the running game, stays down for a while, and starts a fresh one. Calls that come before it begins join it. */
  restart(downMs?: number): Promise<void>
  close(): Promise<void>
}

export function createStage(httpServer: Server, load: Load): Stage {
  let server: GameServer | null = null
  let queue = Promise.resolve()
  /** The restart that has not begun yet. */
  let next: Promise<void> | null = null
  let isClosed = false

  const stop = async () => {
    const running = server
    server = null
    await running?.close()
  }
  const begin = async (downMs: number) => {
    await stop()
    if (downMs > 0) await new Promise((resolve) => setTimeout(resolve, downMs))
    const { start, setup } = await load()
    if (isClosed) return
    server = start(httpServer)
    setup(server, {})
  }

  // While no game runs nobody answers an upgrade of its path, and the socket would hang until the client gives up.
  httpServer.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
    if (server === null && request.url?.startsWith(PATH)) socket.destroy()
  })

  return {
    get server() {
      return server
    },
    restart(downMs = 0) {
      if (next === null) {
        next = queue.then(() => {
          next = null
          return begin(downMs)
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
