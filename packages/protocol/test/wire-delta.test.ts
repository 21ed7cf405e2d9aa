import {
  cloneJson,
  createRandom,
  createTracker,
  createViewEncoder,
  createWireCodec,
  deepEqual,
  diff,
  MAX_DEPTH,
  PPError,
} from '@painda/protocol'
import type { Json, Message, ViewEncoder } from '@painda/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

/** Two ends of one view: every version goes through bytes, and the replica must equal the state. */
function createLine(patterns: readonly string[] = []) {
  const view: ViewEncoder = createViewEncoder(3, patterns)
  const codec = createWireCodec()
  let version = 0
  let sent: Json = {}
  let replica: unknown
  const sizes: number[] = []
  return {
    sizes,
    view,
    snapshot(state: Json): number {
      const bytes = view.snapshot({ kind: 'snapshot', room: 'r', version, tick: version, state })
      sent = cloneJson(state)
      const [message] = codec.decode(bytes)
      if (message?.kind !== 'snapshot') throw new Error('no snapshot')
      replica = message.state
      expect(replica).toEqual(state)
      return bytes.length
    },
    step(state: Json): void {
      const delta = diff(sent, state)
      if (delta === undefined) return
      const before = pastsOf(sent, delta)
      version++
      const bytes = view.delta(
        { kind: 'delta', room: 'r', from: version - 1, to: version, tick: version, delta },
        (changes) => before.get(changes),
      )
      sizes.push(bytes.length)
      const [message] = codec.decode(bytes)
      if (message?.kind !== 'delta') throw new Error('no delta')
      replica = message.state
      if (!deepEqual(replica as Json, state)) expect(replica).toEqual(state)
      sent = cloneJson(state)
    },
    decode: (bytes: Uint8Array): Message[] => codec.decode(bytes),
  }
}

/** What the tracker would remember: the old fields of each changed object. */
function pastsOf(
  before: unknown,
  delta: unknown,
  into = new Map<object, Record<string, unknown>>(),
): Map<object, Record<string, unknown>> {
  if (typeof delta !== 'object' || delta === null || typeof before !== 'object' || before === null)
    return into
  into.set(delta, before as Record<string, unknown>)
  for (const [key, child] of Object.entries(delta))
    pastsOf((before as Record<string, unknown>)[key], child, into)
  return into
}

const value = fc.letrec((tie) => ({
  json: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<Json>(
      null,
      true,
      false,
      0,
      1,
      -1,
      -33,
      1.5,
      0.01,
      127,
      128,
      1e300,
      1 / 3,
      2 ** 40,
      2 ** 52 + 0.5,
      'x',
      '',
      'é💥',
    ),
    fc.string({ minLength: 28, maxLength: 70 }),
    fc.array(tie('json'), { maxLength: 6 }),
    fc.dictionary(
      fc.constantFrom('a', 'b', '', '0', '1', 'id', '__pp_deleted', '__pp_value', '__pp_array_ops', 'é'),
      tie('json'),
      {
        maxKeys: 5,
      },
    ),
  ),
})).json as fc.Arbitrary<Json>
const state = fc.dictionary(fc.constantFrom('a', 'b', 'c', '', '0', 'id', '__pp_value'), value, {
  maxKeys: 5,
})

