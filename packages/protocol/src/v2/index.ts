// Wire v2: the documented format of older and foreign clients. PPClient does not use it; a bundler drops it whole.
export { decodeFrame, encodeFrame } from './frame.js'
export {
  DEFAULT_COMPRESSION_THRESHOLD,
  DEFAULT_MAX_INFLATED_BYTES,
  DEFAULT_MAX_PAYLOAD_BYTES,
} from './frame.js'
export type { EncodeFrameOptions, FrameLimits } from './frame.js'
export {
  HEADER_SIZE_V1,
  HEADER_SIZE_V2,
  MAX_TYPE_ID,
  PP_MAGIC,
  PP_MODES,
  PP_VERSION,
  readFrameHeader,
  writeFrame,
} from './header.js'
export type { FrameHeader, PPMode } from './header.js'
export type { Inflate } from './inflate.js'
export type { PPMessage, PPMessageInput } from './message.js'
export { deriveTypeId, PPSchemaRegistry } from './schema.js'
export type { IdentifiedSerializer, RegisteredSchema, Serializer } from './schema.js'
export { compareTables } from './schema-table.js'
export type { SchemaEntry, SchemaMismatch } from './schema-table.js'
export { bufferSerializer, jsonSerializer, mixedSerializer, stringSerializer } from './serializers.js'
export { structSerializer } from './struct.js'
export type { NumberType, StructField, StructOf } from './struct.js'
