import { deflateSync, inflateSync } from 'node:zlib'
import {
  bufferSerializer,
  createRandom,
  decodeFrame,
  encodeFrame,
  isErrorCode,
  isForbiddenKey,
  jsonSerializer,
  mixedSerializer,
  PP_MODES,
  PPError,
  PPSchemaRegistry,
  readFrameHeader,
  stringSerializer,
  structSerializer,
} from '@painda/protocol'
import type { Inflate, PPMessageInput, Random, StructField } from '@painda/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const inflate: Inflate = (bytes, maxBytes) => inflateSync(bytes, { maxOutputLength: maxBytes })
const mode = fc.constantFrom(...PP_MODES)

/** JSON with the keys and texts that break parsers; -0 is left out, since JSON itself turns it into 0. */
const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => (n === 0 ? 0 : n)),
    fc.string({
      unit: fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('\ud83d', '\0', '\u2028', '🐼')),
    }),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(
      fc
        .oneof(fc.string(), fc.constantFrom('0', 'length', 'toJSON', 'type', '__pp_deleted', ''))
        .filter((key) => !isForbiddenKey(key)),
      tie('value'),
      { maxKeys: 5, noNullPrototype: true },
    ),
  ),
})).value

test('[FR2] any message of JSON comes back equal, compressed or not', async () => {
  const message = fc.record(
    {
      type: fc.string({ maxLength: 256 }),
      payload: json,
      __ackId: fc.maxSafeNat(),
      __ns: fc.string({ maxLength: 256 }),
    },
    { requiredKeys: ['type'], noNullPrototype: true },
  )
  await fc.assert(
    fc.asyncProperty(mode, message, async (chosen, sent) => {
      const plain = encodeFrame(chosen, sent)
      const packed = encodeFrame(chosen, sent, undefined, { deflate: deflateSync, threshold: 0 })
      expect(readFrameHeader(plain).mode).toBe(chosen)
      expect(decodeFrame(plain)).toStrictEqual(sent)
      expect(decodeFrame(packed, undefined, { inflate })).toStrictEqual(sent)
      expect(await decodeFrame(packed)).toStrictEqual(sent)
    }),
    { numRuns: 500 },
  )
})

const RANGES = {
  uint8: fc.integer({ min: 0, max: 0xff }),
  uint16: fc.integer({ min: 0, max: 0xffff }),
  uint32: fc.integer({ min: 0, max: 0xffffffff }),
  int8: fc.integer({ min: -0x80, max: 0x7f }),
  int16: fc.integer({ min: -0x8000, max: 0x7fff }),
  int32: fc.integer({ min: -0x80000000, max: 0x7fffffff }),
  float32: fc.float({ noNaN: true, noDefaultInfinity: true }),
  float64: fc.double({ noNaN: true, noDefaultInfinity: true }),
} as const

test('[SC4] any struct of any fields comes back equal, in exactly its bytes', () => {
  const type = fc.constantFrom(...(Object.keys(RANGES) as StructField['type'][]))
  const name = fc.string().filter((text) => !isForbiddenKey(text))
  const struct = fc
    .uniqueArray(fc.record({ name, type }), { selector: (field) => field.name, maxLength: 12 })
    .chain((fields) => fc.tuple(fc.constant(fields), fc.tuple(...fields.map((field) => RANGES[field.type]))))
  fc.assert(
    fc.property(struct, ([fields, values]) => {
      const payload = Object.fromEntries(fields.map((field, i) => [field.name, values[i]]))
      const registry = new PPSchemaRegistry().register('s', 1, structSerializer(fields))
      const frame = encodeFrame('gaming', { type: 's', payload }, registry)
      const bits = fields.reduce((sum, field) => sum + Number(/\d+/.exec(field.type)![0]), 0)
      expect(frame.byteLength).toBe(16 + bits / 8)
      expect(decodeFrame(frame, registry)).toStrictEqual({ type: 's', payload })
      // The same message with an ack id goes as JSON, which knows no -0.
      const asked = { type: 's', payload, __ackId: 1 }
      expect(decodeFrame(encodeFrame('gaming', asked, registry), registry)).toEqual(
        JSON.parse(JSON.stringify(asked)),
      )
    }),
    { numRuns: 500 },
  )
})

test('[SC6] any text, bytes, JSON and mixture of both come back equal', () => {
  const text = fc.string({ unit: 'binary' })
  const bytes = fc.uint8Array({ maxLength: 100 })
  const fields = fc.dictionary(
    fc.string().filter((key) => !isForbiddenKey(key) && key !== 'data'),
    json,
    { noNullPrototype: true },
  )
  fc.assert(
    fc.property(text, bytes, json, fields, (string, data, value, rest) => {
      const registry = hostileRegistry()
      const sent: PPMessageInput[] = [
        { type: 'text', payload: string },
        { type: 'raw', payload: data },
        { type: 'json', payload: value },
        { type: 'mixed', payload: { ...rest, data } },
      ]
      for (const message of sent) {
        expect(decodeFrame(encodeFrame('media', message, registry), registry)).toStrictEqual(message)
      }
    }),
    { numRuns: 300 },
  )
})

