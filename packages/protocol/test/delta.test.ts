import { expect, test } from 'vitest'
import {
  deepEqual,
  diff,
  forEachTouched,
  isArrayOps,
  isDeleted,
  patch,
  patchImmutable,
  plainDelta,
  PP_DELETED,
  StateManager,
  type ArrayOp,
} from '../src/delta/index.js'
import { overTheWire } from './delta-values.js'

/** The delta from a to b, after checking that it leads there. */
function delta(a: unknown, b: unknown): unknown {
  const found = overTheWire(diff(a, b))
  expect(deepEqual(patchImmutable(a, found), b)).toBe(true)
  expect(deepEqual(patch(structuredClone(a), found), b)).toBe(true)
  return found
}

function ops(a: readonly unknown[], b: readonly unknown[]): readonly ArrayOp[] {
  const found = delta(a, b)
  if (!isArrayOps(found)) throw new Error(`No operations: ${JSON.stringify(found)}`)
  return found.__pp_array_ops
}

test('[DL5] the documented example: changed keys with their new value, lost keys with the marker', () => {
  expect(delta({ score: 10, bonus: 5 }, { score: 12 })).toEqual({ score: 12, bonus: { __pp_deleted: true } })
  expect(delta({ a: { b: { c: 1, d: 2 } }, e: 1 }, { a: { b: { c: 3, d: 2 } }, e: 1 })).toEqual({
    a: { b: { c: 3 } },
  })
  expect(delta({ a: 1 }, { a: null })).toEqual({ a: null })
})

test('[DL5] the deletion marker is frozen, is not null, and is known again after JSON', () => {
  expect(Object.isFrozen(PP_DELETED)).toBe(true)
  expect(isDeleted(overTheWire(PP_DELETED))).toBe(true)
  for (const other of [null, undefined, {}, { __pp_deleted: false }, { __pp_deleted: true, a: 1 }, [], 'x'])
    expect(isDeleted(other)).toBe(false)
  expect(isArrayOps({ __pp_array_ops: [] })).toBe(true)
  for (const other of [null, {}, { __pp_array_ops: 1 }, { __pp_array_ops: [], a: 1 }, []])
    expect(isArrayOps(other)).toBe(false)
})

test('[DL5] an object that lost everything it had (four keys or more) is sent as it is now', () => {
  expect(delta({ m: { a: 1, b: 2, c: 3, d: 4 } }, { m: {} })).toEqual({ m: { __pp_value: {} } })
  expect(delta({ m: { a: 1 } }, { m: {} })).toEqual({ m: { a: PP_DELETED } })
})

test.each([
  ['object → array', { a: { b: 1 } }, { a: [1] }, { a: [1] }],
  ['array → object', { a: [1] }, { a: { b: 1 } }, { a: { b: 1 } }],
  ['primitive → object', { a: 1 }, { a: { b: 1 } }, { a: { b: 1 } }],
  ['object → primitive', { a: { b: 1 } }, { a: 1 }, { a: 1 }],
  ['primitive root', 1, 2, 2],
  ['root of another kind', { a: 1 }, [1], [1]],
  ['array root → object', [1], { a: 1 }, { a: 1 }],
  ['null root', null, {}, {}],
  ['empty array → empty object', { a: [] }, { a: {} }, { a: {} }],
])('[DL5] another kind of value replaces: %s', (_, a, b, expected) => {
  expect(delta(a, b)).toEqual(expected)
})

test.each([
  ['a new value like a marker', { a: 1 }, { a: { __pp_deleted: true } }, { a: { __pp_value: { __pp_deleted: true } } }],
  ['a new key like a marker', {}, { a: { __pp_array_ops: [] } }, { a: { __pp_value: { __pp_array_ops: [] } } }],
  ['the root', { a: 0 }, { __pp_array_ops: [] }, { a: PP_DELETED, __pp_array_ops: [] }],
  ['a field named like a marker', { __pp_deleted: 1, b: 1 }, { __pp_deleted: true, b: 1 }, { __pp_value: { __pp_deleted: true, b: 1 } }],
  ['an array for operations', { __pp_array_ops: [1], b: 1 }, { __pp_array_ops: [2], b: 1 }, { __pp_value: { __pp_array_ops: [2], b: 1 } }],
  ['a value like the wrapping', { a: 1 }, { a: { __pp_value: 1 } }, { a: { __pp_value: { __pp_value: 1 } } }],
  ['deep in a new value, the value is wrapped', {}, { a: { b: { __pp_deleted: true } } }, { a: { __pp_value: { b: { __pp_deleted: true } } } }],
  ['items are literal', [1, 2, 3], [1, { __pp_deleted: true }, 3], { __pp_array_ops: [{ op: 'set', index: 1, value: { __pp_deleted: true } }] }],
])('[DL6] data that looks like a marker survives: %s', (_, a, b, expected) => {
  expect(delta(a, b)).toEqual(expected)
}) // prettier-ignore