describe('deltas as tables', () => {
  test('[WB1] any line of states arrives as it was, look-alikes of markers too', () => {
    fc.assert(
      fc.property(fc.array(state, { minLength: 2, maxLength: 6 }), fc.nat(2), (states, joinAt) => {
        const line = createLine()
        line.snapshot({})
        states.forEach((next, i) => {
          line.step(next)
          if (i === joinAt) line.snapshot(next)
        })
      }),
      { seed: 3, numRuns: 1500 },
    )
  })

  test('[WB2] a map of moving entities arrives as it was, through joins, leaves and newcomers’ snapshots', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = createRandom(seed)
        const line = createLine(random.next() < 0.5 ? ['players.*.x'] : [])
        const world: { players: Record<string, Record<string, Json>>; rows: Json[][]; list: Json[] } = {
          players: {},
          rows: [
            [0, 0, 0],
            [0, 0, 0],
          ],
          list: [],
        }
        line.snapshot(cloneJson(world))
        for (let tick = 0; tick < 30; tick++) {
          for (let i = random.int(0, 4); i > 0; i--) mutate(world, random)
          line.step(cloneJson(world))
          if (random.next() < 0.1) line.snapshot(cloneJson(world))
        }
      }),
      { seed: 4, numRuns: 150 },
    )
  })

  test('[WB1] maps too wide for V8 arrive as they were, whichever keys come, go and come again', () => {
    const random = createRandom(23)
    const pick = (below: number): number => Math.floor(random.next() * below)
    for (const count of [140, 1_100]) {
      const line = createLine()
      // What comes inside a list is a value; its fields have names of their own on the wire, those of maps are many of a kind.
      const named: { [field: string]: Json } = {}
      const state: { by: { [id: string]: Json }; score: { [id: string]: Json }; list: Json } = {
        by: {},
        score: {},
        list: [{ id: 'a', named }],
      }
      for (let i = 0; i < count; i++) {
        state.by[`id-${i}`] = { x: i, name: `n${i}` }
        state.score[`id-${i}`] = named[`id-${i}`] = i
      }
      line.snapshot(state)
      for (let tick = 0; tick < 120; tick++) {
        if (tick % 7 === 6) {
          named[`new-${tick}`] = tick
          line.step(state)
          continue
        }
        // Ticks that move only are most of a game's; keys that change in between must not be forgotten by the next copy.
        for (let i = 0; i < 4; i++) {
          const id = `id-${pick(count)}`
          state.by[id] = { x: tick, name: id }
          if (id in state.score) state.score[id] = tick + i / 2
        }
        named['id-1'] = tick / 2
        if (tick % 3 === 1) {
          delete state.by[`id-${pick(count)}`]
          delete state.score[`id-${pick(count)}`]
        }
        if (tick % 4 === 1) {
          state.by[`new-${tick}`] = { x: 0, name: 'new' }
          state.score[`new-${tick}`] = 0
        }
        if (tick % 5 === 1) state.score[`new-${tick}`] = 1
        line.step(state)
      }
    }
  })

  test('[WB3] small steps of numbers travel as steps: 20 movers of 100 take about 9 bits an axis', () => {
    const random = createRandom(9)
    const world: { players: Record<string, { x: number; y: number }> } = { players: {} }
    for (let i = 0; i < 100; i++)
      world.players[`player-${i}`] = { x: random.int(0, 65_535) / 16, y: random.int(0, 65_535) / 16 }
    const line = createLine(['players.*'])
    line.snapshot(cloneJson(world))
    for (let tick = 0; tick < 50; tick++) {
      for (let i = 0; i < 20; i++) {
        const player = world.players[`player-${(tick * 7 + i * 3) % 100}`]
        if (player === undefined) throw new Error('no such player')
        player.x += random.int(-240, 240) / 16
        player.y += random.int(-240, 240) / 16
      }
      line.step(cloneJson(world))
    }
    const mean = line.sizes.slice(1).reduce((sum, size) => sum + size, 0) / (line.sizes.length - 1)
    // 20 rows × (7 bits of key + 2 × 9 bits) are 63 bytes; three column heads and the message head come on top.
    expect(mean).toBeLessThan(80)
  })

  test('[WB15] rows of many shapes that enter lists arrive as they were, for who skipped versions and for newcomers too', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = createRandom(seed)
        const view = createViewEncoder(1)
        const head = { room: 'r', tick: 0 } as const
        const world: { a: Json[]; b: { rows: Json[] }; mixed: Json[] } = {
          a: [],
          b: { rows: [] },
          mixed: [7],
        }
        const states = [cloneJson(world)]
        const first = view.snapshot({ kind: 'snapshot', ...head, version: 0, state: world })
        const members = Array.from({ length: 3 }, () => ({ codec: createWireCodec(), version: 0 }))
        for (const { codec } of members) codec.decode(first)
        for (let to = 1; to < 25; to++) {
          for (let i = random.int(1, 3); i > 0; i--) insertRow(world, random)
          states.push(cloneJson(world))
          // All who stand at one version get the same bytes; the first one skips nothing, so what it gets is the line.
          const made = new Map<number, Uint8Array>()
          for (const [i, member] of members.entries()) {
            if (i > 0 && random.next() < 0.6) continue
            const from = member.version
            const delta = diff(states[from], states[to]) ?? {}
            const known = made.get(from)
            const bytes = known ?? view.delta({ kind: 'delta', ...head, from, to, tick: to, delta })
            made.set(from, bytes)
            const [message] = member.codec.decode(bytes)
            expect(message).toMatchObject({ kind: 'delta', to, state: states[to] })
            member.version = to
          }
          if (random.next() > 0.2) continue
          const codec = createWireCodec()
          codec.decode(view.snapshot({ kind: 'snapshot', ...head, version: to, state: cloneJson(world) }))
          members.push({ codec, version: to })
        }
      }),
      { seed: 15, numRuns: 80 },
    )
  })

  test('[WB15] a row that enters a list like others before it costs a byte for its keys', () => {
    const line = createLine()
    const rows: Json[] = [{ id: 'a', name: 'one', count: 1 }]
    line.snapshot({ rows })
    for (const id of ['b', 'c', 'd', 'e']) {
      rows.unshift({ id, name: 'one', count: 1 })
      line.step({ rows: cloneJson(rows) })
    }
    // Head and operation 6, keys 1, values 7, end 1. The first one, like one in the snapshot, brings the template.
    expect(line.sizes).toEqual([15 + 9, 15, 15, 15])
  })

  test('[WB1] keys that hold what no key should hold arrive as they were', () => {
    const line = createLine(['map.*'])
    const map: Record<string, Record<string, Json>> = { one: { a: 1, b: 2 }, two: { 'a\u0000b': 3 } }
    line.snapshot({ map, list: [] })
    line.step({ map: { one: { a: 2, b: 3 }, two: { 'a\u0000b': 3 } }, list: [] })
    line.step({ map: { one: { a: 2, b: 3 }, two: { 'a\u0000b': 4 } }, list: [] })
    for (let i = 0; i < 3; i++) {
      line.step({ map: {}, list: [{ a: i, b: 0 }] })
      line.step({ map: {}, list: [{ 'a\u0000b': i }] })
    }
  })

  test.each([
    { what: 'a thousand', versions: 1_000, newcomers: [700] },
    { what: 'a thousand, each with a name of its own', versions: 1_000, newcomers: [...Array(1_000).keys()] },
  ])('[WB10] who has skipped $what versions reads one delta, which tells what names it missed', (given) => {
    const view = createViewEncoder(1, ['players.*'])
    const world: { players: Record<string, Json> } = { players: {} }
    for (let i = 0; i < 500; i++) world.players[`player-${i}`] = { x: i }
    const start = cloneJson(world)
    const snapshot = view.snapshot({ kind: 'snapshot', room: 'r', version: 0, tick: 0, state: start })
    for (let to = 1; to <= given.versions; to++) {
      const changes: Record<string, Json> = { [`player-${to % 500}`]: { x: to / 2 } }
      if (given.newcomers.includes(to)) changes[`late-${to}`] = { x: 0 }
      Object.assign(world.players, cloneJson(changes))
      view.delta({ kind: 'delta', room: 'r', from: to - 1, to, tick: to, delta: { players: changes } })
    }
    const union = (from: number): Uint8Array =>
      view.delta({
        kind: 'delta',
        room: 'r',
        from,
        to: given.versions,
        tick: given.versions,
        delta: diff(start, world as unknown as Json) ?? {},
      })
    const codec = createWireCodec()
    codec.decode(snapshot)
    const bytes = union(0)
    expect(codec.decode(bytes)).toEqual([expect.objectContaining({ state: world })])
    // Whoever knows all names is told none; two bytes of the head are the length of the way.
    const names = bytes.length - union(given.versions - 1).length
    if (given.newcomers.length === 1) expect(names).toBeLessThan('late-700'.length + 16)
    else expect(names).toBeGreaterThan('player-000'.length * 500)
  })

  test('[WB4] a delta for a view without a snapshot is refused', () => {
    const view = createViewEncoder(1)
    const bytes = view.delta({ kind: 'delta', room: 'r', from: 0, to: 1, tick: 1, delta: { a: 1 } })
    expect(() => createWireCodec().decode(bytes)).toThrow(
      expect.objectContaining({ code: 'MALFORMED_FRAME' }),
    )
  })

  test('[WB5] damaged state bytes give a message or a typed error, and allocate nothing they only name', () => {
    const random = createRandom(5)
    const view = createViewEncoder(1)
    const world: { players: Record<string, Json>; log: Json[] } = { players: {}, log: [] }
    for (let i = 0; i < 30; i++) world.players[`p${i}`] = { x: i / 16, y: -i, name: `n${i}`, alive: true }
    const snapshot = view.snapshot({ kind: 'snapshot', room: 'r', version: 0, tick: 0, state: world })
    const delta = view.delta({
      kind: 'delta',
      room: 'r',
      from: 0,
      to: 1,
      tick: 1,
      delta: {
        players: { p1: { x: 5 }, p2: { x: 6 }, p3: { x: 7.5 } },
        log: { __pp_array_ops: [{ op: 'splice', index: 0, deleteCount: 0, items: ['a', 'b'] }] },
      },
    })
    for (let i = 0; i < 3000; i++) {
      const codec = createWireCodec()
      const frame = Uint8Array.from([...snapshot, ...delta])
      for (let flips = random.int(1, 3); flips > 0; flips--) {
        const at = random.int(0, frame.length - 1)
        frame[at] = (frame[at] ?? 0) ^ (1 << random.int(0, 7))
      }
      try {
        codec.decode(frame.subarray(0, random.int(0, frame.length)))
      } catch (thrown) {
        if (!(thrown instanceof PPError)) throw thrown
        expect(['MALFORMED_FRAME', 'PAYLOAD_TOO_LARGE']).toContain(thrown.code)
      }
    }
  })
})

