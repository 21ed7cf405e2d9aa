// Heartbeat, clock and confirmations, both directions alike.
//   either → other  Ping      "are you there?" with the sender's monotonic time
//   other → either  Pong      at once, with that time unchanged; the server adds its own clock
//   either → other  Received  how many reliable messages have arrived, so that the other end may forget them
// Ping and Pong carry the same count, so a quiet connection needs no Received.
import { optional, readCount, readNumber } from './fields.js'
import type { Fields } from './fields.js'

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
  /** The server's wall clock, milliseconds since the epoch. */
  serverNow?: number
}

export interface Received {
  kind: 'received'
  count: number
}

export function readPing(from: Fields): Ping {
  return { kind: 'ping', at: readNumber(from, 'at'), received: readCount(from, 'received') }
}

export function readPong(from: Fields): Pong {
  return {
    kind: 'pong',
    at: readNumber(from, 'at'),
    received: readCount(from, 'received'),
    ...optional(from, 'serverNow', readNumber),
  }
}

export function readReceived(from: Fields): Received {
  return { kind: 'received', count: readCount(from, 'count') }
}