test.each(['toString', 'valueOf', 'hasOwnProperty', '__defineGetter__'])(
  '[DL7] "%s" is a key like any other',
  (key) => {
    expect(delta({}, { [key]: 1 })).toEqual({ [key]: 1 })
    expect(delta({ [key]: 1 }, {})).toEqual({ [key]: { __pp_deleted: true } })
    expect(patch({}, { [key]: PP_DELETED })).toEqual({})
  },
)

test('[DL7] keys that reach the prototype are refused at any depth, by diff and by patch', () => {
  for (const key of ['__proto__', 'constructor', 'prototype']) {
    for (const text of [`{"${key}":{"x":1}}`, `{"a":{"${key}":1}}`, `{"n":{"${key}":1}}`, `[{"${key}":1}]`]) {
      expect(() => patch<unknown>({ a: {} }, JSON.parse(text))).toThrow(
        expect.objectContaining({ code: 'DELTA_INVALID' }),
      )
      expect(() => patchImmutable<unknown>({ a: {} }, JSON.parse(text))).toThrow(
        expect.objectContaining({ code: 'DELTA_INVALID' }),
      )
    }
    expect(() => diff({}, JSON.parse(`{"${key}":1}`))).toThrow(
      expect.objectContaining({ code: 'STATE_NOT_JSON' }),
    )
  }
})

test('[DL8] −0 is 0', () => {
  expect(diff({ a: -0 }, { a: 0 })).toBeUndefined()
  expect(deepEqual([-0], [0])).toBe(true)
})

test('[DL9] operations apply in the listed order, at the root and nested', () => {
  const documented = {
    __pp_array_ops: [
      { op: 'splice', index: 2, deleteCount: 1, items: ['y', 'z'] },
      { op: 'set', index: 0, value: 'A' },
    ],
  }
  expect(patch(['a', 'b', 'c', 'd'], documented)).toEqual(['A', 'b', 'y', 'z', 'd'])
  const nested = { items: { __pp_array_ops: [{ op: 'splice', index: 1, deleteCount: 1, items: ['x'] }] } }
  expect(patch({ items: ['a', 'b', 'c', 'd'] }, nested)).toEqual({ items: ['a', 'x', 'c', 'd'] })
  expect(patchImmutable({ items: ['a', 'b', 'c', 'd'] }, nested)).toEqual({ items: ['a', 'x', 'c', 'd'] })
  const move = { __pp_array_ops: [{ op: 'move', from: 0, to: 2 }] }
  expect(patch(['a', 'b', 'c'], move)).toEqual(['b', 'c', 'a'])
})

test.each([
  ['one item', ['a', 'b', 'c', 'd'], ['a', 'x', 'c', 'd'], [{ op: 'set', index: 1, value: 'x' }]],
  ['neighbours', [1, 2, 3, 4], [1, 8, 9, 4], [{ op: 'splice', index: 1, deleteCount: 2, items: [8, 9] }]],
  ['an insert', [1, 2, 3], [1, 9, 2, 3], [{ op: 'splice', index: 1, deleteCount: 0, items: [9] }]],
  ['a removal', [1, 2, 3], [1, 3], [{ op: 'splice', index: 1, deleteCount: 1, items: [] }]],
  ['the end', [1, 2], [1, 2, 3], [{ op: 'splice', index: 2, deleteCount: 0, items: [3] }]],
  ['a cell of a grid', [[0, 0, 0], [0, 0, 0]], [[0, 0, 0], [0, 7, 0]], [{ op: 'patch', index: 1, delta: { __pp_array_ops: [{ op: 'set', index: 1, value: 7 }] } }]],
  ['a field of an item without id', [{ a: 1, b: 2 }, { a: 1, b: 2 }], [{ a: 1, b: 2 }, { a: 1, b: 3 }], [{ op: 'patch', index: 1, delta: { b: 3 } }]],
])('[DL9] a list of values changes by as little as possible: %s', (_, a, b, expected) => {
  expect(ops(a, b)).toEqual(expected)
}) // prettier-ignore

test('[DL9] a list of which nothing is left is sent whole', () => {
  expect(delta({ a: [1, 2, 3] }, { a: [4, 5] })).toEqual({ a: [4, 5] })
  expect(delta({ a: [] }, { a: [1] })).toEqual({ a: [1] })
  expect(delta({ a: [1] }, { a: [] })).toEqual({ a: [] })
})