/** A row with any of a few dozen combinations of keys, most of which come again. */
function insertRow(
  { a, b, mixed }: { a: Json[]; b: { rows: Json[] }; mixed: Json[] },
  random: ReturnType<typeof createRandom>,
): void {
  const row: Record<string, Json> = {}
  if (random.next() < 0.8) row['id'] = `i${random.int(0, 999)}`
  for (const key of ['x', 'y', 'hp', 'in', 'né'])
    if (random.next() < 0.5)
      row[key] = random.pick<Json>([1, -40, 'text', null, { x: 1 }, [{ x: 2, y: 3 }], {}])
  const list = random.pick([a, b.rows, mixed])
  list.splice(random.int(0, list.length), random.int(0, 1), row)
}

function mutate(
  world: { players: Record<string, Record<string, Json>>; rows: Json[][]; list: Json[] },
  random: ReturnType<typeof createRandom>,
): void {
  const ids = Object.keys(world.players)
  switch (random.int(0, 7)) {
    case 0:
      world.players[`p${random.int(0, 40)}`] = { x: random.int(0, 99) / 16, y: 0, hp: 100, name: 'n' }
      return
    case 1:
      if (ids.length > 0) delete world.players[random.pick(ids)]
      return
    case 2:
    case 3:
      for (const id of ids) {
        const player = world.players[id]
        if (player !== undefined && random.next() < 0.5)
          player['x'] = Number(player['x'] ?? 0) + random.int(-9, 9) / 16
      }
      return
    case 4: {
      const row = random.pick(world.rows)
      row[random.int(0, 2)] = random.int(0, 5)
      return
    }
    case 5:
      world.list.splice(random.int(0, world.list.length), random.int(0, 2), {
        id: `i${random.int(0, 99)}`,
        n: random.next(),
      })
      return
    case 6:
      if (ids.length > 0) world.players[random.pick(ids)] = { gone: true }
      return
    default:
      world.rows.push([random.int(0, 5), 1, 2])
  }
}

