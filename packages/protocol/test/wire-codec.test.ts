import {
  createClientCodec,
  createNameTable,
  createServerCodec,
  createViewDecoder,
  createViewEncoder,
  createWireCodec,
  MAX_DEPTH,
  MAX_MESSAGES_PER_FRAME,
} from '@painda/protocol'
import type { Message } from '@painda/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EVERY_KIND } from './every-kind.js'
import { codeOf } from './code-of.js'
import { proveFrame, withCheck } from './proven.js'
import { fromHex, toHex } from './hex.js'

const codec = createWireCodec()
const client = createClientCodec(createViewDecoder(), createNameTable([]))
/** What only a client says, state without a view, and an InputAck, which nobody gets who sends no inputs. */
const NOT_FROM_SERVERS = new Set<Message['kind']>([
  'hello',
  'join',
  'resync',
  'leave',
  'presence',
  'interest',
  'input',
  'inputAck',
  'snapshot',
  'delta',
])

/** What only a server says. */
const NOT_FROM_CLIENTS = new Set<Message['kind']>([
  'welcome',
  'bye',
  'joined',
  'left',
  'presences',
  'snapshot',
  'delta',
  'inputAck',
])

/** Null: it is refused as what cannot travel. */
function bytesOf(encode: () => Uint8Array): Uint8Array | null {
  try {
    return encode()
  } catch (thrown) {
    expect(thrown).toMatchObject({ code: 'INVALID_PAYLOAD' })
    return null
  }
}

const checked = (hex: string): string => toHex(withCheck(fromHex(hex)))

