import { diff, type Json } from '@painda/protocol'
import { expect, test } from 'vitest'
import { deltaTree, type DeltaNode } from '../src/delta-tree.js'
import { createHook } from '../src/hook.js'
import { stateBefore } from '../src/rebuild.js'
import { createRowList } from '../src/row-list.js'
import { createRowBuilder } from '../src/rows.js'
import { createFakeClient } from './fake-client.js'

/** A tree in lines: what a reader sees. */
function drawn(nodes: readonly DeltaNode[], indent = ''): string[] {
  return nodes.flatMap((node) => {
    const before = node.before === undefined ? '' : ` ${JSON.stringify(node.before[0])}`
    const after = node.after === undefined ? '' : ` → ${JSON.stringify(node.after[0])}`
    const note = node.note === undefined ? '' : ` (${node.note})`
    return [
      `${indent}${node.kind} ${node.label}${note}${before}${after}`,
      ...drawn(node.children, `${indent}  `),
    ]
  })
}

function between(before: Json, after: Json): string[] {
  return drawn(deltaTree(diff(before, after), [before]))
}

test('added, removed and changed keys are told apart, with the value before', () => {
  expect(between({ a: 1, b: 2, deep: { x: 1 } }, { a: 5, c: [1], deep: { x: 1, y: 2 } })).toEqual([
    'changed a 1 → 5',
    'added c → [1]',
    'inside deep',
    '  added y → 2',
    'removed b 2',
  ])
})

test('each array operation is drawn against the array as the ones before have left it', () => {
  const delta = {
    list: {
      __pp_array_ops: [
        { op: 'splice', index: 0, deleteCount: 1, items: [] },
        { op: 'move', from: 0, to: 1 },
        { op: 'set', index: 0, value: 'C' },
        { op: 'splice', index: 2, deleteCount: 0, items: ['d', 'e'] },
      ],
    },
  }
  expect(drawn(deltaTree(delta, [{ list: ['a', 'b', 'c'] }]))).toEqual([
    'inside list (array · 3 → 4 items)',
    '  operation splice [0] (−1)',
    '    removed [0] "a"',
    '  moved [0] (→ [1]) "b"',
    '  changed [0] (set) "c" → "C"',
    '  operation splice [2] (+2)',
    '    added [2] → "d"',
    '    added [3] → "e"',
  ])
})

test('without the state before, the new values are shown and nothing is made up', () => {
  expect(
    drawn(
      deltaTree({ a: 1, b: { __pp_deleted: true }, c: { __pp_array_ops: [{ op: 'move', from: 1, to: 0 }] } }),
    ),
  ).toEqual(['set a → 1', 'removed b', 'inside c (array)', '  moved [1] (→ [0])'])
})

test('a wrapped look-alike is a value, not a marker', () => {
  expect(drawn(deltaTree({ a: { __pp_value: { __pp_deleted: true } } }, [{ a: 1 }]))).toEqual([
    'changed a 1 → {"__pp_deleted":true}',
  ])
})

test('an object where no object stood is one new value', () => {
  expect(drawn(deltaTree({ a: { x: 1 } }, [{ a: 1 }]))).toEqual(['changed a 1 → {"x":1}'])
  expect(drawn(deltaTree({ a: { x: 1 } }, [{}]))).toEqual(['added a → {"x":1}'])
})

test('hostile deltas become nodes that say so: no throw, no prototype, no endless tree', () => {
  expect(drawn(deltaTree(JSON.parse('{"__proto__":{"x":1}}')))).toEqual([
    'invalid __proto__ (reaches the prototype)',
  ])
  const ops = [
    7,
    { op: 'explode', index: 0 },
    { op: 'splice', index: 1e9, deleteCount: -3, items: 'x' },
    { op: 'set' },
  ]
  expect(deltaTree({ a: { __pp_array_ops: ops } }, [{ a: [1] }])[0]?.children).toHaveLength(4)
  let deep: unknown = 1
  for (let level = 0; level < 5_000; level++) deep = { deeper: deep }
  expect(JSON.stringify(deltaTree(deep))).toContain('nested too deep')
  const wide = Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`k${index}`, index]))
  const nodes = deltaTree(wide, [{}])
  expect(nodes.length).toBeLessThan(2_100)
  expect(nodes.at(-1)).toMatchObject({ kind: 'more' })
})

test('the state before any recorded delta is the state that the client had, snapshot or checkpoint first', () => {
  const hook = createHook()
  const client = createFakeClient()
  const states = new Map<number, unknown>()
  hook.attach(client)
  client.start()
  for (let step = 0; step < 700; step++) {
    for (const { version, state } of client.rooms()) states.set(version, state)
    client.step()
  }
  const list = createRowList(hook.recorder, createRowBuilder(0))
  list.update()
  const deltas = list.all.filter(({ kind }) => kind === 'delta')
  for (const row of deltas.filter((_, index) => index % 37 === 0 || index > deltas.length - 3)) {
    expect(stateBefore(hook.recorder, row)?.state).toEqual(states.get(row.from ?? -1))
  }
})

test('with no snapshot held, the state before is unknown', () => {
  const hook = createHook()
  const client = createFakeClient()
  hook.attach(client)
  client.start()
  hook.recorder.clear()
  for (let step = 0; step < 5; step++) client.step()
  const list = createRowList(hook.recorder, createRowBuilder(0))
  list.update()
  const row = list.all.find(({ kind }) => kind === 'delta')
  expect(row && stateBefore(hook.recorder, row)).toBeNull()
})

test('the part of a room that one member sees has a line of its own', () => {
  const messages = [
    { kind: 'snapshot', room: 'r', version: 7, tick: 1, state: { a: 1 } },
    { kind: 'snapshot', room: 'r', scope: 'own', version: 0, tick: 1, state: { card: 'ace' } },
    { kind: 'delta', room: 'r', from: 7, to: 8, tick: 2, delta: { a: 2 } },
    { kind: 'delta', room: 'r', scope: 'own', from: 0, to: 1, tick: 2, delta: { card: 'king' } },
    { kind: 'delta', room: 'r', scope: 'own', from: 1, to: 2, tick: 3, delta: { card: 'two' } },
    { kind: 'delta', room: 'r', from: 8, to: 9, tick: 3, delta: { a: 3 } },
    { kind: 'snapshot', room: 'r', version: 9, tick: 3, state: { a: 3 } },
    { kind: 'delta', room: 'r', scope: 'own', from: 2, to: 3, tick: 4, delta: { card: 'six' } },
  ]
  const source = 0
  const recorder = {
    firstId: 0,
    at: (id: number) => ({ source, event: { kind: 'frame', messages: [messages[id]] } }),
    checkpoints: () => [],
  }
  const before = (id: number): unknown => {
    const row = { source, eventId: id, message: messages[id], frame: { part: 0 } }
    // As much of both as is read.
    return stateBefore(recorder as never, row as never)
  }
  expect([2, 3, 4, 5, 7].map(before)).toEqual([
    { version: 7, state: { a: 1 } },
    { version: 0, state: { card: 'ace' } },
    { version: 1, state: { card: 'king' } },
    { version: 8, state: { a: 2 } },
    null,
  ])
})
