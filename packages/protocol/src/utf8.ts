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
 * A short text of these UTF-16 codes, in one piece. Put together by `+=` it would stay a chain of as many pieces, thirty
 * times its size, for as long as somebody holds it.
 */
export function textOfCodes(codes: ArrayLike<number>): string {
  // `apply` takes any array-like; its type names arrays only.
  return String.fromCharCode.apply(null, codes as number[])
}
