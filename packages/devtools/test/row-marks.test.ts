import type { Message } from '@painda/protocol'
import { expect, test } from 'vitest'
import { createBeat } from '../src/beat.js'
import { EVERYTHING, matches } from '../src/filter.js'
import { nextInList } from '../src/overlay/list-keys.js'
import { rawSize } from '../src/raw-size.js'
import { createRecorder } from '../src/recorder.js'
import { createRowBuilder } from '../src/rows.js'
import { lanesOf } from '../src/timeline.js'
import { deltaOf, frameOf, recordedOf, snapshotOf } from './events.js'

/** Builds rows of frames, each 33 ms after the one before. */
function createStream() {
  const builder = createRowBuilder(0)
  let id = 0
  let at = 1_000
  return {
    builder,
    wait: (ms: number) => void (at += ms),
    marks(direction: 'in' | 'out', ...messages: Message[]) {
      at += 33
      const rows = builder.build(recordedOf(frameOf(direction, messages, { at }), id++))
      return rows.map((row) => row.marks.map(({ kind }) => kind))
    },
    skip: () => void id++,
  }
}

const say = (type: string): Message => ({ kind: 'event', type, payload: null, room: 'arena' })

const welcome = (outcome: 'new' | 'resumed', received = 0, missed = 0): Message => ({
  kind: 'welcome',
  id: 'c_1',
  token: 't',
  outcome,
  received,
  missed,
  heartbeatMs: 25_000,
  windowMs: 120_000,
  maxPayloadBytes: 1_000,
  serverNow: 5_000_000,
})

test('after a lost connection, what both ends send again is marked, and what is new is not', () => {
  const { marks } = createStream()
  marks('in', welcome('new'))
  for (const type of ['a', 'b', 'c']) expect(marks('out', say(type))).toEqual([[]])
  marks('in', welcome('resumed', 1, 2))
  expect(marks('out', say('b'), say('c'), say('d'))).toEqual([['replayed'], ['replayed'], []])
  expect(marks('in', say('x'), say('y'), say('z'))).toEqual([['replayed'], ['replayed'], []])
})

test('what passes by and is not counted is never taken for sent again', () => {
  const { marks } = createStream()
  marks('in', welcome('new'))
  marks('in', welcome('resumed', 0, 1))
  expect(marks('in', { ...say('where'), volatile: true } as Message, snapshotOf(1, {}))).toEqual([[], []])
  expect(marks('in', say('kept'))).toEqual([['replayed']])
})

test('one delta over several versions is coalesced, and one that does not fit the replica is dropped', () => {
  const { marks, builder, skip } = createStream()
  marks('in', snapshotOf(4, { a: 1 }))
  expect(marks('in', deltaOf(4, { a: 2 }))).toEqual([[]])
  expect(marks('in', { kind: 'delta', room: 'arena', from: 5, to: 8, tick: 8, delta: { a: 3 } })).toEqual([
    ['coalesced'],
  ])
  expect(marks('in', deltaOf(5, { a: 2 }))).toEqual([['dropped']])
  // Somebody looks away, or the ring has moved on: nothing is compared over the hole.
  builder.skipped()
  expect(marks('in', deltaOf(40, { a: 2 }))).toEqual([[]])
  skip()
  expect(marks('in', deltaOf(90, { a: 2 }))).toEqual([[]])
})

test('a version that the server did not send to a slow member is marked in its lane', () => {
  const [row] = createRowBuilder(0).build(
    recordedOf({
      kind: 'skipped',
      at: 1,
      peer: 'c_1',
      room: 'arena',
      from: 1,
      to: 2,
      bufferedBytes: 9,
      unconfirmedBytes: 9,
    }),
  )
  expect(row?.marks[0]?.kind).toBe('dropped')
  expect(row && matches(row, { ...EVERYTHING, text: 'is:dropped' })).toBe(true)
})

test('a state after a stall is late, those that come right behind it catch up, and silence is no lateness', () => {
  const { marks, wait } = createStream()
  let version = 1
  const step = () => marks('in', deltaOf(version, { a: version++ }))[0]
  marks('in', snapshotOf(1, {}))
  for (let index = 0; index < 20; index++) expect(step()).toEqual([])
  wait(300)
  expect(step()).toEqual(['late'])
  wait(-32)
  for (let index = 0; index < 12; index++) {
    step()
    wait(-32)
  }
  wait(32)
  expect(step()).toEqual([])
  // Nothing changed for a minute: the ticks say so too.
  wait(60_000)
  version += 1_800
  expect(marks('in', snapshotOf(version, {}))).toEqual([[]])
})

