import {
  bufferSerializer,
  compareTables,
  decodeFrame,
  deriveTypeId,
  encodeFrame,
  jsonSerializer,
  mixedSerializer,
  PPError,
  PPSchemaRegistry,
  stringSerializer,
  structSerializer,
} from '@painda/protocol'
import type { Serializer, StructField } from '@painda/protocol'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { fromHex, toHex } from './hex.js'

function errorOf(run: () => unknown): PPError {
  try {
    run()
  } catch (thrown) {
    if (thrown instanceof PPError) return thrown
    throw thrown
  }
  throw new Error('nothing was thrown')
}

const encodeError = (serializer: Serializer, payload: unknown): PPError =>
  errorOf(() => serializer.encode(payload))
const decodeError = (serializer: Serializer, hex: string): PPError =>
  errorOf(() => serializer.decode(fromHex(hex)))

describe('structs', () => {
  const move = structSerializer([
    { name: 'seat', type: 'uint8' },
    { name: 'x', type: 'float32' },
    { name: 'score', type: 'int16' },
  ])
  const payload = { seat: 3, x: 0.5, score: -2 }

  test('[SC4] numbers stand in the order of declaration, big-endian, without padding', () => {
    expectTypeOf(move.decode).returns.toEqualTypeOf<{ seat: number; x: number; score: number }>()
    expect(toHex(move.encode({ score: -2, x: 0.5, seat: 3 }))).toBe('033f000000fffe')
    expect(move.decode(fromHex('033f000000fffe'))).toStrictEqual(payload)
  })

  test('[SC4] a byte too few or too many is refused, never read as something else', () => {
    for (const hex of ['', '033f000000ff', '033f000000fffe00']) {
      expect(decodeError(move, hex).code).toBe('INVALID_PAYLOAD')
    }
  })

  test('[SC5] a missing or unknown field is named', () => {
    expect(encodeError(move, { seat: 3, x: 0.5 })).toMatchObject({ code: 'INVALID_PAYLOAD', path: ['score'] })
    expect(encodeError(move, { ...payload, z: 1 })).toMatchObject({ code: 'INVALID_PAYLOAD', path: ['z'] })
    expect(encodeError(move, { ...payload, x: undefined })).toMatchObject({ path: ['x'] })
    expect(encodeError(move, Object.create(payload))).toMatchObject({ path: ['seat'] })
    for (const other of [undefined, null, 7, 'text', [3, 0.5, -2]]) {
      expect(encodeError(move, other).code).toBe('INVALID_PAYLOAD')
    }
  })

  const LIMITS: [StructField['type'], number[], number[]][] = [
    ['uint8', [0, 255], [-1, 256, 0.5]],
    ['uint16', [0, 65_535], [-1, 65_536]],
    ['uint32', [0, 4_294_967_295], [-1, 4_294_967_296]],
    ['int8', [-128, 127], [-129, 128, 1.5]],
    ['int16', [-32_768, 32_767], [-32_769, 32_768]],
    ['int32', [-2_147_483_648, 2_147_483_647], [-2_147_483_649, 2_147_483_648]],
    ['float32', [-3.4028234663852886e38, 1e-45, -0], [3.5e38, Number.NaN, Infinity]],
    ['float64', [Number.MAX_VALUE, 5e-324, -0], [Number.NaN, -Infinity]],
  ]
  test.each(LIMITS)('[SC5] %s takes what it can give back and refuses the rest', (type, inside, outside) => {
    const one = structSerializer([{ name: 'n', type }])
    for (const n of inside) {
      const back = one.decode(one.encode({ n })).n
      expect(back).toBe(type === 'float32' ? Math.fround(n) : n)
    }
    for (const n of outside) {
      const error = encodeError(one, { n })
      expect(error).toMatchObject({ code: 'INVALID_PAYLOAD', path: ['n'] })
      expect(error.message).toContain(type)
    }
    for (const n of ['1', 1n, true, null, {}]) expect(encodeError(one, { n }).code).toBe('INVALID_PAYLOAD')
  })

  test('[SC5] a float from the wire that is no finite number is refused with its field', () => {
    const one = structSerializer([{ name: 'n', type: 'float32' }])
    expect(decodeError(one, '7fc00000')).toMatchObject({ code: 'INVALID_PAYLOAD', path: ['n'] })
    expect(decodeError(one, 'ff800000').code).toBe('INVALID_PAYLOAD')
  })

  test('[SC5] a list of fields that cannot work is refused when it is made', () => {
    const fields: unknown[][] = [
      [{ name: '__proto__', type: 'int8' }],
      [{ name: 'constructor', type: 'int8' }],
      [
        { name: 'x', type: 'int8' },
        { name: 'x', type: 'int8' },
      ],
      [{ name: 'x', type: 'int64' }],
      [{ name: 'x', type: 'toString' }],
      [{ name: 5, type: 'int8' }],
    ]
    for (const list of fields) {
      expect(errorOf(() => structSerializer(list as StructField[])).code).toBe('INVALID_ARGUMENT')
    }
  })
})

