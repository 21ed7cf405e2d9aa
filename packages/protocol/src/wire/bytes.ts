// Bytes in and out. The Writer grows and is used again for the next body; the Reader checks every step against the end
// of what it was given, so that no byte from a peer can make it read, loop or allocate beyond that.
import { PPError } from '../errors.js'
import { decodeUtf8, encodeUtf8 } from '../utf8.js'

const FIRST_CAPACITY = 256

/** How a column of numbers lies in bits: over which divisor, from which smallest on, how wide, itself or its steps. */
export interface NumberHead {
  readonly areSteps: boolean
  readonly code: number
  readonly min: number
  readonly width: number
}

export class Writer {
  #bytes = new Uint8Array(FIRST_CAPACITY)
  #view = new DataView(this.#bytes.buffer)
  #at = 0
  /** Bits not yet written as a byte, and how many there are: fewer than 8. */
  #bits = 0
  #bitCount = 0
  /** How the last column of numbers was written; the next one may say "the same way". Forgotten with each body. */
  head: NumberHead | null = null

  get length(): number {
    return this.#at
  }

  /** What was written since the start, in memory of its own: the writer's is used again. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.#at)
    this.truncate(0)
    return taken
  }

  /** Drops what was written from `length` on. */
  truncate(length: number): void {
    this.#at = length
    this.#bits = 0
    this.#bitCount = 0
    this.head = null
  }

  u8(value: number): void {
    this.#reserve(1)
    this.#bytes[this.#at++] = value
  }

