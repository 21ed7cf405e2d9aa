// What a peer is told of an error. A refusal is told with its reason, because somebody wrote it for the peer; anything
// else stays here: the peer learns only that something failed, and the id under which it stands in the log.
import { PPError, type ErrorCode, type WireError } from '@painda/protocol'

/** Codes that were meant for the peer. Others (STATE_NOT_JSON, DELTA_INVALID, …) tell of our insides. */
const TOLD: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'REFUSED',
  'FORBIDDEN',
  'UNAUTHORIZED',
  'RATE_LIMITED',
  'INVALID_PAYLOAD',
  'UNKNOWN_TYPE',
  'ROOM_FULL',
  'ROOM_LOCKED',
  'ROOM_NOT_FOUND',
  'NOT_IN_ROOM',
  'TOO_MANY_ROOMS',
])

/**
 * Says no to the asker, with a reason it may read: `if (coins < 5) refuse('Too poor.')`.
 * @throws PPError always: `REFUSED`, or the code given.
 */
export function refuse(message: string, code: ErrorCode = 'REFUSED'): never {
  throw new PPError(code, message)
}

/** Takes note of an error and returns the id under which it was noted, if it has one. */
export type ReportError = (thrown: unknown, where: string) => string | void

/** What the peer is told of `thrown`; what it must not be told goes to `report`. */
export function tellPeer(thrown: unknown, where: string, report: ReportError): WireError {
  if (thrown instanceof PPError && TOLD.has(thrown.code)) {
    return { code: thrown.code, message: thrown.message }
  }
  const id = report(thrown, where)
  return {
    code: 'INTERNAL',
    message: id ? `Something went wrong on the server (${id}).` : 'Something went wrong on the server.',
  }
}
