// A column: the values of one field in many rows, in the form that takes the fewest bytes. Read and written side by side.
//   same     all rows hold one value                       run   whole numbers, each one more than the one before
//   numbers  a common divisor, the smallest, and every difference from it in equally many bits
//   steps    the same, but of the difference from what the receiver holds (`previous`)
//   flags    one bit each          floats / doubles  IEEE 754          objects  one shape: a column per key
//   mixed    each value by itself
import { PPError } from '../errors.js'
import { MAX_DEPTH } from '../json.js'
import type { Reader, Writer } from './bytes.js'
import type { NameReader, NameWriter } from './names.js'
import {
  commonDivisor,
  DIVISORS,
  divisorOf,
  fromNumerator,
  isOver,
  NO_DIVISOR,
  numeratorOf,
} from './number.js'

const MIXED = 0
const SAME = 1
const RUN = 2
const FLAGS = 3
const FLOATS = 4
const DOUBLES = 5
const OBJECTS = 6
/** Plus the code of the divisor. */
const NUMBERS = 16
const STEPS = 32

/** What the receiver holds in row `i`, where it holds a number that both ends know. */
export type Previous = (row: number) => number | undefined

/** How one value is written and read; handed in by `value.ts`, whose lists are columns in turn. */
export type WriteItem = (w: Writer, value: unknown, names: NameWriter, depth: number) => void
export type ReadItem = (r: Reader, names: NameReader, depth: number) => unknown

export function writeColumn(
  w: Writer,
  values: readonly unknown[],
  names: NameWriter,
  depth: number,
  writeItem: WriteItem,
  previous?: Previous,
): void {
  const [first] = values
  if (typeof first === 'number' && values.every((value) => typeof value === 'number')) {
    // `every` above has looked at each of them.
    writeNumbers(w, values as readonly number[], previous)
    return
  }
  if (isPrimitive(first) && values.every((value) => value === first)) {
    w.u8(SAME)
    writeItem(w, first, names, depth)
    return
  }
  if (typeof first === 'boolean' && values.every((value) => typeof value === 'boolean')) {
    w.u8(FLAGS)
    for (const value of values) w.bits(value === true ? 1 : 0, 1)
    w.endBits()
    return
  }
  const shape = shapeOf(values)
  if (shape !== null) {
    w.u8(OBJECTS)
    w.varint(shape.length)
    for (const key of shape) names.put(w, key)
    for (const key of shape) {
      // `shapeOf` has seen that each is an object with this key.
      writeColumn(
        w,
        values.map((value) => (value as Record<string, unknown>)[key]),
        names,
        depth + 1,
        writeItem,
      )
    }
    return
  }
  writeMixed(w, values, names, depth, writeItem)
}

export function writeMixed(
  w: Writer,
  values: readonly unknown[],
  names: NameWriter,
  depth: number,
  writeItem: WriteItem,
): void {
  w.u8(MIXED)
  for (const value of values) writeItem(w, value, names, depth)
}

export function readColumn(
  r: Reader,
  rows: number,
  names: NameReader,
  depth: number,
  readItem: ReadItem,
  previous?: Previous,
): unknown[] {
  if (depth > MAX_DEPTH)
    throw new PPError('MALFORMED_FRAME', `A message is nested deeper than ${MAX_DEPTH} levels.`)
  r.claim(rows)
  const tag = r.u8()
  switch (tag) {
    case MIXED: {
      if (rows > r.left)
        throw new PPError('MALFORMED_FRAME', 'A column claims more rows than the frame holds.')
      const values: unknown[] = []
      for (let i = 0; i < rows; i++) values.push(readItem(r, names, depth))
      return values
    }
    case SAME: {
      const value = readItem(r, names, depth)
      if (!isPrimitive(value))
        throw new PPError('MALFORMED_FRAME', 'Only primitives can be the same in all rows.')
      return Array.from({ length: rows }, () => value)
    }
    case RUN: {
      const start = r.zigzag()
      return Array.from({ length: rows }, (_, i) => start + i)
    }
    case FLAGS: {
      needBits(r, rows, 1)
      const values: unknown[] = []
      for (let i = 0; i < rows; i++) values.push(r.bits(1) === 1)
      r.endBits()
      return values
    }
    case FLOATS:
    case DOUBLES: {
      const size = tag === FLOATS ? 4 : 8
      needBits(r, rows, size * 8)
      const values: unknown[] = []
      for (let i = 0; i < rows; i++) values.push(checkFinite(size === 4 ? r.f32() : r.f64()))
      return values
    }
    case OBJECTS:
      return readObjects(r, rows, names, depth, readItem)
    default:
      return readNumbers(r, rows, tag, previous)
  }
}

