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

function row(closeCode: number, next: NextStep, reason: DisconnectReason): ErrorRow {
  return { closeCode, next, reason }
}

const stays = row(4000, 'none', 'forced server disconnect')

/** Every code a peer or a caller can meet. Codes are stable: programs switch on them. */
export const ERRORS = {
  // Programmer's mistakes: thrown at the call.
  STATE_NOT_JSON: stays,
  RESERVED_TYPE: stays,
  INVALID_ARGUMENT: stays,
  SCHEMA_COLLISION: stays,
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
  RATE_LIMITED: row(4008, 'retry', 'rate limit exceeded'),
  BUFFER_OVERFLOW: stays,
  DELTA_INVALID: stays,
  DESYNC: stays,
  UNREADABLE_FILE: stays,
  // Ends of a connection.
  MALFORMED_FRAME: row(4002, 'retry', 'malformed frame'),
  PAYLOAD_TOO_LARGE: row(1009, 'retry', 'payload too large'),
  DECOMPRESSION_FAILED: row(4002, 'retry', 'malformed frame'),
  INVALID_PROTOCOL_VERSION: row(4001, 'stop', 'Invalid Protocol Version'),
  CONTRACT_MISMATCH: row(4004, 'stop', 'contract mismatch'),
  SCHEMA_MISMATCH: row(4004, 'stop', 'contract mismatch'),
  MIDDLEWARE_REJECTED: row(4003, 'stop', 'middleware rejected'),
  UNAUTHORIZED: row(4010, 'fresh-token', 'unauthorized'),
  ORIGIN_FORBIDDEN: row(4011, 'stop', 'forbidden origin'),
  HANDSHAKE_TIMEOUT: row(4012, 'retry', 'handshake timeout'),
  TOO_MANY_CONNECTIONS: row(4013, 'retry', 'too many connections'),
  PING_TIMEOUT: row(4014, 'retry', 'Ping timeout'),
  SLOW_CONSUMER: row(4015, 'retry', 'slow consumer'),
  SESSION_EXPIRED: row(4016, 'retry', 'session expired'),
  SESSION_TAKEN_OVER: row(4017, 'stop', 'session taken over'),
  KICKED: row(4018, 'stop', 'forced server disconnect'),
  CLIENT_CLOSED: row(1000, 'stop', 'client disconnect'),
  SERVER_SHUTDOWN: row(1001, 'retry', 'Server shutting down'),
  TRANSPORT_ERROR: row(4000, 'retry', 'transport error'),
} satisfies Record<string, ErrorRow>

export type ErrorCode = keyof typeof ERRORS

/** True when `code`, a string from a peer, is one of ours. */
export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code)
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

/**
 * The only error this project throws. `code` is stable; the message says what happened and what to do. Without a message, as in
 * a page that is built for production, it is the code.
 */
export class PPError extends Error {
  readonly code: ErrorCode
  readonly path: Path | undefined
  readonly details: unknown

  constructor(code: ErrorCode, message: string | false, options: PPErrorOptions | false = false) {
    const { hint, cause, path, details } = options || {}
    super(
      hint === undefined ? message || code : `${message || code} ${hint}`,
      cause === undefined ? {} : { cause },
    )
    this.name = 'PPError'
    this.code = code
    this.path = path
    this.details = details
  }
}

/** Anything thrown, as a PPError; what is one already is returned as it is. */
export function toPPError(thrown: unknown, code: ErrorCode): PPError {
  if (thrown instanceof PPError) return thrown
  return new PPError(code, thrown instanceof Error ? thrown.message : String(thrown), { cause: thrown })
}

/** The error that a close code from the wire stands for; undefined for a code that no error has. */
export function errorOfClose(closeCode: number): ErrorCode | undefined {
  // The keys of the table are its codes; Object.keys widens them to string.
  const codes = Object.keys(ERRORS) as ErrorCode[]
  return codes.find((code) => ERRORS[code].next !== 'none' && ERRORS[code].closeCode === closeCode)
}

/** What a close code from the wire means. An unknown code is network weather: a transport close, to be retried. */
export function readCloseCode(closeCode: number): { reason: DisconnectReason; next: NextStep } {
  const code = errorOfClose(closeCode)
  return code === undefined ? { reason: 'transport close', next: 'retry' } : ERRORS[code]
}

/** The last branch of a switch over a union: a new member becomes a compile error there. */
export function assertNever(value: never): never {
  throw new PPError('INTERNAL', `Unexpected value: ${JSON.stringify(value)}`)
}
