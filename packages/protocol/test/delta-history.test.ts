import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createHistory, createTracker, deepEqual, patchImmutable, type Tracker } from '../src/delta/index.js'
import { createTreeHash } from '../src/hash.js'
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
