// Presence: who is here, with a small state each.
//   client → server   PresenceUpdate  the client's own state in one room, whole; the newest wins
//   server → members  PresenceSync    `full`: the whole list (at join, after a resume); else only what changed
// Scope: a room's presence goes to its members; without `room` it is the server-written global list.
import {
  isFields,
  malformed,
  optional,
  readCount,
  readFlag,
  readList,
  readName,
  readNumber,
} from './fields.js'
import type { Fields } from './fields.js'

/** More members than this in one message is a mistake of the sender. */
const MAX_CHANGES = 100_000

export interface PresenceUpdate {
  kind: 'presence'
  room: string
  data: unknown
}

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
}

export interface PresenceSync {
  kind: 'presences'
  room?: string
  full: boolean
  /** Entries that are new or changed. */
  set: readonly PresenceEntry[]
  /** `clientId`s that are gone. */
  gone: readonly string[]
}

export function readPresenceUpdate(from: Fields): PresenceUpdate {
  return { kind: 'presence', room: readName(from, 'room'), data: from['data'] }
}

export function readPresenceSync(from: Fields): PresenceSync {
  return {
    kind: 'presences',
    ...optional(from, 'room', readName),
    full: readFlag(from, 'full'),
    set: readList(from, 'set', MAX_CHANGES).map(readEntry),
    gone: readList(from, 'gone', MAX_CHANGES).map((id) => readName({ id }, 'id')),
  }
}

function readEntry(from: unknown): PresenceEntry {
  if (!isFields(from)) throw malformed('set', 'a list of objects')
  return {
    clientId: readName(from, 'clientId'),
    data: from['data'],
    joinedAt: readNumber(from, 'joinedAt'),
    updatedAt: readNumber(from, 'updatedAt'),
    connected: readFlag(from, 'connected'),
    connections: readCount(from, 'connections'),
  }
}
