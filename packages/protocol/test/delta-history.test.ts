import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  createHistory,
  createTracker,
  deepEqual,
  patchImmutable,
  untrack,
  type Tracker,
} from '../src/delta/index.js'
import { createTreeHash } from '../src/hash.js'
import { createRandom } from '../src/random.js'
import { compileSync, type CompiledSync } from '../src/sync.js'
import { commits, runPart, state, type Draft } from './delta-program.js'
import { freeze, overTheWire } from './delta-values.js'

const parts = fc.array(commits, { minLength: 1, maxLength: 2 })

/** After every commit, from every version inside the window, the delta must lead to what receivers hold now. */
function serveEveryBaseline(
  initial: unknown,
  programs: readonly (typeof commits extends fc.Arbitrary<infer T> ? T : never)[],
  maxVersions: number,
  sync?: CompiledSync,
  isShort = false,
): void {
  const tracker = createTracker(initial, sync === undefined ? {} : { sync }) as Tracker<Draft>
  const history = createHistory({ tracker, maxVersions, ...(sync === undefined ? {} : { sync }) })
  const show = (): unknown => freeze(overTheWire(sync?.snapshotOf(tracker.state) ?? tracker.state))
  const shown = [show()]
  const held: Draft[] = []
  for (const statements of programs.flat()) {
    runPart(tracker.draft, held, statements)
    // The short way asks no delta. It notes what was written, which may be more than what differs.
    if (isShort) tracker.commitTo((holder) => history.noteTracked(shown.length, holder))
    else history.note(shown.length, tracker.commit())
    shown.push(show())
    const now = shown[shown.length - 1]
    // What equals it has the same hash.
    expect(createTreeHash().of(now)).toBe(tracker.hash())
    for (const [version, before] of shown.entries()) {
      const since = history.since(version)
      expect(since === null).toBe(!history.reaches(version))
      if (!isShort) expect(since === null).toBe(version < shown.length - 1 - maxVersions)
      if (since === null) continue
      const after = since === undefined ? before : patchImmutable(before, freeze(overTheWire(since)))
      expect(deepEqual(after, now)).toBe(true)
    }
  }
}

test('[HI1] from any version in the window one delta leads to now, whatever programs did in between', () => {
  const numRuns = Number(process.env['PP_RUNS'] ?? 60)
  fc.assert(
    fc.property(state, parts, fc.integer({ min: 1, max: 8 }), (initial, programs, maxVersions) =>
      serveEveryBaseline(initial, programs, maxVersions),
    ),
    { numRuns, seed: Number(process.env['PP_SEED'] ?? 3) },
  )
})

test('[HI1] the same without a delta, from what the drafts remember', () => {
  fc.assert(
    fc.property(state, parts, fc.integer({ min: 1, max: 8 }), (initial, programs, maxVersions) =>
      serveEveryBaseline(initial, programs, maxVersions, undefined, true),
    ),
    { numRuns: Number(process.env['PP_RUNS'] ?? 60), seed: Number(process.env['PP_SEED'] ?? 5) },
  )
})

test('[HI1] where numbers are rounded, it leads to the rounded numbers that receivers hold', () => {
  const sync = compileSync({
    'rows.*.v': { quantize: 0.5 },
    map: { quantize: 4 },
    'grid.*.*': { quantize: 2 },
  })
  fc.assert(
    fc.property(state, parts, fc.boolean(), (initial, programs, isShort) =>
      serveEveryBaseline(initial, programs, 6, sync, isShort),
    ),
    { numRuns: 60, seed: 4 },
  )
})

interface Body {
  x: number
  y: number
  more?: string | { z: number }
}

/** Dozens of bodies that move, in two maps: mostly that, and now and then something else happens to one of them. */
function playOneOfDozens(seed: number): void {
  const random = createRandom(seed)
  const chance = (share: number): boolean => random.next() < share
  const body = (): Body => ({ x: random.int(0, 99), y: random.int(0, 99) })
  const bodies = (names: string): Record<string, Body> =>
    Object.fromEntries(Array.from({ length: 24 }, (_, i) => [`${names}${i}`, body()]))
  const tracker = createTracker({ tick: 0, near: bodies('n'), far: bodies('f') })
  const history = createHistory({ tracker, maxVersions: random.pick([8, 30, 90]) })
  const shown = [freeze(overTheWire(tracker.state))]
  const odd = random.pick([0, 0.05, 0.3])

  function happen(): void {
    const { draft } = tracker
    const [from, to] = chance(0.5) ? [draft.near, draft.far] : [draft.far, draft.near]
    const id = random.pick(Object.keys(from).slice(0, 3))
    const one = from[id]
    if (one === undefined) return
    const what = random.int(0, 6)
    if (what === 0) delete from[id]
    else if (what === 1) from[`new${shown.length}`] = body()
    else if (what === 2) one.more = 'words'
    else if (what === 3) one.more = { z: shown.length }
    else if (what === 4) from[id] = body()
    else {
      to[id] = one
      delete from[id]
    }
    // Of what was looked at before it came or went, too.
    for (const { more } of Object.values(to)) if (typeof more === 'object') more.z++
    if (chance(0.1)) draft.far = structuredClone(untrack(draft.far))
  }

  for (let tick = 0; tick < 60; tick++) {
    tracker.draft.tick = tick + 1
    for (const map of [tracker.draft.near, tracker.draft.far]) {
      const share = random.pick([1, 1, 0.8, 0.2])
      for (const id of Object.keys(map)) {
        const one = map[id]
        if (one === undefined || !chance(share)) continue
        if (chance(0.9)) one.x += random.int(-1, 1)
        if (chance(0.9)) one.y += random.int(-1, 1)
      }
    }
    if (chance(odd)) happen()
    if (chance(odd / 4)) history.note(shown.length, tracker.commit())
    else tracker.commitTo((holder) => history.noteTracked(shown.length, holder))
    const now = freeze(overTheWire(tracker.state))
    shown.push(now)
    // Asked seldom: until then much of it is only noted.
    if (!chance(0.15)) continue
    for (const [version, before] of shown.entries()) {
      const since = history.since(version)
      expect(since === null).toBe(!history.reaches(version))
      if (since === null) continue
      const after = since === undefined ? before : patchImmutable(before, freeze(overTheWire(since)))
      expect(deepEqual(after, now)).toBe(true)
    }
  }
}

