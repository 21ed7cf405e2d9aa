// A column: the values of one field in many rows, in the form that takes the fewest bits. Read and written side by side.
// Three bits say which form:
//   numbers   a common divisor, the smallest, and every difference from it in equally many bits
//   centred   the same of the steps from what the receiver holds, which lie around 0
//   steps     the same of steps that do not                 again    as the column of numbers before
//   flags     one bit each                                  same     all rows hold one value
//   mixed     each value by itself                          other    three more bits: floats, doubles, objects of one
//                                                                    shape (a column per key), runs, texts
// A column begins and ends at any bit; values written as bytes begin at a whole one.
import { PPError } from '../errors.js'
import { MAX_DEPTH } from '../json.js'
import type { NumberHead, Reader, Writer } from './bytes.js'
import { widthOf } from './keys.js'
import type { NameReader, NameWriter } from './names.js'
import { DIVISORS, MAX_NUMERATOR, NO_DIVISOR, numeratorsOf, unzigzag, zigzag } from './number.js'
import { readTexts, textBits, writeTexts } from './text.js'

const MIXED = 0
const SAME = 1
const NUMBERS = 2
const CENTRED = 3
const STEPS = 4
const FLAGS = 5
const OTHER = 6
const AGAIN = 7

const FLOATS = 0
const DOUBLES = 1
const OBJECTS = 2
const RUN = 3
const TEXTS = 4

/** Bits of a head that `again` saves: more rows than that are cheaper with a width of their own. */
const HEAD_BITS = 16

/** How one value is written and read; handed in by `value.ts`, whose lists are columns in turn. */
export type WriteItem = (w: Writer, value: unknown, names: NameWriter, depth: number) => void
export type ReadItem = (r: Reader, names: NameReader, depth: number) => unknown

/** What the receiver holds in a row before: a number that both ends know, or NaN. */
export type NumberBefore = (row: number) => number

/** Room for the numbers of one column: filled and used up between two calls, never across them. */
let numerators = new Float64Array(64)
let steps = new Float64Array(64)

/** At least one value. */
export function writeColumn(
  w: Writer,
  values: readonly unknown[],
  names: NameWriter,
  depth: number,
  writeItem: WriteItem,
): void {
  const [first] = values
  if (typeof first === 'number' && values.every((value) => typeof value === 'number')) {
    // `every` has looked at each of them.
    writeNumbers(w, values as readonly number[], values.length, NOTHING_BEFORE, NO_DIVISOR)
    return
  }
  if (isPrimitive(first) && values.every((value) => value === first)) {
    w.bits(SAME, 3)
    w.align()
    writeItem(w, first, names, depth)
    return
  }
  if (typeof first === 'boolean' && values.every((value) => typeof value === 'boolean')) {
    w.bits(FLAGS, 3)
    for (const value of values) w.flag(value === true)
    return
  }
  const bitsOfTexts = typeof first === 'string' ? textBits(values) : null
  if (bitsOfTexts !== null) {
    writeOther(w, TEXTS)
    // `textBits` has looked at each of them.
    writeTexts(w, values as readonly string[], bitsOfTexts)
    return
  }
  const shape = shapeOf(values)
  if (shape !== null) {
    writeObjects(w, values as readonly Record<string, unknown>[], shape, names, depth, writeItem)
    return
  }
  writeMixed(w, values, names, depth, writeItem)
}

/** No row tells what the receiver holds. */
const NOTHING_BEFORE: readonly number[] = []

export function writeMixed(
  w: Writer,
  values: readonly unknown[],
  names: NameWriter,
  depth: number,
  writeItem: WriteItem,
): void {
  w.bits(MIXED, 3)
  w.align()
  for (const value of values) writeItem(w, value, names, depth)
}

/**
 * The values of `rows` rows. Numbers stand in memory that the next column uses again, with others behind them: take them out
 * at once, by `takeRows` where they are to stay.
 */
export function readColumn(
  r: Reader,
  rows: number,
  names: NameReader,
  depth: number,
  readItem: ReadItem,
  before?: NumberBefore,
): ArrayLike<unknown> {
  if (depth > MAX_DEPTH)
    throw new PPError('MALFORMED_FRAME', `A message is nested deeper than ${MAX_DEPTH} levels.`)
  r.claim(rows)
  const form = r.bits(3)
  switch (form) {
    case MIXED: {
      r.align()
      if (rows > r.left)
        throw new PPError('MALFORMED_FRAME', 'A column claims more rows than the frame holds.')
      const values: unknown[] = []
      for (let i = 0; i < rows; i++) values.push(readItem(r, names, depth))
      return values
    }
    case SAME: {
      r.align()
      const value = readItem(r, names, depth)
      if (!isPrimitive(value))
        throw new PPError('MALFORMED_FRAME', 'Only primitives can be the same in all rows.')
      return Array.from({ length: rows }, () => value)
    }
    case FLAGS: {
      r.needBits(rows)
      const values: boolean[] = []
      for (let i = 0; i < rows; i++) values.push(r.flag())
      return values
    }
    case OTHER:
      return readOther(r, rows, names, depth, readItem)
    default:
      return readNumbers(r, rows, readHead(r, form), before)
  }
}

