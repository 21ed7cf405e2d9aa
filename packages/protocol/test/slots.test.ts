import {
  compileSync,
  createSlots,
  createTracker,
  createViewEncoder,
  PPError,
  type Json,
  type ViewSlots,
} from '@painda/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { packBodies } from '../src/wire/bundle.js'

type Fields = Record<string, unknown>

/** A room's state and slots that read its frames. */
function createLine(state: Json, map: string, fields: readonly string[], quantize?: number) {
  const sync = compileSync(quantize === undefined ? {} : { [`${map}.*.x`]: { quantize } })
  const tracker = createTracker<Fields>(state as unknown as Fields, { sync })
  const view = createViewEncoder(3, sync.patterns)
  const slots = createSlots({ room: 'r', map, fields })
  let version = 0
  const snapshot = (): Uint8Array =>
    view.snapshot({
      kind: 'snapshot',
      room: 'r',
      version,
      tick: version,
      state: sync.snapshotOf(tracker.state),
    })
  slots.read(snapshot())
  return {
    slots,
    draft: () => tracker.draft,
    snapshot,
    /** The bytes of what was written. */
    commit(): Uint8Array | null {
      const bytes = view.commit(tracker, { from: version, to: version + 1, tick: version + 1 })
      if (bytes !== null) version++
      return bytes
    },
    expectSame(): void {
      let entities: unknown = sync.snapshotOf(tracker.state)
      for (const key of map === '' ? [] : map.split('.'))
        entities = isFields(entities) ? entities[key] : undefined
      const expected = new Map<string, number[]>()
      for (const [id, entity] of Object.entries(isFields(entities) ? entities : {}))
        if (isFields(entity))
          expected.set(
            id,
            fields.map((field) => {
              const value = Object.hasOwn(entity, field) ? entity[field] : undefined
              return typeof value === 'number' ? value : Number.NaN
            }),
          )
      expect(held(slots, fields)).toEqual(expected)
    },
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function held(slots: ViewSlots, fields: readonly string[]): Map<string, number[]> {
  const found = new Map<string, number[]>()
  for (let handle = 0; handle < slots.size; handle++) {
    const id = slots.idOf(handle)
    if (id === undefined) continue
    expect(slots.handleOf(id)).toBe(handle)
    found.set(
      id,
      fields.map((field) => slots.column(field)[handle] ?? 0),
    )
  }
  return found
}

test('slots hold the numbers of the declared fields, and an entity keeps its handle while it is there', () => {
  const line = createLine({ players: { ann: { x: 1.5, y: 2, name: 'Ann' } }, round: 1 }, 'players', [
    'x',
    'y',
  ])
  const { slots } = line
  const ann = slots.handleOf('ann')
  expect([slots.column('x')[ann], slots.column('y')[ann]]).toEqual([1.5, 2])

  const { players } = line.draft() as { players: Record<string, Fields> }
  for (let i = 0; i < 200; i++) players[`p${i}`] = { x: i, y: -i }
  players['ann'] = { x: 7, name: 'Ann' }
  slots.read(line.commit() ?? new Uint8Array())
  expect(slots.handleOf('ann')).toBe(ann)
  expect([slots.column('x')[ann], slots.column('y')[ann]]).toEqual([7, Number.NaN])
  expect(slots.column('y')[slots.handleOf('p199')]).toBe(-199)
  expect([slots.version, slots.tick, slots.isLost]).toEqual([1, 1, false])

  delete players['ann']
  slots.read(line.commit() ?? new Uint8Array())
  expect([slots.handleOf('ann'), slots.idOf(ann), slots.column('x')[ann]]).toEqual([
    -1,
    undefined,
    Number.NaN,
  ])
  players['eve'] = { x: 1, y: 1 }
  slots.read(line.commit() ?? new Uint8Array())
  expect(slots.handleOf('eve')).toBe(ann)
  line.expectSame()
})

const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'toString', '__pp_value')
const value = fc.oneof(
  fc.integer({ min: -50, max: 50 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom<Json>(null, 'text', true, [1], { x: 1 }, { __pp_deleted: true }),
)
const entity = fc.dictionary(fc.constantFrom('x', 'y', 'z', 'id'), value, { noNullPrototype: true })
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(fc.constant('field' as const), id, fc.constantFrom('x', 'y', 'z'), value),
  },
  fc.tuple(fc.constant('entity' as const), id, fc.constant(''), fc.oneof(entity, value)),
  fc.tuple(fc.constant('drop' as const), id, fc.constant(''), fc.constant<Json>(null)),
  fc.tuple(
    fc.constant('map' as const),
    id,
    fc.constant(''),
    fc.oneof(fc.dictionary(id, entity, { noNullPrototype: true }), value),
  ),
  fc.tuple(fc.constant('other' as const), id, fc.constant(''), value),
)

test('after any program the slots hold what the state holds, new, replaced and lost entities and maps included', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('players', 'world.players', ''),
      fc.dictionary(id, entity, { noNullPrototype: true, maxKeys: 10 }),
      fc.array(fc.array(step, { maxLength: 12 }), { maxLength: 8 }),
      fc.boolean(),
      (map, entities, ticks, isRounded) => {
        const keys = map === '' ? [] : map.split('.')
        const state = keys.reduceRight<Json>((below, key) => ({ [key]: below, other: {} }), entities)
        const line = createLine(state, map, ['x', 'y'], isRounded ? 0.25 : undefined)
        line.expectSame()
        for (const tick of ticks) {
          for (const [kind, name, field, content] of tick)
            write(line.draft(), keys, kind, name, field, content)
          const bytes = line.commit()
          if (bytes !== null) line.slots.read(bytes)
          line.expectSame()
        }
      },
    ),
    { numRuns: 250, seed: Number(process.env['PP_SEED'] ?? 5) },
  )
})

