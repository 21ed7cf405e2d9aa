// From drafts to bytes to a replica: the short way over columns and the long way over a delta lead to the same state.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  compileSync,
  createTracker,
  createViewEncoder,
  createWireCodec,
  deepEqual,
  packDelta,
  patchImmutable,
  unpackDelta,
  type StateDelta,
  type SyncTable,
} from '../src/index.js'
import { commits, runPart, state, type Draft, type Statements } from './delta-program.js'
import { freeze, json, overTheWire } from './delta-values.js'

const seed = Number(process.env['PP_SEED'])

/** A server's side and a client's, of a view that goes the short way or the long one. */
function createLine(initial: unknown, isShort: boolean, table: SyncTable = {}) {
  const sync = compileSync(table)
  const tracker = createTracker(initial, { sync })
  const view = createViewEncoder(2, sync.patterns)
  const codec = createWireCodec()
  let version = 0
  const snapshot = view.snapshot({
    kind: 'snapshot',
    room: 'r',
    version,
    tick: 0,
    state: sync.snapshotOf(tracker.state),
  })
  const [first] = codec.decode(snapshot)
  let replica = first?.kind === 'snapshot' ? freeze(first.state) : undefined
  const sizes: number[] = []

  function bytesOf(): Uint8Array | null {
    const at = { from: version, to: version + 1, tick: version + 1 }
    if (isShort) return view.commit(tracker, at)
    const delta = tracker.commit()
    return delta === undefined ? null : view.delta({ kind: 'delta', room: 'r', ...at, delta }, tracker.pastOf)
  }

  return {
    tracker,
    sizes,
    replica: () => replica,
    expected: () => sync.snapshotOf(tracker.state),
    commit(): StateDelta | null {
      const bytes = bytesOf()
      sizes.push(bytes?.length ?? 0)
      if (bytes === null) return null
      version++
      const [message] = codec.decode(bytes)
      if (message?.kind !== 'delta') throw new Error('no delta')
      replica = freeze(message.state)
      return message
    },
  }
}

/** What programs on the drafts of a line lead to: each message, with the replica before it and after. */
function* messagesOf(initial: unknown, programs: readonly Statements[]) {
  const line = createLine(overTheWire(initial), true)
  const held: Draft[] = []
  for (const statements of programs) {
    runPart(line.tracker.draft as Draft, held, statements)
    const before = line.replica()
    const message = line.commit()
    if (message !== null) yield { message, before, after: line.replica() }
  }
}

for (const isShort of [true, false]) {
  const way = isShort ? 'the short way' : 'over a delta'
  test(`[WB6] whatever a program does to drafts, the replica has the same state, ${way}`, () => {
    fc.assert(
      fc.property(state, commits, (initial, programs) => {
        const line = createLine(overTheWire(initial), isShort)
        const held: Draft[] = []
        for (const statements of programs) {
          runPart(line.tracker.draft as Draft, held, statements)
          const before = overTheWire(line.replica())
          const message = line.commit()
          expect(deepEqual(line.replica(), line.expected())).toBe(true)
          expect(message === null).toBe(deepEqual(before, line.expected()))
        }
      }),
      { seed, numRuns: 250 },
    )
  })

  test(`[WB7] numbers leave rounded by contract, and what moves less than a step is no change, ${way}`, () => {
    const table = { 'map.*': { quantize: 0.01 }, a: { quantize: 1 / 4 }, 'list.*': { quantize: 5 } }
    fc.assert(
      fc.property(state, commits, (initial, programs) => {
        const line = createLine(overTheWire(initial), isShort, table)
        const held: Draft[] = []
        for (const statements of programs) {
          runPart(line.tracker.draft as Draft, held, statements)
          line.commit()
          expect(deepEqual(line.replica(), line.expected())).toBe(true)
        }
      }),
      { seed, numRuns: 150 },
    )
    const line = createLine({ a: { x: 1 }, map: { p: 7 } }, isShort, table)
    const draft = line.tracker.draft as { a: { x: number }; map: { p: number } }
    draft.a.x = 1.1
    draft.map.p = 7.004
    expect(line.commit()).toBeNull()
    draft.a.x = 1.13
    draft.map.p = 7.0061
    line.commit()
    expect(line.replica()).toEqual({ a: { x: 1.25 }, map: { p: 7.01 } })
    expect(line.tracker.state).toEqual({ a: { x: 1.13 }, map: { p: 7.0061 } })
  })
}

