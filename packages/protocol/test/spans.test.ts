// What tools are told of the bytes: every bit of a frame belongs to exactly one field, whatever the codec writes.
import { createRandom, createViewEncoder, createWireCodec, diff } from '@painda/protocol'
import type { Json } from '@painda/protocol'
import { createSpanReader, joinFrame, splitFrame } from '@painda/protocol/spans'
import type { Span } from '@painda/protocol/spans'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EVERY_KIND } from './every-kind.js'

const named = (spans: readonly Span[]) =>
  spans.map(({ name, note }) => (note === '' ? name : `${name}: ${note}`))
const unreadable = (spans: readonly Span[]) => spans.filter(({ kind }) => kind === 'unknown')

/** From the first bit to the last, without a gap. */
function expectTiled(frame: Uint8Array, spans: readonly Span[]): void {
  let at = 0
  for (const { from, to } of spans) {
    expect(from).toBe(at)
    expect(to).toBeGreaterThan(from)
    at = to
  }
  expect(at).toBe(frame.length * 8)
}

const state = fc.dictionary(
  fc.constantFrom('a', 'b', 'players', 'floor', 'name'),
  fc.oneof(
    fc.dictionary(
      fc.constantFrom('p1', 'p2', 'p3', 'p4'),
      fc.record({
        x: fc.integer({ min: -99, max: 99 }),
        y: fc.double({ noNaN: true, min: 0, max: 9 }),
        on: fc.boolean(),
      }),
    ),
    fc.array(fc.oneof(fc.integer(), fc.string(), fc.boolean())),
    fc.string(),
    fc.integer(),
    fc.constant(null),
  ),
)

test('the fields of snapshots and deltas cover every bit once, and none is unreadable', () => {
  fc.assert(
    fc.property(fc.array(state, { minLength: 1, maxLength: 6 }), (states) => {
      const view = createViewEncoder(3)
      const codec = createWireCodec()
      const reader = createSpanReader()
      let before: Json | null = null
      for (const [version, next] of states.entries()) {
        const after = next as Json
        const delta: unknown = before === null ? undefined : diff(before, after)
        if (before !== null && delta === undefined) continue
        const head = { room: 'r', tick: version } as const
        const body =
          before === null
            ? view.snapshot({ kind: 'snapshot', ...head, version, state: after })
            : view.delta({ kind: 'delta', ...head, from: version - 1, to: version, delta }, () => undefined)
        const [frame = body] = codec.pack([codec.encode({ kind: 'ping', at: 1, received: 2 }), body])
        const spans = reader.read(frame)
        expectTiled(frame, spans)
        expect(unreadable(spans)).toEqual([])
        before = after
      }
    }),
  )
})

test('every kind of message has its fields', () => {
  const codec = createWireCodec()
  const reader = createSpanReader()
  for (const message of EVERY_KIND) {
    const [frame = new Uint8Array()] = codec.pack([codec.encode(message)])
    const spans = reader.read(frame)
    expectTiled(frame, spans)
    expect([message.kind, unreadable(spans)]).toEqual([message.kind, []])
    expect(spans.length).toBeGreaterThan(1)
  }
})

test('a message reads as opcode, type, room, ack id and payload', () => {
  const codec = createWireCodec()
  const body = codec.encode({ kind: 'event', type: 'buy', room: 'r1', ackId: 4, payload: { item: 'bomb' } })
  expect(named(createSpanReader().read(body))).toEqual([
    'opcode: message + ack id, room, payload',
    'type: buy',
    'scope: room',
    'room: r1',
    'ack id: 4',
    'payload',
  ])
})

