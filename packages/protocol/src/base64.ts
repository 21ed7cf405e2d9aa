// Base64 (RFC 4648 §4, with padding). `btoa` and `Buffer` each exist at one end only.
import { PPError } from './errors.js'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const VALUES = new Map([...ALPHABET].map((letter, value) => [letter, value]))

export function bytesToBase64(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(i, i + 3)
    const bits = (a << 16) | (b << 8) | c
    const left = bytes.length - i
    text += letter(bits >> 18) + letter(bits >> 12)
    text += (left > 1 ? letter(bits >> 6) : '=') + (left > 2 ? letter(bits) : '=')
  }
  return text
}

/** @throws PPError `MALFORMED_FRAME` unless the text is padded base64. */
export function bytesFromBase64(text: string): Uint8Array {
  if (text.length % 4 !== 0)
    throw new PPError('MALFORMED_FRAME', 'Bytes are not base64: the length is no multiple of 4.')
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  const bytes = new Uint8Array((text.length / 4) * 3 - padding)
  let at = 0
  for (let i = 0; i < text.length; i += 4) {
    let bits = 0
    for (let j = i; j < i + 4; j++) {
      const isPadding = j >= text.length - padding
      const value = isPadding ? 0 : VALUES.get(text.charAt(j))
      if (value === undefined) throw new PPError('MALFORMED_FRAME', 'Bytes are not base64.')
      bits = (bits << 6) | value
    }
    // Writes past the end are ignored by typed arrays, which is what padding asks for.
    bytes[at++] = bits >> 16
    bytes[at++] = bits >> 8
    bytes[at++] = bits
  }
  return bytes
}

function letter(bits: number): string {
  return ALPHABET.charAt(bits & 63)
}
