// TCP connections that have not said yet what they want. Node takes as many as come and gives each a minute and a half; who says
// one letter of a request and no more would hold all that the process may have open. Where the port is our own they have the
// time of a handshake, and one address has only so many of them.
import type { Server as HttpServer, ServerOptions } from 'node:http'
import type { Duplex } from 'node:stream'
import { createIpLimit } from './ip.js'

/** A crowd behind one address may come at once; who is too many of those that are let in is told so. */
const HALF_OPEN_PER_CONNECTION = 4

/** Whoever is on the way in while the process stands still for a moment is not to be taken for silent. */
const LEAST_MS = 1000

/** As often Node looks for requests that take too long, at least: its own default. */
const LOOK_EVERY_MS = 30_000

/** For a server of our own: requests that are not whole by then are ended. 0: Node's own patience, a minute for the first lines. */
export function requestPatience(handshakeTimeoutMs: number): ServerOptions {
  if (handshakeTimeoutMs === 0) return {}
  const timeout = Math.max(LEAST_MS, Math.ceil(handshakeTimeoutMs))
  return {
    headersTimeout: timeout,
    requestTimeout: timeout,
    connectionsCheckingInterval: Math.min(timeout, LOOK_EVERY_MS),
  }
}

/** Drops what comes beyond the bound. Returns what is to be told of a socket that has asked for a WebSocket: it counts as one then. */
export function limitHalfOpen(server: HttpServer, maxConnectionsPerIp: number): (socket: Duplex) => void {
  const limit = createIpLimit(maxConnectionsPerIp * HALF_OPEN_PER_CONNECTION)
  const leaves = new WeakMap<Duplex, () => void>()
  server.on('connection', (socket) => {
    const leave = limit.enter(socket.remoteAddress ?? '')
    if (leave === null) return void socket.destroy()
    leaves.set(socket, leave)
    socket.once('close', leave)
  })
  return (socket) => leaves.get(socket)?.()
}
