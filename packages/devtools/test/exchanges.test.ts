import type { Message } from '@painda/protocol'
import { expect, test } from 'vitest'
import { exchangesOf, quantile } from '../src/exchanges.js'
import { membersAtEnd, nameOf, ownPaths } from '../src/members.js'
import { pathTraffic } from '../src/path-traffic.js'
import { createRecorder } from '../src/recorder.js'
import { createRowBuilder, type Row } from '../src/rows.js'
import { parsePayload, sendBy } from '../src/send-by-hand.js'
import { deltaOf, frameOf, recordedOf, snapshotOf } from './events.js'

interface Said {
  direction: 'in' | 'out'
  message: Message
  at?: number
  source?: number
}

function rowsOf(said: readonly Said[]): Row[] {
  const builder = createRowBuilder(0)
  return said.flatMap(({ direction, message, at = 1_000, source = 0 }, id) =>
    builder.build(recordedOf(frameOf(direction, [message], { at }), id, source)),
  )
}

const ask = (type: string, ackId: number): Message => ({
  kind: 'event',
  type,
  payload: {},
  room: 'arena',
  ackId,
})

test('messages are counted by type and direction; answers give latency, refusals and what is open', () => {
  const { types, open, refused } = exchangesOf(
    rowsOf([
      { direction: 'out', message: { kind: 'event', type: 'move', payload: 1 } },
      { direction: 'out', message: { kind: 'event', type: 'move', payload: 2 } },
      { direction: 'in', message: { kind: 'event', type: 'move', payload: 3 } },
      { direction: 'out', message: ask('buy', 1), at: 1_000 },
      { direction: 'in', message: { kind: 'ack', ackId: 1, data: 'ok' }, at: 1_030 },
      { direction: 'out', message: ask('buy', 2), at: 2_000 },
      {
        direction: 'in',
        message: { kind: 'ack', ackId: 2, error: { code: 'REFUSED', message: 'no' } },
        at: 2_010,
      },
      { direction: 'out', message: ask('buy', 3), at: 3_000 },
    ]),
  )
  expect(types.map(({ name, direction, count }) => [name, direction, count])).toEqual([
    ['buy', 'out', 3],
    ['move', 'out', 2],
    ['move', 'in', 1],
  ])
  expect(types[0]).toMatchObject({ latencies: [10, 30], failed: 1, open: 1 })
  expect(open.map(({ message }) => message)).toEqual([ask('buy', 3)])
  expect(refused.map(({ name }) => name)).toEqual(['buy'])
})

test('answers belong to the client that asked, and one without a question counts for nobody', () => {
  const { types, open } = exchangesOf(
    rowsOf([
      { direction: 'out', message: ask('buy', 1), source: 0 },
      { direction: 'in', message: { kind: 'ack', ackId: 1 }, source: 1 },
      { direction: 'in', message: { kind: 'ack', ackId: 9 }, source: 0 },
    ]),
  )
  expect([types.length, types[0]?.open, open.length]).toEqual([1, 1, 1])
})

test('a quantile is a value that was measured', () => {
  expect(quantile([], 0.5)).toBeNull()
  expect([0, 0.5, 0.95, 1].map((share) => quantile([1, 2, 3, 4], share))).toEqual([1, 3, 4, 4])
})

test('bytes are shared out over paths, with one line for all players and all places of a list', () => {
  const rows = rowsOf([
    { direction: 'in', message: deltaOf(1, { players: { p1: { x: 1 }, p2: { x: 22222222 } }, clock: 9 }) },
    {
      direction: 'in',
      message: deltaOf(2, { floor: { __pp_array_ops: [{ op: 'set', index: 3, value: 1 }] } }),
    },
    { direction: 'in', message: deltaOf(3, { players: { p1: { __pp_deleted: true } } }, 'lobby') },
    { direction: 'in', message: deltaOf(3, { clock: 8 }), source: 1 },
  ])
  const paths = pathTraffic(rows, 0, 'arena')
  expect(paths.map(({ path, changes }) => [path, changes]).sort()).toEqual([
    ['clock', 1],
    ['floor.*', 1],
    ['players.*.x', 2],
  ])
  const [first, second] = rows
  const whole = (first?.frame?.bytes.byteLength ?? 0) + (second?.frame?.bytes.byteLength ?? 0)
  expect(paths.reduce((sum, { bytes }) => sum + bytes, 0)).toBeCloseTo(whole)
})