test('whenever between two ticks somebody joins, an even room is never late', () => {
  for (const sinceJoinMs of [0, 5, 49]) {
    const { marks, wait } = createStream()
    // Each frame comes 33 ms after the one before, and later by what is waited for.
    marks('in', { ...snapshotOf(1, {}), tick: 0 } as Message)
    wait(sinceJoinMs - 33)
    for (let version = 1; version <= 200; version++) {
      expect(marks('in', deltaOf(version, { a: version })), `state ${version}`).toEqual([[]])
      wait(50 - 33)
    }
    wait(300)
    expect(marks('in', deltaOf(201, { a: 201 })), 'and a stall is one').toEqual([['late']])
  }
})

test('states that come two at a time are no room without time between its ticks', () => {
  const { marks, wait } = createStream()
  for (let version = 1; version <= 200; version += 2) {
    const pair = marks('in', deltaOf(version, { a: version }), deltaOf(version + 1, { a: version }))
    expect(pair, `states ${version} and ${version + 1}`).toEqual([[], []])
    wait(66 - 33)
  }
})

test('an even room has no jitter, whatever its rate, and a wrong first interval is forgotten', () => {
  const beat = createBeat()
  let at = 0
  beat.next((at += 5), 0)
  beat.next((at += 90), 1)
  for (let tick = 2; tick < 300; tick++) beat.next((at += 50), tick)
  expect(beat.next((at += 50), 300)).toBeLessThan(1)
  expect(beat.jitterMs).toBeLessThan(1)
  for (let tick = 301; tick < 400; tick++) beat.next((at += tick % 2 === 0 ? 30 : 70), tick)
  expect(beat.jitterMs).toBeGreaterThan(15)
  expect(beat.jitterMs).toBeLessThan(25)
})

test('a lane says how regularly its states came, and where they came late', () => {
  const recorder = createRecorder()
  let at = 1_000
  for (let tick = 1; tick < 60; tick++) {
    at += tick === 30 ? 400 : 33
    recorder.record(0, frameOf('in', [deltaOf(tick, { a: tick })], { at }))
  }
  const [lane] = lanesOf(recorder, [0], 10)
  expect(lane?.jitterMs).toBeGreaterThan(0)
  expect(Math.max(...(lane?.lateMs ?? []))).toBeGreaterThan(300)
  expect(lane?.lateMs[0]).toBe(0)
})

test('a row knows the server’s clock once an answer has told it', () => {
  const builder = createRowBuilder(0)
  const frame = (messages: Message[], at: number) => recordedOf(frameOf('in', messages, { at }), at)
  expect(builder.build(frame([say('x')], 1_000))[0]?.serverAt).toBeNull()
  builder.build(frame([{ kind: 'pong', at: 1_000, received: 0, serverNow: 5_000_020 }], 1_040))
  // Half of 40 ms ago the server's clock stood there.
  expect(builder.build(frame([say('x')], 1_100))[0]?.serverAt).toBe(5_000_100)
  // A slower round trip knows less.
  builder.build(frame([{ kind: 'pong', at: 1_100, received: 0, serverNow: 9_000_000 }], 1_400))
  expect(builder.build(frame([say('x')], 1_500))[0]?.serverAt).toBe(5_000_500)
})

test('a frame says what it would weigh as JSON', () => {
  const [row] = createRowBuilder(0).build(recordedOf(frameOf('in', [snapshotOf(1, { a: 'b'.repeat(500) })])))
  expect(row?.frame && rawSize(row.frame)).toBeGreaterThan(500)
})

test('messages of a namespace are found by it', () => {
  const [row] = createRowBuilder(0).build(recordedOf(frameOf('in', [{ ...say('x'), ns: 'chat' } as Message])))
  expect(row && matches(row, { ...EVERYTHING, text: 'ns:chat' })).toBe(true)
  expect(row && matches(row, { ...EVERYTHING, text: 'ns:other' })).toBe(false)
})

test('keys walk through a list, begin where it says, and stay inside', () => {
  const walk = (key: string, at: number) => nextInList(key, at, 20, 19)
  expect([walk('ArrowDown', -1), walk('PageUp', -1), nextInList('ArrowUp', -1, 20, 0)]).toEqual([19, 19, 0])
  expect([walk('ArrowDown', 19), walk('PageDown', 3), walk('PageUp', 3), walk('Home', 9)]).toEqual([
    19, 15, 0, 0,
  ])
  expect([walk('a', 3), nextInList('End', -1, 0, 0)]).toEqual([null, null])
})
