// Writes a column in the form that takes the fewest bits; the forms are told in `column-reader.ts`. Only who sends state
// or long lists needs it: a client writes lists item by item.
import { BitWriter } from './bit-writer.js'
import type { WrittenHead } from './bit-writer.js'
import {
  AGAIN,
  CENTRED,
  DOUBLES,
  FLAGS,
  FLOATS,
  MIXED,
  NUMBERS,
  OBJECTS,
  OTHER,
  RUN,
  SAME,
  STEPS,
  TEXTS,
} from './column-reader.js'
import { widthOf } from './keys.js'
import { DIVISORS, MAX_NUMERATOR, NO_DIVISOR, numeratorsOf, spareOf, zigzag } from './number.js'
import { textBits, writeTexts } from './text.js'
import { assertDepth } from './value.js'
import type { NameWriter, WriteItem } from './writer.js'

/** Bits of a head that `again` saves: more rows than that are cheaper with a width of their own. */
const HEAD_BITS = 16

/** Room for the numbers of one column: filled and used up between two calls, never across them. */
let numerators = new Float64Array(64)
let steps = new Float64Array(64)
let plainNumbers = new Float64Array(64)

/** A writer whose lists are columns. */
export function createBitWriter(): BitWriter {
  const w = new BitWriter()
  w.writeList = (items, names, depth, writeItem) => {
    writeColumn(w, items, names, depth, writeItem)
    w.align()
  }
  return w
}

/** At least one value. */
export function writeColumn(
  w: BitWriter,
  values: readonly unknown[],
  names: NameWriter,
  depth: number,
  writeItem: WriteItem<BitWriter>,
): void {
  const [first] = values
  if (typeof first === 'number' && values.every((value) => typeof value === 'number')) {
    if (plainNumbers.length < values.length) plainNumbers = new Float64Array(values.length * 2)
    // `every` has looked at each of them.
    plainNumbers.set(values as readonly number[])
    writeNumbers(w, plainNumbers, values.length, null, NO_DIVISOR)
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

export function writeMixed(
  w: BitWriter,
  values: readonly unknown[],
  names: NameWriter,
  depth: number,
  writeItem: WriteItem<BitWriter>,
): void {
  w.bits(MIXED, 3)
  w.align()
  for (const value of values) writeItem(w, value, names, depth)
}

function writeOther(w: BitWriter, form: number): void {
  w.bits(OTHER, 3)
  w.bits(form - FLOATS, 3)
}

/**
 * The first `count` of `values`. `before` holds a number per row that the receiver has, or NaN; null: it has none. `guess` is
 * the code of their divisor last time; the code of this time comes back.
 */
export function writeNumbers(
  w: BitWriter,
  values: Float64Array,
  count: number,
  before: Float64Array | null,
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
  const areSteps = before !== null && fillSteps(before, code, count)
  writeWhole(w, numerators, count, code, areSteps)
  return code
}

/**
 * The same of numbers that come as numerators, all of them with one that the receiver has. False, and nothing is written, where a
 * coarser divisor would do.
 */
export function writeNumerators(
  w: BitWriter,
  values: Float64Array,
  count: number,
  before: Float64Array,
  code: number,
): boolean {
  if (steps.length < count) steps = new Float64Array(count * 2)
  let isFine = code === 0
  const spare = spareOf(code)
  for (let i = 0; !isFine && i < count; i++) isFine = (values[i] ?? 0) % spare !== 0
  if (!isFine) return false
  for (let i = 0; i < count; i++) steps[i] = (values[i] ?? 0) - (before[i] ?? 0)
  writeWhole(w, values, count, code, true)
  return true
}

/** Numerators as they are or, where `steps` holds what they differ by, as those, whichever is shorter. */
function writeWhole(
  w: BitWriter,
  numbers: Float64Array,
  count: number,
  code: number,
  areSteps: boolean,
): void {
  const plain = spreadOf(numbers, count)
  if (isRun(numbers, count, code, plain)) {
    writeOther(w, RUN)
    w.golomb(zigzag(plain.min))
    return
  }
  const ofSteps = areSteps ? spreadOf(steps, count) : plain
  if (ofSteps.width < plain.width) writePacked(w, steps, count, code, true, ofSteps)
  else writePacked(w, numbers, count, code, false, plain)
}

function writeFloats(w: BitWriter, values: Float64Array, count: number): void {
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
  w: BitWriter,
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
  const head: WrittenHead = isCentred
    ? { areSteps, code, min: -(2 ** half), width: half + 1 }
    : { areSteps, code, min, width }
  w.bits(isCentred ? CENTRED : areSteps ? STEPS : NUMBERS, 3)
  w.bits(code, 4)
  if (!isCentred) w.golomb(zigzag(min))
  w.bits(head.width, 6)
  w.packed(numbers, count, head.min, head.width)
  w.head = head
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
function fillSteps(before: Float64Array, code: number, count: number): boolean {
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

function isRun(numbers: Float64Array, count: number, code: number, { min, max }: Spread): boolean {
  if (code !== 0 || count <= 2 || max - min !== count - 1) return false
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
  w: BitWriter,
  values: readonly Record<string, unknown>[],
  shape: readonly string[],
  names: NameWriter,
  depth: number,
  writeItem: WriteItem<BitWriter>,
): void {
  assertDepth(depth)
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

function isPrimitive(value: unknown): boolean {
  return typeof value !== 'object' || value === null
}
