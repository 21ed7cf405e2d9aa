// Bytes out. The Writer grows and is used again for the next body. Bits, which columns are made of, are the BitWriter's:
// what a client sends does not need them.
import { encodeUtf8 } from '../utf8.js'
import { CHECK_BYTES, checkOf } from './check.js'

const FIRST_CAPACITY = 256

/** Writes keys. */
export interface NameWriter {
  put(w: Writer, name: string): void
  /** Writes all keys of an object at once, by the number of a template that has them; false, and nothing is written, where there is none. */
  putShape?(w: Writer, entries: readonly (readonly [key: string, value: unknown])[]): boolean
}

/** How one value is written; handed to the writers of lists, which values contain in turn. */
export type WriteItem<W extends Writer = Writer> = (
  w: W,
  value: unknown,
  names: NameWriter,
  depth: number,
) => void

/** Writes the items of a list, at least two. */
export type WriteList = (
  items: readonly unknown[],
  names: NameWriter,
  depth: number,
  writeItem: WriteItem,
) => void

export class Writer {
  protected bytes = new Uint8Array(FIRST_CAPACITY)
  protected at = 0
  #view = new DataView(this.bytes.buffer)
  /** How lists become columns; null: item by item, which any reader takes and needs no code of its own. */
  writeList: WriteList | null = null

  /** What was written since the start, in memory of its own: the writer's is used again. */
  take(): Uint8Array {
    const taken = this.bytes.slice(0, this.at)
    this.truncate(0)
    return taken
  }

  /** Drops what was written from `length` on. */
  truncate(length: number): void {
    this.at = length
  }

  u8(value: number): void {
    this.reserve(1)
    this.bytes[this.at++] = value
  }

  /** A whole number from 0 to 2^53 − 1 in groups of seven bits, the low ones first (LEB128). */
  varint(value: number): void {
    this.reserve(8)
    let rest = value
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.bytes[this.at++] = (rest % 0x80) | 0x80
    this.bytes[this.at++] = rest
  }

  f32(value: number): void {
    this.reserve(4)
    this.#view.setFloat32(this.at, value)
    this.at += 4
  }

  f64(value: number): void {
    this.reserve(8)
    this.#view.setFloat64(this.at, value)
    this.at += 8
  }

  /** Ends a body of those that prove themselves. */
  check(): void {
    this.reserve(CHECK_BYTES)
    this.#view.setInt32(this.at, checkOf(this.bytes, this.at))
    this.at += CHECK_BYTES
  }

  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length)
    this.bytes.set(bytes, this.at)
    this.at += bytes.length
  }

  /** UTF-8 behind its length in bytes. */
  text(text: string): void {
    // Names and ids are short and ASCII: writing them by hand is several times faster than the encoder's call.
    if (text.length < 64 && this.ascii(text, text.length)) return
    const bytes = encodeUtf8(text)
    this.varint(bytes.length)
    this.raw(bytes)
  }

  /** A head byte and the characters; false, and nothing written, when they are not all ASCII. */
  ascii(text: string, head: number): boolean {
    const { length } = text
    this.reserve(length + 1)
    const { bytes, at } = this
    bytes[at] = head
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i)
      if (code > 0x7f) return false
      bytes[at + 1 + i] = code
    }
    this.at = at + 1 + length
    return true
  }

  protected reserve(count: number): void {
    const needed = this.at + count
    if (needed <= this.bytes.length) return
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2))
    grown.set(this.bytes)
    this.bytes = grown
    this.#view = new DataView(grown.buffer)
  }
}