describe('messages as bytes', () => {
  test.each(EVERY_KIND.map((message) => [message.kind, message] as const))(
    '[FB2] a %s arrives as it was sent',
    (_kind, message) => {
      // An event says `volatile` only when it is.
      const expected = message.kind === 'event' ? { ...message, volatile: undefined } : message
      expect(codec.decode(codec.encode(message))).toEqual([expected])
    },
  )

  test.each(EVERY_KIND.map((message) => [message.kind, message] as const))(
    '[FB13] a server takes a %s only if clients say such',
    (kind, message) => {
      const server = createServerCodec()
      const bytes = codec.encode(message)
      if (NOT_FROM_CLIENTS.has(kind)) expect(codeOf(() => server.decode(bytes))).toBe('MALFORMED_FRAME')
      else expect(server.decode(bytes)).toEqual(codec.decode(bytes))
    },
  )

  test('[LM7] a frame that turns out malformed at its end has cost a server as much as one that does not', () => {
    const server = createServerCodec()
    const bytes = codec.encode({ kind: 'event', type: 'x', payload: Array.from({ length: 80 }, () => 7) })
    const whole = { bytes: 0 }
    const damaged = { bytes: 0 }
    server.decode(bytes, whole)
    expect(codeOf(() => server.decode(Uint8Array.of(...bytes, 0), damaged))).toBe('MALFORMED_FRAME')
    expect(whole.bytes).toBeGreaterThan(500)
    expect(damaged.bytes).toBeGreaterThan(500)
  })

  test('[FB13] a server reads no state, whatever its view', () => {
    const server = createServerCodec()
    const view = createViewEncoder(1)
    const snapshot = view.snapshot({ kind: 'snapshot', room: 'r', version: 1, tick: 1, state: { a: 1 } })
    const delta = view.delta({ kind: 'delta', room: 'r', from: 1, to: 2, tick: 2, delta: { a: 2 } })
    for (const body of [snapshot, delta]) expect(codeOf(() => server.decode(body))).toBe('MALFORMED_FRAME')
  })

  test('[FB13] what a client says about its contract changes nothing for a server', () => {
    const names = createNameTable(['move'], true)
    const server = createServerCodec(names)
    const event: Message = { kind: 'event', type: 'move' }
    const numbered = server.encode(event)
    const welcomes = EVERY_KIND.filter((message) => message.kind === 'welcome')
    expect(welcomes).not.toEqual([])
    for (const welcome of welcomes) {
      const bytes = codec.encode({ ...welcome, compact: false })
      expect(codeOf(() => server.decode(bytes))).toBe('MALFORMED_FRAME')
    }
    expect(server.decode(numbered)).toEqual([event])
    expect(server.encode(event)).toEqual(numbered)
  })

  const HEX: [string, string, Message][] = [
    ['received', '07 c0 01', { kind: 'received', count: 192 }],
    ['ping', '05 3ff8000000000000 03', { kind: 'ping', at: 1.5, received: 3 }],
    ['event', '83 04 6d6f7665 88 01 02 6478 01', { kind: 'event', type: 'move', payload: { dx: 1 } }],
    ['volatile event without payload', '43 04 77617665', { kind: 'event', type: 'wave', volatile: true }],
    [
      'event of a room, asking',
      '33 03 627579 01 01 72 07',
      { kind: 'event', type: 'buy', room: 'r', ackId: 7 },
    ],
    ['ack', '64 07 09 80', { kind: 'ack', ackId: 7, version: 9, data: null }],
    [
      'refusal',
      '14 07 07 52454655534544 02 6e6f',
      { kind: 'ack', ackId: 7, error: { code: 'REFUSED', message: 'no' } },
    ],
    ['leave', '00 07 88 01 04 726f6f6d a1 72 1e040d39', { kind: 'leave', room: 'r' }],
  ]
  test.each(HEX)('[FB6] %s: %s', (_name, hex, message) => {
    expect(toHex(codec.encode(message))).toBe(hex.replaceAll(' ', ''))
    expect(codec.decode(fromHex(hex))).toEqual([message])
  })

  test('[FB1] one body is a frame as it is; several stand behind a table of their lengths', () => {
    const one = codec.encode({ kind: 'received', count: 1 })
    expect(codec.pack([one])).toEqual([one])
    expect(codec.pack([])).toEqual([])
    expect(codec.pack([one, one, one]).map(toHex)).toEqual(['08030202070107010701'])
  })

  test('[FB1] all messages of a frame are read, in order', () => {
    const [frame, ...rest] = codec.pack(EVERY_KIND.map((message) => codec.encode(message)))
    expect(rest).toEqual([])
    expect(codec.decode(frame ?? new Uint8Array()).map((message) => message.kind)).toEqual(
      EVERY_KIND.map((message) => message.kind),
    )
  })

  test('[FB3] any payload comes back equal, bytes too', () => {
    const payload = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.constantFrom<unknown>(null, true, false, 'x', '', '\u2028\n"', 'é'),
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
        fc.integer(),
        fc.maxSafeInteger(),
        fc.string({ maxLength: 80 }),
        fc.uint8Array({ maxLength: 9 }),
        fc.array(tie('value'), { maxLength: 6 }),
        fc.array(fc.record({ x: fc.integer(), y: fc.boolean() }), { maxLength: 6 }),
        fc.array(
          fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
          { maxLength: 6 },
        ),
        fc.dictionary(fc.constantFrom('a', '', '0', 'é', 'constructors'), tie('value'), { maxKeys: 3 }),
      ),
    })).value
    fc.assert(
      fc.property(payload, (value) => {
        const event = { kind: 'event', type: 't', payload: value } as const
        const expected = [{ kind: 'event', type: 't', payload: structuredClone(value) }]
        expect(codec.decode(codec.encode(event))).toEqual(expected)
        expect(codec.decode(client.encode(event))).toEqual(expected)
        expect(client.decode(codec.encode(event))).toEqual(expected)
      }),
      { seed: 8, numRuns: 2000 },
    )
  })

  test('[FB9] a client writes lists item by item, in form 0', () => {
    const event: Message = { kind: 'event', type: 't', payload: [3, 1, 2] }
    expect(toHex(client.encode(event))).toBe('830174870300030102')
    expect(codec.decode(client.encode(event))).toEqual([event])
  })

  test.each(EVERY_KIND.map((message) => [message.kind, message] as const))(
    '[FB2, FB5] a client reads a %s as any codec does, or refuses what no server says',
    (kind, message) => {
      const body = codec.encode(message)
      if (NOT_FROM_SERVERS.has(kind)) expect(codeOf(() => client.decode(body))).toBe('MALFORMED_FRAME')
      else expect(client.decode(body)).toEqual(codec.decode(body))
    },
  )

  test('−0 arrives as 0, as JSON would have it', () => {
    const [message] = codec.decode(codec.encode({ kind: 'event', type: 't', payload: [-0, -0, -0] }))
    expect(message).toEqual({ kind: 'event', type: 't', payload: [0, 0, 0] })
  })
})

