import { readFileSync } from 'node:fs'
import { deflateSync, inflateSync } from 'node:zlib'
import {
  bufferSerializer,
  decodeFrame,
  encodeFrame,
  jsonSerializer,
  mixedSerializer,
  PP_MODES,
  PPError,
  PPSchemaRegistry,
  readFrameHeader,
  stringSerializer,
  structSerializer,
} from '@painda/protocol'
import type { ErrorCode, Inflate, PPMessageInput } from '@painda/protocol'
import { describe, expect, test } from 'vitest'
import { fromHex } from './hex.js'

interface Vector {
  name: string
  dir: 'both' | 's2c' | 'c2s' | 'redis' | 'decode-only' | 'reject'
  hex: string
  bytes?: number
  decoded: unknown
}

const vectors = JSON.parse(
  readFileSync(new URL('./vectors/wire-v2.json', import.meta.url), 'utf8'),
) as Vector[]

/** Which rule decides an entry; an entry that no line names is an ordinary JSON message: FR2. */
const RULES: Record<string, string> = {
  'json-chat': '[FR1]',
  'json-media': '[FR1]',
  'json-gaming': '[FR1]',
  'json-voice': '[FR1]',
  'v1-json': '[FR4]',
  'accept-trailing-bytes': '[FR5]',
  'accept-reserved-nonzero': '[FR5]',
  'accept-unknown-flags': '[FR5]',
  'accept-schema-flag-typeid0': '[FR5]',
  'accept-typeid-without-flag': '[FR5]',
  'json-compressed': '[FR10]',
  'schema-compressed': '[FR10]',
  'json-below-threshold': '[FR10]',
  'struct-player-move': '[SC1, SC4]',
  'struct-all-types': '[SC4]',
  'schema-string': '[SC6]',
  'schema-buffer': '[SC6]',
  'schema-json': '[SC6]',
  'schema-mixed-binary': '[SC6]',
  'schema-drops-ack-and-ns': '[SC1]',
}

interface Refusal {
  rule: string
  code: ErrorCode
  /** Part of the text. Where the recorded text is clear, ours is the same. */
  text: string
}

/** Entries that the original refuses, and the three that it accepts and this implementation does not. */
const REFUSED: Record<string, Refusal> = {
  'accept-version-9': {
    rule: '[FR4]',
    code: 'INVALID_PROTOCOL_VERSION',
    text: 'Invalid Protocol Version: 9',
  },
  'accept-version-0': {
    rule: '[FR4]',
    code: 'INVALID_PROTOCOL_VERSION',
    text: 'Invalid Protocol Version: 0',
  },
  'accept-json-null-message': { rule: '[FR3]', code: 'MALFORMED_FRAME', text: 'must be an object' },
  'reject-magic': {
    rule: '[FR6]',
    code: 'MALFORMED_FRAME',
    text: 'Invalid PP magic: 0x50504E45, expected 0x50504E44',
  },
  'reject-short': {
    rule: '[FR6]',
    code: 'MALFORMED_FRAME',
    text: 'PP frame too small: 9 bytes (minimum 12)',
  },
  'reject-truncated': {
    rule: '[FR6]',
    code: 'MALFORMED_FRAME',
    text: 'PP frame truncated: expected 19 bytes, got 18',
  },
  'reject-v2-12-bytes': {
    rule: '[FR6]',
    code: 'MALFORMED_FRAME',
    text: 'PP frame truncated: expected 16 bytes, got 12',
  },
  'reject-schema-unknown-id': {
    rule: '[SC3]',
    code: 'UNKNOWN_TYPE',
    text: 'No schema registered for type ID 999',
  },
  'reject-schema-no-registry': {
    rule: '[SC3]',
    code: 'UNKNOWN_TYPE',
    text: 'No schema registered for type ID 1',
  },
  'reject-struct-short': { rule: '[SC4]', code: 'INVALID_PAYLOAD', text: '"player:move"' },
  'reject-bad-zlib': {
    rule: '[FR11]',
    code: 'DECOMPRESSION_FAILED',
    text: 'PP frame decompression failed: incorrect header check',
  },
  'reject-bad-json': { rule: '[FR8]', code: 'MALFORMED_FRAME', text: 'not JSON' },
}

