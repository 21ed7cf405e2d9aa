// What a v2 frame carries: one message, said by either end at any time. `__ackId` asks for an answer (`__pp_ack`),
// `__ns` names a namespace.
import { PPError } from '../errors.js'
import { any, count, isFields, MAX_NAME_LENGTH, name, readFields } from '../fields.js'
import type { Shape } from '../fields.js'
import { assertJson } from '../json.js'
import { encodeUtf8 } from '../utf8.js'
import { assertReceived, parseJson } from './json-body.js'

/** A decoded v2 message. A message that came without a payload has no `payload` key. */
export interface PPMessage<T = unknown> {
  type: string
  payload: T
  __ackId?: number
  __ns?: string
}

/** What can be encoded: like PPMessage, and the payload may be absent. */
export interface PPMessageInput {
  type: string
  payload?: unknown
  __ackId?: number | undefined
  __ns?: string | undefined
}

/** True for a message that only JSON can carry: a schema frame has no room for an ack id or a namespace. */
export function needsJson(message: PPMessageInput): boolean {
  return message.__ackId !== undefined || message.__ns !== undefined
}

/** @throws PPError `INVALID_ARGUMENT` naming the part that no receiver would accept. */
export function assertMessage(message: PPMessageInput): void {
  if (!isFields(message)) throw invalid('message', 'an object')
  if (!isName(message.type)) throw invalid('type', `a string of at most ${MAX_NAME_LENGTH} characters`)
  const { __ackId: ackId, __ns: ns } = message
  if (ackId !== undefined && !(Number.isSafeInteger(ackId) && ackId >= 0)) {
    throw invalid('__ackId', 'a whole number from 0')
  }
  if (ns !== undefined && !isName(ns)) {
    throw invalid('__ns', `a string of at most ${MAX_NAME_LENGTH} characters`)
  }
}

/** @throws PPError `STATE_NOT_JSON` with the path inside the payload. */
export function writeJsonMessage({ type, payload, __ackId, __ns }: PPMessageInput): Uint8Array {
  if (payload !== undefined) assertJson(payload)
  // What is undefined gets no key.
  return encodeUtf8(JSON.stringify({ type, payload, __ackId, __ns }))
}

/**
 * Only the four known keys are copied: whatever else a peer puts beside them never reaches an object of ours.
 * @throws PPError `MALFORMED_FRAME` or, for a payload that is no acceptable JSON, `INVALID_PAYLOAD`.
 */
export function readJsonMessage(body: Uint8Array): PPMessage {
  const value = parseJson(body)
  if (!isFields(value)) throw new PPError('MALFORMED_FRAME', 'A message must be an object with a type.')
  const message = readFields(MESSAGE, value, 'message')
  if ('payload' in message) assertReceived(message.payload)
  // An absent payload reads as undefined, and `unknown` includes that.
  return message as PPMessage
}

const MESSAGE: Shape<Partial<PPMessage> & { type: string }> = {
  type: name,
  'payload?': any,
  '__ackId?': count,
  '__ns?': name,
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value.length <= MAX_NAME_LENGTH
}

function invalid(what: string, expected: string): PPError {
  return new PPError('INVALID_ARGUMENT', `The ${what} of a v2 message must be ${expected}.`)
}