describe('malformed frames', () => {
  test.each([[['r']], [['r', -1]], [['r', 1, 'x']], [['r', 1, 2, 3]], ['r'], [[1, 1]]])(
    '[FB2] [RM14] a hello that says %j of a room is malformed',
    (held) => {
      const codec = createWireCodec()
      const session = { id: 'a', token: 'b', received: 0, versions: [held] }
      // What a foreign client may send.
      const hello = { kind: 'hello', version: 3, session } as unknown as Message
      expect(codeOf(() => codec.decode(codec.encode(hello)))).toBe('MALFORMED_FRAME')
    },
  )

  test.each([
    ['empty', ''],
    ['of an unknown opcode', '0f'],
    ['general, of an unknown kind', checked('00 7f 88 00')],
    ['general, whose fields are no object', checked('00 07 01')],
    ['a leave without a room', checked('00 07 88 00')],
    ['cut in a number', '07 80'],
    ['a number written longer than it needs', '07 80 00'],
    ['a number above 2^53 − 1', '07 ff ff ff ff ff ff ff 7f'],
    ['cut in a text', '83 04 6d6f'],
    ['an event with an impossible scope', '23 01 74 00'],
    ['an event with the scope of another world', '23 01 74 04'],
    ['a time that is no number', '05 7ff8000000000000 00'],
    ['a flag that nobody defined', '17 01'],
    ['text that is no UTF-8', '83 01 ff 80'],
    ['an unknown value', '83 01 74 8f'],
    ['an unknown divisor', '83 01 74 9f 02'],
    ['an infinite double', '83 01 74 84 7ff0000000000000'],
    ['a key that reaches the prototype', '83 01 74 88 01 09 5f5f70726f746f5f5f 01'],
    ['a list longer than the frame', '83 01 74 87 ff ff 03 00 01'],
    ['an object longer than the frame', '83 01 74 88 ff ff 03'],
    ['a shape without keys', '83 01 74 87 02 06 00'],
    ['steps that start from nothing', '83 01 74 87 02 20 00 00'],
    ['a width of 53 bits', '83 01 74 87 02 10 00 35'],
    ['padding bits that are set', '83 01 74 87 02 03 ff'],
    ['a body that goes on', '07 05 07'],
    ['a bundle of one', '08 01 07 05'],
    ['a bundle with half a body', '08 02 02 07 05 07'],
    ['a bundle shorter than its table', '08 02 09 07 05'],
    ['a bundle of too many', `08 ${'81 20'} ${'00'.repeat(MAX_MESSAGES_PER_FRAME)}`],
  ])('[FB5] a frame that is %s is refused', (_name, hex) => {
    expect(codeOf(() => createWireCodec().decode(fromHex(hex)))).toBe('MALFORMED_FRAME')
  })

  test('[FB4] nesting is bounded', () => {
    const deep = `83 01 74 ${'87 01 '.repeat(200)} 01`
    expect(codeOf(() => codec.decode(fromHex(deep)))).toBe('MALFORMED_FRAME')
  })

  /** By its name, a value of that many lists or objects inside each other, in every form that such travel in. */
  const NESTED: [string, (inner: unknown) => unknown][] = [
    ['lists of one', (inner) => [inner]],
    ['lists of two', (inner) => [0, inner]],
    ['equal lists', (inner) => [inner, inner]],
    ['objects', (inner) => ({ k: inner })],
    ['objects of one shape', (inner) => ({ k: inner, n: 1 })],
  ]
  test.each(NESTED)(
    '[FB4] what one end can write of nested %s, the other reads and writes again',
    (_name, nest) => {
      let refused = 0
      for (const isRow of [false, true]) {
        let value: unknown = 0
        for (let levels = 1; levels <= MAX_DEPTH + 4; levels++) {
          // Shared, not copied: its bytes would double with each level.
          value = _name === 'equal lists' && levels > 8 ? [value] : nest(value)
          const payload = isRow ? [{ a: value }, { a: 0 }] : value
          for (const writer of [codec, client]) {
            const bytes = bytesOf(() => writer.encode({ kind: 'event', type: 't', payload }))
            if (bytes === null) refused++
            else {
              const [event] = createServerCodec().decode(bytes)
              expect(event).toMatchObject({ payload })
              expect(bytesOf(() => codec.encode({ kind: 'event', type: 't', payload }))).not.toBeNull()
            }
            if (levels < MAX_DEPTH - 2) expect(bytes).not.toBeNull()
          }
        }
      }
      expect(refused).toBeGreaterThan(0)
    },
  )

  test('[FB4] what can be read can be written again, to the last level', () => {
    const outcomes = [MAX_DEPTH, MAX_DEPTH + 1, MAX_DEPTH + 2].map((levels) => {
      const deep = fromHex(`83 01 74 ${'87 01 '.repeat(levels - 1)} 87 00`)
      const code = codeOf(() => codec.decode(deep))
      if (code === 'no error')
        for (const message of codec.decode(deep)) expect(codec.encode(message)).toEqual(deep)
      return code
    })
    expect(outcomes).toEqual(['no error', 'no error', 'MALFORMED_FRAME'])
  })

  test('[FB3] bytes in a payload are a plain array of their own, not a window on the frame', () => {
    const payload = { bytes: Uint8Array.of(1, 2, 3), beside: 'x'.repeat(100) }
    // What a socket of Node hands over: its `slice` copies nothing.
    const frame = Buffer.from(codec.encode({ kind: 'event', type: 't', payload }))
    const [event] = codec.decode(frame)
    const { bytes } = (event as { payload: typeof payload }).payload
    expect(bytes).toEqual(payload.bytes)
    expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype)
    expect(bytes.buffer.byteLength).toBe(3)
  })

  /** In few bytes a list of that many times the same. */
  const many = (item: unknown, count: number): Uint8Array =>
    codec.encode({ kind: 'event', type: 't', payload: Array.from({ length: count }, () => item) })
  test.each<[string, unknown]>([
    ['nothing', null],
    ['one number', 7],
    ['a long text', 'x'.repeat(500)],
    ['objects in objects', { a: { b: { c: { d: null } } } }],
    ['objects with long keys', { ['k'.repeat(900)]: true }],
  ])('[LM7] a frame that says %s many times is refused before it is made', (_name, item) => {
    const bytes = many(item, 20_000)
    expect(bytes.length).toBeLessThan(4000)
    expect(codeOf(() => createServerCodec().decode(bytes))).toBe('PAYLOAD_TOO_LARGE')
  })

  test('[LM7] what our clients write is always within, and costs its bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 10 }), fc.nat(30), (items, repeat) => {
        const payload = items.flatMap((item) => Array.from({ length: repeat }, () => item))
        const bytes = client.encode({ kind: 'event', type: 't', payload })
        const cost = { bytes: bytes.length }
        expect(createServerCodec().decode(bytes, cost)).toHaveLength(1)
        expect(cost.bytes).toBe(bytes.length)
      }),
      { seed: 5, numRuns: 100 },
    )
  })

  test('[LM7] what a column says of many rows is within the budget too, and counts', () => {
    const bytes = many(null, 60)
    const cost = { bytes: bytes.length }
    createServerCodec().decode(bytes, cost)
    expect(cost.bytes).toBe(bytes.length + (60 - bytes.length) * 16)
  })

  test('[FB7] columns that say one thing of many rows are bounded together', () => {
    // Each list: "2^19 rows, all of them 0", in seven bytes.
    const list = '87 80 80 20 01 00'
    const lists = (count: number): string =>
      `83 01 74 87 ${count.toString(16).padStart(2, '0')} 00 ${`${list} `.repeat(count)}`
    expect(codeOf(() => codec.decode(fromHex(lists(2))))).toBe('PAYLOAD_TOO_LARGE')
    expect(codeOf(() => codec.decode(fromHex(lists(120))))).toBe('PAYLOAD_TOO_LARGE')
  })

  test('[FB5] random and damaged bytes give messages or a typed error, nothing else', () => {
    const whole = codec.pack(EVERY_KIND.map((message) => codec.encode(message)))[0] ?? new Uint8Array()
    const damaged = fc
      .record({
        at: fc.nat(whole.length - 1),
        bit: fc.nat(7),
        cut: fc.nat(whole.length),
        isProven: fc.boolean(),
      })
      .map(({ at, bit, cut, isProven }) => {
        const copy = whole.slice(0, cut)
        if (at < copy.length) copy[at] = (copy[at] ?? 0) ^ (1 << bit)
        return isProven ? proveFrame(copy) : copy
      })
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 60 }), damaged), (frame) => {
        const code = codeOf(() => createWireCodec().decode(frame))
        expect(['no error', 'MALFORMED_FRAME', 'PAYLOAD_TOO_LARGE']).toContain(code)
      }),
      { seed: 12, numRuns: 10_000 },
    )
  })
})