const xyz = [
  { name: 'x', type: 'float32' },
  { name: 'y', type: 'float32' },
  { name: 'z', type: 'float32' },
] as const
const NUMBER_TYPES = ['uint8', 'uint16', 'uint32', 'int8', 'int16', 'int32', 'float32', 'float64'] as const
const registry = new PPSchemaRegistry()
  .register('player:move', structSerializer(1, xyz))
  .register('str', stringSerializer(3))
  .register('raw', bufferSerializer(4))
  .register('js', jsonSerializer(5))
  .register('bigstr', stringSerializer(6))
  .register('upload', mixedSerializer(10, 'data'))
  .register(
    'all',
    structSerializer(
      0x0102,
      NUMBER_TYPES.map((type) => ({ name: type, type })),
    ),
  )

const inflate: Inflate = (bytes, maxBytes) => inflateSync(bytes, { maxOutputLength: maxBytes })

const frames = vectors.filter(({ dir, hex }) => dir !== 'redis' && hex !== '')
const accepted = frames.filter(({ name }) => REFUSED[name] === undefined)

/** `{ $bytes: hex }` of the file as the Uint8Array that it stands for. */
function revive(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if ('$bytes' in value) return fromHex(String(value.$bytes))
  if (Array.isArray(value)) return value.map(revive)
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, revive(inner)]))
}

function thrownBy(run: () => unknown): unknown {
  try {
    run()
  } catch (thrown) {
    return thrown
  }
  return 'nothing thrown'
}

describe('every recorded frame is read as its rule says', () => {
  for (const { name, hex, bytes, decoded } of accepted) {
    test(`${RULES[name] ?? '[FR2]'} ${name} decodes to the recorded message`, async () => {
      const expected = revive(decoded)
      expect(fromHex(hex).byteLength).toBe(bytes)
      expect(decodeFrame(fromHex(hex), registry, { inflate })).toStrictEqual(expected)
      // The other way in: without `inflate`, a compressed frame comes as a promise of the same message.
      expect(await decodeFrame(fromHex(hex), registry)).toStrictEqual(expected)
    })
  }

  for (const [name, { rule, code, text }] of Object.entries(REFUSED)) {
    test(`${rule} ${name} is refused with ${code}`, async () => {
      const { hex } = frames.find((vector) => vector.name === name)!
      const known = name === 'reject-schema-no-registry' ? undefined : registry
      const thrown = thrownBy(() => decodeFrame(fromHex(hex), known, { inflate }))
      expect(thrown).toBeInstanceOf(PPError)
      expect(thrown).toMatchObject({ code, message: expect.stringContaining(text) as string })
      await expect((async () => decodeFrame(fromHex(hex), known))()).rejects.toMatchObject({ code })
    })
  }
})

describe('every recorded frame that an end sends is written byte for byte', () => {
  for (const { name, dir, hex, decoded } of accepted) {
    if (dir === 'decode-only') continue
    const recorded = readFrameHeader(fromHex(hex))
    const message = revive(decoded) as PPMessageInput

    if (!recorded.isCompressed) {
      test(`${RULES[name] ?? '[FR2]'} ${name} encodes to the recorded bytes`, () => {
        const frame = encodeFrame(recorded.mode, message, registry)
        expect(Buffer.from(frame).toString('hex')).toBe(hex)
      })
      continue
    }
    test(`${RULES[name]} ${name} is written compressed, with the recorded header and message`, () => {
      const options = { deflate: deflateSync, threshold: 0 }
      const frame = encodeFrame(recorded.mode, message, registry, options)
      expect(decodeFrame(frame, registry, { inflate })).toStrictEqual(message)
      // Another zlib may need some bytes more or fewer, so the length is the one thing that may differ.
      expect({ ...readFrameHeader(frame), payloadBytes: 0 }).toEqual({ ...recorded, payloadBytes: 0 })
    })
  }
})

test('[FR1] the four modes are the two low bits of the flags', () => {
  const flags = PP_MODES.map((mode) => encodeFrame(mode, { type: 't' })[7])
  expect(flags).toEqual([0, 1, 2, 3])
})

test('no entry of the recorded file is left undecided', () => {
  const leftOut = vectors.filter((vector) => !frames.includes(vector)).map(({ name }) => name)
  expect(leftOut).toEqual([
    'handshake-first-url-core',
    'handshake-reconnect-url-core',
    'handshake-reconnect-url-browser',
    'redis-string-type',
    'redis-schema-type',
    'redis-real-server-emit',
  ])
  const names = new Set(frames.map(({ name }) => name))
  expect([...Object.keys(RULES), ...Object.keys(REFUSED)].filter((name) => !names.has(name))).toEqual([])
  const rejected = frames.filter(({ dir }) => dir === 'reject')
  expect(rejected.filter(({ name }) => REFUSED[name] === undefined)).toEqual([])
})
