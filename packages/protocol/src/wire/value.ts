// One JSON value (or bytes), tagged by its first byte. Small whole numbers, short strings and small containers are in the
// tag itself. How a key is written is up to the names handed in:
// a number of a dictionary, or its text.
import { DEV, warnOfEmptied } from '#dev'
import { PPError } from '../errors.js'
import { MAX_DEPTH } from '../json.js'
import { ensure, malformed } from '../malformed.js'
import { MIXED, readColumn } from './column-reader.js'
import { inlineNames } from './names.js'
import { divisorAt, divisorOf, NO_DIVISOR, numeratorOf, unzigzag, zigzag } from './number.js'
import type { NameReader, Reader } from './reader.js'
import { fill } from './rows.js'
import type { NameWriter, Writer } from './writer.js'

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
/** Plus the number of the template that has the keys; `LONG_SHAPE`: that and a varint more. */
export const SHAPED = 0xe0
export const LONG_SHAPE = 15

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
      throw new PPError('INVALID_PAYLOAD', DEV && `A value of type ${typeof value} cannot travel.`)
  }
}

function writeContainer(w: Writer, value: object, names: NameWriter, depth: number): void {
  if (value instanceof Uint8Array) {
    w.u8(BYTES)
    w.varint(value.length)
    w.raw(value)
    return
  }
  assertDepth(depth)
  if (hasToJson(value)) {
    // As JSON has it: a Date travels as its text.
    writeValue(w, value.toJSON(), names, depth + 1)
    return
  }
  if (Array.isArray(value)) {
    w.u8(ARRAY)
    w.varint(value.length)
    if (value.length > 1) {
      if (w.writeList !== null) return w.writeList(value, names, depth + 1, writeValue)
      w.u8(MIXED)
    }
    for (const item of value) writeValue(w, item, names, depth + 1)
    return
  }
  const entries = Object.entries(value).filter(([, child]) => child !== undefined)
  warnOfEmptied(value, entries)
  const areKeysPut = names.putShape?.(w, entries) === true
  if (!areKeysPut) {
    w.u8(OBJECT)
    w.varint(entries.length)
  }
  for (const [key, child] of entries) {
    if (!areKeysPut) names.put(w, key)
    writeValue(w, child, names, depth + 1)
  }
}

/** @throws PPError `INVALID_PAYLOAD` for a list or an object that stands inside more than `MAX_DEPTH` others. */
export function assertDepth(depth: number): void {
  if (depth <= MAX_DEPTH) return
  throw new PPError('INVALID_PAYLOAD', DEV && `A value is nested deeper than ${MAX_DEPTH} levels.`)
}

function hasToJson(value: object): value is { toJSON(): unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function'
}

function writeNumber(w: Writer, value: number): void {
  if (!Number.isFinite(value))
    throw new PPError('INVALID_PAYLOAD', DEV && `${value} cannot travel: it is not JSON.`)
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
  w.varint(zigzag(numerator))
}

function writeText(w: Writer, value: string): void {
  if (value.length < 32 && w.ascii(value, SHORT_TEXT + value.length)) return
  w.u8(TEXT)
  w.text(value)
}

export function readValue(r: Reader, names: NameReader, depth: number): unknown {
  return readTagged(r, r.u8(), names, depth)
}

/** The value whose tag has been read. */
export function readTagged(r: Reader, tag: number, names: NameReader, depth: number): unknown {
  if (tag < 0x80) return tag
  if (tag >= SMALL_NEGATIVE && tag < SMALL_NEGATIVE + 32) return SMALL_NEGATIVE - 1 - tag
  if (tag >= NUMBER && tag < SHORT_TEXT) {
    const divisor = divisorAt(tag - NUMBER)
    return unzigzag(r.varint()) / divisor
  }
  if (tag >= SHORT_TEXT && tag < SMALL_NEGATIVE) {
    const length = tag - SHORT_TEXT
    const text = r.text(length)
    // ASCII only: in UTF-8 everything else has more bytes than characters.
    ensure(text.length === length, 'text')
    return text
  }
  if (tag >= SHAPED && tag <= SHAPED + LONG_SHAPE) {
    const code = tag - SHAPED
    const fields = names.fieldsOf?.(code < LONG_SHAPE ? code : code + r.varint())
    ensure(fields !== undefined && fields.length > 0, 'shape')
    return readObject(r, names, depth + 1, fields)
  }
  switch (tag) {
    case NULL:
      return null
    case FALSE:
      return false
    case TRUE:
      return true
    case FLOAT:
      return r.float(4)
    case DOUBLE:
      return r.float(8)
    case TEXT:
      return r.text()
    case BYTES:
      // State is JSON; its names are a dictionary's.
      ensure(names === inlineNames, 'bytes')
      // Not `slice`: on Node that is a window on the whole frame, which would stay in memory with it.
      return new Uint8Array(r.raw(r.varint()))
    case ARRAY:
      return readArray(r, names, depth + 1)
    case OBJECT:
      return readObject(r, names, depth + 1)
    default:
      throw malformed('value')
  }
}

function readArray(r: Reader, names: NameReader, depth: number): unknown[] {
  ensure(depth <= MAX_DEPTH + 1, 'depth')
  const length = r.varint()
  if (length < 2) return fill(length, () => readValue(r, names, depth))
  const items = readColumn(r, length, names, depth, readValue)
  const list = fill(length, (row) => items[row])
  r.align()
  return list
}

/** `fields`: its keys, where they are known. */
function readObject(
  r: Reader,
  names: NameReader,
  depth: number,
  fields?: readonly string[],
): Record<string, unknown> {
  ensure(depth <= MAX_DEPTH + 1, 'depth')
  const object: Record<string, unknown> = {}
  const count = fields?.length ?? r.count(2)
  for (let i = 0; i < count; i++) {
    // The dictionary lets no key in that reaches a prototype.
    const key = fields?.[i] ?? names.take(r)
    object[key] = readValue(r, names, depth)
  }
  return object
}
