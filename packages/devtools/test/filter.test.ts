import { PP_DELETED } from '@painda/protocol'
import { expect, test } from 'vitest'
import { EVERYTHING, matches } from '../src/filter.js'
import { touches } from '../src/path-glob.js'
import { parseQuery } from '../src/query.js'
import { createRowBuilder } from '../src/rows.js'
import { deltaOf, frameOf, recordedOf, rowOf, snapshotOf } from './events.js'

const path = (delta: unknown, text: string) => touches(delta, text.split('.'))
const passes = (row: Parameters<typeof matches>[0], text: string) => matches(row, { ...EVERYTHING, text })

test('a path with a star is touched by a delta of any key there, and by no other', () => {
  const delta = { players: { p1: { hp: 3 }, p2: { x: 1 } } }
  expect(path(delta, 'players.*.hp')).toBe(true)
  expect(path(delta, 'players.p2.hp')).toBe(false)
  expect(path(delta, 'players')).toBe(true)
  expect(path(delta, '*.hp')).toBe(false)
  expect(path(delta, '**.hp')).toBe(true)
  expect(path(delta, '**.mana')).toBe(false)
})

test('what is removed or replaced whole takes what lies in it along', () => {
  expect(path({ players: { p1: PP_DELETED } }, 'players.*.hp')).toBe(true)
  expect(path({ players: { p1: { __pp_value: { hp: 1 } } } }, 'players.p1.hp')).toBe(true)
  expect(path({ players: { p1: { __pp_value: { x: 1 } } } }, 'players.p1.hp')).toBe(false)
  expect(path({ players: 7 }, 'players.p1.hp')).toBe(false)
})

test('an operation on an array touches its index; one that shifts items touches those behind too', () => {
  const ops = (...list: unknown[]) => ({ list: { __pp_array_ops: list } })
  const inside = ops({ op: 'patch', index: 2, delta: { hp: 1 } })
  expect(path(inside, 'list.2.hp')).toBe(true)
  expect(path(inside, 'list.*.hp')).toBe(true)
  expect(path(inside, 'list.1.hp')).toBe(false)
  const splice = ops({ op: 'splice', index: 2, deleteCount: 1, items: [] })
  expect(path(splice, 'list.5')).toBe(true)
  expect(path(splice, 'list.1')).toBe(false)
  expect(path(ops({ op: 'set', index: 0, value: { hp: 1 } }), 'list.0.hp')).toBe(true)
})

test('what a peer made up as operations is walked without harm', () => {
  expect(path({ list: { __pp_array_ops: [null, 7, { op: 'patch' }, {}] } }, 'list.0.hp')).toBe(false)
})

test('snapshots and deltas are found by path, messages by type, rooms by name', () => {
  expect(passes(rowOf(snapshotOf(1, { players: { p1: { hp: 9 } } })), 'path:players.*.hp')).toBe(true)
  expect(passes(rowOf(deltaOf(1, { phase: 'play' })), 'path:players.*.hp')).toBe(false)
  const buy = rowOf({ kind: 'event', type: 'buy', payload: {}, room: 'arena' }, 'out')
  expect([passes(buy, 'type:buy'), passes(buy, 'type:bu'), passes(buy, 'room:Arena')]).toEqual([
    true,
    false,
    true,
  ])
  expect([passes(buy, '-type:buy'), passes(buy, '-lobby buy')]).toEqual([false, true])
})

test('frames by size, answers by the time they took, errors by being one', () => {
  const row = rowOf({ kind: 'event', type: 'note', payload: 'x'.repeat(600), room: 'arena' })
  expect([passes(row, 'larger:500'), passes(row, 'larger:2k'), passes(row, 'is:error')]).toEqual([
    true,
    false,
    false,
  ])
  const builder = createRowBuilder(0)
  builder.build(
    recordedOf(frameOf('out', [{ kind: 'event', type: 'buy', payload: 1, ackId: 1 }], { at: 1_000 })),
  )
  const [answer] = builder.build(
    recordedOf(
      frameOf('in', [{ kind: 'ack', ackId: 1, error: { code: 'REFUSED', message: 'no' } }], { at: 1_150 }),
      1,
    ),
  )
  if (answer === undefined) throw new Error('An answer makes a row.')
  expect([passes(answer, 'slow:100'), passes(answer, 'slow:151ms'), passes(answer, 'is:error')]).toEqual([
    true,
    false,
    true,
  ])
})

test('a term that cannot be read is named and filters nothing; one without a value waits for it', () => {
  for (const text of ['larger:big', 'slow:x', 'is:odd']) {
    expect(parseQuery(text).terms).toEqual([])
    expect(parseQuery(text).problem).toContain(text)
  }
  expect(parseQuery('path: larger:')).toEqual({ terms: [], problem: null })
  expect(parseQuery('http://x').terms).toEqual([{ isNot: false, by: 'word', text: 'http://x' }])
})
