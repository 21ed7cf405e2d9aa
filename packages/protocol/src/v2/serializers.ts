// Payloads that are one text, one run of bytes, one JSON value, or JSON with one run of bytes in it.
import { PPError } from '../errors.js'
import { isFields } from '../fields.js'
import type { Json } from '../json.js'
import { isForbiddenKey } from '../json.js'
import { decodeUtf8, encodeUtf8 } from '../utf8.js'
import { identified } from './identified.js'
import { readJson, writeJson } from './json-body.js'
import type { IdentifiedSerializer, Serializer } from './schema.js'

/** With the `u` flag a surrogate matches only when it stands alone; UTF-8 cannot carry that and would replace it. */
const LONE_SURROGATE = /\p{Surrogate}/u
/** u32: how many bytes of JSON follow. */
const MIXED_PREFIX = 4

/** A string as its UTF-8 bytes. Refuses one with a lone surrogate, which UTF-8 cannot give back. */
export function stringSerializer(id: number): IdentifiedSerializer<string>
export function stringSerializer(): Serializer<string>
export function stringSerializer(id?: number): Serializer<string> {
  return identified(id, {
    layout: 'string',
    encode(payload) {
      if (typeof payload !== 'string') throw invalid('must be a string')
      if (LONE_SURROGATE.test(payload)) throw invalid('holds half a character (a lone surrogate)')
      return encodeUtf8(payload)
    },
    decode: decodeUtf8,
  })
}

/** Bytes as they are. What `decode` returns is a copy: it does not keep the frame alive. */
export function bufferSerializer(id: number): IdentifiedSerializer<Uint8Array>
export function bufferSerializer(): Serializer<Uint8Array>
export function bufferSerializer(id?: number): Serializer<Uint8Array> {
  return identified(id, {
    layout: 'buffer',
    encode(payload) {
      if (!(payload instanceof Uint8Array)) throw invalid('must be a Uint8Array')
      return payload
    },
    decode: copyBytes,
  })
}

/** The payload alone as JSON: the type costs two bytes instead of its name. */
export function jsonSerializer<T = Json>(id: number): IdentifiedSerializer<T>
export function jsonSerializer<T = Json>(): Serializer<T>
export function jsonSerializer(id?: number): Serializer {
  return identified<unknown>(id, {
    layout: 'json',
    encode(payload) {
      if (payload === undefined) throw invalid('is absent')
      return writeJson(payload)
    },
    decode: (bytes) => readJson(bytes),
  })
}

/**
 * An object of JSON fields and one field of bytes, `field`: length of the JSON (u32), the JSON, the bytes.
 * @throws PPError `INVALID_ARGUMENT` when `field` is empty or a name that reaches a prototype.
 */
export function mixedSerializer<T extends object, F extends string = string>(
  id: number,
  field: F,
): IdentifiedSerializer<T & { [Key in F]: Uint8Array }>
export function mixedSerializer<T extends object, F extends string = string>(
  field: F,
): Serializer<T & { [Key in F]: Uint8Array }>
export function mixedSerializer(first: number | string, second?: string): Serializer<object> {
  const [id, field] = typeof first === 'number' ? [first, second ?? ''] : [undefined, first]
  if (field === '' || isForbiddenKey(field)) {
    throw new PPError('INVALID_ARGUMENT', `"${field}" cannot be the field of bytes.`)
  }

  return identified<object>(id, {
    layout: `mixed(${JSON.stringify(field)})`,
    encode(payload) {
      if (!isFields(payload)) throw invalid('must be an object')
      const { [field]: bytes, ...rest } = payload
      if (!(bytes instanceof Uint8Array)) throw invalid(`must have a Uint8Array in "${field}"`)
      const json = writeJson(rest)
      const whole = new Uint8Array(MIXED_PREFIX + json.byteLength + bytes.byteLength)
      new DataView(whole.buffer).setUint32(0, json.byteLength)
      whole.set(json, MIXED_PREFIX)
      whole.set(bytes, MIXED_PREFIX + json.byteLength)
      return whole
    },
    decode(bytes) {
      if (bytes.byteLength < MIXED_PREFIX) throw invalid('ends before the length of its JSON')
      const jsonBytes = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)
      if (jsonBytes > bytes.byteLength - MIXED_PREFIX) throw invalid('is shorter than its JSON claims to be')
      const rest = readJson(bytes.subarray(MIXED_PREFIX, MIXED_PREFIX + jsonBytes))
      if (!isFields(rest)) throw invalid('must have an object as its JSON')
      if (Object.hasOwn(rest, field)) throw invalid(`has "${field}" in its JSON as well as in its bytes`)
      return { ...rest, [field]: copyBytes(bytes.subarray(MIXED_PREFIX + jsonBytes)) }
    },
  })
}

/** A Node Buffer's own `slice` is a view; this is a plain Uint8Array with memory of its own. */
function copyBytes(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes)
}

function invalid(what: string): PPError {
  return new PPError('INVALID_PAYLOAD', `The payload ${what}.`)
}