describe('texts, bytes and JSON', () => {
  test('[SC6] a string is its UTF-8, both ways', () => {
    const text = stringSerializer()
    expect(toHex(text.encode('hé🐼\uFEFF'))).toBe('68c3a9f09f90bcefbbbf')
    expect(text.decode(fromHex('68c3a9f09f90bcefbbbf'))).toBe('hé🐼\uFEFF')
    expect(text.decode(fromHex(''))).toBe('')
    expect(decodeError(text, 'c3').code).toBe('MALFORMED_FRAME')
    for (const payload of ['\ud83d', 'a\udc3cb', 7, undefined]) {
      expect(encodeError(text as Serializer, payload).code).toBe('INVALID_PAYLOAD')
    }
  })

  test('[SC6] bytes arrive as memory of their own, also out of a Node Buffer', () => {
    const raw = bufferSerializer()
    const frame = Buffer.from('00ff10', 'hex')
    const payload = raw.decode(frame)
    frame.fill(0xee)
    expect(payload.constructor).toBe(Uint8Array)
    expect(toHex(payload)).toBe('00ff10')
    for (const other of ['00', [0], new ArrayBuffer(1)]) {
      expect(encodeError(raw as Serializer, other).code).toBe('INVALID_PAYLOAD')
    }
  })

  test('[SC6] JSON is the text of the payload alone, under the rules of a message', () => {
    const json = jsonSerializer<{ a: number }>()
    expect(toHex(json.encode({ a: 1 }))).toBe('7b2261223a317d')
    expect(json.decode(fromHex('7b2261223a317d'))).toStrictEqual({ a: 1 })
    expect(encodeError(json, undefined).code).toBe('INVALID_PAYLOAD')
    expect(encodeError(json, { a: Number.NaN }).code).toBe('STATE_NOT_JSON')
    expect(decodeError(json, toHex(Buffer.from('{"__proto__":1}'))).code).toBe('INVALID_PAYLOAD')
    expect(decodeError(json, '7b').code).toBe('MALFORMED_FRAME')
  })

  describe('mixed', () => {
    const upload = mixedSerializer<{ name: string }, 'data'>('data')

    test('[SC6] the length of the JSON, the JSON without the field, the bytes', () => {
      const payload = { name: 'a', data: fromHex('0102') }
      const hex = '0000000c 7b226e616d65223a2261227d 0102'.replaceAll(' ', '')
      expect(toHex(upload.encode(payload))).toBe(hex)
      expect(upload.decode(fromHex(hex))).toStrictEqual(payload)
    })

    const sized = (json: string, declared = json.length): string =>
      toHex(fromHex(declared.toString(16).padStart(8, '0'))) + toHex(Buffer.from(json))

    test.each([
      ['no length', '0000', 'INVALID_PAYLOAD'],
      ['a length beyond the payload', sized('{}', 3), 'INVALID_PAYLOAD'],
      ['a length of 4 GiB', 'ffffffff7b7d', 'INVALID_PAYLOAD'],
      ['a length that cuts the JSON', sized('{}', 1), 'MALFORMED_FRAME'],
      ['JSON that is a list', sized('[]'), 'INVALID_PAYLOAD'],
      ['JSON that is null', sized('null'), 'INVALID_PAYLOAD'],
      ['the field in the JSON too', sized('{"data":1}'), 'INVALID_PAYLOAD'],
      ['a prototype key', sized('{"__proto__":{"data":1}}'), 'INVALID_PAYLOAD'],
    ])('[SC6] %s is refused', (_what, hex, code) => {
      expect(decodeError(upload as Serializer, hex).code).toBe(code)
    })

    test('[SC6] a payload without its bytes, or with more that JSON cannot carry, is refused', () => {
      for (const payload of [null, {}, { data: 'text' }, { data: [1] }]) {
        expect(encodeError(upload as Serializer, payload).code).toBe('INVALID_PAYLOAD')
      }
      const twice = { data: new Uint8Array(1), more: new Uint8Array(1) }
      expect(encodeError(upload as Serializer, twice).code).toBe('STATE_NOT_JSON')
      for (const field of ['__proto__', '']) {
        expect(errorOf(() => mixedSerializer(field)).code).toBe('INVALID_ARGUMENT')
      }
    })
  })
})