const row = (id: string, v = 0): { id: string; v: number; name: string } => ({ id, v, name: `row ${id}` })
const rows = (ids: string): ReturnType<typeof row>[] => [...ids].map((id) => row(id))

test.each([
  ['insert', 'abcdef', 'abxcdef', [{ op: 'splice', index: 2, deleteCount: 0, items: [row('x')] }]],
  ['insert at the head', 'abcdef', 'xabcdef', [{ op: 'splice', index: 0, deleteCount: 0, items: [row('x')] }]],
  ['removal', 'abcdef', 'abdef', [{ op: 'splice', index: 2, deleteCount: 1, items: [] }]],
  ['first to last', 'abcdef', 'bcdefa', [{ op: 'move', from: 0, to: 5 }]],
  ['last to first', 'abcdef', 'fabcde', [{ op: 'move', from: 5, to: 0 }]],
  ['swap', 'abcdef', 'aecdbf', [{ op: 'move', from: 4, to: 1 }, { op: 'move', from: 2, to: 4 }]],
])('[DL11] in a list of objects with ids, one event is one operation: %s', (_, from, to, expected) => {
  const found = ops(rows(from), rows(to))
  expect(found).toHaveLength(expected.length)
  if (expected.length === 1) expect(found).toEqual(expected)
}) // prettier-ignore

test('[DL11] a field of one object with an id is a patch of that item, also when the item moved', () => {
  const changed = rows('abcdef')
  changed[3]!.v = 5
  expect(ops(rows('abcdef'), changed)).toEqual([{ op: 'patch', index: 3, delta: { v: 5 } }])
  changed.unshift(changed.splice(3, 1)[0]!)
  expect(ops(rows('abcdef'), changed)).toEqual([
    { op: 'move', from: 3, to: 0 },
    { op: 'patch', index: 0, delta: { v: 5 } },
  ])
})

test('[DL11] rows that keep their place in the world keep their identity', () => {
  const before = rows('abcdefghij')
  const after = structuredClone([before[9]!, row('x'), ...before.slice(0, 4), ...before.slice(5, 9)])
  after[3]!.v = 1
  const patched = patchImmutable(before, overTheWire(diff(before, after)))
  expect(patched).toEqual(after)
  expect(patched.filter((item) => before.includes(item))).toHaveLength(8)
})

test('[DL12] a rewritten list ends in a replacement after bounded work', () => {
  const a = Array.from({ length: 20_000 }, (_, i) => `a${i}`)
  const b = Array.from({ length: 19_999 }, (_, i) => `b${i}`)
  expect(delta({ a }, { a: b })).toEqual({ a: b })
  const shuffled = rows('abcdefghijklmnopqrstuvwxyz').sort(
    (x, y) => ((x.id.charCodeAt(0) * 7) % 26) - ((y.id.charCodeAt(0) * 7) % 26),
  )
  expect(ops(rows('abcdefghijklmnopqrstuvwxyz'), shuffled).every((op) => op.op === 'move')).toBe(true)
})

test.each([
  { op: 'set', index: 3, value: 1 },
  { op: 'set', index: -1, value: 1 },
  { op: 'set', index: 0.5, value: 1 },
  { op: 'set', index: '0', value: 1 },
  { op: 'set', index: 0 },
  { op: 'splice', index: 4, deleteCount: 0, items: [] },
  { op: 'splice', index: 0, deleteCount: 4, items: [] },
  { op: 'splice', index: 0, deleteCount: 4e9, items: [] },
  { op: 'splice', index: 0, deleteCount: 0 },
  { op: 'patch', index: 3, delta: {} },
  { op: 'patch', index: 0 },
  { op: 'patch', index: 0, delta: PP_DELETED },
  { op: 'move', from: 0, to: 3 },
  { op: 'move', from: 3, to: 0 },
  { op: 'fill', index: 0 },
  { op: 'toString' },
  null,
  7,
])('[DL10] an operation that does not fit the array is refused: %j', (op) => {
  const hostile = { __pp_array_ops: [op] }
  expect(() => patch([1, 2, 3], hostile)).toThrow(expect.objectContaining({ code: 'DELTA_INVALID' }))
  expect(() => patchImmutable([1, 2, 3], hostile)).toThrow(expect.objectContaining({ code: 'DELTA_INVALID' }))
})

