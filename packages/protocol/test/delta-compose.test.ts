import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  cloneJson,
  compose,
  createTracker,
  deepEqual,
  diff,
  patch,
  patchImmutable,
} from '../src/delta/index.js'
import type { Delta, Tracker } from '../src/delta/index.js'
import { PPError } from '../src/errors.js'
import { commits, runPart, state, type Draft } from './delta-program.js'
import { freeze, json, overTheWire, pair } from './delta-values.js'

const law = { numRuns: 400, seed: Number(process.env['PP_SEED'] ?? 16) }

/** Both ways must lead to the same value, and neither may touch what it was given. */
function expectSame(before: unknown, first: unknown, second: unknown): void {
  const start = freeze(cloneJson(before))
  const [one, two] = [freeze(overTheWire(first)), freeze(overTheWire(second))]
  const stepwise = patch(patch(cloneJson(before), one), two)
  const at = freeze(overTheWire(compose(one, two, start)))
  expect(patchImmutable(start, at)).toEqual(stepwise)
  expect(deepEqual(patch(cloneJson(before), at), stepwise)).toBe(true)
}

test('[DL16] a composed delta leads where its two parts lead one after the other, for any three states', () => {
  fc.assert(
    fc.property(pair, pair, ([a, b], [c]) => {
      expectSame(a, diff(a, b), diff(b, c))
      expectSame(a, diff(a, c), diff(c, b))
    }),
    law,
  )
})

/** Deltas that nobody's `diff` would make, but that apply: look-alikes, values where objects stood, doubled operations. */
const raw = fc.oneof(
  json,
  fc.dictionary(fc.constantFrom('a', 'b', '__pp_value', '__pp_deleted'), json, { noNullPrototype: true }),
  fc
    .array(
      fc.oneof(
        fc.record({ op: fc.constant('set'), index: fc.nat(3), value: json }, { noNullPrototype: true }),
        fc.record({ op: fc.constant('patch'), index: fc.nat(3), delta: json }, { noNullPrototype: true }),
        fc.record(
          { op: fc.constant('splice'), index: fc.nat(3), deleteCount: fc.nat(1), items: fc.array(json) },
          { noNullPrototype: true },
        ),
        fc.record({ op: fc.constant('move'), from: fc.nat(3), to: fc.nat(3) }, { noNullPrototype: true }),
      ),
      { maxLength: 5 },
    )
    .map((ops) => ({ __pp_array_ops: ops })),
)
const shapes = fc.oneof(json, fc.array(json, { minLength: 4, maxLength: 7 }))
const nested = fc.oneof(
  raw,
  raw.map((delta) => ({ a: delta })),
)

test('[DL16] so does one of deltas that were written by hand, as long as they apply', () => {
  let applied = 0
  fc.assert(
    fc.property(
      fc.oneof(
        shapes,
        shapes.map((a) => ({ a })),
      ),
      nested,
      nested,
      (a, first, second) => {
        const start = overTheWire(a)
        try {
          patch(patch(cloneJson(start), first), second)
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(PPError)
          return
        }
        applied++
        expectSame(start, first, second)
      },
    ),
    { ...law, numRuns: 600 },
  )
  expect(applied).toBeGreaterThan(60)
})

test('[DL16] any number of commits of a program become one delta, moved and shifted rows included', () => {
  fc.assert(
    fc.property(state, commits, (initial, program) => {
      const tracker = createTracker<unknown>(initial) as Tracker<Draft>
      const before = freeze(cloneJson(tracker.state))
      const held: Draft[] = []
      let all: Delta | undefined
      for (const statements of program) {
        runPart(tracker.draft, held, statements)
        all = compose(all, tracker.commit(), before)
      }
      expect(deepEqual(patchImmutable(before, freeze(overTheWire(all))), tracker.state)).toBe(true)
    }),
    { ...law, numRuns: 150 },
  )
})

test('[DL16] what both change is in it once', () => {
  expect(compose({ p: { x: 1 } }, { p: { x: 2, y: 3 } }, { p: { x: 0 } })).toEqual({ p: { x: 2, y: 3 } })
  const set = (index: number, value: number) => ({ op: 'set', index, value })
  const ops = (...list: unknown[]) => ({ __pp_array_ops: list })
  expect(compose(ops(set(0, 1), set(1, 1)), ops(set(1, 2), set(2, 2)), [0, 0, 0])).toEqual(
    ops(set(0, 1), set(1, 2), set(2, 2)),
  )
  const row = (delta: unknown) => ops({ op: 'patch', index: 0, delta })
  expect(compose(row({ x: 1 }), row({ y: 2 }), [{ id: 7 }])).toEqual(row({ x: 1, y: 2 }))
})

test('[DL16] one delta, two meanings: the state decides whether a deletion is said or done', () => {
  const [first, second] = [{ p: { x: 1 } }, { p: { __pp_deleted: true } }]
  expect(compose(first, second, { p: { x: 0 } })).toEqual({ p: { __pp_deleted: true } })
  expect(compose(first, second, 5)).toEqual({})
  expect(compose(undefined, second, {})).toBe(second)
  expect(compose(first, undefined, {})).toBe(first)
})

test('[DL16] hostile deltas compose to typed errors or to what patch refuses, and reach no prototype', () => {
  const proto = JSON.parse('{"__proto__":{"polluted":1}}') as unknown
  for (const [first, second] of [
    [proto, { a: 1 }],
    [{ a: 1 }, proto],
  ])
    expect(() => compose(first, second, {})).toThrow(expect.objectContaining({ code: 'DELTA_INVALID' }))
  const ops = { __pp_array_ops: [{ op: 'set', index: '__proto__', value: 1 }, null] }
  expect(() => patch([1], compose(ops, ops, [1]))).toThrow(PPError)
  expect(() => compose({ a: 1 }, ops, {})).toThrow(PPError)
  let deep: unknown = { a: 1 }
  for (let i = 0; i < 80; i++) deep = { a: deep }
  expect(() => compose(deep, deep, deep)).toThrow(PPError)
  expect('polluted' in {}).toBe(false)
})
