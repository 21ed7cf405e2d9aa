// Which rows: a column of names or indexes. Rows of a map or of single items have no order of their own, so the writer sorts
// them, and a sorted column costs little more than the choice itself (100 of 1,000: 4.7 bits a key instead of 10).
//   packed   every key in equally many bits                          run     a smallest key and all that follow it
//   rising   the gaps between different, sorted keys                 steady  the same, where neighbours may be equal
// Gaps are Rice-coded: what exceeds 2^k in ones and a zero, then k bits.
import { ensure } from '../malformed.js'
import type { BitWriter } from './bit-writer.js'
import { powerOf } from './number.js'
import type { Reader } from './reader.js'

const PACKED = 0
const RUN = 1
const RISING = 2
const STEADY = 3

const MAX_RICE = 31

/** The first `count` of `keys`, at least one. */
export function writeKeys(w: BitWriter, keys: readonly number[], count = keys.length): void {
  const first = keys[0] ?? 0
  let isRun = true
  let least = 1
  let max = first
  let before = first
  for (let i = 1; i < count; i++) {
    const key = keys[i] ?? 0
    const gap = key - before
    if (gap !== 1) isRun = false
    if (gap < least) least = gap < 0 ? -1 : 0
    if (key > max) max = key
    before = key
  }
  if (isRun) {
    w.bits(RUN, 2)
    w.golomb(first)
    return
  }
  const width = widthOf(max)
  if (least >= 0) {
    const k = riceFor(max / count)
    if (riceBits(keys, count, least, k) < count * width) {
      w.bits(least === 1 ? RISING : STEADY, 2)
      w.bits(k, 5)
      writeRice(w, keys, count, least, k)
      return
    }
  }
  w.bits(PACKED, 2)
  w.bits(width, 6)
  for (let i = 0; i < count; i++) w.bits(keys[i] ?? 0, width)
}

function writeRice(w: BitWriter, keys: readonly number[], count: number, least: number, k: number): void {
  const unit = 2 ** k
  // A power of two divides by being multiplied with, exactly.
  const units = 1 / unit
  let before = -least
  for (let i = 0; i < count; i++) {
    const key = keys[i] ?? 0
    const gap = key - before - least
    const ones = Math.floor(gap * units)
    // Both parts at once, when they fit: ones, a zero, and the rest above them. (Shifts: a power is a call into C.)
    if (ones + 1 + k <= 24) w.bits(((gap - ones * unit) << (ones + 1)) | ((1 << ones) - 1), ones + 1 + k)
    else {
      w.unary(ones)
      w.bits(gap - ones * unit, k)
    }
    before = key
  }
}

/** `rows` keys, each at most `max`. */
export function readKeys(r: Reader, rows: number, max: number): number[] {
  r.claim(rows)
  const mode = r.bits(2)
  const isRun = mode === RUN
  const isPacked = mode === PACKED
  const least = mode === STEADY || isPacked ? 0 : 1
  const width = isRun ? 0 : r.bits(isPacked ? 6 : 5)
  let key = isRun ? r.golomb() - 1 : -least
  ensure(width <= 52, 'width')
  r.needBits(rows * (isRun || isPacked ? width : width + 1))
  const unit = powerOf(width)
  const keys: number[] = []
  for (let row = 0; row < rows; row++) {
    if (isPacked) key = r.bits(width)
    else key += least + (isRun ? 0 : r.unary(max) * unit + r.bits(width))
    ensure(key <= max, 'key')
    keys.push(key)
  }
  return keys
}

/** Bits that hold every whole number up to `max`. */
export function widthOf(max: number): number {
  if (max < 0x8000_0000) return 32 - Math.clz32(max)
  let width = 32
  while (2 ** width <= max) width++
  return width
}

/** The k that makes gaps of this mean shortest: about log2(mean · ln 2). */
function riceFor(mean: number): number {
  return Math.min(Math.max(Math.round(Math.log2(mean * Math.LN2)), 0), MAX_RICE)
}

function riceBits(keys: readonly number[], count: number, least: number, k: number): number {
  const units = 2 ** -k
  let bits = count * (1 + k)
  let before = -least
  for (let i = 0; i < count; i++) {
    const key = keys[i] ?? 0
    bits += Math.floor((key - before - least) * units)
    before = key
  }
  return bits
}