describe('the registry', () => {
  const point = [
    { name: 'x', type: 'float32' },
    { name: 'y', type: 'float32' },
  ] as const

  test('[SC7] both documented forms register: id in the serializer, or version before it', () => {
    const registry = new PPSchemaRegistry()
      .register('by:id', structSerializer(7, point))
      .register('player_move', 1, structSerializer(point))
    for (const [type, id] of [
      ['by:id', 7],
      ['player_move', 0xf442],
    ] as const) {
      const message = { type, payload: { x: 10.5, y: -4.25 } }
      const frame = encodeFrame('gaming', message, registry)
      expect(frame.byteLength).toBe(16 + 8)
      expect(new DataView(frame.buffer).getUint16(12)).toBe(id)
      expect(decodeFrame(frame, registry)).toStrictEqual(message)
    }
  })

  test('[SC7] a derived id is the same everywhere and lies above ids chosen by hand', () => {
    const ids = [1, 2, 3].map((version) => deriveTypeId('player_move', version))
    expect(ids).toEqual([1, 2, 3].map((version) => independentId(`player_move@${version}`)))
    expect(new Set(ids).size).toBe(3)
    for (const id of ids) expect(id).toBeGreaterThanOrEqual(0x8000)
    expect(deriveTypeId('größe', 1)).toBe(independentId('größe@1'))
  })

  test('[SC7] ids and versions outside their range, or two ids at once, are refused', () => {
    const registry = new PPSchemaRegistry()
    for (const id of [0, -1, 1.5, 65_536, Number.NaN]) {
      expect(errorOf(() => stringSerializer(id)).code).toBe('INVALID_ARGUMENT')
    }
    for (const version of [-1, 1.5, Number.NaN]) {
      expect(errorOf(() => registry.register('t', version, stringSerializer())).code).toBe('INVALID_ARGUMENT')
    }
    const wrong = [
      // @ts-expect-error a serializer with an id leaves no room for a version
      () => registry.register('t', 1, stringSerializer(3)),
      // @ts-expect-error without a version, the serializer must have an id
      () => registry.register('t', stringSerializer()),
      () => registry.register('', stringSerializer(3)),
      () => registry.register('t'.repeat(257), stringSerializer(3)),
    ]
    for (const run of wrong) expect(errorOf(run).code).toBe('INVALID_ARGUMENT')
    expect(registry.table()).toEqual([])
  })

  test('[SC8] a collision throws at registration and leaves the registry as it was', () => {
    const registry = new PPSchemaRegistry()
      .register('a', stringSerializer(1))
      .register('move', 1, structSerializer(point))
    const before = registry.table()
    const taken = deriveTypeId('move', 1)
    const collisions = [
      () => registry.register('b', stringSerializer(1)),
      () => registry.register('a', stringSerializer(2)),
      () => registry.register('a', bufferSerializer(1)),
      () => registry.register('move', 2, structSerializer(point)),
      () => registry.register('c', stringSerializer(taken)),
    ]
    for (const run of collisions) expect(errorOf(run).code).toBe('SCHEMA_COLLISION')
    expect(registry.table()).toEqual(before)
    // A module that is loaded again registers the same again.
    registry.register('a', stringSerializer(1)).register('move', 1, structSerializer(point))
    expect(registry.table()).toEqual(before)
  })

  test('[SC8] two names whose derived ids meet are found when they are registered', () => {
    const seen = new Map<number, string>()
    let pair: [string, string] | undefined
    for (let i = 0; pair === undefined; i++) {
      const type = `type${i}`
      const id = deriveTypeId(type, 1)
      const other = seen.get(id)
      if (other !== undefined) pair = [other, type]
      seen.set(id, type)
    }
    const registry = new PPSchemaRegistry().register(pair[0], 1, stringSerializer())
    const error = errorOf(() => registry.register(pair[1], 1, stringSerializer()))
    expect(error.code).toBe('SCHEMA_COLLISION')
    expect(error.message).toContain(`"${pair[0]}"`)
    registry.register(pair[1], 2, stringSerializer())
  })

  test('[SC8] names that no message can have are refused', () => {
    for (const type of ['__pp_ack', 'error', 'close']) {
      const error = errorOf(() => new PPSchemaRegistry().register(type, stringSerializer(1)))
      expect(error.code).toBe('RESERVED_TYPE')
    }
  })
})