test('a delta reads as its version, the group with its rows and keys, and a column per field', () => {
  const view = createViewEncoder(1, ['players.*'])
  const reader = createSpanReader()
  const of = (x: number, y: number) => ({
    players: Object.fromEntries(['p1', 'p2', 'p3', 'p4', 'p5', 'p6'].map((id, i) => [id, { x: x + i, y }])),
  })
  reader.learn(view.snapshot({ kind: 'snapshot', room: 'r', version: 1, tick: 1, state: of(1, 1) }))
  const step = (from: number, before: Json, after: Json) =>
    view.delta(
      { kind: 'delta', room: 'r', from, to: from + 1, tick: from + 1, delta: diff(before, after) },
      () => undefined,
    )
  const spans = reader.read(step(1, of(1, 1), of(2, 3)))
  expect(named(spans)[0]).toMatch(/^opcode: delta/)
  expect(named(spans)[1]).toBe('channel and version: channel 1, from …1')
  expect(named(spans)).toEqual(
    expect.arrayContaining(['rows: 6', 'keys: p1, p2, p3, p4, p5, p6', 'group: players.*:{x, y}']),
  )
  expect(spans.filter(({ kind }) => kind === 'value').map(({ name }) => name)).toEqual(['x', 'y'])
  // The second of its kind needs no news.
  const again = reader.read(step(2, of(2, 3), of(5, 7)))
  expect(again.some(({ kind }) => kind === 'news')).toBe(false)
})

test('a delta whose snapshot is not held says so, and its head is read all the same', () => {
  const view = createViewEncoder(1)
  view.snapshot({ kind: 'snapshot', room: 'r', version: 1, tick: 1, state: { a: 1 } })
  const frame = view.delta(
    { kind: 'delta', room: 'r', from: 1, to: 2, tick: 2, delta: { a: 2 } },
    () => undefined,
  )
  const spans = createSpanReader().read(frame)
  expectTiled(frame, spans)
  expect(spans[1]?.name).toBe('channel and version')
  expect(spans.at(-1)).toMatchObject({ kind: 'unknown', note: expect.stringContaining('no longer held') })
})

test('[FB12] a body that proves itself ends with its check, which says when it is wrong', () => {
  const body = createViewEncoder(1).snapshot({
    kind: 'snapshot',
    room: 'r',
    version: 1,
    tick: 1,
    state: { a: 1 },
  })
  expect(createSpanReader().read(body).at(-1)).toMatchObject({ name: 'check', kind: 'head', note: 'right' })
  const damaged = body.slice()
  damaged[3] = (damaged[3] ?? 0) ^ 1
  const spans = createSpanReader().read(damaged)
  expectTiled(damaged, spans)
  expect(spans.at(-1)).toMatchObject({
    name: 'check',
    kind: 'unknown',
    note: expect.stringContaining('wrong'),
  })
})

test('damaged frames are covered too, and nothing is thrown', () => {
  const random = createRandom(Number(process.env['PP_SEED']))
  const codec = createWireCodec()
  const frames = EVERY_KIND.map((message) => codec.encode(message))
  frames.push(...codec.pack(frames.slice(0, 4)))
  for (let round = 0; round < 2_000; round++) {
    const source = frames[Math.floor(random.next() * frames.length)] ?? new Uint8Array()
    const frame = source.slice(0, 1 + Math.floor(random.next() * source.length))
    frame[Math.floor(random.next() * frame.length)] = Math.floor(random.next() * 256)
    const reader = createSpanReader()
    reader.learn(frame)
    expectTiled(frame, reader.read(frame))
  }
  expect(createSpanReader().read(new Uint8Array())).toEqual([])
})

test('a frame is taken apart by kind, and what is left of it is a frame', () => {
  const codec = createWireCodec()
  const bodies = EVERY_KIND.map((message) => codec.encode(message))
  for (const [index, body] of bodies.entries())
    expect(splitFrame(body).map(({ kind }) => kind)).toEqual([EVERY_KIND[index]?.kind])
  const [frame = new Uint8Array()] = codec.pack(bodies)
  const parts = splitFrame(frame)
  expect(parts.map(({ kind }) => kind)).toEqual(EVERY_KIND.map(({ kind }) => kind))
  expect(joinFrame(parts)).toEqual(frame)
  const events = joinFrame(parts.filter(({ kind }) => kind === 'event')) ?? new Uint8Array()
  expect(codec.decode(events)).toMatchObject([{ kind: 'event', type: 'move' }])
  expect(joinFrame([])).toBeNull()
  expect(splitFrame(Uint8Array.of(15)).map(({ kind }) => kind)).toEqual([null])
})
