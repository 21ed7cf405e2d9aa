// What the connections of one address take of the server's time together. What is little of one connection comes to much over 256 of
// them: 64 that joined and left a room, each within its rate, held up everybody else for four seconds.
import type { Time } from '@painda/protocol'
import { Effort } from './effort.js'

/** All that is much together, whoever says it, has half of the time. */
const REST = 1
/** Of the server's time, for each connection that an address may hold: sixty inputs a second of 16 µs. */
const MS_PER_SECOND = 1
/** No address has less than a quarter, however few connections it may hold. */
const LEAST_CONNECTIONS = 256
/** Milliseconds that an address may be ahead: what its connections have said while the process stood still. */
const AHEAD_MS = 50
/** Shares of addresses without a connection are forgotten, where they owe nothing, at so many and at twice as many as were left. */
const LEAST_TO_SWEEP = 1024

/** What took longer was not worked on: somebody looked at it in a debugger, or the machine slept. */
const MOST_MS = 1000

/** When a message that is little has been handled, for whoever counts how long that took. */
export const handledBy = (from: number, now: number): number => Math.min(now, from + MOST_MS)

export interface Shares {
  /** Of all that is much. */
  readonly much: Effort
  /** The share of one more connection from there; `leave` when it has gone. */
  enter(address: string): Share
  /** What messages of that address have taken that were handled later than they were read. */
  spent(address: string, from: number, to: number): void
}

export interface SharesOptions {
  readonly time: Time
  readonly maxConnectionsPerIp: number
}

export function createShares({ time, maxConnectionsPerIp }: SharesOptions): Shares {
  const shares = new Map<string, Share>()
  const much = new Effort(time, REST)
  const msPerSecond = Math.max(LEAST_CONNECTIONS, maxConnectionsPerIp) * MS_PER_SECOND
  const rest = Math.max(0, 1000 / msPerSecond - 1)
  let sweepAt = LEAST_TO_SWEEP

  /** Whoever comes again and again finds what it owes. */
  function sweep(): void {
    for (const [address, { connections, effort }] of shares)
      if (connections === 0 && effort.hasRested) shares.delete(address)
    sweepAt = Math.max(LEAST_TO_SWEEP, 2 * shares.size)
  }

  return {
    much,
    enter(address) {
      let share = shares.get(address)
      if (share === undefined) {
        if (shares.size >= sweepAt) sweep()
        share = new Share(new Effort(time, rest, AHEAD_MS * (1 + rest)))
        shares.set(address, share)
      }
      share.connections++
      return share
    },
    spent(address, from, to) {
      const share = shares.get(address)
      const effort = share?.effort.hasRested === false ? much : share?.effort
      effort?.spent(from, handledBy(from, to))
    },
  }
}

export class Share {
  readonly effort: Effort
  connections = 0

  constructor(effort: Effort) {
    this.effort = effort
  }

  leave(): void {
    this.connections--
  }
}
