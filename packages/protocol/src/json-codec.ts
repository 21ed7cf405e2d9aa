// v3 with a JSON body: every message is one line of JSON. JSON text never holds a raw line feed, so bodies
// concatenate into a frame as they are. Bytes in a payload travel as base64 in a marker object.
import type { Codec } from './codec.js'
import { bytesFromBase64, bytesToBase64 } from './base64.js'
import { PPError } from './errors.js'
import { decodeUtf8, encodeUtf8 } from './utf8.js'
import { MAX_DEPTH } from './json.js'
import type { Message } from './messages.js'
import { readMessage } from './messages.js'
import { MAX_MESSAGES_PER_FRAME, packBodies } from './pack.js'

const LINE_FEED = 0x0a
const BYTES_KEY = '__pp_bytes'

export function createJsonCodec(): Codec {
  return { name: 'painda.v3', encode, pack: packBodies, decode }
}

function encode(message: Message): Uint8Array {
  let text: string
  try {
    text = JSON.stringify(message, replaceBytes)
  } catch (cause) {
    throw new PPError('INVALID_PAYLOAD', `A ${message.kind} message holds what JSON cannot.`, { cause })
  }
  return encodeUtf8(`${text}\n`)
}

function decode(frame: Uint8Array): Message[] {
  if (frame.byteLength === 0 || frame[frame.byteLength - 1] !== LINE_FEED) {
    throw new PPError('MALFORMED_FRAME', 'A frame must end with a line feed.')
  }
  const lines = decodeUtf8(frame).split('\n')
  lines.pop()
  if (lines.length > MAX_MESSAGES_PER_FRAME) {
    throw new PPError('MALFORMED_FRAME', `A frame holds at most ${MAX_MESSAGES_PER_FRAME} messages.`)
  }
  return lines.map((line) => readMessage(parseLine(line)))
}

function parseLine(line: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (cause) {
    throw new PPError('MALFORMED_FRAME', 'A message is not JSON.', { cause })
  }
  return reviveBytes(value, 0)
}

/** A JSON.stringify replacer. It looks at the holder's own value, because Node's Buffer has a `toJSON` that ran already. */
function replaceBytes(this: unknown, key: string, value: unknown): unknown {
  const raw = (this as Record<string, unknown>)[key]
  if (raw instanceof Uint8Array) {
    const marker = { [BYTES_KEY]: bytesToBase64(raw) }
    ownMarkers.add(marker)
    return marker
  }
  // A look-alike in application data gets one more layer, which the reader takes off again.
  if (isMarker(value) && !ownMarkers.has(value)) {
    const inner = { [BYTES_KEY]: value[BYTES_KEY] }
    ownMarkers.add(inner)
    return { [BYTES_KEY]: inner }
  }
  return value
}

/** Markers that the escape above made itself: JSON.stringify visits them next and must leave them alone. */
const ownMarkers = new WeakSet<object>()

function isMarker(value: unknown): value is { [BYTES_KEY]: unknown } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  if (!Object.prototype.hasOwnProperty.call(value, BYTES_KEY)) return false
  return Object.keys(value).length === 1
}

/** Walks the parsed value in place; bounded in depth, so that hostile nesting cannot exhaust the stack later on. */
function reviveBytes(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value
  // Messages wrap state and payloads in a few levels of their own.
  if (depth > MAX_DEPTH + 8)
    throw new PPError('MALFORMED_FRAME', `A message is nested deeper than ${MAX_DEPTH} levels.`)
  if (isMarker(value)) {
    const inner = value[BYTES_KEY]
    if (typeof inner === 'string') return bytesFromBase64(inner)
    if (isMarker(inner)) return { [BYTES_KEY]: reviveBytes(inner[BYTES_KEY], depth + 1) }
  }
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) value[i] = reviveBytes(value[i], depth + 1)
    return value
  }
  const object = value as Record<string, unknown>
  for (const key of Object.keys(object)) {
    const before = object[key]
    const after = reviveBytes(before, depth + 1)
    // Only bytes change identity; an own `__proto__` key made by JSON.parse is therefore never assigned to.
    if (after !== before && key !== '__proto__') object[key] = after
  }
  return object
}
