// One error class, one table. A code tells a program what happened; its row tells the other end what to do next:
// `retry` with backoff, `fresh-token` and then retry, `stop` and tell the user, or `none` when the connection lives on.
import type { Path } from './path.js'

export type NextStep = 'retry' | 'fresh-token' | 'stop' | 'none'

interface ErrorRow {
  /** WebSocket close code when this error ends the connection. */
  closeCode: number
  /** What the peer of the connection does after that close. */
  next: NextStep
  /** The disconnect reason that applications see. */
  reason: DisconnectReason
}

/** The closed list of reasons that `disconnect` events carry. The first three are the documented ones. */
export type DisconnectReason =
  | 'transport close'
  | 'Ping timeout'
  | 'forced server disconnect'
  | 'client disconnect'
  | 'transport error'
  | 'Server shutting down'
  | 'Invalid Protocol Version'
  | 'contract mismatch'
  | 'middleware rejected'
  | 'unauthorized'
  | 'forbidden origin'
  | 'handshake timeout'
  | 'malformed frame'
  | 'payload too large'
  | 'rate limit exceeded'
  | 'too many connections'
  | 'slow consumer'
  | 'session expired'
  | 'session taken over'
  | 'reconnect attempts exhausted'

const stays = {
  closeCode: 4000,
  next: 'none',
  reason: 'forced server disconnect',
} as const satisfies ErrorRow

/** Every code a peer or a caller can meet. Codes are stable: programs switch on them. */
export const ERRORS = {
  // Programmer's mistakes: thrown at the call.
  STATE_NOT_JSON: stays,
  RESERVED_TYPE: stays,
  INVALID_ARGUMENT: stays,
  SCHEMA_COLLISION: stays,
  NOT_CONNECTED: stays,
  CLOSED: stays,
  // Refusals inside a living connection.
  INTERNAL: stays,
  INVALID_PAYLOAD: stays,
  UNKNOWN_TYPE: stays,
  NOT_SUPPORTED: stays,
  ACK_TIMEOUT: stays,
  REFUSED: stays,
  ROOM_FULL: stays,
  ROOM_LOCKED: stays,
  ROOM_NOT_FOUND: stays,
  NOT_IN_ROOM: stays,
  TOO_MANY_ROOMS: stays,
  FORBIDDEN: stays,
  NAMESPACE_ERROR: stays,
  RATE_LIMITED: { closeCode: 4008, next: 'retry', reason: 'rate limit exceeded' },
  BUFFER_OVERFLOW: stays,
  DELTA_INVALID: stays,
  DESYNC: stays,
  UNREADABLE_FILE: stays,
  // Ends of a connection.
  MALFORMED_FRAME: { closeCode: 4002, next: 'retry', reason: 'malformed frame' },
  PAYLOAD_TOO_LARGE: { closeCode: 1009, next: 'retry', reason: 'payload too large' },
  DECOMPRESSION_FAILED: { closeCode: 4002, next: 'retry', reason: 'malformed frame' },
  INVALID_PROTOCOL_VERSION: { closeCode: 4001, next: 'stop', reason: 'Invalid Protocol Version' },
  CONTRACT_MISMATCH: { closeCode: 4004, next: 'stop', reason: 'contract mismatch' },
  SCHEMA_MISMATCH: { closeCode: 4004, next: 'stop', reason: 'contract mismatch' },
  MIDDLEWARE_REJECTED: { closeCode: 4003, next: 'stop', reason: 'middleware rejected' },
  UNAUTHORIZED: { closeCode: 4010, next: 'fresh-token', reason: 'unauthorized' },
  ORIGIN_FORBIDDEN: { closeCode: 4011, next: 'stop', reason: 'forbidden origin' },
  HANDSHAKE_TIMEOUT: { closeCode: 4012, next: 'retry', reason: 'handshake timeout' },
  TOO_MANY_CONNECTIONS: { closeCode: 4013, next: 'retry', reason: 'too many connections' },
  PING_TIMEOUT: { closeCode: 4014, next: 'retry', reason: 'Ping timeout' },
  SLOW_CONSUMER: { closeCode: 4015, next: 'retry', reason: 'slow consumer' },
  SESSION_EXPIRED: { closeCode: 4016, next: 'retry', reason: 'session expired' },
  SESSION_TAKEN_OVER: { closeCode: 4017, next: 'stop', reason: 'session taken over' },
  KICKED: { closeCode: 4018, next: 'stop', reason: 'forced server disconnect' },
  CLIENT_CLOSED: { closeCode: 1000, next: 'stop', reason: 'client disconnect' },
  SERVER_SHUTDOWN: { closeCode: 1001, next: 'retry', reason: 'Server shutting down' },
  TRANSPORT_ERROR: { closeCode: 4000, next: 'retry', reason: 'transport error' },
} as const satisfies Record<string, ErrorRow>

export type ErrorCode = keyof typeof ERRORS

/** True when `code`, a string from a peer, is one of ours. */
export function isErrorCode(code: string): code is ErrorCode {
  return Object.prototype.hasOwnProperty.call(ERRORS, code)
}

export interface PPErrorOptions {
  /** What the reader can do about it; appended to the message. */
  hint?: string
  cause?: unknown
  /** Where in the state or payload. */
  path?: Path
  /** More facts for programs; never secrets, since some of these travel to a peer. */
  details?: unknown
}

/** The only error this project throws. `code` is stable; the message says what happened and what to do. */
export class PPError extends Error {
  readonly code: ErrorCode
  readonly path: Path | undefined
  readonly details: unknown

  constructor(code: ErrorCode, message: string, options: PPErrorOptions = {}) {
    super(
      options.hint === undefined ? message : `${message} ${options.hint}`,
      options.cause === undefined ? {} : { cause: options.cause },
    )
    this.name = 'PPError'
    this.code = code
    this.path = options.path
    this.details = options.details
  }
}

/** Anything thrown, as a PPError; what is one already is returned as it is. */
export function toPPError(thrown: unknown, code: ErrorCode): PPError {
  if (thrown instanceof PPError) return thrown
  return new PPError(code, thrown instanceof Error ? thrown.message : String(thrown), { cause: thrown })
}

const byCloseCode = new Map<number, ErrorRow>()
for (const row of Object.values<ErrorRow>(ERRORS)) {
  if (row.next !== 'none' && !byCloseCode.has(row.closeCode)) byCloseCode.set(row.closeCode, row)
}

/** What a close code from the wire means. An unknown code is network weather: a transport close, to be retried. */
export function readCloseCode(closeCode: number): { reason: DisconnectReason; next: NextStep } {
  return byCloseCode.get(closeCode) ?? { reason: 'transport close', next: 'retry' }
}

/** The last branch of a switch over a union: a new member becomes a compile error there. */
export function assertNever(value: never): never {
  throw new PPError('INTERNAL', `Unexpected value: ${JSON.stringify(value)}`)
}
