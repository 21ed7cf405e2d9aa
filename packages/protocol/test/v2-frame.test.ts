import {
  bufferSerializer,
  decodeFrame,
  encodeFrame,
  HEADER_SIZE_V1,
  HEADER_SIZE_V2,
  jsonSerializer,
  PP_MAGIC,
  PP_VERSION,
  PPError,
  PPSchemaRegistry,
  readCloseCode,
  ERRORS,
  stringSerializer,
  structSerializer,
} from '@painda/protocol'
import type { FrameLimits, PPMessageInput } from '@painda/protocol'
import { describe, expect, test } from 'vitest'
import { fromHex, toHex } from './hex.js'

const registry = new PPSchemaRegistry()
  .register('move', structSerializer(1, [{ name: 'x', type: 'int16' }]))
  .register('text', stringSerializer(2))
  .register('blob', bufferSerializer(3))
  .register('json', jsonSerializer(4))

/** A v2 frame around a text or bytes, honest in everything but what the test puts inside. */
function frameOf(payload: string | Uint8Array, flags = 0, typeId = 0): Uint8Array {
  const body = Buffer.from(payload)
  const frame = Buffer.alloc(HEADER_SIZE_V2 + body.length)
  frame.writeUInt32BE(PP_MAGIC, 0)
  frame.writeUInt16BE(PP_VERSION, 4)
  frame.writeUInt16BE(flags, 6)
  frame.writeUInt32BE(body.length, 8)
  frame.writeUInt16BE(typeId, 12)
  body.copy(frame, HEADER_SIZE_V2)
  return new Uint8Array(frame)
}

function errorOf(run: () => unknown): PPError {
  try {
    run()
  } catch (thrown) {
    if (thrown instanceof PPError) return thrown
    throw thrown
  }
  throw new Error('nothing was thrown')
}

const encodeError = (message: unknown): PPError =>
  errorOf(() => encodeFrame('chat', message as PPMessageInput, registry))
const decodeError = (frame: Uint8Array, limits?: FrameLimits): PPError =>
  errorOf(() => decodeFrame(frame, registry, limits))

describe('the header', () => {
  test('[FR1] it is 16 bytes: PPND, version, flags, length, type id, reserved', () => {
    expect([PP_MAGIC, PP_VERSION, HEADER_SIZE_V1, HEADER_SIZE_V2]).toEqual([0x50504e44, 2, 12, 16])
    const frame = encodeFrame('voice', { type: 'move', payload: { x: -2 } }, registry)
    expect(toHex(frame)).toBe('50504e44 0002 000b 00000002 0001 0000 fffe'.replaceAll(' ', ''))
    expect(decodeFrame(frame, registry)).toEqual({ type: 'move', payload: { x: -2 } })
  })

  test('[FR1] a mode that does not exist is refused where it is written', () => {
    const error = errorOf(() => encodeFrame('video' as 'voice', { type: 't' }))
    expect(error.code).toBe('INVALID_ARGUMENT')
  })

  test('[FR1] a frame inside a larger buffer is read where it lies', () => {
    const frame = encodeFrame('chat', { type: 'move', payload: { x: 7 } }, registry)
    const larger = new Uint8Array(100).fill(0xaa)
    larger.set(frame, 33)
    expect(decodeFrame(larger.subarray(33, 33 + frame.byteLength), registry)).toEqual({
      type: 'move',
      payload: { x: 7 },
    })
  })

  test('[FR4] a version 1 frame has no schema: its flag is not one', () => {
    const frame = fromHex(`50504e44 0001 0008 0000000c ${toHex(Buffer.from('{"type":"o"}'))}`)
    expect(decodeFrame(frame, registry)).toStrictEqual({ type: 'o' })
  })

  test.each([0, 3, 4, 0x0200, 0xffff])(
    '[FR4] version %i is refused, by name, and the peer stops',
    (version) => {
      const frame = frameOf('{"type":"t"}')
      new DataView(frame.buffer).setUint16(4, version)
      const error = decodeError(frame)
      expect(error.code).toBe('INVALID_PROTOCOL_VERSION')
      expect(error.message).toContain(`Invalid Protocol Version: ${version}`)
      expect(readCloseCode(ERRORS[error.code].closeCode)).toEqual({
        next: 'stop',
        reason: 'Invalid Protocol Version',
        closeCode: 4001,
      })
    },
  )

  test('[FR6] no frame that is cut short is read, wherever the cut', () => {
    const frame = encodeFrame('chat', { type: 'text', payload: 'hello' }, registry)
    for (let length = 0; length < frame.byteLength; length++) {
      expect(decodeError(frame.slice(0, length)).code).toBe('MALFORMED_FRAME')
    }
  })

  test('[FR7] a declared length beyond the limit is refused before anything is read', () => {
    const lie = fromHex('50504e44 0002 0000 ffffffff 0000 0000')
    expect(decodeError(lie).code).toBe('PAYLOAD_TOO_LARGE')
    const frame = encodeFrame('chat', { type: 'text', payload: 'abcd' }, registry)
    expect(decodeFrame(frame, registry, { maxPayloadBytes: 4 })).toEqual({ type: 'text', payload: 'abcd' })
    expect(decodeError(frame, { maxPayloadBytes: 3 }).code).toBe('PAYLOAD_TOO_LARGE')
    expect(decodeError(frameOf(Buffer.alloc(1024 * 1024 + 1))).code).toBe('PAYLOAD_TOO_LARGE')
  })
})