test('what only this client is told of is named by its places, as far back as its own snapshot', () => {
  const own = (message: Message): Message => ({ ...message, scope: 'own' }) as Message
  const rows = rowsOf([
    { direction: 'in', message: own(deltaOf(0, { forgotten: 1 })) },
    { direction: 'in', message: own(snapshotOf(1, { players: { p1: { mission: 'paint' } } })) },
    { direction: 'in', message: deltaOf(1, { clock: 1 }) },
    { direction: 'in', message: own(deltaOf(2, { players: { p1: { hand: [1, 2] } } })) },
  ])
  expect(ownPaths(rows, 0, 'arena').sort()).toEqual(['players.p1.hand', 'players.p1.mission'])
})

test('members of a replay are whoever was last told of, in the order in which they came', () => {
  const recorder = createRecorder()
  const entry = (clientId: string, joinedAt: number) => ({
    clientId,
    data: null,
    joinedAt,
    updatedAt: 0,
    connected: true,
    connections: 1,
  })
  const sync = (full: boolean, set: ReturnType<typeof entry>[], gone: string[] = []): Message => ({
    kind: 'presences',
    room: 'arena',
    full,
    set,
    gone,
  })
  recorder.record(0, frameOf('in', [sync(true, [entry('old', 0)])]))
  recorder.record(0, frameOf('in', [sync(true, [entry('b', 2), entry('a', 1)])]))
  recorder.record(0, frameOf('in', [sync(false, [entry('c', 3)], ['a'])]))
  expect(membersAtEnd(recorder, 0, 'arena').map(({ clientId }) => clientId)).toEqual(['b', 'c'])
  expect(membersAtEnd(recorder, 0, 'lobby')).toEqual([])
})

test('a payload typed by hand is JSON or nothing, and anything else says why', () => {
  expect(parsePayload('  ')).toEqual({ problem: null, value: undefined })
  expect(parsePayload('{"a":[1]}')).toEqual({ problem: null, value: { a: [1] } })
  expect(parsePayload('{a:1}').problem).toMatch(/^This is no JSON: /)
})

test('a message sent by hand ends in an answer or in the refusal’s own words', async () => {
  const sent: unknown[] = []
  const target = {
    send: (type: string, payload: unknown) => void sent.push([type, payload]),
    request: (type: string) =>
      type === 'ok' ? Promise.resolve(42) : Promise.reject(new TypeError('Not like this.')),
  }
  expect(await sendBy(target, 'send', 'move', { x: 1 })).toEqual({ error: null, answer: undefined })
  expect(sent).toEqual([['move', { x: 1 }]])
  expect(await sendBy(target, 'request', 'ok', null)).toEqual({ error: null, answer: 42 })
  expect(await sendBy(target, 'request', 'no', null)).toMatchObject({
    error: expect.stringContaining('Not like this.'),
  })
})

test('a member has the name of its presence, else the one that the state keeps under its id', () => {
  const member = { clientId: 'c1', data: null, joinedAt: 0, updatedAt: 0, connected: true, connections: 1 }
  expect(nameOf({ ...member, data: { name: 'Ada' } }, { players: { c1: { name: 'no' } } })).toBe('Ada')
  expect(nameOf(member, { secrets: { c1: { n: 1 } }, players: { c1: { name: 'Ada' } } })).toBe('Ada')
  expect(nameOf({ ...member, clientId: 'toString' }, { players: {} })).toBe('toString')
  expect(nameOf(member, null)).toBe('c1')
})
