import { createRandom, type Message } from '@painda/protocol'
import { h, render } from 'preact'
import { expect, test } from 'vitest'
import { EVERYTHING, matches } from '../src/filter.js'
import { createHook } from '../src/hook.js'
import { FrameRow } from '../src/panel/frame-row.js'
import { createRecorder } from '../src/recorder.js'
import { createRowList } from '../src/row-list.js'
import { createRowBuilder, type RowBuilder } from '../src/rows.js'
import { changedPaths, summarise } from '../src/summary.js'
import { deltaOf, frameOf, recordedOf, rowOf, snapshotOf } from './events.js'
import { createFakeClient } from './fake-client.js'

const move: Message = { kind: 'event', type: 'move', payload: { dx: 1, dy: 0 }, room: 'arena' }

test('a frame makes one row per message, each with its place in the frame', () => {
  const rows = createRowBuilder(0).build(
    recordedOf(frameOf('in', [snapshotOf(4, { a: 1 }), deltaOf(4, { a: 2 }), move])),
  )
  expect(
    rows.map(({ kind, name, frame, from, to }) => [kind, name, frame?.part, frame?.parts, from, to]),
  ).toEqual([
    ['snapshot', 'tick 4', 0, 3, null, 4],
    ['delta', 'tick 4', 1, 3, 4, 5],
    ['message', 'move', 2, 3, null, null],
  ])
})

test('an answer is named after its question and says how long it took', () => {
  const builder = createRowBuilder(0)
  builder.build(recordedOf(frameOf('out', [{ ...move, type: 'buy', ackId: 7 }], { at: 1_000 })))
  const answer = frameOf(
    'in',
    [{ kind: 'ack', ackId: 7, error: { code: 'REFUSED', message: 'Too poor.' } }],
    { at: 1_026 },
  )
  const [row] = builder.build(recordedOf(answer))
  expect(row).toMatchObject({ kind: 'ack', name: 'buy', latencyMs: 26, isBad: true })
  expect(row && summarise(row)).toBe('REFUSED · Too poor.')
})

test('the two directions count their questions apart, and so do two clients', () => {
  const builder = createRowBuilder(0)
  builder.build(recordedOf(frameOf('in', [{ ...move, type: 'ask me', ackId: 1 }]), 0, 0))
  builder.build(recordedOf(frameOf('out', [{ ...move, type: 'mine', ackId: 1 }]), 1, 1))
  const ack: Message = { kind: 'ack', ackId: 1, data: null }
  expect(builder.build(recordedOf(frameOf('in', [ack]), 2, 0))[0]?.name).toBe('#1')
  expect(builder.build(recordedOf(frameOf('out', [ack]), 3, 0))[0]?.name).toBe('ask me')
})

test('what happened at this end only is a row without a direction, on the clock of the frames', () => {
  const builder = createRowBuilder(5)
  const waiting = recordedOf({
    kind: 'connection',
    at: 1_000,
    peer: 'server',
    state: 'waiting',
    detail: 'code 1006',
  })
  expect(builder.build(waiting)[0]).toMatchObject({
    direction: 'local',
    name: 'waiting',
    wallAt: 1_005,
    frame: null,
  })
  builder.build(recordedOf(frameOf('in', [move], { at: 1_000 })))
  const [later] = builder.build(waiting)
  expect(later?.wallAt).toBe(1_001_000)
  expect(later && summarise(later)).toBe('code 1006')
})

test('a tick makes no row', () => {
  expect(
    createRowBuilder(0).build(
      recordedOf({ kind: 'tick', at: 1, room: 'a', tick: 1, durationMs: 1, dropped: 0 }),
    ),
  ).toEqual([])
})

test('the summary of a handshake never shows the session’s secret', () => {
  const row = rowOf(
    {
      kind: 'hello',
      version: 3,
      token: 'jwt-secret',
      session: { id: 's1', token: 'resume-secret', received: 4 },
    },
    'out',
  )
  expect(summarise(row)).toBe('version 3, back to s1')
})

