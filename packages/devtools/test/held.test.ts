import type { Message } from '@painda/protocol'
import { expect, test } from 'vitest'
import { costOf, heldOf } from '../src/held.js'
import { deltaOf, frameOf, snapshotOf } from './events.js'

const delta = { players: { p1: { x: 1.5 }, p2: { __pp_deleted: true } }, log: [1, 'two', null] }

function held(...messages: Message[]) {
  const event = heldOf(frameOf('in', messages))
  if (event.kind !== 'frame') throw new Error('A frame stays one.')
  return event
}

test('a delta that is held reads as it came, as often as somebody looks', () => {
  const message: Message = { ...deltaOf(4, delta), hash: 7, scope: 'own' } as Message
  const [kept] = held(message).messages
  expect({ ...kept }).toEqual(message)
  expect({ ...kept }).toEqual(message)
  expect(JSON.parse(JSON.stringify(kept))).toEqual(message)
})

test('neither the state before nor the state after a delta is held with it', () => {
  const decoded = { ...deltaOf(1, { a: 2 }), before: { a: 1 }, state: { a: 2 } } as Message
  const event = heldOf({ ...frameOf('in', [snapshotOf(1, {})]), messages: [decoded] })
  const kept = event.kind === 'frame' ? event.messages[0] : undefined
  expect(Object.keys(kept ?? {}).sort()).toEqual(['delta', 'from', 'kind', 'room', 'tick', 'to'])
})

test('a delta that came damaged stays the note that it is', () => {
  const damaged = { ...deltaOf(4, undefined), isDamaged: true } as Message
  const event = heldOf({ ...frameOf('in', [snapshotOf(1, {})]), messages: [damaged] })
  expect(event.kind === 'frame' && event.messages[0]).toBe(damaged)
})

test('what is held is counted by what it takes: text for deltas, objects for the rest', () => {
  const long = 'x'.repeat(10_000)
  expect(costOf(held(deltaOf(1, { long })))).toBeLessThan(25_000)
  expect(costOf(held(snapshotOf(1, { long })))).toBeGreaterThan(40_000)
})

test('a delta that its decoder makes when it is read is read once', () => {
  let reads = 0
  const message = Object.defineProperty({ ...deltaOf(1, null) }, 'delta', {
    get: () => ({ a: ++reads }),
    enumerable: true,
  }) as Message
  const event = heldOf({ ...frameOf('in', [snapshotOf(1, {})]), messages: [message] })
  expect(event.kind === 'frame' && event.messages[0]).toMatchObject({ delta: { a: 1 } })
  expect(reads).toBe(1)
})
