// TCP connections that have not sent a whole request yet. Node accepts any number of them and gives each a minute and a half, so a
// peer that sends one letter of a request on each could use up all that the process may have open. On a port of our own they have
// the time of a handshake, and one address may have a limited number of them.
import type { Server as HttpServer, ServerOptions } from 'node:http'
import type { Duplex } from 'node:stream'
import { createIpLimit } from './ip.js'

/** A crowd behind one address may connect at once; which of them are too many is told after their requests. */
const HALF_OPEN_PER_CONNECTION = 4

/** Not less, or a request that arrives while the process is busy would count as silent. */
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