test('[TK8] what a tracker takes can be hashed and sent: depth and keys are refused at the write', () => {
  const nested = (levels: number): Json => (levels === 0 ? 1 : [nested(levels - 1)])
  const tracker = createTracker<{ at: { some: Record<string, Json> } }>({ at: { some: {} } })
  const view = createViewEncoder(1)
  const refused = expect.objectContaining({ code: 'STATE_NOT_JSON' })
  for (let levels = MAX_DEPTH - 8; levels <= MAX_DEPTH + 2; levels++) {
    try {
      tracker.draft.at.some['place'] = nested(levels)
    } catch (thrown) {
      expect(thrown).toEqual(refused)
    }
    tracker.commit()
    tracker.hash()
    view.snapshot({ kind: 'snapshot', room: 'r', version: 0, tick: 0, state: cloneJson(tracker.state) })
  }
  expect(() => (tracker.draft.at.some['k'.repeat(1025)] = 1)).toThrow(refused)
  expect(() => (tracker.draft.at.some = { constructor: 1 })).toThrow(refused)
})

test('[WB1] data that looks like operations on a list, deep in a new value, arrives as it is', () => {
  const line = createLine()
  const data: Json = {
    a: {
      b: {
        __pp_array_ops: [
          { op: 'splice', index: 0, deleteCount: 1, items: [] },
          { op: 'set', index: 0, value: 1 },
        ],
      },
    },
  }
  line.snapshot({})
  line.step(data)
  line.snapshot(data)
})