test('[DL10] the root cannot be deleted, numbers beyond JSON and bottomless values are refused', () => {
  const deep = JSON.parse('{"a":'.repeat(70) + '1' + '}'.repeat(70))
  const infinite = JSON.parse('{"a":1e999}')
  for (const hostile of [
    PP_DELETED,
    deep,
    infinite,
    { a: { __pp_array_ops: [] } },
    { a: { __pp_deleted: 1 } },
  ]) {
    expect(() => patch({}, hostile)).toThrow(expect.objectContaining({ code: 'DELTA_INVALID' }))
    expect(() => patchImmutable({}, hostile)).toThrow(expect.objectContaining({ code: 'DELTA_INVALID' }))
  }
  expect(() => diff({}, { a: deep })).not.toThrow()
  expect(() => diff(deep, JSON.parse(JSON.stringify(deep).replace('1', '2')))).toThrow(
    expect.objectContaining({ code: 'STATE_NOT_JSON' }),
  )
})

test('[DL10] a refused delta leaves the input of patchImmutable as it was', () => {
  const value = Object.freeze({ a: 1, list: Object.freeze([1]) })
  const hostile = { a: 2, list: { __pp_array_ops: [{ op: 'set', index: 9, value: 1 }] } }
  expect(() => patchImmutable(value, hostile)).toThrow()
  expect(value).toEqual({ a: 1, list: [1] })
})

test('[DL2] patch in place takes copies: what it put in can be changed without changing the delta', () => {
  const put = { list: [{ a: 1 }] }
  const target: { list?: { a: number }[] } = patch({}, put)
  patch(target, { list: { __pp_array_ops: [{ op: 'patch', index: 0, delta: { a: 2 } }] } })
  expect(put).toEqual({ list: [{ a: 1 }] })
})

test('[DL13] a delta names what it touched: containers first, shifted items included, the untouched not', () => {
  const before = {
    players: { ann: { x: 1, hp: 3 }, bob: { x: 1, hp: 3 }, cy: { x: 1, hp: 3 } },
    list: rows('abcd'),
    tiles: [[0, 0], [0, 0]],
    phase: 'lobby',
  } // prettier-ignore
  const after = structuredClone(before) as Record<string, unknown> & typeof before
  after.players.ann.x = 2
  after.players.bob = { x: 1, hp: 3 }
  delete (after.players as { cy?: unknown }).cy
  after.list.splice(1, 1)
  after.tiles[1]![0] = 5
  const change = diff(before, after)
  const next = patchImmutable(before, change)
  const seen: string[] = []
  forEachTouched(change, before, next, (path, isWhole) => {
    seen.push(path.join('.') + (isWhole ? '!' : ''))
    if (path[0] === 'tiles' && path.length === 1) return false
  })
  expect(seen).toEqual(['', 'players', 'players.ann', 'players.ann.x!', 'players.cy!', 'list', 'list.1!', 'list.2!', 'list.3!', 'tiles']) // prettier-ignore

  const paths: string[] = []
  forEachTouched(change, before, next, (path) => void paths.push(path.join('.')))
  expect(paths.slice(-3)).toEqual(['tiles', 'tiles.1', 'tiles.1.0'])
  forEachTouched(undefined, before, before, () => expect.unreachable())
})

test('[DL14] for older readers arrays travel whole, and what they would misread is not said', () => {
  const a = { list: [1, 2, 3, 4], deep: { rows: rows('abcd') }, gone: 1 }
  const b = { list: [1, 2, 4], deep: { rows: rows('bacd') } }
  expect(plainDelta(diff(a, b)!, b)).toEqual({ list: b.list, deep: { rows: b.deep.rows }, gone: PP_DELETED })
  expect(plainDelta(diff({ a: 1 }, { a: { __pp_deleted: true } })!, {})).toBeUndefined()
  expect(plainDelta(diff([1, 2, 3], [1, 3])!, [1, 3])).toEqual([1, 3])
})

test('[DL15] StateManager: update merges deeply, getDelta tells what changed since the last one', () => {
  const initial = { players: { hero: { x: 10, y: 20, hp: 100 } }, tags: ['a', 'b'] }
  const game = new StateManager<typeof initial & { bonus?: number }>(initial)
  game.update({ players: { hero: { x: 15 } } })
  expect(game.state.players.hero).toEqual({ x: 15, y: 20, hp: 100 })
  expect(game.getDelta()).toEqual({ players: { hero: { x: 15 } } })
  expect(game.getDelta()).toBeUndefined()
  game.update({ players: { hero: { x: 15 } }, tags: ['a', 'b', 'c'], bonus: 5 })
  expect(game.getDelta()).toEqual({
    tags: { __pp_array_ops: [{ op: 'splice', index: 2, deleteCount: 0, items: ['c'] }] },
    bonus: 5,
  })
  game.update({ bonus: PP_DELETED as never })
  expect(game.getDelta()).toEqual({ bonus: { __pp_deleted: true } })
  expect(initial).toEqual({ players: { hero: { x: 10, y: 20, hp: 100 } }, tags: ['a', 'b'] })
})
