// The first words of a v3 connection.
//   client → server  Hello    once, first; nothing else is read before it
//   server → client  Welcome  once, the answer; or a fatal Error and a close
//   server → client  Bye      before a planned close: when to come back
// A Hello that carries `session` asks to continue that session; Welcome says what became of the wish.
import { any, count, flag, list, name, number, oneOf, readFields, text, token } from './fields.js'
import type { Shape } from './fields.js'
import { mismatches, rows } from './fingerprint.js'
import type { ContractMismatch } from './fingerprint.js'

/** The WebSocket subprotocol that selects v3. A client without it is a v2 client. */
export const SUBPROTOCOL_V3 = 'painda.v3'
export const PROTOCOL_VERSION = 3

/** As many rooms as a client keeps views of. */
const MAX_ROOM_VERSIONS = 1024

export interface Hello {
  kind: 'hello'
  version: number
  /** What `getToken` returned; never in a URL. */
  token?: string
  /** Present on a reconnect. */
  session?: SessionWish
  /** The fingerprint of the client's contract: `contractRows`. */
  contract?: readonly string[]
}

/** The session to continue, its secret, and what its client has. */
export interface SessionWish {
  id: string
  token: string
  /** Reliable messages that arrived. */
  received: number
  /**
   * State rooms that are held, each with its version and its view: the server may continue from there. Lists, because a
   * room's id may be a key that no object should have.
   */
  versions?: RoomVersions
  /** The page was reloaded: the client has nothing of the session's rooms, not even their ids. */
  fresh?: boolean
}

/** `channel`: the number of the view that is held; absent from those who keep no views. */
export type RoomVersion = readonly [room: string, version: number, channel?: number]
export type RoomVersions = readonly RoomVersion[]

/** What a reconnect became. `new` is a first connection. */
export type SessionOutcome = 'new' | 'resumed' | 'snapshot' | 'expired'
export type ExpiryReason = 'window' | 'overflow' | 'restart'

export interface Welcome {
  kind: 'welcome'
  /** The public `client.id`. */
  id: string
  /** Who the client is to the application, where that is another text than `id`: the key of its entry in presence lists. */
  userId?: string
  /** The secret that resumes this session; it replaces the one before. */
  token: string
  outcome: SessionOutcome
  /** With `expired`: why. */
  reason?: ExpiryReason
  /** With `expired`: how many reliable messages to this client are known to be lost, when known. */
  lost?: number
  /** Reliable messages the server has received in this session; the client drops these and sends the rest again. */
  received: number
  /** How many missed messages follow. */
  missed: number
  /** A peer silent for this long is asked; silent as long again, it is gone. Milliseconds. */
  heartbeatMs: number
  /** How long a dropped session is kept. 0: it is not. Milliseconds. */
  windowMs: number
  maxPayloadBytes: number
  /** Messages that the server takes from this client in a second. Absent: any number. */
  messagesPerSecond?: number
  /** The server's clock when it wrote this: milliseconds since the epoch as it began, and steady since. */
  serverNow: number
  /** The contracts are equal: names may travel as numbers of their table from here on, both ways. */
  compact?: boolean
  /** What differs between the two contracts; at most `MAX_MISMATCHES`. */
  mismatches?: readonly ContractMismatch[]
}

export interface Bye {
  kind: 'bye'
  reason: string
  /** Come back after this many milliseconds; each client is told another number, so that they do not come at once. */
  retryAfterMs?: number
}

export const HELLO: Shape<Hello> = {
  version: count,
  'token?': token,
  'session?': (value, field) => readFields(SESSION, value, field),
  'contract?': rows,
}

export const WELCOME: Shape<Welcome> = {
  id: name,
  'userId?': name,
  token,
  outcome: (value, field) => oneOf(['new', 'resumed', 'snapshot', 'expired'], value, field),
  'reason?': (value, field) => oneOf(['window', 'overflow', 'restart'], value, field),
  'lost?': count,
  received: count,
  missed: count,
  heartbeatMs: number,
  windowMs: number,
  maxPayloadBytes: count,
  'messagesPerSecond?': number,
  serverNow: number,
  'compact?': flag,
  'mismatches?': mismatches,
}

export const BYE: Shape<Bye> = { reason: text, 'retryAfterMs?': number }

const SESSION: Shape<SessionWish> = {
  id: name,
  token: name,
  received: count,
  'versions?': (value, field) => list(MAX_ROOM_VERSIONS, roomVersion, value, field),
  'fresh?': flag,
}

function roomVersion(value: unknown, field: string): RoomVersion {
  const [room, version, channel] = list(3, any, value, field)
  const held = [name(room, field), count(version, field)] as const
  return channel === undefined ? held : [...held, count(channel, field)]
}
