// JSON as bytes, both directions, with the same rules at both ends: what one end may not send, the other refuses.
import { PPError, toPPError } from '../errors.js'
import { assertJson } from '../json.js'
import { decodeUtf8, encodeUtf8 } from '../utf8.js'

/** @throws PPError `STATE_NOT_JSON` with the path of what JSON cannot carry or would alter. */
export function writeJson(value: unknown): Uint8Array {
  assertJson(value)
  return encodeUtf8(JSON.stringify(value))
}

/** @throws PPError `MALFORMED_FRAME` when the bytes are not JSON, `INVALID_PAYLOAD` as `assertReceived`. */
export function readJson(bytes: Uint8Array): unknown {
  const value = parseJson(bytes)
  assertReceived(value)
  return value
}

/** @throws PPError `MALFORMED_FRAME` */
export function parseJson(bytes: Uint8Array): unknown {
  const text = decodeUtf8(bytes)
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new PPError('MALFORMED_FRAME', 'The payload of the frame is not JSON.', { cause })
  }
}

/**
 * JSON.parse alone lets through what `assertJson` forbids on the way out: keys that reach a prototype, trees deep
 * enough to exhaust a recursive reader, and 1e999, which it reads as Infinity.
 * @throws PPError `INVALID_PAYLOAD` with the path of the first of these.
 */
export function assertReceived(value: unknown): void {
  try {
    assertJson(value)
  } catch (thrown) {
    const { message, path = [] } = toPPError(thrown, 'INVALID_PAYLOAD')
    throw new PPError('INVALID_PAYLOAD', message, { cause: thrown, path })
  }
}