describe('tables', () => {
  const table = (build: (registry: PPSchemaRegistry) => PPSchemaRegistry) =>
    build(new PPSchemaRegistry()).table()

  test('[SC9] a table tells type, id and layout, in one order whatever the order of registration', () => {
    const entries = table((registry) =>
      registry
        .register('z', mixedSerializer(10, 'data'))
        .register('move', structSerializer(1, [{ name: 'a,b":int8', type: 'int8' }]))
        .register('chat', stringSerializer(3)),
    )
    expect(entries).toEqual([
      { type: 'chat', id: 3, layout: 'string' },
      { type: 'move', id: 1, layout: 'struct("a,b\\":int8":int8)' },
      { type: 'z', id: 10, layout: 'mixed("data")' },
    ])
    expect(JSON.parse(JSON.stringify(entries))).toEqual(entries)
  })

  test('[SC9] equal tables agree; each difference is named by its type', () => {
    const x = { name: 'x', type: 'float32' } as const
    const y = { name: 'y', type: 'float32' } as const
    const ours = table((registry) =>
      registry
        .register('same', jsonSerializer(1))
        .register('old', stringSerializer(2))
        .register('layout', structSerializer(3, [x]))
        .register('order', structSerializer(4, [x, y]))
        .register('id', stringSerializer(5))
        .register('move', 1, structSerializer([x])),
    )
    const theirs = table((registry) =>
      registry
        .register('same', jsonSerializer(1))
        .register('new', stringSerializer(2))
        .register('layout', structSerializer(3, [x, y]))
        .register('order', structSerializer(4, [y, x]))
        .register('id', stringSerializer(6))
        .register('move', 2, structSerializer([x])),
    )
    expect(compareTables(ours, [...ours].reverse())).toEqual([])
    expect(compareTables([], [])).toEqual([])
    expect(compareTables(ours, theirs).map(({ type, reason }) => `${type}: ${reason}`)).toEqual([
      'id: id',
      'layout: layout',
      'move: id',
      'new: missing ours',
      'old: missing theirs',
      'order: layout',
    ])
    const [, layout] = compareTables(ours, theirs)
    expect(layout).toMatchObject({
      ours: { layout: 'struct("x":float32)' },
      theirs: { layout: 'struct("x":float32,"y":float32)' },
    })
  })

  test('[SC9] a table from a hostile peer is only compared: its names reach no object', () => {
    const theirs = [
      { type: '__proto__', id: 1, layout: 'string' },
      { type: 'constructor', id: 1, layout: 'string' },
    ]
    expect(compareTables([], theirs).map(({ type }) => type)).toEqual(['__proto__', 'constructor'])
  })
})

/** FNV-1a written once more, with exact integers, from the words of SC7. */
function independentId(text: string): number {
  let hash = 0x811c9dc5n
  for (const byte of Buffer.from(text, 'utf8')) hash = ((hash ^ BigInt(byte)) * 0x01000193n) & 0xffffffffn
  return Number(((hash >> 16n) ^ (hash & 0xffffn)) | 0x8000n)
}