function write(root: Fields, keys: string[], kind: string, name: string, field: string, content: Json): void {
  const last = keys[keys.length - 1]
  let holder: unknown = root
  for (const key of keys.slice(0, -1)) holder = (holder as Fields)[key]
  if (kind === 'other') root[`other ${name}`] = content
  if (kind === 'map' && last !== undefined && isFields(holder)) holder[last] = content
  const map = last === undefined ? root : isFields(holder) ? holder[last] : undefined
  if (!isFields(map)) return
  const found = Object.hasOwn(map, name) ? map[name] : undefined
  if (kind === 'entity') map[name] = content
  if (kind === 'drop') delete map[name]
  if (kind === 'field' && isFields(found)) found[field] = content
}

test('a lost frame stops the slots until a snapshot; other rooms and other messages leave them alone', () => {
  const line = createLine({ players: { ann: { x: 1 } } }, 'players', ['x'])
  const { slots } = line
  const { players } = line.draft() as { players: { ann: { x: number } } }
  players.ann.x = 2
  line.commit()
  players.ann.x = 3
  slots.read(line.commit() ?? new Uint8Array())
  expect([slots.isLost, slots.column('x')[0]]).toEqual([true, 1])

  const other = createViewEncoder(4).snapshot({
    kind: 'snapshot',
    room: 'other',
    version: 9,
    tick: 9,
    state: { players: { bob: { x: 5 } } },
  })
  const [frame = new Uint8Array()] = packBodies([other, line.snapshot()])
  slots.read(frame)
  expect([slots.isLost, slots.version, slots.column('x')[0], slots.handleOf('bob')]).toEqual([
    false,
    2,
    3,
    -1,
  ])

  players.ann.x = 4
  const bytes = line.commit() ?? new Uint8Array()
  slots.read(bytes.subarray(0, bytes.length - 1))
  expect(slots.isLost).toBe(true)
})

test('a switch of views goes on from the numbers that are held, handles included', () => {
  const slots = createSlots({ room: 'r', map: 'players', fields: ['x'] })
  const at = { kind: 'snapshot', room: 'r', tick: 1 } as const
  const state = { players: { ann: { x: 1 }, bob: { x: 2 } } }
  slots.read(createViewEncoder(1).snapshot({ ...at, version: 1, state }))
  const bob = slots.handleOf('bob')
  const next = { players: { bob: { x: 5 }, cat: { x: 6 } } }
  slots.read(
    createViewEncoder(2).snapshot({ ...at, version: 4, state: next }, { channel: 1, version: 1, state }),
  )
  expect(held(slots, ['x'])).toEqual(
    new Map([
      ['bob', [5]],
      ['cat', [6]],
    ]),
  )
  expect([slots.handleOf('bob'), slots.version, slots.isLost]).toEqual([bob, 4, false])
  slots.read(
    createViewEncoder(3).snapshot({ ...at, version: 9, state }, { channel: 2, version: 3, state: next }),
  )
  expect([slots.isLost, slots.column('x')[bob]]).toEqual([true, 5])
})

test('whatever bytes come, slots read them or throw a typed error', () => {
  const line = createLine({ players: { ann: { x: 1 }, bob: { x: 2 } } }, 'players', ['x'])
  const { players } = line.draft() as { players: { ann: { x: number }; bob: { x: number } } }
  players.ann.x = 2.5
  players.bob.x = 9
  const frames = [line.snapshot(), line.commit() ?? new Uint8Array()]
  fc.assert(
    fc.property(fc.nat(1), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }), (which, flips) => {
      const frame = (frames[which] ?? new Uint8Array()).slice()
      for (const [at, byte] of flips) frame[at % frame.length] = byte
      const slots = createSlots({ room: 'r', map: 'players', fields: ['x'] })
      try {
        slots.read(frames[0] ?? frame)
        slots.read(frame)
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(PPError)
      }
    }),
    { numRuns: 2000, seed: 6 },
  )
  expect('polluted' in {}).toBe(false)
})

test('slots without a field, or with one twice, are refused, and so is a column that was not asked for', () => {
  const refused = expect.objectContaining({ code: 'INVALID_ARGUMENT' })
  expect(() => createSlots({ room: 'r', map: 'players', fields: [] })).toThrow(refused)
  expect(() => createSlots({ room: 'r', map: 'players', fields: ['x', 'x'] })).toThrow(refused)
  expect(() => createSlots({ room: 'r', map: 'players', fields: ['x'] }).column('y')).toThrow(refused)
})