export function takeRows(values: ArrayLike<unknown>, rows: number): unknown[] {
  const taken: unknown[] = []
  for (let i = 0; i < rows; i++) taken.push(values[i])
  return taken
}

function readOther(
  r: Reader,
  rows: number,
  names: NameReader,
  depth: number,
  readItem: ReadItem,
): ArrayLike<unknown> {
  const form = r.bits(3)
  switch (form) {
    case FLOATS:
    case DOUBLES: {
      r.align()
      r.needBits(rows * (form === FLOATS ? 32 : 64))
      const values: number[] = []
      for (let i = 0; i < rows; i++) values.push(checkFinite(form === FLOATS ? r.f32() : r.f64()))
      return values
    }
    case OBJECTS:
      return readObjects(r, rows, names, depth, readItem)
    case RUN: {
      const start = unzigzag(r.golomb())
      return Array.from({ length: rows }, (_, i) => start + i)
    }
    case TEXTS:
      return readTexts(r, rows)
    default:
      throw new PPError('MALFORMED_FRAME', `There is no column of kind ${form}.`)
  }
}

function writeOther(w: Writer, form: number): void {
  w.bits(OTHER, 3)
  w.bits(form, 3)
}

/**
 * The first `count` of `values`. `before` holds a number per row that the receiver has, or NaN; empty: it has none. `guess` is
 * the code of their divisor last time; the code of this time comes back.
 */
export function writeNumbers(
  w: Writer,
  values: readonly number[],
  count: number,
  before: readonly number[],
  guess: number,
): number {
  if (numerators.length < count) {
    numerators = new Float64Array(count * 2)
    steps = new Float64Array(count * 2)
  }
  const code = numeratorsOf(values, count, guess === NO_DIVISOR ? (w.head?.code ?? guess) : guess, numerators)
  if (code === NO_DIVISOR) {
    writeFloats(w, values, count)
    return code
  }
  const plain = spreadOf(numerators, count)
  if (code === 0 && count > 2 && plain.max - plain.min === count - 1 && isRun(numerators, count)) {
    writeOther(w, RUN)
    w.golomb(zigzag(plain.min))
    return code
  }
  const areSteps = before.length >= count && fillSteps(before, code, count)
  const ofSteps = areSteps ? spreadOf(steps, count) : plain
  if (areSteps && ofSteps.width < plain.width) writePacked(w, steps, count, code, true, ofSteps)
  else writePacked(w, numerators, count, code, false, plain)
  return code
}

function writeFloats(w: Writer, values: readonly number[], count: number): void {
  let areFloats = true
  for (let i = 0; i < count; i++) if (Math.fround(values[i] ?? 0) !== values[i]) areFloats = false
  writeOther(w, areFloats ? FLOATS : DOUBLES)
  w.align()
  for (let i = 0; i < count; i++) {
    if (areFloats) w.f32(values[i] ?? 0)
    else w.f64(values[i] ?? 0)
  }
}

function writePacked(
  w: Writer,
  numbers: Float64Array,
  count: number,
  code: number,
  areSteps: boolean,
  { min, max, width }: Spread,
): void {
  const last = w.head
  if (
    last !== null &&
    last.areSteps === areSteps &&
    last.code === code &&
    min >= last.min &&
    max < last.min + 2 ** last.width &&
    (last.width - width) * count <= HEAD_BITS
  ) {
    w.bits(AGAIN, 3)
    w.packed(numbers, count, last.min, last.width)
    return
  }
  // Around 0: as many values below as from 0 on.
  const half = Math.max(widthOf(Math.max(max, -min - 1)), 0)
  const isCentred = areSteps && min < 0 && half + 1 <= 31 && (half + 1 - width) * count <= HEAD_BITS
  const head: NumberHead = isCentred
    ? { areSteps, code, min: -(2 ** half), width: half + 1 }
    : { areSteps, code, min, width }
  w.bits(isCentred ? CENTRED : areSteps ? STEPS : NUMBERS, 3)
  w.bits(code, 4)
  if (!isCentred) w.golomb(zigzag(min))
  w.bits(head.width, 6)
  w.packed(numbers, count, head.min, head.width)
  w.head = head
}

