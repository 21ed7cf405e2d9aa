// Columns of short texts: ids, names, words. Characters of ids (letters, digits, - and _) take 6 bits, other ASCII 7.
import { ensure } from '../malformed.js'
import { textOfCodes } from '../utf8.js'
import type { BitWriter } from './bit-writer.js'
import type { Reader } from './reader.js'
import { fill } from './rows.js'

const ID_ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_'
/** Longer ones are prose and go as UTF-8, which copies them at once. */
const MAX_LENGTH = 64

const ID_BITS = 6
const ASCII_BITS = 7

/** By character code: its number in the alphabet, or −1. */
const idNumbers = /* @__PURE__ */ numbersOf(ID_ALPHABET)

function numbersOf(alphabet: string): Int8Array {
  const numbers = new Int8Array(128).fill(-1)
  for (let i = 0; i < alphabet.length; i++) numbers[alphabet.charCodeAt(i)] = i
  return numbers
}

/** How `writeTexts` would write them; null when it cannot. */
export function textBits(texts: readonly unknown[]): number | null {
  let bits = ID_BITS
  for (const text of texts) {
    if (typeof text !== 'string' || text.length > MAX_LENGTH) return null
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i)
      if (code > 0x7f) return null
      if (idNumbers[code] === -1) bits = ASCII_BITS
    }
  }
  return bits
}

/** `bits` is what `textBits` said of these texts. */
export function writeTexts(w: BitWriter, texts: readonly string[], bits: number): void {
  const length = texts[0]?.length ?? 0
  const areEqual = texts.every((text) => text.length === length)
  w.flag(bits === ASCII_BITS)
  w.flag(areEqual)
  if (areEqual) w.golomb(length)
  for (const text of texts) {
    if (!areEqual) w.golomb(text.length)
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i)
      w.bits(bits === ID_BITS ? (idNumbers[code] ?? 0) : code, bits)
    }
  }
}

export function readTexts(r: Reader, count: number): string[] {
  const bits = r.flag() ? ASCII_BITS : ID_BITS
  const areEqual = r.flag()
  const length = areEqual ? readLength(r) : 0
  r.needBits(count * length * bits)
  const readCode = (): number => {
    const number = r.bits(bits)
    return bits === ID_BITS ? ID_ALPHABET.charCodeAt(number) : number
  }
  return fill(count, () => textOfCodes(fill(areEqual ? length : readLength(r), readCode)))
}

function readLength(r: Reader): number {
  const length = r.golomb()
  ensure(length <= MAX_LENGTH, 'text')
  return length
}