test('[FB12] a wrong byte in what a session and its rooms are made of is malformed, whichever it is', () => {
  const proving = EVERY_KIND.filter(({ kind }) => kind !== 'presences')
  const bodies = proving.map((message) => codec.encode(message)).filter(([opcode]) => opcode === 0)
  expect(bodies.length).toBeGreaterThan(12)
  bodies.push(
    createViewEncoder(7).snapshot({
      kind: 'snapshot',
      room: 'arena',
      version: 3,
      tick: 9,
      state: { a: [1, 2] },
    }),
  )
  for (const body of bodies) {
    expect(codeOf(() => createWireCodec().decode(body))).toBe('no error')
    for (let at = 0; at < body.length; at++) {
      const damaged = body.slice()
      damaged[at] = (damaged[at] ?? 0) ^ (1 + ((at * 37) % 255))
      expect(
        codeOf(() => createWireCodec().decode(damaged)),
        `${toHex(body)}, byte ${at}`,
      ).toBe('MALFORMED_FRAME')
    }
  }
})

test('[FB2] a list that may have lost the name of its room is malformed, and taken for no other', () => {
  const presences = { kind: 'presences', full: false, set: [], gone: [] } as const
  expect(client.decode(codec.encode(presences))).toEqual([presences])
  const other = { ...presences, roon: 'r' }
  expect(codeOf(() => client.decode(codec.encode(other)))).toBe('MALFORMED_FRAME')
})