test('[WB8] the documented form of a delta is made when it is asked for, and leads to the same state', () => {
  fc.assert(
    fc.property(state, commits, (initial, programs) => {
      for (const { message, before, after } of messagesOf(initial, programs))
        expect(deepEqual(patchImmutable(before, message.delta), after)).toBe(true)
    }),
    { seed, numRuns: 150 },
  )
})

test('packed into little room, a delta unpacks to one that leads to the same state', () => {
  let packedOnes = 0
  const check = (before: unknown, message: StateDelta): void => {
    const packed = packDelta(message)
    if (packed === undefined) return
    packedOnes++
    const delta = overTheWire(unpackDelta(packed))
    expect(deepEqual(patchImmutable(before, delta), message.state)).toBe(true)
  }
  fc.assert(
    fc.property(state, commits, (initial, programs) => {
      for (const { message, before } of messagesOf(initial, programs)) check(before, message)
    }),
    { seed, numRuns: 250 },
  )
  fc.assert(
    fc.property(fc.array(json, { minLength: 2, maxLength: 6 }), (values) => {
      const line = createLine({ at: overTheWire(values[0] ?? null) }, true)
      for (const value of values) {
        const before = line.replica()
        const draft = line.tracker.draft as { at: unknown; beside?: unknown }
        draft.at = overTheWire(value)
        const message = line.commit()
        if (message !== null) check(before, message)
      }
    }),
    { seed, numRuns: 250 },
  )
  expect(packedOnes).toBeGreaterThan(100)
})

test('a delta is not packed where it came without places, or where one is an item of a list', () => {
  const line = createLine({ rows: [{ n: 1 }, { n: 2 }], map: { a: { n: 1 } } }, true)
  const draft = line.tracker.draft as { rows: { n: number }[]; map: { a: { n: number } } }
  draft.map.a.n = 5
  const inMap = line.commit()
  expect(inMap && unpackDelta(packDelta(inMap) ?? { places: [], columns: [] })).toEqual({
    map: { a: { n: 5 } },
  })
  for (const row of draft.rows) row.n = 7
  const inList = line.commit()
  expect(inList && packDelta(inList)).toBeUndefined()
  expect(packDelta({ kind: 'delta', room: 'r', from: 1, to: 2, tick: 2, delta: { a: 1 } })).toBeUndefined()
})

test('[WB8] asked for late, after later messages were applied, it says what that one message changed', () => {
  fc.assert(
    fc.property(state, commits, (initial, programs) => {
      for (const { message, before, after } of [...messagesOf(initial, programs)].reverse())
        expect(deepEqual(patchImmutable(before, message.delta), after)).toBe(true)
    }),
    { seed, numRuns: 100 },
  )
})

const field = fc.constantFrom(...'abcdefghij')
const write = fc.tuple(
  fc.nat(5),
  field,
  fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: -40, max: 40 }).map((n) => n / 8) },
    { weight: 1, arbitrary: fc.constantFrom('text', null, 'gone', 'moved', 'entity') },
  ),
)

for (const isShort of [true, false]) {
  test(`[WB6] numbers written in any order and company, tick after tick, arrive as they are, ${isShort ? 'the short way' : 'over a delta'}`, () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(write, { maxLength: 20 }), { minLength: 2, maxLength: 8 }),
        fc.boolean(),
        (ticks, isRounded) => {
          const entity = () => ({ a: 0, b: 1, c: 2, d: 3, e: 4, f: 5, g: 6, h: 7, i: 8, j: 9 })
          const map = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`e${i}`, entity()]))
          const list = Array.from({ length: 3 }, entity)
          const table: SyncTable = isRounded
            ? { 'map.*.a': { quantize: 0.5 }, 'list.*': { quantize: 2 } }
            : {}
          const line = createLine({ map, list }, isShort, table)
          type Entity = Record<string, unknown>
          for (const writes of ticks) {
            const draft = line.tracker.draft as { map: Record<string, Entity>; list: Entity[] }
            for (const [n, name, value] of writes) {
              const at = n < 3 ? draft.list[n] : draft.map[`e${n}`]
              if (at === undefined) continue
              if (value === 'gone') delete at[name]
              else if (value === 'moved') {
                const { [`e${n}`]: moved } = draft.map
                delete draft.map[`e${n}`]
                if (moved !== undefined) draft.map[`e${n}`] = moved
              } else if (value === 'entity') draft.map[`e${n}`] = entity()
              else at[name] = value
            }
            line.commit()
            expect(line.replica()).toEqual(line.expected())
          }
        },
      ),
      { seed, numRuns: 150 },
    )
  })
}

