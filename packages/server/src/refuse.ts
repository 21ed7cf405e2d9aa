// What a peer is told of an error. A refusal is told with its reason, because somebody wrote it for the peer; anything
// else stays here: the peer learns only that something failed, and the id under which it stands in the log.
import { PPError, type ErrorCode, type WireError } from '@painda/protocol'
import { internalError } from './faults.js'

/** Codes that were meant for the peer. Others (STATE_NOT_JSON, DELTA_INVALID, …) tell of our insides. */
const TOLD: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'REFUSED',
  'FORBIDDEN',
  'KICKED',
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
  const refusal = new PPError(code, message)
  refusals.add(refusal)
  throw refusal
}

/** What was said with `refuse`. A code alone does not say that: any call inside a handler may throw one. */
const refusals = new WeakSet<PPError>()

/** Takes note of an error of the application and returns the id under which it stands in the log. */
export type ReportError = (thrown: unknown, where: string) => string

/** What the peer is told of `thrown`; what it must not be told goes to `report`. */
export function tellPeer(thrown: unknown, where: string, report: ReportError): WireError {
  const isTold = thrown instanceof PPError && (TOLD.has(thrown.code) || refusals.has(thrown))
  return wordsOf(isTold ? thrown : fault(thrown, where, report))
}

/** The same for many who hear of one failure: noted once, whoever is told of it. */
export function tellAll(thrown: unknown, where: string, report: ReportError): PPError {
  const { code, message } = tellPeer(thrown, where, report)
  const told = new PPError(code, message, { cause: thrown })
  refusals.add(told)
  return told
}

/** The same outside of rooms, where a handler has `ack` for its refusals: of what it throws, those are told that say no on purpose. */
export function tellAsker(thrown: unknown, where: string, report: ReportError): WireError {
  const isMeant = thrown instanceof PPError && (thrown.code === 'REFUSED' || refusals.has(thrown))
  return wordsOf(isMeant ? thrown : fault(thrown, where, report))
}

const fault = (thrown: unknown, where: string, report: ReportError): PPError =>
  internalError(report(thrown, where))

const wordsOf = ({ code, message }: PPError): WireError => ({ code, message })
