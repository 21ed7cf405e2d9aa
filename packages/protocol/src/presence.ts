// Presence: who is here, with a small state each.
//   client → server   PresenceUpdate  the client's own state in one room, whole; the newest wins. Without a room: whether
//                                     somebody is looking, for all of the client's presences
//   server → members  PresenceSync    `full`: the whole list (at join, after a resume); else only what changed
//   client → server   Resync          `why: "presence"`: the list does not have the hash that was named; the full one answers
// Scope: a room's presence goes to its members; without `room` it is the server-written global list.
import { any, count, flag, list, name, number, oneOf, readFields } from './fields.js'
import type { Shape } from './fields.js'

/** More members than this in one message is a mistake of the sender. */
const MAX_CHANGES = 100_000

export interface PresenceUpdate {
  kind: 'presence'
  room?: string
  data?: unknown
  activity?: Activity
}

/** Somebody is at it; nobody has touched anything for a while; nobody sees the page. */
export type Activity = 'active' | 'idle' | 'away'

export interface PresenceEntry {
  /** Who: two tabs of one user are one entry. Equal to the client's id where users have no other identity. */
  clientId: string
  data: unknown
  /** Milliseconds since the epoch, by the server's clock. */
  joinedAt: number
  updatedAt: number
  /** False while the connection is lost and may still come back. */
  connected: boolean
  /** How many connections (tabs) stand behind this entry. */
  connections: number
  /** Absent: active. The most attentive of the user's connections counts. */
  activity?: Exclude<Activity, 'active'>
}

export interface PresenceSync {
  kind: 'presences'
  room?: string
  full: boolean
  /** Entries that are new or changed. */
  set: readonly PresenceEntry[]
  /** `clientId`s that are gone. */
  gone: readonly string[]
  /** Of the list with this in it: that of an object which holds each entry under its `clientId`. */
  hash?: number
}

export const PRESENCE: Shape<PresenceUpdate> = {
  'room?': name,
  'data?': any,
  'activity?': (value, field) => oneOf(['active', 'idle', 'away'], value, field),
}

export const PRESENCES: Shape<PresenceSync> = {
  'room?': name,
  full: flag,
  set: (value, field) => list(MAX_CHANGES, (entry) => readFields(ENTRY, entry, field), value, field),
  gone: (value, field) => list(MAX_CHANGES, name, value, field),
  'hash?': count,
}

const ENTRY: Shape<PresenceEntry> = {
  clientId: name,
  data: any,
  joinedAt: number,
  updatedAt: number,
  connected: flag,
  connections: count,
  'activity?': (value, field) => oneOf(['idle', 'away'], value, field),
}