for (const isShort of [true, false]) {
  test(`[WB6] a crowd in which each moves in a way of its own arrives as it is, ${isShort ? 'the short way' : 'over a delta'}`, () => {
    type Body = { x: number; y: number; z: number; name: string }
    const table: SyncTable = { 'map.*.x': { quantize: 1 }, 'list.*.x': { quantize: 1 } }
    const body = (_: unknown, i: number): Body => ({ x: i, y: 0, z: 0, name: `n${i}` })
    const bodies = Array.from({ length: 60 }, body)
    const map = Object.fromEntries(bodies.map((one) => [one.name, one]))
    // By row, a letter for each field that is written, in that order: a step of `x` is rounded away, one of `X` is not.
    const ways = ['xy', 'Xy', 'y', 'yX', 'z', 'Xyz', 'n', 'ny', '', 'X']
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.constantFrom(...ways), { minLength: 60, maxLength: 60 }), { maxLength: 6 }),
        fc.array(fc.constantFrom(...ways.slice(0, 4)), { minLength: 2, maxLength: 4 }),
        (mixed, alike) => {
          const line = createLine(overTheWire({ map, list: bodies }), isShort, table)
          // Ticks in which a few ways take turns, and ticks in which everybody goes one way but some.
          const turns = alike.map((way, tick) => bodies.map((_, i) => (i % 9 === tick ? 'y' : way)))
          for (const tick of [...turns, ...mixed, ...turns]) {
            const draft = line.tracker.draft as { map: Record<string, Body>; list: Body[] }
            for (const [i, way] of tick.entries())
              for (const one of [draft.map[`n${i}`], draft.list[i]]) if (one !== undefined) move(one, way)
            line.commit()
            expect(deepEqual(line.replica(), line.expected())).toBe(true)
          }
        },
      ),
      { seed, numRuns: 60 },
    )

    function move(one: Body, way: string): void {
      for (const letter of way) {
        if (letter === 'x') one.x += 1 / 64
        else if (letter === 'X') one.x += 2
        else if (letter === 'y') one.y += 0.5
        else if (letter === 'z') one.z -= 3
        else one.name += '.'
      }
    }
  })
}

test('[WB6] numbers of a grid arrive as the grid has them, coarse, huge and beside other values too', () => {
  type Body = { x: number; y: number; z: number }
  const table: SyncTable = {
    'map.*.x': { quantize: 1 / 16 },
    'map.*.y': { quantize: 0.01 },
    'map.*.z': { quantize: 3 },
  }
  const names = Array.from({ length: 30 }, (_, i) => `n${i}`)
  const value = fc.oneof(
    { weight: 12, arbitrary: fc.double({ min: -2000, max: 2000, noNaN: true }) },
    { weight: 4, arbitrary: fc.integer({ min: -40, max: 40 }) },
    // Rounded to nothing from either side, and numbers that a grid can no longer tell apart, or that have no room on it.
    {
      weight: 1,
      arbitrary: fc.constantFrom(-0.001, 0.001, -0.04, 2 ** 45 + 0.5, -(2 ** 46), 2 ** 52, -1e300),
    },
  )
  const way = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom('fine') },
    { weight: 2, arbitrary: fc.constantFrom('coarse', 'some', 'text') },
  )
  fc.assert(
    fc.property(
      fc.array(fc.tuple(way, fc.array(value, { minLength: 7, maxLength: 7 })), {
        minLength: 3,
        maxLength: 8,
      }),
      (ticks) => {
        const map = Object.fromEntries(names.map((name) => [name, { x: 0, y: 0, z: 0 }]))
        const lines = [true, false].map((isShort) => createLine({ map }, isShort, table))
        for (const [how, values] of ticks) {
          for (const line of lines) {
            const draft = line.tracker.draft as { map: Record<string, Body> }
            for (const [i, name] of names.entries()) {
              const one = draft.map[name]
              if (one === undefined || (how === 'some' && i % 3 > 0)) continue
              const next = values[i % 7] ?? 0
              // All over a coarser divisor than the grid's.
              one.x = how === 'coarse' ? Math.round(next / 4) * 4 : next + i / 16
              one.y = how === 'coarse' ? Math.round(next) : next
              one.z = next
              if (how === 'text' && i === 4) Object.assign(one, { y: 'here' })
            }
            line.commit()
            expect(line.replica()).toEqual(line.expected())
          }
        }
      },
    ),
    { seed, numRuns: 60 },
  )
})

