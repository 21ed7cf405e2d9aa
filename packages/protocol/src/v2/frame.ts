// One v2 message as one frame, both directions. Either end may speak at any time; there is no hello on this wire.
// A registered type travels in its schema's layout, everything else as JSON of the whole message.
import { PPError, toPPError } from '../errors.js'
import { readFrameHeader, writeFrame } from './header.js'
import type { PPMode } from './header.js'
import { inflateStream, inflateWith } from './inflate.js'
import type { Inflate } from './inflate.js'
import { assertMessage, needsJson, readJsonMessage, writeJsonMessage } from './message.js'
import type { PPMessage, PPMessageInput } from './message.js'
import type { PPSchemaRegistry, RegisteredSchema } from './schema.js'

/** Below this deflate saves less than it costs. Bytes. */
export const DEFAULT_COMPRESSION_THRESHOLD = 1024
/** As large as a message should ever be; a game's snapshot is a tenth of it. */
export const DEFAULT_MAX_PAYLOAD_BYTES = 1024 * 1024
/** What a compressed payload may become: room for JSON that shrinks well, none for a bomb. */
export const DEFAULT_MAX_INFLATED_BYTES = 4 * 1024 * 1024

export interface EncodeFrameOptions {
  /** A zlib stream (RFC 1950) of the bytes. Without it nothing is compressed. */
  deflate?: (bytes: Uint8Array) => Uint8Array
  /** Payloads up to this many bytes are left alone. */
  threshold?: number
}

export interface FrameLimits {
  maxPayloadBytes?: number
  maxInflatedBytes?: number
  /** Makes decoding synchronous for compressed frames too. */
  inflate?: Inflate
}

/**
 * One message as one v2 frame. A message with `__ackId` or `__ns` goes as JSON even when its type is registered.
 * @throws PPError `INVALID_ARGUMENT` for a wrong mode or message, `STATE_NOT_JSON` or `INVALID_PAYLOAD` for a payload that
 * JSON or the type's schema cannot carry
 */
export function encodeFrame(
  mode: PPMode,
  message: PPMessageInput,
  registry?: PPSchemaRegistry,
  options: EncodeFrameOptions = {},
): Uint8Array<ArrayBuffer> {
  assertMessage(message)
  const schema = registry?.forType(message.type)
  const asSchema = schema === undefined ? undefined : writeSchema(schema, message.payload)
  const useJson = asSchema === undefined || needsJson(message)
  const payload = useJson ? writeJsonMessage(message) : asSchema
  const typeId = useJson || schema === undefined ? 0 : schema.id

  const { deflate, threshold = DEFAULT_COMPRESSION_THRESHOLD } = options
  if (deflate !== undefined && payload.byteLength > threshold) {
    const smaller = deflate(payload)
    if (smaller.byteLength < payload.byteLength) return writeFrame(mode, typeId, true, smaller)
  }
  return writeFrame(mode, typeId, false, payload)
}

/**
 * The message of one v2 (or v1) frame. Bytes after the declared length are ignored.
 *
 * Synchronous, except for a compressed frame without `limits.inflate`: that one is a Promise, because a browser can only
 * inflate asynchronously. Its header is still checked, and refused, at once; leave `bytes` alone until it settles.
 * @throws PPError and nothing else: `MALFORMED_FRAME`, `INVALID_PROTOCOL_VERSION`, `PAYLOAD_TOO_LARGE`, `UNKNOWN_TYPE` (no
 * schema with that id), `INVALID_PAYLOAD`, `DECOMPRESSION_FAILED`
 */
export function decodeFrame(
  bytes: Uint8Array,
  registry: PPSchemaRegistry | undefined,
  limits: FrameLimits & { inflate: Inflate },
): PPMessage
export function decodeFrame(
  bytes: Uint8Array,
  registry?: PPSchemaRegistry,
  limits?: FrameLimits,
): PPMessage | Promise<PPMessage>
export function decodeFrame(
  bytes: Uint8Array,
  registry?: PPSchemaRegistry,
  limits: FrameLimits = {},
): PPMessage | Promise<PPMessage> {
  const header = readFrameHeader(bytes, limits.maxPayloadBytes ?? DEFAULT_MAX_PAYLOAD_BYTES)
  // Looked up before anything is inflated: an unknown type costs no memory.
  const schema = header.typeId === 0 ? undefined : requireSchema(registry, header.typeId)
  const payload = bytes.subarray(header.headerBytes, header.headerBytes + header.payloadBytes)
  const read = (body: Uint8Array): PPMessage =>
    schema === undefined ? readAsJson(body, registry) : readAsSchema(body, schema)

  if (!header.isCompressed) return read(payload)
  const maxInflatedBytes = limits.maxInflatedBytes ?? DEFAULT_MAX_INFLATED_BYTES
  if (limits.inflate !== undefined) return read(inflateWith(limits.inflate, payload, maxInflatedBytes))
  return inflateStream(payload, maxInflatedBytes).then(read)
}

function requireSchema(registry: PPSchemaRegistry | undefined, id: number): RegisteredSchema {
  const schema = registry?.forId(id)
  if (schema !== undefined) return schema
  throw new PPError('UNKNOWN_TYPE', `No schema registered for type ID ${id}.`, {
    hint: 'Register the same types in the same versions at both ends.',
    details: { typeId: id },
  })
}

function readAsSchema(body: Uint8Array, schema: RegisteredSchema): PPMessage {
  try {
    return { type: schema.type, payload: schema.serializer.decode(body) }
  } catch (thrown) {
    throw payloadError(schema.type, thrown)
  }
}

/** A registered type that comes as JSON must fit its layout all the same: its handlers count on it. */
function readAsJson(body: Uint8Array, registry: PPSchemaRegistry | undefined): PPMessage {
  const message = readJsonMessage(body)
  const schema = registry?.forType(message.type)
  if (schema !== undefined) writeSchema(schema, message.payload)
  return message
}

function writeSchema(schema: RegisteredSchema, payload: unknown): Uint8Array {
  try {
    return schema.serializer.encode(payload)
  } catch (thrown) {
    throw payloadError(schema.type, thrown)
  }
}

/** Serializers may be the application's own and throw anything. */
function payloadError(type: string, thrown: unknown): PPError {
  if (thrown instanceof PPError && thrown.code === 'MALFORMED_FRAME') return thrown
  const { message, path } = toPPError(thrown, 'INVALID_PAYLOAD')
  return new PPError('INVALID_PAYLOAD', `The payload of "${type}" does not fit its schema: ${message}`, {
    cause: thrown,
    ...(path === undefined ? {} : { path }),
  })
}
