// The first words of a v3 connection.
//   client → server  Hello    once, first; nothing else is read before it
//   server → client  Welcome  once, the answer; or a fatal Error and a close
//   server → client  Bye      before a planned close: when to come back
// A Hello that carries `session` asks to continue that session; Welcome says what became of the wish.
import {
  optional,
  readCount,
  readFlag,
  readList,
  readName,
  readNumber,
  readObject,
  readOneOf,
  readText,
} from './fields.js'
import type { Fields } from './fields.js'
import { readMismatches, readRows } from './fingerprint.js'
import type { ContractMismatch } from './fingerprint.js'

/** The WebSocket subprotocol that selects v3. A client without it is a v2 client. */
export const SUBPROTOCOL_V3 = 'painda.v3'
export const PROTOCOL_VERSION = 3

/** Tokens are JWTs at most; 8 KiB is what common servers allow for a whole header. */
const MAX_TOKEN_LENGTH = 8192
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

/** Which session is to go on, its secret, and what its client has. */
export interface SessionWish {
  id: string
  token: string
  /** Reliable messages that arrived. */
  received: number
  /**
   * State rooms that are held, each with its version: the server may continue from there. Pairs, because a room's id may
   * be a key that no object should have.
   */
  versions?: RoomVersions
}

export type RoomVersions = readonly (readonly [room: string, version: number])[]

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
  /** The server's wall clock when it wrote this, milliseconds since the epoch. */
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

export function readHello(from: Fields): Hello {
  return {
    kind: 'hello',
    version: readCount(from, 'version'),
    ...optional(from, 'token', readToken),
    ...optional(from, 'session', readSession),
    ...optional(from, 'contract', readRows),
  }
}

export function readWelcome(from: Fields): Welcome {
  return {
    kind: 'welcome',
    id: readName(from, 'id'),
    ...optional(from, 'userId', readName),
    token: readToken(from, 'token'),
    outcome: readOneOf(from, 'outcome', ['new', 'resumed', 'snapshot', 'expired']),
    ...optional(from, 'reason', (source, field) =>
      readOneOf(source, field, ['window', 'overflow', 'restart']),
    ),
    ...optional(from, 'lost', readCount),
    received: readCount(from, 'received'),
    missed: readCount(from, 'missed'),
    heartbeatMs: readNumber(from, 'heartbeatMs'),
    windowMs: readNumber(from, 'windowMs'),
    maxPayloadBytes: readCount(from, 'maxPayloadBytes'),
    serverNow: readNumber(from, 'serverNow'),
    ...optional(from, 'compact', readFlag),
    ...optional(from, 'mismatches', readMismatches),
  }
}

export function readBye(from: Fields): Bye {
  return { kind: 'bye', reason: readText(from, 'reason'), ...optional(from, 'retryAfterMs', readNumber) }
}

function readSession(from: Fields, field: string): SessionWish {
  const session = readObject(from, field)
  return {
    id: readName(session, 'id'),
    token: readName(session, 'token'),
    received: readCount(session, 'received'),
    ...optional(session, 'versions', readVersions),
  }
}

function readVersions(from: Fields, field: string): RoomVersions {
  return readList(from, field, MAX_ROOM_VERSIONS).map((pair) => {
    const [room, version] = readList({ pair }, 'pair', 2)
    return [readName({ room }, 'room'), readCount({ version }, 'version')]
  })
}

function readToken(from: Fields, field: string): string {
  const value = from[field]
  if (typeof value === 'string' && value.length <= MAX_TOKEN_LENGTH) return value
  // Falls through to the error of a name, which does not repeat the token.
  return readName({ [field]: undefined }, field)
}
