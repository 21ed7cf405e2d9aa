// Figures at a glance, for dashboards.
import type { SessionEntry } from './sessions.js'

export interface ServerStats {
  /** Sessions, dropped ones included. */
  clients: number
  /** Sessions whose connection is open. */
  connected: number
  /** Event rooms and state rooms that have members. */
  rooms: number
  presenceTracked: number
  /** Seconds since the server was made. */
  uptime: number
  plugins: string[]
  /** What is kept for clients until they say that they have it. */
  unconfirmedMessages: number
  unconfirmedBytes: number
  /** Seats of rooms whose connection is behind, or was a moment ago. */
  behind: number
  /** States that were not sent to a member at their time: a later one brought what was in them. */
  statesSkipped: number
  /** How often a member's rate of states went down or up. */
  rateChanges: number
  /** Replicas that lost step, as their clients said. */
  desyncs: number
}

/** What rooms count, all of a server's together. */
export type Tally = Pick<ServerStats, 'behind' | 'statesSkipped' | 'rateChanges' | 'desyncs'>

export function createTally(): Tally {
  return { behind: 0, statesSkipped: 0, rateChanges: 0, desyncs: 0 }
}

/** What is kept for clients until they say that they have it. */
export function unconfirmedOf(
  entries: Iterable<SessionEntry>,
): Pick<ServerStats, 'unconfirmedMessages' | 'unconfirmedBytes'> {
  let unconfirmedMessages = 0
  let unconfirmedBytes = 0
  for (const { session } of entries) {
    unconfirmedMessages += session.kept.messages
    unconfirmedBytes += session.kept.bytes
  }
  return { unconfirmedMessages, unconfirmedBytes }
}