  /** A whole number from 0 to 2^53 − 1 in groups of seven bits, the low ones first (LEB128). */
  varint(value: number): void {
    this.#reserve(8)
    let rest = value
    while (rest >= 0x8000_0000) {
      this.#bytes[this.#at++] = (rest % 0x80) | 0x80
      rest = Math.floor(rest / 0x80)
    }
    while (rest >= 0x80) {
      this.#bytes[this.#at++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    this.#bytes[this.#at++] = rest
  }

  /** A whole number of either sign, small ones short: 0, −1, 1, −2 … become 0, 1, 2, 3 … */
  zigzag(value: number): void {
    this.varint(value < 0 ? -2 * value - 1 : 2 * value)
  }

  f32(value: number): void {
    this.#reserve(4)
    this.#view.setFloat32(this.#at, value)
    this.#at += 4
  }

  f64(value: number): void {
    this.#reserve(8)
    this.#view.setFloat64(this.#at, value)
    this.#at += 8
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#at)
    this.#at += bytes.length
  }

  /** UTF-8 behind its length in bytes. */
  text(text: string): void {
    const length = text.length
    // Names and ids are short and ASCII: writing them by hand is several times faster than the encoder's call.
    if (length < 64) {
      this.#reserve(length + 1)
      const start = this.#at
      this.#bytes[start] = length
      let i = 0
      for (; i < length; i++) {
        const code = text.charCodeAt(i)
        if (code > 0x7f) break
        this.#bytes[start + 1 + i] = code
      }
      if (i === length) {
        this.#at = start + 1 + length
        return
      }
    }
    const bytes = encodeUtf8(text)
    this.varint(bytes.length)
    this.raw(bytes)
  }

  // What follows writes bits, low ones first, behind one another. Bytes come again after `align`.

  /** The low `width` bits (0 … 53) of a whole number. */
  bits(value: number, width: number): void {
    if (width > 24) {
      // Shifts hold 32 bits and seven of them may still be waiting, so wide numbers go in parts.
      this.bits(value % 0x100_0000, 24)
      this.bits(Math.floor(value / 0x100_0000), width - 24)
      return
    }
    this.#reserve(4)
    let bits = this.#bits | (value << this.#bitCount)
    let count = this.#bitCount + width
    while (count >= 8) {
      this.#bytes[this.#at++] = bits
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
    this.bits(2 ** count - 1, count + 1)
  }

  /** The first `count` of `values`, each less `min`, in `width` bits. */
  packed(values: Float64Array, count: number, min: number, width: number): void {
    if (width === 0) return
    if (width > 24) {
      for (let i = 0; i < count; i++) this.bits((values[i] ?? 0) - min, width)
      return
    }
    this.#reserve(((count * width) >> 3) + 8)
    const bytes = this.#bytes
    let at = this.#at
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
    this.#at = at
    this.#bits = bits
    this.#bitCount = bitCount
  }

  /** Fills up the byte that was begun, with zeros. */
  align(): void {
    if (this.#bitCount > 0) this.u8(this.#bits)
    this.#bits = 0
    this.#bitCount = 0
  }

  #reserve(count: number): void {
    const needed = this.#at + count
    if (needed <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2))
    grown.set(this.#bytes)
    this.#bytes = grown
    this.#view = new DataView(grown.buffer)
  }
}

/** The largest number we write so is a zigzag numerator, below 2^51. */
const MAX_GOLOMB_ONES = 48

/**
 * Rows that the columns of one frame may claim together. A column can say one thing of many rows in a few bytes, so the
 * bytes alone do not bound what they grow to.
 */
export const MAX_ROWS = 2 ** 20

/** What is left of `MAX_ROWS`, shared by the bodies of one frame. */
export interface Budget {
  rows: number
}

export class Reader {
  readonly #bytes: Uint8Array
  #view: DataView | null = null
  #at = 0
  readonly #budget: Budget
  #bits = 0
  #bitCount = 0
  /** As the writer's. */
  head: NumberHead | null = null

  constructor(bytes: Uint8Array, budget: Budget = { rows: MAX_ROWS }) {
    this.#bytes = bytes
    this.#budget = budget
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get left(): number {
    return this.#bytes.length - this.#at
  }

  get at(): number {
    return this.#at
  }

  u8(): number {
    const value = this.#bytes[this.#at]
    if (value === undefined) throw truncated()
    this.#at++
    return value
  }

  /** The next byte, which stays the next byte. */
  peek(): number {
    const value = this.#bytes[this.#at]
    if (value === undefined) throw truncated()
    return value
  }

  varint(): number {
    let value = 0
    let scale = 1
    for (let i = 0; i < 8; i++) {
      const byte = this.u8()
      value += (byte & 0x7f) * scale
      if (byte < 0x80) {
        // One number has one encoding: a trailing group of zeros would be another way to write the same.
        if (byte === 0 && i > 0)
          throw new PPError('MALFORMED_FRAME', 'A number is written longer than it needs.')
        if (value > Number.MAX_SAFE_INTEGER) break
        return value
      }
      scale *= 0x80
    }
    throw new PPError('MALFORMED_FRAME', 'A number is larger than 2^53 − 1.')
  }

  zigzag(): number {
    const value = this.varint()
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  /**
   * How many items follow. Each takes at least `minBytes`, so a count beyond what is left is a lie, found out before any
   * memory is taken for it.
   */
  count(minBytes = 1): number {
    const count = this.varint()
    if (count * minBytes > this.left) throw truncated()
    return count
  }

  /** Notes that `rows` values are about to be made. @throws PPError `PAYLOAD_TOO_LARGE` past `MAX_ROWS` in this frame. */
  claim(rows: number): void {
    this.#budget.rows -= rows
    if (this.#budget.rows < 0) {
      throw new PPError('PAYLOAD_TOO_LARGE', `A frame holds at most ${MAX_ROWS} values in columns.`)
    }
  }

  f32(): number {
    this.#need(4)
    const value = this.#floats().getFloat32(this.#at)
    this.#at += 4
    return value
  }

  f64(): number {
    this.#need(8)
    const value = this.#floats().getFloat64(this.#at)
    this.#at += 8
    return value
  }

  /** Passes over everything that is left. */
  skip(): void {
    this.#at = this.#bytes.length
  }

  /** A view of the next bytes, not a copy. */
  raw(length: number): Uint8Array {
    this.#need(length)
    const bytes = this.#bytes.subarray(this.#at, this.#at + length)
    this.#at += length
    return bytes
  }

  text(): string {
    const length = this.varint()
    if (length > this.left) throw truncated()
    if (length < 32) {
      let text = ''
      let i = 0
      for (; i < length; i++) {
        const code = this.#bytes[this.#at + i] ?? 0
        if (code > 0x7f) break
        text += String.fromCharCode(code)
      }
      if (i === length) {
        this.#at += length
        return text
      }
    }
    return decodeUtf8(this.raw(length))
  }

  // What follows reads bits. Bytes come again after `align`.

  bits(width: number): number {
    if (width > 24) {
      const low = this.bits(24)
      return low + this.bits(width - 24) * 0x100_0000
    }
    let bits = this.#bits
    let count = this.#bitCount
    while (count < width) {
      bits |= this.u8() << count
      count += 8
    }
    this.#bits = bits >>> width
    this.#bitCount = count - width
    return bits & ((1 << width) - 1)
  }

  flag(): boolean {
    return this.bits(1) === 1
  }

  golomb(): number {
    const more = this.unary(MAX_GOLOMB_ONES)
    return 2 ** (more + 3) - 8 + this.bits(more + 3)
  }

  /** Counts ones up to the next zero. @throws PPError `MALFORMED_FRAME` when there are more than `max`. */
  unary(max: number): number {
    let count = 0
    while (this.bits(1) === 1) {
      if (++count > max) throw new PPError('MALFORMED_FRAME', 'A number of bits is too large.')
    }
    return count
  }

  /** Fills the first `count` places of `into` with numbers of `width` bits, each plus `min`. */
  packed(into: Float64Array, count: number, min: number, width: number): void {
    this.needBits(count * width)
    if (width === 0 || width > 24) {
      for (let i = 0; i < count; i++) into[i] = min + this.bits(width)
      return
    }
    const bytes = this.#bytes
    const mask = (1 << width) - 1
    let at = this.#at
    let bits = this.#bits
    let bitCount = this.#bitCount
    for (let i = 0; i < count; i++) {
      while (bitCount < width) {
        bits |= (bytes[at++] ?? 0) << bitCount
        bitCount += 8
      }
      into[i] = min + (bits & mask)
      bits >>>= width
      bitCount -= width
    }
    this.#at = at
    this.#bits = bits
    this.#bitCount = bitCount
  }

  /** @throws PPError `MALFORMED_FRAME` when fewer than `count` bits are left: asked before memory is taken for them. */
  needBits(count: number): void {
    if (count > this.left * 8 + this.#bitCount) throw truncated()
  }

  /** Skips to the next whole byte; the bits left over must be 0. */
  align(): void {
    if (this.#bits !== 0) throw new PPError('MALFORMED_FRAME', 'Padding bits must be 0.')
    this.#bitCount = 0
  }

  /** Most frames hold no float, and a DataView costs as much as reading ten columns' heads. */
  #floats(): DataView {
    const { buffer, byteOffset, byteLength } = this.#bytes
    return (this.#view ??= new DataView(buffer, byteOffset, byteLength))
  }

  #need(count: number): void {
    if (count > this.left) throw truncated()
  }
}

function truncated(): PPError {
  return new PPError('MALFORMED_FRAME', 'A frame ends in the middle of a message.')
}