describe('JSON messages', () => {
  test('[FR2] keys stand in a fixed order, and what is absent has none', () => {
    const body = (message: PPMessageInput): string =>
      Buffer.from(encodeFrame('chat', message)).subarray(HEADER_SIZE_V2).toString()
    expect(body({ __ns: '/a', __ackId: 0, payload: [1], type: 't' })).toBe(
      '{"type":"t","payload":[1],"__ackId":0,"__ns":"/a"}',
    )
    expect(body({ type: 't', payload: undefined, __ackId: undefined })).toBe('{"type":"t"}')
  })

  test('[FR2] keys that are not part of a message are left behind', () => {
    const frame = frameOf('{"type":"t","id":5,"__proto__":{"admin":true},"payload":1,"toString":2}')
    const message = decodeFrame(frame)
    expect(message).toStrictEqual({ type: 't', payload: 1 })
    expect(Object.getPrototypeOf(message)).toBe(Object.prototype)
  })

  test.each([
    'null',
    '7',
    '"t"',
    'true',
    '[]',
    '[{"type":"t"}]',
    '{}',
    '{"type":5}',
    '{"type":null}',
    '{"type":["t"]}',
    '{"payload":{"type":"t"}}',
    '{"__proto__":{"type":"t"}}',
    `{"type":"${'t'.repeat(257)}"}`,
    '{"type":"t","__ackId":-1}',
    '{"type":"t","__ackId":1.5}',
    '{"type":"t","__ackId":"1"}',
    '{"type":"t","__ackId":null}',
    '{"type":"t","__ackId":9007199254740992}',
    '{"type":"t","__ns":1}',
    '{"type":"t","__ns":{}}',
  ])('[FR3] %.40s is JSON but no message', (json) => {
    expect(decodeError(frameOf(json)).code).toBe('MALFORMED_FRAME')
  })

  test.each([
    { type: 5 },
    { type: 't'.repeat(257) },
    { type: 't', __ackId: -1 },
    { type: 't', __ackId: 0.5 },
    { type: 't', __ns: 7 },
    null,
    'text',
  ])('[FR3] what no receiver would accept is not sent: %.40j', (message) => {
    expect(encodeError(message).code).toBe('INVALID_ARGUMENT')
  })

  test.each([
    ['an invalid byte', fromHex('7b2274797065223a22ff227d')],
    ['half a character', fromHex('7b2274797065223a22c3227d')],
    ['an encoded surrogate', fromHex('7b2274797065223a22eda080227d')],
    ['a byte order mark', fromHex('efbbbf7b2274797065223a2274227d')],
    ['a second value', '{"type":"t"}{"type":"u"}'],
    ['a trailing comma', '{"type":"t",}'],
    ['nothing', ''],
  ])('[FR8] %s is refused, not repaired', (_what, body) => {
    expect(decodeError(frameOf(body)).code).toBe('MALFORMED_FRAME')
  })

  test.each([
    ['__proto__', '{"a":[{"__proto__":{"admin":true}}]}', ['a', 0, '__proto__']],
    ['constructor', '{"constructor":{"prototype":{"admin":true}}}', ['constructor']],
    ['prototype', '{"prototype":1}', ['prototype']],
    ['a number that is Infinity', '{"n":1e999}', ['n']],
  ])('[FR9] a received payload with %s is refused with its path', (_what, payload, path) => {
    const error = decodeError(frameOf(`{"type":"t","payload":${payload}}`))
    expect([error.code, error.path]).toEqual(['INVALID_PAYLOAD', path])
  })

  test('[FR9] both ends draw the line at the same depth', () => {
    const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`
    const frame = frameOf(`{"type":"t","payload":${nested(64)}}`)
    expect(toHex(encodeFrame('chat', decodeFrame(frame) as PPMessageInput))).toBe(toHex(frame))
    expect(decodeError(frameOf(`{"type":"t","payload":${nested(65)}}`)).code).toBe('INVALID_PAYLOAD')
    expect(encodeError({ type: 't', payload: JSON.parse(nested(65)) as unknown }).code).toBe('STATE_NOT_JSON')
    expect(decodeError(frameOf(`{"type":"t","payload":${nested(400_000)}}`)).code).toBe('INVALID_PAYLOAD')
  })

  test.each([
    ['NaN', Number.NaN],
    ['undefined inside', { a: { b: undefined } }],
    ['a Date', new Date(0)],
    ['bytes', new Uint8Array(1)],
    ['a bigint', 1n],
    ['a prototype key', JSON.parse('{"__proto__":1}') as unknown],
  ])('[FR9] %s is not sent, since JSON would alter it silently', (_what, payload) => {
    expect(encodeError({ type: 't', payload }).code).toBe('STATE_NOT_JSON')
  })
})

describe('schema messages', () => {
  test('[SC2] a message that asks for an answer or names a namespace goes as JSON', () => {
    const asked = { type: 'move', payload: { x: 3 }, __ackId: 9 }
    const named = { type: 'move', payload: { x: 3 }, __ns: '/game' }
    for (const message of [asked, named]) {
      const frame = encodeFrame('gaming', message, registry)
      expect(Buffer.from(frame).subarray(HEADER_SIZE_V2).toString()).toBe(JSON.stringify(message))
      expect(decodeFrame(frame, registry)).toStrictEqual(message)
      expect(decodeFrame(frame)).toStrictEqual(message)
    }
  })

  test('[SC2] a registered type cannot dodge its layout by coming as JSON', () => {
    expect(decodeFrame(frameOf('{"type":"move","payload":{"x":3}}'), registry)).toStrictEqual({
      type: 'move',
      payload: { x: 3 },
    })
    for (const payload of ['{"x":40000}', '{"x":"3"}', '{}', '{"x":1,"y":2}', 'null']) {
      const error = decodeError(frameOf(`{"type":"move","payload":${payload},"__ackId":1}`))
      expect(error.code).toBe('INVALID_PAYLOAD')
      expect(error.message).toContain('"move"')
    }
    expect(decodeError(frameOf('{"type":"move"}')).code).toBe('INVALID_PAYLOAD')
    expect(encodeError({ type: 'move', payload: { x: 40_000 }, __ackId: 1 }).code).toBe('INVALID_PAYLOAD')
  })

  test('[SC2] bytes with an ack id cannot be sent, because JSON would carry something else', () => {
    const error = encodeError({ type: 'blob', payload: new Uint8Array([1]), __ackId: 1 })
    expect(error.code).toBe('STATE_NOT_JSON')
  })

  test('[SC3] an id that is not registered is named, and ends no connection', () => {
    const error = decodeError(frameOf('{"type":"t"}', 0b1000, 77))
    expect([error.code, error.details]).toEqual(['UNKNOWN_TYPE', { typeId: 77 }])
    expect(ERRORS[error.code].next).toBe('none')
  })

  test('[SC10] whatever a serializer of the application throws, the peer’s frame gets a typed error', () => {
    const moody = new PPSchemaRegistry().register('moody', {
      id: 9,
      layout: 'moody',
      encode: () => {
        throw 'no'
      },
      decode: () => {
        throw new RangeError('Offset is outside the bounds of the DataView')
      },
    })
    const received = errorOf(() => decodeFrame(frameOf('', 0b1000, 9), moody))
    expect(received.code).toBe('INVALID_PAYLOAD')
    expect(received.message).toContain('The payload of "moody" does not fit its schema: Offset is outside')
    expect(received.cause).toBeInstanceOf(RangeError)
    expect(errorOf(() => encodeFrame('chat', { type: 'moody', payload: 1 }, moody)).code).toBe(
      'INVALID_PAYLOAD',
    )
  })

  test('[SC10] broken text in a schema payload is as malformed as anywhere', () => {
    expect(decodeError(frameOf(fromHex('ff'), 0b1000, 2)).code).toBe('MALFORMED_FRAME')
    expect(decodeError(frameOf('{oops', 0b1000, 4)).code).toBe('MALFORMED_FRAME')
    expect(decodeError(frameOf('{"__proto__":1}', 0b1000, 4)).code).toBe('INVALID_PAYLOAD')
  })
})
