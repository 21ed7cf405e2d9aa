// Heartbeat, clock and confirmations, both directions alike.
//   either → other  Ping      "are you there?" with the sender's monotonic time
//   other → either  Pong      at once, with that time unchanged; the server adds its own clock
//   either → other  Received  how many reliable messages have arrived, so that the other end may forget them
// Ping and Pong carry the same count, so a quiet connection needs no Received.
import { count, number } from './fields.js'
import type { Shape } from './fields.js'

export interface Ping {
  kind: 'ping'
  at: number
  received: number
}

export interface Pong {
  kind: 'pong'
  /** The `at` of the Ping. */
  at: number
  received: number
  /** The server's clock when it wrote this: milliseconds since the epoch as it began, and steady since. */
  serverNow?: number
  /** From the arrival of the Ping to this answer. Milliseconds, to a microsecond; absent: nothing worth telling. */
  heldMs?: number
}

export interface Received {
  kind: 'received'
  count: number
}

export const PING: Shape<Ping> = { at: number, received: count }

export const PONG: Shape<Pong> = { at: number, received: count, 'serverNow?': number, 'heldMs?': number }

export const RECEIVED: Shape<Received> = { count }