test('[FB5, FB12] a message that only its first byte makes a damaged delta is malformed, and not passed over', () => {
  const views = createViewDecoder()
  const reader = createClientCodec(views, createNameTable([]))
  const view = createViewEncoder(0)
  reader.decode(view.snapshot({ kind: 'snapshot', room: 'r', version: 0, tick: 0, state: {} }))
  const left = codec.encode({ kind: 'left', room: 'r', reason: 'kicked' })
  left[0] = 1
  expect(codeOf(() => reader.decode(left))).toBe('MALFORMED_FRAME')
})

test('[FB3] what has a toJSON travels as that says: a Date as its text', () => {
  const [message] = codec.decode(
    codec.encode({ kind: 'event', type: 't', payload: [new Date(0), new Date(1)] }),
  )
  expect(message).toMatchObject({ payload: ['1970-01-01T00:00:00.000Z', '1970-01-01T00:00:00.001Z'] })
})

test('a payload that cannot travel is refused at the sender, and the next message is whole', () => {
  const bad: unknown[] = [1n, () => 1, Number.NaN, Symbol('s')]
  for (const payload of bad) {
    expect(codeOf(() => codec.encode({ kind: 'event', type: 't', payload: { deep: [payload] } }))).toBe(
      'INVALID_PAYLOAD',
    )
  }
  expect(toHex(codec.encode({ kind: 'received', count: 1 }))).toBe('0701')
})

test.each(['constructor', 'prototype', 'k'.repeat(1025)])(
  '[FB3] a key that receivers would refuse is refused at the sender: %s',
  (key) => {
    const event = { kind: 'event', type: 'scores', payload: { [key]: 1 } } as const
    expect(codeOf(() => codec.encode(event))).toBe('INVALID_PAYLOAD')
  },
)
