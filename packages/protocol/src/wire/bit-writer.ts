// Bits out: what the sender of state writes columns, rows and cells with. Low bits first, behind one another; bytes come
// again after `align`.
import { Writer } from './writer.js'

/** How a column of numbers lies in bits: over which divisor (its code), from which smallest on, how wide, itself or its steps. */
export interface WrittenHead {
  readonly areSteps: boolean
  readonly code: number
  readonly min: number
  readonly width: number
}

export class BitWriter extends Writer {
  /** Bits not yet written as a byte, and how many there are: fewer than 8. */
  #bits = 0
  #bitCount = 0
  /** How the last column of numbers was written; the next one may say "the same way". Forgotten with each body. */
  head: WrittenHead | null = null

  override truncate(length: number): void {
    super.truncate(length)
    this.#bits = 0
    this.#bitCount = 0
    this.head = null
  }

  get length(): number {
    return this.at
  }

  /** All that another writer holds. */
  append(other: BitWriter): void {
    this.raw(other.bytes.subarray(0, other.at))
  }

  /** The low `width` bits (0 … 53) of a whole number. */
  bits(value: number, width: number): void {
    if (width > 24) {
      // Shifts hold 32 bits and seven of them may still be waiting, so wide numbers go in parts.
      this.bits(value % 0x100_0000, 24)
      this.bits(Math.floor(value / 0x100_0000), width - 24)
      return
    }
    this.reserve(4)
    let bits = this.#bits | (value << this.#bitCount)
    let count = this.#bitCount + width
    while (count >= 8) {
      this.bytes[this.at++] = bits
      bits >>>= 8
      count -= 8
    }
    this.#bits = bits
    this.#bitCount = count
  }

  flag(isSet: boolean): void {
    this.bits(isSet ? 1 : 0, 1)
  }

  /**
   * A whole number from 0 that is probably small: below 8 in 4 bits, below 24 in 6, below 56 in 8 … (exponential Golomb
   * of order 3).
   */
  golomb(value: number): void {
    let length = 3
    let above = 8
    // Whole numbers up to 2^53 stay exact here; shifts would not.
    for (let rest = value; rest >= above; above *= 2) {
      rest -= above
      length++
      value = rest
    }
    this.unary(length - 3)
    this.bits(value, length)
  }

  /** As many ones as `count`, then a zero. */
  unary(count: number): void {
    for (; count >= 24; count -= 24) this.bits(0xff_ffff, 24)
    this.bits((1 << count) - 1, count + 1)
  }

  /** The first `count` of `values`, each less `min`, in `width` bits. */
  packed(values: Float64Array, count: number, min: number, width: number): void {
    if (width === 0) return
    if (width > 24) {
      for (let i = 0; i < count; i++) this.bits((values[i] ?? 0) - min, width)
      return
    }
    this.reserve(((count * width) >> 3) + 8)
    const { bytes } = this
    let { at } = this
    let bits = this.#bits
    let bitCount = this.#bitCount
    for (let i = 0; i < count; i++) {
      bits |= ((values[i] ?? 0) - min) << bitCount
      bitCount += width
      while (bitCount >= 8) {
        bytes[at++] = bits
        bits >>>= 8
        bitCount -= 8
      }
    }
    this.at = at
    this.#bits = bits
    this.#bitCount = bitCount
  }

  /** Fills up the byte that was begun, with zeros. */
  align(): void {
    if (this.#bitCount > 0) this.u8(this.#bits)
    this.#bits = 0
    this.#bitCount = 0
  }
}
