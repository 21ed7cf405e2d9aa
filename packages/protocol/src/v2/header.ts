// The header before every v2 message, big-endian:
//   0–3 magic "PPND" · 4–5 version · 6–7 flags · 8–11 payload length · 12–13 type id · 14–15 reserved
// Version 1 ends after the length: twelve bytes, no schema types. It is read and never written.
import { PPError } from '../errors.js'

/** "PPND" */
export const PP_MAGIC = 0x50504e44
/** The version in every frame that `encodeFrame` writes. */
export const PP_VERSION = 2
export const HEADER_SIZE_V1 = 12
export const HEADER_SIZE_V2 = 16
/** The largest id of a schema; 0 means JSON. */
export const MAX_TYPE_ID = 0xffff

/** In the order of their two bits. A mode is a label for tools: it changes nothing in the frame. */
export const PP_MODES = ['chat', 'media', 'gaming', 'voice'] as const
export type PPMode = (typeof PP_MODES)[number]

const MODE_BITS = 0b0011
const FLAG_COMPRESSED = 0b0100
const FLAG_SCHEMA = 0b1000

export interface FrameHeader {
  version: 1 | 2
  mode: PPMode
  /** The payload is a zlib stream (RFC 1950). */
  isCompressed: boolean
  /** The schema of the payload; 0: JSON of the whole message. */
  typeId: number
  /** Where the payload begins. */
  headerBytes: number
  payloadBytes: number
}

/** Header and payload in one array. @throws PPError `INVALID_ARGUMENT` for an unknown mode. */
export function writeFrame(
  mode: PPMode,
  typeId: number,
  isCompressed: boolean,
  payload: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const modeBits = PP_MODES.indexOf(mode)
  if (modeBits < 0) {
    throw new PPError('INVALID_ARGUMENT', `"${String(mode)}" is no mode.`, {
      hint: `Use one of ${PP_MODES.join(', ')}.`,
    })
  }
  const frame = new Uint8Array(HEADER_SIZE_V2 + payload.byteLength)
  const view = new DataView(frame.buffer)
  view.setUint32(0, PP_MAGIC)
  view.setUint16(4, PP_VERSION)
  view.setUint16(6, modeBits | (isCompressed ? FLAG_COMPRESSED : 0) | (typeId === 0 ? 0 : FLAG_SCHEMA))
  view.setUint32(8, payload.byteLength)
  view.setUint16(12, typeId)
  frame.set(payload, HEADER_SIZE_V2)
  return frame
}

/**
 * What a frame says about itself. Nothing is allocated by a number the frame names.
 * @throws PPError `MALFORMED_FRAME`, `INVALID_PROTOCOL_VERSION`, or `PAYLOAD_TOO_LARGE` beyond `maxPayloadBytes`
 */
export function readFrameHeader(bytes: Uint8Array, maxPayloadBytes = Infinity): FrameHeader {
  const available = bytes.byteLength
  if (available < HEADER_SIZE_V1) {
    throw malformed(`PP frame too small: ${available} bytes (minimum ${HEADER_SIZE_V1})`)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, available)
  const magic = view.getUint32(0)
  if (magic !== PP_MAGIC) throw malformed(`Invalid PP magic: ${hex(magic)}, expected ${hex(PP_MAGIC)}`)

  const version = view.getUint16(4)
  if (version !== 1 && version !== 2) {
    throw new PPError('INVALID_PROTOCOL_VERSION', `Invalid Protocol Version: ${version}.`, {
      hint: 'This end reads frames of version 1 and 2: update the older end.',
    })
  }
  const headerBytes = version === 1 ? HEADER_SIZE_V1 : HEADER_SIZE_V2
  if (available < headerBytes) throw truncated(headerBytes, available)

  const payloadBytes = view.getUint32(8)
  if (payloadBytes > maxPayloadBytes) {
    throw new PPError(
      'PAYLOAD_TOO_LARGE',
      `A payload of ${payloadBytes} bytes is over the limit of ${maxPayloadBytes}.`,
    )
  }
  if (headerBytes + payloadBytes > available) throw truncated(headerBytes + payloadBytes, available)

  const flags = view.getUint16(6)
  return {
    version,
    mode: modeOf(flags),
    isCompressed: (flags & FLAG_COMPRESSED) !== 0,
    typeId: version === 2 && (flags & FLAG_SCHEMA) !== 0 ? view.getUint16(12) : 0,
    headerBytes,
    payloadBytes,
  }
}

function modeOf(flags: number): PPMode {
  // Two bits, four modes: the index always exists.
  return PP_MODES[flags & MODE_BITS] as PPMode
}

function truncated(expected: number, got: number): PPError {
  return malformed(`PP frame truncated: expected ${expected} bytes, got ${got}`)
}

function malformed(what: string): PPError {
  return new PPError('MALFORMED_FRAME', `${what}.`)
}

function hex(value: number): string {
  return `0x${value.toString(16).toUpperCase().padStart(8, '0')}`
}
