// JSON that may hold bytes, as session files have it: bytes as `{ "__pp_bytes": hex }`; data that looks like that, or like its escape,
// as `{ "__pp_plain": data }`. Both directions, for values of any origin.
import { PPError } from './errors.js'
import { isPlainObject } from './json.js'

const BYTES = '__pp_bytes'
const PLAIN = '__pp_plain'

export function toPlain(value: unknown): unknown {
  if (value instanceof Uint8Array) return { [BYTES]: toHex(value) }
  if (Array.isArray(value)) return value.map(toPlain)
  if (!isPlainObject(value)) return value
  const plain = mapValues(value, toPlain)
  return isEscape(value) ? { [PLAIN]: plain } : plain
}

/** Its objects have no prototype: a key of a file reaches nothing. @throws PPError `MALFORMED_FRAME` for bytes that are none */
export function fromPlain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromPlain)
  if (!isPlainObject(value)) return value
  if (isEscape(value)) {
    if (BYTES in value) return readHex(value[BYTES])
    const inside = value[PLAIN]
    return isPlainObject(inside) ? mapValues(inside, fromPlain) : inside
  }
  return mapValues(value, fromPlain)
}

function isEscape(value: object): boolean {
  const keys = Object.keys(value)
  return keys.length === 1 && (keys[0] === BYTES || keys[0] === PLAIN)
}

function mapValues(
  from: Readonly<Record<string, unknown>>,
  map: (value: unknown) => unknown,
): Record<string, unknown> {
  const into: Record<string, unknown> = Object.create(null)
  for (const key of Object.keys(from)) into[key] = map(from[key])
  return into
}

export function toHex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0')
  return text
}

/** @throws PPError `MALFORMED_FRAME` */
export function readHex(value: unknown): Uint8Array {
  const text = isPlainObject(value) ? value[BYTES] : value
  if (typeof text !== 'string' || text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text)) {
    throw new PPError('MALFORMED_FRAME', 'Bytes must be pairs of hexadecimal digits.')
  }
  const bytes = new Uint8Array(text.length / 2)
  for (let index = 0; index < bytes.length; index++) {
    bytes[index] = Number.parseInt(text.slice(index * 2, index * 2 + 2), 16)
  }
  return bytes
}