test('[FR12] 20,000 damaged frames: each is a message or a typed error', () => {
  const random = createRandom(Number(process.env['PP_SEED']))
  const registry = hostileRegistry()
  const seeds = seedFrames(registry)
  const outcomes = new Map<string, number>()
  for (let i = 0; i < 20_000; i++) {
    const bytes = damage(random, seeds, i)
    const outcome = outcomeOf(bytes, registry)
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
  }
  expect([...outcomes.keys()].filter((outcome) => outcome !== 'message' && !isErrorCode(outcome))).toEqual([])
  // The run means something only if it got past the header often, and into every kind of refusal.
  expect(outcomes.get('message')).toBeGreaterThan(1000)
  for (const code of [
    'MALFORMED_FRAME',
    'INVALID_PAYLOAD',
    'UNKNOWN_TYPE',
    'PAYLOAD_TOO_LARGE',
    'DECOMPRESSION_FAILED',
    'INVALID_PROTOCOL_VERSION',
  ]) {
    expect([code, outcomes.get(code) ?? 0]).not.toEqual([code, 0])
  }
})

test('[FR12] damaged compressed frames that arrive as a promise: likewise, and none hangs', async () => {
  const random = createRandom(Number(process.env['PP_SEED'])).fork('promise')
  const registry = hostileRegistry()
  const seeds = seedFrames(registry).filter((frame) => readFrameHeader(frame).isCompressed)
  for (let i = 0; i < 1500; i++) {
    const bytes = damage(random, seeds, i)
    let outcome = 'message'
    try {
      expect(typeof (await decodeFrame(bytes, registry, { maxInflatedBytes: 4000 })).type).toBe('string')
    } catch (thrown) {
      if (!(thrown instanceof PPError)) throw thrown
      outcome = thrown.code
    }
    expect(outcome === 'message' || isErrorCode(outcome)).toBe(true)
  }
})

function hostileRegistry(): PPSchemaRegistry {
  return new PPSchemaRegistry()
    .register(
      'move',
      structSerializer(1, [
        { name: 'x', type: 'float32' },
        { name: 'id', type: 'uint16' },
      ]),
    )
    .register('text', stringSerializer(3))
    .register('raw', bufferSerializer(4))
    .register('json', jsonSerializer(5))
    .register('mixed', mixedSerializer(10, 'data'))
}

function seedFrames(registry: PPSchemaRegistry): Uint8Array[] {
  const messages: PPMessageInput[] = [
    { type: 'ping' },
    { type: 'chat', payload: { text: 'héllo 🐼', list: [1, -2.5e10, null, true] }, __ackId: 3, __ns: '/a' },
    { type: 'move', payload: { x: 1.5, id: 7 } },
    { type: 'move', payload: { x: 1.5, id: 7 }, __ackId: 1 },
    { type: 'text', payload: 'some text, é' },
    { type: 'raw', payload: new Uint8Array([0, 255, 16]) },
    { type: 'json', payload: { a: [{ b: 'c' }] } },
    { type: 'mixed', payload: { name: 'a.bin', data: new Uint8Array([1, 2, 3]) } },
    { type: 'text', payload: 'abc'.repeat(300) },
    { type: 'big', payload: 'abc'.repeat(300) },
  ]
  return messages.flatMap((message) => [
    encodeFrame('chat', message, registry),
    encodeFrame('voice', message, registry, { deflate: deflateSync, threshold: 0 }),
  ])
}

/** By turns: noise, noise behind an honest header, a cut, flipped bits, an overwritten byte, two frames spliced. */
function damage(random: Random, seeds: readonly Uint8Array[], turn: number): Uint8Array {
  const frame = random.pick(seeds).slice()
  const at = random.int(0, frame.byteLength - 1)
  switch (turn % 6) {
    case 0:
      return noise(random, random.int(0, 64))
    case 1:
      frame.set(noise(random, frame.byteLength - 16), 16)
      return frame
    case 2:
      return frame.slice(0, at)
    case 3:
      for (let flips = random.int(1, 4); flips > 0; flips--) {
        const where = random.int(0, frame.byteLength - 1)
        frame[where] = frame[where]! ^ (1 << random.int(0, 7))
      }
      return frame
    case 4:
      frame[at] = random.pick([0, 0xff, 0x22, 0x7b, 0x7d, 0x2c])
      return frame
    default: {
      const other = random.pick(seeds)
      const spliced = new Uint8Array(at + other.byteLength)
      spliced.set(frame.subarray(0, at))
      spliced.set(other, at)
      return spliced
    }
  }
}

function noise(random: Random, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random.int(0, 255))
}

function outcomeOf(bytes: Uint8Array, registry: PPSchemaRegistry): string {
  try {
    const message = decodeFrame(bytes, registry, { inflate, maxInflatedBytes: 4000 })
    return typeof message.type === 'string' ? 'message' : 'no message'
  } catch (thrown) {
    return thrown instanceof PPError ? thrown.code : `untyped: ${String(thrown)}`
  }
}