function readHead(r: Reader, form: number): NumberHead {
  if (form === AGAIN) {
    if (r.head === null) throw new PPError('MALFORMED_FRAME', 'There was no column of numbers before.')
    return r.head
  }
  const code = r.bits(4)
  if (code >= DIVISORS.length) throw new PPError('MALFORMED_FRAME', `There is no divisor number ${code}.`)
  const min = form === CENTRED ? 0 : unzigzag(r.golomb())
  const width = r.bits(6)
  if (width > 52 || (form === CENTRED && width === 0))
    throw new PPError('MALFORMED_FRAME', 'A number of a column has at most 52 bits.')
  const areSteps = form !== NUMBERS
  return (r.head = { areSteps, code, min: form === CENTRED ? -(2 ** (width - 1)) : min, width })
}

function readNumbers(
  r: Reader,
  rows: number,
  { areSteps, code, min, width }: NumberHead,
  before: NumberBefore | undefined,
): Float64Array {
  r.needBits(rows * width)
  if (numerators.length < rows) numerators = new Float64Array(rows * 2)
  const values = numerators
  r.packed(values, rows, min, width)
  const divisor = DIVISORS[code] ?? 1
  if (!areSteps) {
    if (code > 0) for (let i = 0; i < rows; i++) values[i] = (values[i] ?? 0) / divisor
    return values
  }
  if (before === undefined) throw stepFromNothing()
  for (let i = 0; i < rows; i++) {
    const value = (Math.round(before(i) * divisor) + (values[i] ?? 0)) / divisor
    if (value !== value) throw stepFromNothing()
    values[i] = value
  }
  return values
}

interface Spread {
  min: number
  max: number
  width: number
}

function spreadOf(numbers: Float64Array, count: number): Spread {
  let min = Infinity
  let max = -Infinity
  for (let i = 0; i < count; i++) {
    const number = numbers[i] ?? 0
    if (number < min) min = number
    if (number > max) max = number
  }
  return { min, max, width: widthOf(max - min) }
}

/** Fills `steps` from `numerators`; false when some row has nothing to start from, or starts beside the grid. */
function fillSteps(before: readonly number[], code: number, count: number): boolean {
  const divisor = DIVISORS[code] ?? 1
  for (let i = 0; i < count; i++) {
    const from = before[i] ?? Number.NaN
    const numerator = Math.round(from * divisor)
    // NaN differs from everything.
    if (numerator / divisor !== from || Math.abs(numerator) >= MAX_NUMERATOR) return false
    steps[i] = (numerators[i] ?? 0) - numerator
  }
  return true
}

function isRun(numbers: Float64Array, count: number): boolean {
  const start = numbers[0] ?? 0
  for (let i = 1; i < count; i++) if (numbers[i] !== start + i) return false
  return true
}

/** The keys of all values, when they are objects with the same keys in the same order, at least two. */
function shapeOf(values: readonly unknown[]): readonly string[] | null {
  if (values.length < 2) return null
  let shape: readonly string[] | null = null
  for (const value of values) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Uint8Array)
      return null
    if ('toJSON' in value) return null
    const keys = Object.keys(value)
    if (shape === null) {
      if (keys.length === 0) return null
      shape = keys
    } else if (keys.length !== shape.length || !keys.every((key, i) => key === shape?.[i])) {
      return null
    }
  }
  return shape
}

function writeObjects(
  w: Writer,
  values: readonly Record<string, unknown>[],
  shape: readonly string[],
  names: NameWriter,
  depth: number,
  writeItem: WriteItem,
): void {
  writeOther(w, OBJECTS)
  w.align()
  w.varint(shape.length)
  for (const key of shape) names.put(w, key)
  for (const key of shape) {
    writeColumn(
      w,
      values.map((value) => value[key]),
      names,
      depth + 1,
      writeItem,
    )
  }
}

function readObjects(
  r: Reader,
  rows: number,
  names: NameReader,
  depth: number,
  readItem: ReadItem,
): Record<string, unknown>[] {
  r.align()
  const width = r.count()
  if (width === 0) throw new PPError('MALFORMED_FRAME', 'A shape has at least one key.')
  const keys: string[] = []
  for (let i = 0; i < width; i++) keys.push(names.take(r))
  const objects: Record<string, unknown>[] = Array.from({ length: rows }, () => ({}))
  for (const key of keys) {
    const values = readColumn(r, rows, names, depth + 1, readItem)
    // The dictionary lets no key in that reaches a prototype.
    for (let i = 0; i < rows; i++) (objects[i] ?? {})[key] = values[i]
  }
  return objects
}

export function stepFromNothing(): PPError {
  return new PPError('MALFORMED_FRAME', 'A step needs a number to start from.')
}

function checkFinite(value: number): number {
  if (Number.isFinite(value)) return value
  throw new PPError('MALFORMED_FRAME', 'A number must be finite.')
}

function isPrimitive(value: unknown): boolean {
  return typeof value !== 'object' || value === null
}