function writeNumbers(w: Writer, values: readonly number[], previous: Previous | undefined): void {
  const code = divisorOfAll(values)
  if (code === NO_DIVISOR) {
    const areFloats = values.every((value) => Math.fround(value) === value)
    w.u8(areFloats ? FLOATS : DOUBLES)
    for (const value of values) {
      if (areFloats) w.f32(value)
      else w.f64(value)
    }
    return
  }
  const numerators = values.map((value) => numeratorOf(value, code))
  if (code === 0 && values.length > 2 && isRun(numerators)) {
    w.u8(RUN)
    w.zigzag(numerators[0] ?? 0)
    return
  }
  const plain = spreadOf(numerators)
  const steps = previous === undefined ? null : stepsFrom(numerators, code, previous)
  const stepSpread = steps === null ? plain : spreadOf(steps)
  if (steps !== null && stepSpread.width < plain.width) writePacked(w, STEPS + code, steps, stepSpread)
  else writePacked(w, NUMBERS + code, numerators, plain)
}

function readNumbers(r: Reader, rows: number, tag: number, previous: Previous | undefined): number[] {
  const areSteps = tag >= STEPS
  const code = tag - (areSteps ? STEPS : NUMBERS)
  if (code < 0 || code >= DIVISORS.length)
    throw new PPError('MALFORMED_FRAME', `There is no column of kind ${tag}.`)
  const min = r.zigzag()
  const width = r.u8()
  if (width > 52) throw new PPError('MALFORMED_FRAME', 'A number of a column has at most 52 bits.')
  needBits(r, rows, width)
  const values: number[] = []
  for (let i = 0; i < rows; i++) {
    let numerator = min + r.bits(width)
    if (areSteps) {
      const before = previous?.(i)
      if (before === undefined) throw new PPError('MALFORMED_FRAME', 'A step needs a number to start from.')
      numerator += numeratorOf(before, code)
    }
    values.push(fromNumerator(numerator, code))
  }
  r.endBits()
  return values
}

interface Spread {
  min: number
  width: number
}

function writePacked(w: Writer, tag: number, numerators: readonly number[], { min, width }: Spread): void {
  w.u8(tag)
  w.zigzag(min)
  w.u8(width)
  for (const numerator of numerators) w.bits(numerator - min, width)
  w.endBits()
}

function spreadOf(numbers: readonly number[]): Spread {
  let min = Infinity
  let max = -Infinity
  for (const number of numbers) {
    if (number < min) min = number
    if (number > max) max = number
  }
  return { min, width: bitsFor(max - min) }
}

function bitsFor(range: number): number {
  return range < 0x8000_0000 ? 32 - Math.clz32(range) : Math.ceil(Math.log2(range + 1))
}

/** Null when some row has nothing to start from, or starts beside the grid. */
function stepsFrom(numerators: readonly number[], code: number, previous: Previous): number[] | null {
  const steps: number[] = []
  for (let i = 0; i < numerators.length; i++) {
    const before = previous(i)
    if (before === undefined || !isOver(before, code)) return null
    steps.push((numerators[i] ?? 0) - numeratorOf(before, code))
  }
  return steps
}

function divisorOfAll(values: readonly number[]): number {
  let code = 0
  for (const value of values) {
    const own = divisorOf(value)
    if (own === NO_DIVISOR) return NO_DIVISOR
    code = commonDivisor(code, own)
  }
  return values.every((value) => isOver(value, code)) ? code : NO_DIVISOR
}

function isRun(numbers: readonly number[]): boolean {
  const start = numbers[0] ?? 0
  return numbers.every((number, i) => number === start + i)
}

/** The keys of all values, when they are objects with the same keys in the same order, at least two. */
function shapeOf(values: readonly unknown[]): readonly string[] | null {
  if (values.length < 2) return null
  let shape: readonly string[] | null = null
  for (const value of values) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Uint8Array)
      return null
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

function readObjects(
  r: Reader,
  rows: number,
  names: NameReader,
  depth: number,
  readItem: ReadItem,
): Record<string, unknown>[] {
  const width = r.count()
  if (width === 0) throw new PPError('MALFORMED_FRAME', 'A shape has at least one key.')
  const keys: string[] = []
  for (let i = 0; i < width; i++) keys.push(names.take(r))
  const objects: Record<string, unknown>[] = Array.from({ length: rows }, () => ({}))
  for (const key of keys) {
    const values = readColumn(r, rows, names, depth + 1, readItem)
    // The dictionary lets no key in that reaches a prototype.
    objects.forEach((object, i) => (object[key] = values[i]))
  }
  return objects
}

function needBits(r: Reader, rows: number, width: number): void {
  if (rows * width > r.left * 8)
    throw new PPError('MALFORMED_FRAME', 'A column claims more rows than the frame holds.')
}

function checkFinite(value: number): number {
  if (Number.isFinite(value)) return value
  throw new PPError('MALFORMED_FRAME', 'A number must be finite.')
}

function isPrimitive(value: unknown): boolean {
  return typeof value !== 'object' || value === null
}
