// A column: the values of one field in many rows, in the form that takes the fewest bits; `column-writer.ts` writes them.
// Three bits say which form:
//   numbers   a common divisor, the smallest, and every difference from it in equally many bits
//   centred   the same of the steps from what the receiver holds, which lie around 0
//   steps     the same of steps that do not                 again    as the column of numbers before
//   flags     one bit each                                  same     all rows hold one value
//   mixed     each value by itself                          other    three more bits: floats, doubles, objects of one
//                                                                    shape (a column per key), runs, texts
// A column begins and ends at any bit; values written as bytes begin at a whole one.
import { MAX_DEPTH } from '../json.js'
import { ensure, malformed } from '../malformed.js'
import { divisorAt, powerOf, stepped, unzigzag } from './number.js'
import type { NameReader, ReadHead, Reader, ReadItem } from './reader.js'
import { fill } from './rows.js'
import { readTexts } from './text.js'

export const MIXED = 0
export const SAME = 1
export const NUMBERS = 2
export const CENTRED = 3
export const STEPS = 4
export const FLAGS = 5
export const OTHER = 6
export const AGAIN = 7
/** Behind `OTHER`; here and in the cases below with the 8 forms of the first three bits before them. */
export const FLOATS = 8
export const DOUBLES = 9
export const OBJECTS = 10
export const RUN = 11
export const TEXTS = 12

/** What stands in the rows of a column of leaves. */
export interface Held {
  /** Fills in the number that both ends know, or NaN; absent: nobody knows any. */
  readonly numbers: ((into: Float64Array) => void) | undefined
  /** What comes next in bytes is said of this row: what stands there then. */
  change(row: number): unknown
}

/** Room for the numbers of one column: filled and used up between two calls, never across them. */
let numbers = new Float64Array(64)
/** The same for those before. */
let numbersBefore = new Float64Array(64)

/**
 * The values of `rows` rows. Numbers stand in memory that the next column uses again, with others behind them: take them out
 * at once, by `fill` where they are to stay.
 */
export function readColumn(
  r: Reader,
  rows: number,
  names: NameReader,
  depth: number,
  readItem: ReadItem,
  held?: Held,
): ArrayLike<unknown> {
  ensure(depth <= MAX_DEPTH + 1, 'depth')
  r.claim(rows)
  const read = (row: number): unknown => (held === undefined ? readItem(r, names, depth) : held.change(row))
  let form = r.bits(3)
  if (form === OTHER) form = FLOATS + r.bits(3)
  switch (form) {
    case MIXED:
      r.align()
      r.need(rows)
      return fill(rows, read)
    case SAME: {
      r.align()
      const value = read(0)
      ensure(Object(value) !== value && typeof value !== 'symbol', 'same')
      if (typeof value === 'string') r.claim(0, rows * value.length)
      return fill(rows, () => value)
    }
    case FLAGS:
      r.needBits(rows)
      return fill(rows, () => r.flag())
    case FLOATS:
    case DOUBLES: {
      r.align()
      const size = form === FLOATS ? 4 : 8
      r.need(rows * size)
      return fill(rows, () => r.float(size))
    }
    case OBJECTS:
      // A leaf that is an object says what becomes of its fields, and has a group for them.
      ensure(held === undefined, 'objects')
      return readObjects(r, rows, names, depth + 1, readItem)
    case RUN: {
      const start = unzigzag(r.golomb())
      return fill(rows, (row) => start + row)
    }
    case TEXTS:
      return readTexts(r, rows)
    case NUMBERS:
    case CENTRED:
    case STEPS:
      r.head = readHead(r, form)
      break
    case AGAIN:
      break
    default:
      throw malformed('column')
  }
  ensure(r.head !== null, 'column')
  return readNumbers(r, rows, r.head, held?.numbers)
}

function readHead(r: Reader, form: number): ReadHead {
  const divisor = divisorAt(r.bits(4))
  const areSteps = form !== NUMBERS
  const min = form === CENTRED ? 0 : unzigzag(r.golomb())
  const width = r.bits(6)
  ensure(width <= 52, 'width')
  if (form !== CENTRED) return { areSteps, divisor, min, width }
  ensure(width > 0, 'width')
  return { areSteps, divisor, min: -powerOf(width - 1), width }
}

function readNumbers(
  r: Reader,
  rows: number,
  { areSteps, divisor, min, width }: ReadHead,
  before: Held['numbers'],
): Float64Array {
  r.needBits(rows * width)
  if (numbers.length < rows) {
    numbers = new Float64Array(rows * 2)
    numbersBefore = new Float64Array(rows * 2)
  }
  const values = numbers
  r.packed(values, rows, min, width)
  if (areSteps) {
    ensure(before !== undefined, 'step')
    before(numbersBefore)
    for (let i = 0; i < rows; i++)
      values[i] = stepped(numbersBefore[i] ?? Number.NaN, divisor, values[i] ?? 0)
  } else if (divisor > 1) {
    for (let i = 0; i < rows; i++) values[i] = (values[i] ?? 0) / divisor
  }
  return values
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
  ensure(width > 0, 'shape')
  const keys = fill(width, () => names.take(r))
  for (const key of keys) r.claim(0, rows * key.length)
  const objects = fill(rows, (): Record<string, unknown> => ({}))
  for (const key of keys) {
    const values = readColumn(r, rows, names, depth, readItem)
    // The dictionary lets no key in that reaches a prototype.
    for (const [row, object] of objects.entries()) object[key] = values[row]
  }
  return objects
}
