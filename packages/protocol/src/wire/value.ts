// One JSON value (or bytes), tagged by its first byte. Small whole numbers, short strings and small containers are in the
// tag itself. How a key is written is up to the names handed in:
// a number of a dictionary, or its text.
import { PPError } from '../errors.js'
import { MAX_DEPTH } from '../json.js'
import type { Reader, Writer } from './bytes.js'
import { readColumn, takeRows, writeColumn } from './column.js'
import type { NameReader, NameWriter } from './names.js'
import { DIVISORS, divisorOf, fromNumerator, NO_DIVISOR, numeratorOf } from './number.js'

// 0x00 … 0x7f  the whole number itself
const NULL = 0x80
const FALSE = 0x81
const TRUE = 0x82
const FLOAT = 0x83
const DOUBLE = 0x84
const TEXT = 0x85
const BYTES = 0x86
const ARRAY = 0x87
const OBJECT = 0x88
/** Plus the code of the divisor; the numerator follows. */
const NUMBER = 0x90
/** Plus the length in bytes, below 32. */
const SHORT_TEXT = 0xa0
/** Plus −1 − n, for whole numbers from −1 to −32. */
const SMALL_NEGATIVE = 0xc0

export function writeValue(w: Writer, value: unknown, names: NameWriter, depth: number): void {
  switch (typeof value) {
    case 'number':
      writeNumber(w, value)
      return
    case 'string':
      writeText(w, value)
      return
    case 'boolean':
      w.u8(value ? TRUE : FALSE)
      return
    case 'object':
      if (value === null) w.u8(NULL)
      else writeContainer(w, value, names, depth)
      return
    default:
      throw new PPError('INVALID_PAYLOAD', `A value of type ${typeof value} cannot travel.`)
  }
}

function writeContainer(w: Writer, value: object, names: NameWriter, depth: number): void {
  if (depth > MAX_DEPTH)
    throw new PPError('INVALID_PAYLOAD', `A value is nested deeper than ${MAX_DEPTH} levels.`)
  if (value instanceof Uint8Array) {
    w.u8(BYTES)
    w.varint(value.length)
    w.raw(value)
    return
  }
  if (hasToJson(value)) {
    // As JSON has it: a Date travels as its text.
    writeValue(w, value.toJSON(), names, depth + 1)
    return
  }
  if (Array.isArray(value)) {
    w.u8(ARRAY)
    w.varint(value.length)
    if (value.length === 1) writeValue(w, value[0], names, depth + 1)
    else if (value.length > 1) {
      writeColumn(w, value, names, depth + 1, writeValue)
      w.align()
    }
    return
  }
  const entries = Object.entries(value).filter(([, child]) => child !== undefined)
  w.u8(OBJECT)
  w.varint(entries.length)
  for (const [key, child] of entries) {
    names.put(w, key)
    writeValue(w, child, names, depth + 1)
  }
}

function hasToJson(value: object): value is { toJSON(): unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function'
}

export function readValue(r: Reader, names: NameReader, depth: number): unknown {
  if (depth > MAX_DEPTH + 1)
    throw new PPError('MALFORMED_FRAME', `A message is nested deeper than ${MAX_DEPTH} levels.`)
  const tag = r.u8()
  if (tag < 0x80) return tag
  if (tag >= SMALL_NEGATIVE) return readSmallNegative(tag)
  if (tag >= SHORT_TEXT) return readShortText(r, tag - SHORT_TEXT)
  if (tag >= NUMBER) return readFraction(r, tag - NUMBER)
  switch (tag) {
    case NULL:
      return null
    case FALSE:
      return false
    case TRUE:
      return true
    case FLOAT:
      return finite(r.f32())
    case DOUBLE:
      return finite(r.f64())
    case TEXT:
      return r.text()
    case BYTES:
      return r.raw(r.count()).slice()
    case ARRAY:
      return readArray(r, names, depth)
    case OBJECT:
      return readObject(r, names, depth)
    default:
      throw new PPError('MALFORMED_FRAME', `There is no value of kind ${tag}.`)
  }
}

function writeNumber(w: Writer, value: number): void {
  if (!Number.isFinite(value)) throw new PPError('INVALID_PAYLOAD', `${value} cannot travel: it is not JSON.`)
  if (value >= 0 && value < 0x80 && value === Math.floor(value)) {
    // −0 arrives as 0, as JSON would have it.
    w.u8(value === 0 ? 0 : value)
    return
  }
  if (value < 0 && value >= -32 && value === Math.floor(value)) {
    w.u8(SMALL_NEGATIVE - 1 - value)
    return
  }
  const code = divisorOf(value)
  const numerator = code === NO_DIVISOR ? 0 : numeratorOf(value, code)
  const isFloat = Math.fround(value) === value
  // Four bytes hold zigzag numerators below 2^27; beyond that a float is as short, and exact where it fits.
  if (code === NO_DIVISOR || (isFloat && Math.abs(numerator) >= 2 ** 27)) {
    w.u8(isFloat ? FLOAT : DOUBLE)
    if (isFloat) w.f32(value)
    else w.f64(value)
    return
  }
  w.u8(NUMBER + code)
  w.zigzag(numerator)
}

function writeText(w: Writer, value: string): void {
  const length = value.length
  let isShort = length < 32
  for (let i = 0; i < length && isShort; i++) isShort = value.charCodeAt(i) < 0x80
  if (!isShort) {
    w.u8(TEXT)
    w.text(value)
    return
  }
  w.u8(SHORT_TEXT + length)
  for (let i = 0; i < length; i++) w.u8(value.charCodeAt(i))
}

function readSmallNegative(tag: number): number {
  if (tag >= SMALL_NEGATIVE + 32) throw new PPError('MALFORMED_FRAME', `There is no value of kind ${tag}.`)
  return SMALL_NEGATIVE - 1 - tag
}

function readShortText(r: Reader, length: number): string {
  let text = ''
  for (let i = 0; i < length; i++) {
    const code = r.u8()
    if (code >= 0x80) throw new PPError('MALFORMED_FRAME', 'A short text is ASCII.')
    text += String.fromCharCode(code)
  }
  return text
}

function readFraction(r: Reader, code: number): number {
  if (code >= DIVISORS.length) throw new PPError('MALFORMED_FRAME', `There is no divisor number ${code}.`)
  return fromNumerator(r.zigzag(), code)
}

function readArray(r: Reader, names: NameReader, depth: number): unknown[] {
  const length = r.varint()
  if (length === 0) return []
  if (length === 1) return [readValue(r, names, depth + 1)]
  const items = takeRows(readColumn(r, length, names, depth + 1, readValue), length)
  r.align()
  return items
}

function readObject(r: Reader, names: NameReader, depth: number): Record<string, unknown> {
  const count = r.count(2)
  const object: Record<string, unknown> = {}
  for (let i = 0; i < count; i++) {
    // The dictionary lets no key in that reaches a prototype.
    const key = names.take(r)
    object[key] = readValue(r, names, depth + 1)
  }
  return object
}

function finite(value: number): number {
  if (Number.isFinite(value)) return value
  throw new PPError('MALFORMED_FRAME', 'A number must be finite.')
}