test('the summary of a delta lists the paths it touches, and stops in time', () => {
  expect(
    changedPaths({
      a: { b: 1, c: { __pp_deleted: true } },
      d: { __pp_array_ops: [{ op: 'set', index: 3, value: 1 }] },
    }),
  ).toBe('a.b, a.c, d[3]')
  expect(changedPaths({ d: { __pp_array_ops: [{ op: 'patch', index: 2, delta: { x: 1 } }] } })).toBe('d[2].x')
  const wide = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`k${index}`, 1]))
  expect(changedPaths(wide)).toBe('k0, k1, k2, k3, k4, k5, k6, k7, …')
  expect(changedPaths(7)).toBe('(root)')
})

test('the text filter reads names, rooms, keys and values, in any case, and wants every word', () => {
  const row = rowOf(move)
  const passes = (text: string) => matches(row, { ...EVERYTHING, text })
  expect(['MOVE', 'aren', 'dx', 'move dx', '  '].map(passes)).toEqual([true, true, true, true, true])
  expect(['jump', 'move jump'].map(passes)).toEqual([false, false])
})

test('kinds, direction and client filter as they say', () => {
  const row = rowOf(move, 'out')
  expect(matches(row, { ...EVERYTHING, hidden: new Set(['message']) })).toBe(false)
  expect(matches(row, { ...EVERYTHING, direction: 'in' })).toBe(false)
  expect(matches(row, { ...EVERYTHING, direction: 'out', source: 0 })).toBe(true)
  expect(matches(row, { ...EVERYTHING, source: 1 })).toBe(false)
})

test('a list kept up to date by steps is the list made anew, whatever the filter and the ring did', () => {
  const random = createRandom(Number(process.env['PP_SEED'] ?? 1))
  const recorder = createRecorder({ maxEvents: 200 })
  const hook = createHook(recorder)
  const client = createFakeClient()
  hook.attach(client)
  client.start()
  const list = createRowList(recorder, createRowBuilder(0))
  for (let round = 0; round < 60; round++) {
    for (let step = Math.floor(random.next() * 40); step > 0; step--) client.step()
    if (round % 9 === 4) list.setFilter({ ...EVERYTHING, text: 'p1', hidden: new Set(['message']) })
    if (round % 9 === 8) list.setFilter(EVERYTHING)
    list.update()

    const fresh = createRowList(recorder, createRowBuilder(0))
    fresh.setFilter(list.filter)
    fresh.update()
    const told = (rows: typeof list.visible) => rows.map(({ eventId, kind }) => [eventId, kind])
    expect(told(list.visible)).toEqual(told(fresh.visible))
    const counts = (of: typeof list) => Object.fromEntries([...of.counts].filter(([, count]) => count > 0))
    expect(counts(list)).toEqual(counts(fresh))
  }
})

test('a row is held against the filter when it comes, and not again when the ring drops it', () => {
  const recorder = createRecorder({ maxEvents: 10 })
  const builder = createRowBuilder(0)
  let looks = 0
  const counting: RowBuilder = {
    ...builder,
    build: (recorded) =>
      builder.build(recorded).map(
        (row) =>
          new Proxy(row, {
            get(target, key) {
              if (key === 'direction') looks++
              return Reflect.get(target, key)
            },
          }),
      ),
  }
  const list = createRowList(recorder, counting)
  list.setFilter({ ...EVERYTHING, direction: 'out' })
  for (let turn = 0; turn < 3; turn++) {
    looks = 0
    for (let seq = 0; seq < 10; seq++) recorder.record(0, frameOf('out', [move], { seq }))
    list.update()
    expect([looks, list.visible.length, list.counts.get('message')]).toEqual([10, 10, 10])
  }
})

test('a row without a place for it leaves out what the frame would weigh as JSON', () => {
  const row = rowOf(move, 'out')
  const page = document.createElement('div')
  const draw = (isTight: boolean): Element | null => {
    render(h(FrameRow, { row, top: 0, isSelected: false, isNarrow: false, isTight, onSelect() {} }), page)
    return page.querySelector('.raw-size')
  }
  expect([draw(false) === null, draw(true) === null]).toEqual([false, true])
  expect(page.querySelector('.cell-bytes')?.textContent).toMatch(/^\d+ B$/)
})