const deed = fc.tuple(
  fc.nat(7),
  fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom('x', 'y') },
    { weight: 5, arbitrary: fc.constantFrom('deep', 'more', 'whole', 'list', 'leave', 'return') },
    { weight: 2, arbitrary: fc.constantFrom('all', 'swap', 'null', 'few') },
  ),
  fc.integer({ min: 1, max: 90 }),
)

test('[WB6] a map that stands where there was none holds nothing of one that was known', () => {
  type Entities = Record<string, { x: number; y?: number }>
  const line = createLine({ m: { p: 1, q: 1, r: 1, s: 1 } }, true)
  const draft = line.tracker.draft as { m: unknown }
  const steps: ((map: Entities) => unknown)[] = [
    // Nothing of the one before stays, so it comes as one value and not record by record.
    () => (draft.m = Object.fromEntries([...'abcdefgh'].map((id) => [id, { x: 1, y: 1 }]))),
    // All move: now it is known.
    (map) => Object.values(map).map((one) => one.x++),
    (map) => (map['joined'] = { x: 1, y: 1 }),
    () => (draft.m = null),
    () => (draft.m = { a: { x: 5 } }),
  ]
  for (const step of steps) {
    step(draft.m as Entities)
    line.commit()
    expect(line.replica()).toEqual(line.expected())
  }
  expect(line.replica()).toEqual({ m: { a: { x: 5 } } })
})

test('[WB6] entities of a map that move, are replaced, leave and return arrive as they are, and so does the whole map', () => {
  type Entity = { x: number; y?: number; more?: number; at?: { z: number }; tags?: number[] }
  type Entities = Record<string, Entity>
  fc.assert(
    fc.property(
      fc.array(fc.array(deed, { minLength: 1, maxLength: 14 }), { minLength: 3, maxLength: 10 }),
      (ticks) => {
        const entity = (x: number): Entity => ({ x, y: 1, at: { z: 1 }, tags: [] })
        const map = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`e${i}`, entity(i)]))
        const line = createLine({ map, other: map }, true)
        for (const deeds of ticks) {
          const draft = line.tracker.draft as Record<'map' | 'other', Entities | null>
          for (const [n, what, value] of deeds) {
            const id = `e${n}`
            const entities = draft.map
            const one = entities?.[id]
            if (what === 'all') draft.map = { ...map, [id]: entity(value) }
            else if (what === 'few') draft.map = { [id]: { x: value } }
            else if (what === 'null') draft.map = null
            else if (what === 'swap') [draft.map, draft.other] = [draft.other, draft.map]
            else if (entities === null) continue
            else if (what === 'return' || what === 'whole') entities[id] = entity(value)
            else if (one === undefined) continue
            else if (what === 'leave') delete entities[id]
            else if (what === 'deep' && one.at !== undefined) one.at.z = value
            else if (what === 'more') one.more = value
            else if (what === 'list' && one.tags !== undefined) one.tags.push(value)
            else one[what === 'x' ? 'x' : 'y'] = value / 8
          }
          line.commit()
          expect(line.replica()).toEqual(line.expected())
        }
      },
    ),
    { seed, numRuns: 200 },
  )
})
