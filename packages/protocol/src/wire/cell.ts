// A cell: one value of a group that has one row. Two bits say whether bytes follow, a whole number from 0, or a step from
// what the receiver holds, of whole numbers or over a divisor.
import { ensure } from '../malformed.js'
import type { BitWriter } from './bit-writer.js'
import type { Held } from './column-reader.js'
import { divisorAt, divisorOf, isOver, NO_DIVISOR, numeratorOf, stepped, unzigzag, zigzag } from './number.js'
import type { Reader } from './reader.js'
import type { NameWriter, WriteItem } from './writer.js'

const BYTES = 0
const COUNT = 1
const WHOLE_STEP = 2
const STEP = 3

/** Bytes are as short from here on: two for the tag and on average half of one to get to the next whole byte. */
const MAX_BITS = 22

/** `before` is the number that the receiver holds there, or NaN. */
export function writeCell(
  w: BitWriter,
  value: unknown,
  before: number,
  names: NameWriter,
  depth: number,
  writeItem: WriteItem<BitWriter>,
): void {
  if (typeof value === 'number') {
    const code = divisorOf(value)
    const bitsOfCount = code === 0 && value >= 0 ? golombBits(value) : Infinity
    const common = code === NO_DIVISOR || before !== before ? NO_DIVISOR : commonDivisor(value, before)
    const step = common === NO_DIVISOR ? 0 : zigzag(numeratorOf(value, common) - numeratorOf(before, common))
    const bitsOfStep = common === NO_DIVISOR ? Infinity : golombBits(step) + (common === 0 ? 0 : 4)
    if (bitsOfCount <= bitsOfStep && bitsOfCount <= MAX_BITS) {
      w.bits(COUNT, 2)
      w.golomb(value)
      return
    }
    if (bitsOfStep <= MAX_BITS) {
      w.bits(common === 0 ? WHOLE_STEP : STEP, 2)
      if (common !== 0) w.bits(common, 4)
      w.golomb(step)
      return
    }
  }
  w.bits(BYTES, 2)
  w.align()
  writeItem(w, value, names, depth)
}

const one = new Float64Array(1)

/** A step from nothing is malformed. */
export function readCell(r: Reader, held: Held): unknown {
  const form = r.bits(2)
  if (form === BYTES) {
    r.align()
    return held.change(0)
  }
  if (form === COUNT) return r.golomb()
  const divisor = form === STEP ? divisorAt(r.bits(4)) : 1
  ensure(held.numbers !== undefined, 'step')
  held.numbers(one)
  return stepped(one[0] ?? Number.NaN, divisor, unzigzag(r.golomb()))
}

function commonDivisor(value: number, before: number): number {
  const code = Math.max(divisorOf(value), divisorOf(before))
  return code !== NO_DIVISOR && isOver(value, code) && isOver(before, code) ? code : NO_DIVISOR
}

function golombBits(value: number): number {
  return 4 + 2 * Math.floor(Math.log2(value / 8 + 1))
}
