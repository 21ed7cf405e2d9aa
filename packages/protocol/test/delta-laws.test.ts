// The laws of the delta engine, on any JSON: lossless, minimal in identity, harmless to everybody.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cloneJson, deepEqual, diff, patch, patchImmutable } from '../src/delta/index.js'
import { PPError } from '../src/errors.js'
import { freeze, json, key, overTheWire, pair } from './delta-values.js'

const RUNS = 300
const law = { numRuns: RUNS, seed: Number(process.env['PP_SEED']) }

test('[DL1] patching a copy of a with diff(a, b) gives b, also after the delta went through JSON', () => {
  fc.assert(
    fc.property(pair, ([a, b]) => {
      const delta = freeze(overTheWire(diff(a, b)))
      const patched = patch(cloneJson(a), delta)
      expect(patched).toEqual(overTheWire(b))
      expect(deepEqual(patched, b)).toBe(true)
    }),
    law,
  )
})

test('[DL2] patchImmutable gives the same and never touches its input', () => {
  fc.assert(
    fc.property(pair, ([a, b]) => {
      const before = freeze(cloneJson(a))
      expect(patchImmutable(before, freeze(overTheWire(diff(a, b))))).toEqual(overTheWire(b))
    }),
    law,
  )
})

test('[DL3] a subtree that no part of the delta names keeps its identity', () => {
  fc.assert(
    fc.property(pair, ([a, b]) => {
      const before = freeze(cloneJson(a))
      const after = patchImmutable(before, diff(before, b))
      expectShared(before, after)
    }),
    law,
  )
})

/** Where two objects met key by key and the values are equal, they must be the same object. */
function expectShared(before: unknown, after: unknown): void {
  if (before === after || !isObject(before) || !isObject(after)) return
  // Replaced as a whole by rule DL6 (look-alikes) or DL5 (nothing in common).
  const names = [...Object.keys(before), ...Object.keys(after)]
  if (names.some((name) => name.startsWith('__pp_'))) return
  expect(deepEqual(before, after)).toBe(false)
  for (const name of Object.keys(after)) {
    if (Object.hasOwn(before, name) && deepEqual(before[name], after[name]))
      expect(after[name]).toBe(before[name])
    else if (Object.hasOwn(before, name)) expectShared(before[name], after[name])
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

test('[DL4] a value and its copy have no difference, whatever the order of keys', () => {
  fc.assert(
    fc.property(json, (a) => {
      expect(diff(a, cloneJson(a))).toBeUndefined()
      expect(diff(a, reversed(a))).toBeUndefined()
      expect(deepEqual(a, reversed(a))).toBe(true)
    }),
    law,
  )
})

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, child]) => [name, reversed(child)]),
  )
}

test('[DL4] there is a difference exactly when the values are not equal', () => {
  fc.assert(
    fc.property(pair, ([a, b]) => {
      expect(diff(a, b) === undefined).toBe(deepEqual(overTheWire(a), overTheWire(b)))
    }),
    law,
  )
})

test('[DL3] no delta and an empty delta return the very same value', () => {
  fc.assert(
    fc.property(json, (a) => {
      expect(patchImmutable(a, undefined)).toBe(a)
      expect(patch(a, undefined)).toBe(a)
      if (isObject(a)) expect(patchImmutable(a, {})).toBe(a)
      if (Array.isArray(a)) expect(patchImmutable(a, { __pp_array_ops: [] })).toBe(a)
    }),
    law,
  )
})

const hostileKey = fc.oneof(key, fc.constantFrom('__proto__', 'constructor', 'prototype'))
const number = fc.constantFrom(0, 1, 2, -1, 0.5, 4e9, Number.MAX_SAFE_INTEGER, 1e308, '1', null)

/** Anything JSON.parse can return, written as text so that `__proto__` is an own key; near-deltas included. */
const hostile = fc.letrec<{ text: string; op: string }>((tie) => ({
  text: fc.oneof(
    { depthSize: 'medium' },
    fc.constantFrom('1', 'null', '"x"', '1e999', '-0', '[]', '{}', 'true'),
    fc.array(tie('text'), { maxLength: 4 }).map((items) => `[${items.join(',')}]`),
    fc
      .array(fc.tuple(hostileKey, tie('text')), { maxLength: 4 })
      .map((entries) => `{${entries.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`),
    tie('text').map((text) => `{"__pp_deleted":${text}}`),
    tie('text').map((text) => `{"__pp_value":${text}}`),
    fc.array(tie('op'), { maxLength: 4 }).map((ops) => `{"__pp_array_ops":[${ops.join(',')}]}`),
  ),
  op: fc.oneof(
    tie('text'),
    fc.tuple(number, tie('text')).map(([i, v]) => `{"op":"set","index":${JSON.stringify(i)},"value":${v}}`),
    fc.tuple(number, tie('text')).map(([i, v]) => `{"op":"patch","index":${JSON.stringify(i)},"delta":${v}}`),
    fc.tuple(number, number).map(([from, to]) => JSON.stringify({ op: 'move', from, to })),
    fc
      .tuple(number, number, tie('text'))
      .map(
        ([i, n, v]) =>
          `{"op":"splice","index":${JSON.stringify(i)},"deleteCount":${JSON.stringify(n)},"items":[${v}]}`,
      ),
  ),
}))

test('[DL10] any JSON as a delta on any target works or throws DELTA_INVALID, and pollutes nothing', () => {
  const prototype = Object.getOwnPropertyNames(Object.prototype).sort()
  let refused = 0
  fc.assert(
    fc.property(json, hostile.text, (target, text) => {
      const before = freeze(cloneJson(target))
      for (const apply of [
        () => patchImmutable<unknown>(before, JSON.parse(text)),
        () => patch<unknown>(cloneJson(target), JSON.parse(text)),
      ]) {
        try {
          const result = apply()
          expect(overTheWire(result)).toEqual(overTheWire(result))
          expect(JSON.stringify(result)).not.toMatch(/"(__proto__|constructor|prototype)":/)
        } catch (thrown) {
          if (!(thrown instanceof PPError)) throw thrown
          expect(thrown.code).toBe('DELTA_INVALID')
          refused++
        }
      }
    }),
    law,
  )
  expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(prototype)
  expect(refused).toBeGreaterThan(RUNS / 10)
})
