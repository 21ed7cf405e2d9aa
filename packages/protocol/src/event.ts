// The application's own messages, both directions alike.
//   either → other  Event  a named payload; with `ackId` it asks for an answer
//   other → either  Ack    the answer to the Event or Join with that id, exactly one
//   server → client ErrorMessage  a refusal that belongs to no question, or with `fatal` the reason of the close that follows
// `ackId` counts per sender and session, so the two directions never clash.
import { any, count, errorCode, flag, name, readFields, text } from './fields.js'
import type { Shape } from './fields.js'
import type { ErrorCode } from './errors.js'

export interface Event {
  kind: 'event'
  type: string
  payload?: unknown
  /** The namespace, e.g. "/admin". Absent: the default one. */
  ns?: string
  /** The room this message belongs to: a room's message, request or event. */
  room?: string
  /** The sender waits for an Ack with this id. */
  ackId?: number
  /** Never buffered, never sent again, not counted. */
  volatile?: boolean
}

export interface WireError {
  code: ErrorCode
  message: string
}

export interface Ack {
  kind: 'ack'
  ackId: number
  /** Present on refusal; then `data` is absent. */
  error?: WireError
  data?: unknown
  /** The room version in which the request took effect: a replica at that version shows it. */
  version?: number
}

export interface ErrorMessage {
  kind: 'error'
  code: ErrorCode
  message: string
  /** The message type that was refused, where there was one. */
  type?: string
  room?: string
  fatal?: boolean
}

export const EVENT: Shape<Event> = {
  type: name,
  'payload?': any,
  'ns?': name,
  'room?': name,
  'ackId?': count,
  'volatile?': flag,
}

export const ACK: Shape<Ack> = {
  ackId: count,
  'error?': (value, field) => readFields(WIRE_ERROR, value, field),
  'data?': any,
  'version?': count,
}

const WIRE_ERROR: Shape<WireError> = { code: errorCode, message: text }

export const ERROR: Shape<ErrorMessage> = {
  code: errorCode,
  message: text,
  'type?': name,
  'room?': name,
  'fatal?': flag,
}

/** Types that applications cannot send: ours begin like this. */
export const RESERVED_PREFIX = '__pp_'
/** Names of local events. A frame can never raise one, because messages and local events live in different name spaces. */
export const LOCAL_EVENTS: ReadonlySet<string> = new Set([
  'open',
  'close',
  'error',
  'connect',
  'disconnect',
  'reconnect',
  'recovery',
  'stateChange',
  'message',
  'connection',
  'disconnection',
  'drop',
  'resume',
  'desync',
  'presence',
  'roomState',
  'roomDelta',
])

/** True for names that no application message may have. */
export function isReservedType(type: string): boolean {
  return type.startsWith(RESERVED_PREFIX) || LOCAL_EVENTS.has(type)
}
