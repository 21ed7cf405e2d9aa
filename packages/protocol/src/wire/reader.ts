// Bytes and bits in. The Reader checks every step against the end of what it was given, so that no byte from a peer can
// make it read, loop or allocate beyond that.
import { DEV } from '#dev'
import { PPError } from '../errors.js'
import { ensure, malformed } from '../malformed.js'
import { decodeUtf8, textOfCodes } from '../utf8.js'
import { powerOf } from './number.js'

/** Reads keys. */
export interface NameReader {
  /** One key. @throws PPError `MALFORMED_FRAME` for a name that reaches a prototype. */
  take(r: Reader): string
  /** All keys of an object, by the number of a template; undefined where there is none. */
  fieldsOf?(template: number): readonly string[] | undefined
}

/** How one value is read; handed to the readers of columns, which values contain in turn. */
export type ReadItem = (r: Reader, names: NameReader, depth: number) => unknown

/** How a column of numbers lies in bits: over which divisor, from which smallest on, how wide, itself or its steps. */
export interface ReadHead {
  readonly areSteps: boolean
  readonly divisor: number
  readonly min: number
  readonly width: number
}

/** The largest number that anybody writes so is a zigzag numerator, below 2^51. */
const MAX_GOLOMB_ONES = 48

/**
 * Rows that the columns of one frame may claim together. A column can say one thing of many rows in a few bytes, so the
 * bytes alone do not bound what they grow to.
 */
export const MAX_ROWS = 2 ** 20

/** What the columns of a frame may still become, shared by its bodies. */
export interface Budget {
  rows: number
  /** Of texts that are told once and stand in many rows. */
  characters: number
}

/** For who reads what a server says. */
export function fullBudget(): Budget {
  return { rows: MAX_ROWS, characters: Infinity }
}

export class Reader {
  readonly #bytes: Uint8Array
  readonly #budget: Budget
  /** Made when a float comes: most frames hold none, and making it costs as much as reading ten columns' heads. */
  #view: DataView | null = null
  #at = 0
  /** Bits of the byte that was begun, and how many there are. */
  #bits = 0
  #bitCount = 0
  /** How the last column of numbers was written; the next one may say "the same way". */
  head: ReadHead | null = null

  constructor(bytes: Uint8Array, budget: Budget = fullBudget()) {
    this.#bytes = bytes
    this.#budget = budget
  }

  get left(): number {
    return this.#bytes.length - this.#at
  }

  /** Where it stands, in bits from the beginning. */
  get bitAt(): number {
    return this.#at * 8 - this.#bitCount
  }

  u8(): number {
    const value = this.#bytes[this.#at]
    if (value === undefined) throw malformed(END)
    this.#at++
    return value
  }

  /** LEB128: groups of seven bits, the low ones first. One number has one encoding, the shortest. */
  varint(): number {
    let value = 0
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.u8()
      value += (byte & 0x7f) * scale
      ensure(value <= Number.MAX_SAFE_INTEGER && (byte > 0 || scale === 1), 'number')
      if (byte < 0x80) return value
    }
  }

  /**
   * How many items follow. Each takes at least `minBytes`, so a count beyond what is left is a lie, found out before any
   * memory is taken for it.
   */
  count(minBytes = 1): number {
    const count = this.varint()
    this.need(count * minBytes)
    return count
  }

  /**
   * Notes that `rows` values are about to be made, with so many characters of texts that the frame tells once.
   * @throws PPError `PAYLOAD_TOO_LARGE` past the budget of this frame.
   */
  claim(rows: number, characters = 0): void {
    const budget = this.#budget
    budget.rows -= rows
    budget.characters -= characters
    if (budget.rows < 0 || budget.characters < 0)
      throw new PPError('PAYLOAD_TOO_LARGE', DEV && 'The columns of a frame hold more than it may become.')
  }

  /** A finite float (4) or double (8). */
  float(size: 4 | 8): number {
    this.need(size)
    const { buffer, byteOffset, byteLength } = this.#bytes
    const view = (this.#view ??= new DataView(buffer, byteOffset, byteLength))
    const value = size === 4 ? view.getFloat32(this.#at) : view.getFloat64(this.#at)
    this.#at += size
    ensure(Number.isFinite(value), 'number')
    return value
  }

  /** Passes over everything that is left. */
  skip(): void {
    this.#at = this.#bytes.length
  }

  /** A view of the next bytes, not a copy. */
  raw(length: number): Uint8Array {
    this.need(length)
    const end = this.#at + length
    const bytes = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return bytes
  }

  /** UTF-8, by default behind its length in bytes. */
  text(length = this.varint()): string {
    this.need(length)
    // Names and ids are short and ASCII: reading them by hand is several times faster than the decoder's call.
    let all = length < 32 ? 0 : 0x80
    for (let i = 0; i < length && all < 0x80; i++) all |= this.#bytes[this.#at + i] ?? 0
    const bytes = this.raw(length)
    return all >= 0x80 ? decodeUtf8(bytes) : textOfCodes(bytes)
  }

  // What follows reads bits, low ones first, behind one another. Bytes come again after `align`.

  /** A whole number of `width` bits (0 … 53). */
  bits(width: number): number {
    // Shifts hold 32 bits and seven of them may still be waiting, so wide numbers come in parts.
    if (width > 24) return this.bits(24) + this.bits(width - 24) * 0x100_0000
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

  /** A whole number from 0 that is probably small (exponential Golomb of order 3). */
  golomb(): number {
    const width = this.unary(MAX_GOLOMB_ONES) + 3
    return powerOf(width) - 8 + this.bits(width)
  }

  /** Counts ones up to the next zero. @throws PPError `MALFORMED_FRAME` when there are more than `max`. */
  unary(max: number): number {
    for (let count = 0; ;) {
      if (this.#bitCount === 0) {
        this.#bits = this.u8()
        this.#bitCount = 8
      }
      // The ones at the low end: all below the lowest zero.
      const ones = Math.min(31 - Math.clz32(~this.#bits & (this.#bits + 1)), this.#bitCount)
      count += ones
      ensure(count <= max, 'bits')
      this.#bits >>>= ones
      this.#bitCount -= ones
      if (this.#bitCount === 0) continue
      this.#bits >>>= 1
      this.#bitCount--
      return count
    }
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

  /** Skips to the next whole byte; the bits left over must be 0. */
  align(): void {
    ensure(this.#bits === 0, 'padding')
    this.#bitCount = 0
  }

  /** @throws PPError `MALFORMED_FRAME` when fewer than `count` bytes are left: asked before memory is taken for them. */
  need(count: number): void {
    ensure(count <= this.left, END)
  }

  needBits(count: number): void {
    ensure(count <= this.left * 8 + this.#bitCount, END)
  }
}

const END = 'end'
