// Text and bytes. TextEncoder and TextDecoder exist in every host; they are read off globalThis because this package's
// types know neither the DOM nor Node.
import { DEV } from '#dev'
import { PPError } from './errors.js'

interface TextHost {
  TextEncoder: new () => { encode(text: string): Uint8Array }
  TextDecoder: new (
    label: string,
    options: { fatal: boolean; ignoreBOM: boolean },
  ) => { decode(bytes: Uint8Array): string }
}

// Every JavaScript host that has WebSockets has both (Encoding Standard).
const host = globalThis as unknown as TextHost
const encoder = new host.TextEncoder()
const decoder = new host.TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text)
}

/** @throws PPError `MALFORMED_FRAME` when the bytes are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch (cause) {
    throw new PPError('MALFORMED_FRAME', DEV && 'The bytes are not UTF-8 text.', { cause })
  }
}

/**
 * True where only half of a character stands: one unit of a pair, without the other beside it, as `slice` leaves it of an emoji.
 * UTF-8 has no form for it; it travels as U+FFFD.
 */
export function isHalf(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  if ((code & 0xf800) !== 0xd800) return false
  // The first of a pair has bit 10 clear, the second has it set. Outside of the text there is NaN.
  return code & 0x400
    ? (text.charCodeAt(at - 1) & 0xfc00) !== 0xd800
    : (text.charCodeAt(at + 1) & 0xfc00) !== 0xdc00
}

/** The text as it comes out at the other end. */
export function asSent(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd')
}

/**
 * A short text of these UTF-16 codes, in one piece. Put together by `+=` it would stay a chain of as many pieces, thirty
 * times its size, for as long as somebody holds it.
 */
export function textOfCodes(codes: ArrayLike<number>): string {
  // `apply` takes any array-like; its type names arrays only.
  return String.fromCharCode.apply(null, codes as number[])
}