test('[HI1] the same for dozens of bodies that move for many versions before anybody asks', () => {
  const first = Number(process.env['PP_SEED'] ?? 1)
  for (let seed = first; seed < first + 60; seed++) {
    try {
      playOneOfDozens(seed)
    } catch (cause) {
      throw new Error(`seed ${seed}`, { cause })
    }
  }
})

test('[HI2] of dozens that move, those that stood still since are not in it, and one that moved along one axis has that alone', () => {
  const ids = Array.from({ length: 20 }, (_, i) => `e${i}`)
  const tracker = createTracker({
    entities: Object.fromEntries(ids.map((id) => [id, { x: 0, y: 0 }])) as Record<string, Body>,
  })
  const history = createHistory({ tracker })
  const step = (version: number, xs: readonly string[], ys: readonly string[]): void => {
    for (const id of xs) Object.assign(tracker.draft.entities[id] ?? {}, { x: version })
    for (const id of ys) Object.assign(tracker.draft.entities[id] ?? {}, { y: version })
    tracker.commitTo((holder) => history.noteTracked(version, holder))
  }
  step(1, ids, ids)
  step(2, ids, ids.slice(0, 19))
  step(3, ids.slice(1), ids.slice(1))
  const rest = (version: number): object =>
    Object.fromEntries(ids.slice(1).map((id) => [id, { x: version, y: version }]))
  expect(history.since(2)).toEqual({ entities: rest(3) })
  step(4, ids.slice(0, 19), [])
  expect(history.since(3)).toEqual({
    entities: Object.fromEntries(ids.slice(0, 19).map((id) => [id, { x: 4 }])),
  })
  expect(history.since(1)).toEqual({
    entities: {
      e0: { x: 4, y: 2 },
      ...Object.fromEntries(ids.slice(1, 19).map((id) => [id, { x: 4, y: 3 }])),
      e19: { x: 3, y: 3 },
    },
  })
  expect(history.since(4)).toBeUndefined()
})

test('[HI2] a field that changed ten times is in the delta once, and what did not change is not', () => {
  const tracker = createTracker({
    players: { ann: { x: 0, hp: 9 }, bob: { x: 0, hp: 9 } } as Record<string, object>,
    list: [{ n: 0 }, { n: 0 }],
  })
  const history = createHistory({ tracker })
  for (let version = 1; version <= 10; version++) {
    Object.assign(tracker.draft.players['ann'] ?? {}, { x: version })
    Object.assign(tracker.draft.list[1] ?? {}, { n: version })
    if (version === 6) tracker.draft.players['cy'] = { x: 1 }
    if (version === 7) delete tracker.draft.players['bob']
    history.note(version, tracker.commit())
  }
  const list = { __pp_array_ops: [{ op: 'patch', index: 1, delta: { n: 10 } }] }
  expect(history.since(7)).toEqual({ players: { ann: { x: 10 } }, list })
  expect(history.since(5)).toEqual({
    players: { ann: { x: 10 }, cy: { __pp_value: { x: 1 } }, bob: { __pp_deleted: true } },
    list,
  })
  expect(history.since(10)).toBeUndefined()
})

test('[HI3] a version before the window, or one that is yet to come, gets a snapshot', () => {
  const tracker = createTracker({ n: 0 })
  const history = createHistory({ tracker, maxVersions: 3 })
  for (let version = 1; version <= 9; version++) {
    tracker.draft.n = version
    history.note(version, tracker.commit())
  }
  expect([5, 6, 9, 10, -1, Number.NaN].map((version) => history.since(version))).toEqual([
    null,
    { n: 9 },
    undefined,
    null,
    null,
    null,
  ])
})
