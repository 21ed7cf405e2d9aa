// @vitest-environment node
import { createInspector, writeSessionFile, type InspectEvent } from '@painda/protocol'
import { createFakeTime, type FakeTime } from '@painda/testing'
import { expect, test, vi } from 'vitest'
import { EVERYTHING, matches } from '../src/filter.js'
import { createHook } from '../src/hook.js'
import { createRecorder, type Recorder } from '../src/recorder.js'
import { createRowBuilder } from '../src/rows.js'
import { createServerLane, SERVER_SOURCE, type Hot } from '../src/server-lane.js'
import { replayOf, sessionOf } from '../src/session.js'
import { createServerStream, followServers, type ServerStream } from '../src/server-stream.js'
import { lanesOf } from '../src/timeline.js'
import { wayOf } from '../src/twin.js'
import { deltaOf, frameOf, snapshotOf } from './events.js'

/** A page and a dev server, without Vite between them. */
function build() {
  const time = createFakeTime()
  const stream = createServerStream(time)
  const inspector = createInspector()
  stream.attach({ inspector })
  return { time, stream, inspector, page: openPage(time, stream) }
}

function openPage(time: FakeTime, stream: ServerStream) {
  const listeners = new Map<string, (data: unknown) => void>()
  const recorder = createRecorder()
  let isUp = true
  const page = {}
  const hot: Hot = {
    on: (event, listener) => void listeners.set(event, listener),
    send: (_event, data) => {
      // As Vite's client does.
      if (!isUp) throw new Error('send was called before connect')
      stream.watch(page, data, (batch) => listeners.get('painda:events')?.(batch))
    },
  }
  const lane = createServerLane({ hot, recorder, clientIds: () => ['c_1'], time })
  return {
    lane,
    recorder,
    tell: (event: string, data?: unknown) => listeners.get(event)?.(data),
    setUp: (next: boolean) => (isUp = next),
  }
}

const eventsOf = (recorder: Recorder): InspectEvent[] =>
  Array.from(
    { length: recorder.nextId - recorder.firstId },
    (_, at) => recorder.at(recorder.firstId + at)?.event,
  ).filter((event) => event !== undefined)

const sent = (peer: string, at: number): InspectEvent => ({
  ...frameOf('out', [snapshotOf(1, { a: 1 })], { at }),
  peer,
})

test('nobody looks: the server’s events are not even made', async () => {
  const { time, inspector, page } = build()
  expect(inspector.active).toBe(false)
  page.lane.watch(true)
  expect(inspector.active).toBe(true)
  page.lane.watch(false)
  await time.advance(20_000)
  expect([inspector.active, time.pending]).toEqual([false, 0])
})

test('a page gets the frames of its own clients, and what befalls anybody', async () => {
  const { time, inspector, page } = build()
  page.lane.watch(true)
  inspector.emit(sent('c_1', time.now()))
  inspector.emit(sent('c_2', time.now()))
  inspector.emit({
    kind: 'skipped',
    at: time.now(),
    peer: 'c_2',
    room: 'arena',
    from: 1,
    to: 2,
    bufferedBytes: 9,
    unconfirmedBytes: 0,
  })
  inspector.emit({ kind: 'tick', at: time.now(), room: 'arena', tick: 1, durationMs: 1, dropped: 0 })
  await time.advance(100)
  const events = eventsOf(page.recorder)
  expect(events).toMatchObject([
    { kind: 'frame', peer: 'c_1', messages: [{ kind: 'snapshot', state: { a: 1 } }] },
    { kind: 'skipped', peer: 'c_2', from: 1, to: 2 },
  ])
  expect(page.recorder.at(0)?.source).toBe(SERVER_SOURCE)
  expect(page.lane.status).toBe('open')
})

test('a state that changes after its frame left is told as it left', async () => {
  const { time, inspector, page } = build()
  page.lane.watch(true)
  const state = { a: 1 }
  inspector.emit({
    ...frameOf('out', [snapshotOf(1, { a: 1 })]),
    peer: 'c_1',
    messages: [snapshotOf(1, state)],
  })
  state.a = 2
  await time.advance(100)
  expect(eventsOf(page.recorder)).toMatchObject([{ messages: [{ state: { a: 1 } }] }])
})

test('a flood is cut, and the page is told by how much', async () => {
  const { time, inspector, page } = build()
  page.lane.watch(true)
  for (let n = 0; n < 2_500; n++)
    inspector.emit({ kind: 'error', at: 0, peer: 'c_1', code: 'INTERNAL', message: 'x' })
  await time.advance(100)
  const events = eventsOf(page.recorder)
  expect(events).toHaveLength(2_001)
  expect(events.at(-1)).toMatchObject({ message: 'The server told too much: 500 events were left out.' })
})

test('a server that is started later is listened to as well', async () => {
  const { time, stream, page } = build()
  page.lane.watch(true)
  const restarted = createInspector()
  stream.attach({ inspector: restarted })
  restarted.emit({ kind: 'error', at: 0, peer: 'c_1', code: 'INTERNAL', message: 'new' })
  await time.advance(100)
  expect(eventsOf(page.recorder)).toMatchObject([{ message: 'new' }])
})

test('a dev server that dies is named once, and its return goes on with the lane', async () => {
  const { time, inspector, page } = build()
  page.lane.watch(true)
  inspector.emit(sent('c_1', 0))
  await time.advance(100)
  page.setUp(false)
  page.tell('vite:ws:disconnect')
  page.tell('vite:ws:disconnect')
  expect(page.lane.status).toBe('lost')
  expect(eventsOf(page.recorder).filter(({ kind }) => kind === 'error')).toMatchObject([
    { code: 'CLOSED', message: expect.stringContaining('The dev server went away') },
  ])
  await time.advance(60_000)
  page.setUp(true)
  page.tell('vite:ws:connect')
  inspector.emit(sent('c_1', 0))
  await time.advance(100)
  expect(page.lane.status).toBe('open')
})

test('what is no batch of ours is ignored or named, and never thrown', () => {
  const { page } = build()
  page.lane.watch(true)
  for (const data of [null, 7, {}, { text: 7, offset: 0 }]) page.tell('painda:events', data)
  expect(eventsOf(page.recorder)).toEqual([])
  page.tell('painda:events', { text: '{"painda":"session","version":9}', offset: 0, missed: 0 })
  expect(eventsOf(page.recorder)).toMatchObject([{ code: 'UNREADABLE_FILE' }])
})

test('whatever a page asks with, the stream stays whole', async () => {
  const { time, stream, inspector } = build()
  const batches: unknown[] = []
  for (const asked of [null, 'all', { clients: 'c_1' }, { clients: [{}, 7, null] }]) {
    stream.watch({}, asked, (batch) => batches.push(batch))
  }
  inspector.emit(sent('c_1', 0))
  await time.advance(100)
  expect(batches).toEqual([])
  stream.close()
  expect([inspector.active, time.pending]).toEqual([false, 0])
})

test('of a frame that both ends recorded one sees how long it was on its way', () => {
  const recorder = createRecorder()
  const body = deltaOf(3, { a: 1 })
  recorder.record(SERVER_SOURCE, { ...frameOf('out', [body], { at: 1_000 }), peer: 'c_2' })
  recorder.record(SERVER_SOURCE, { ...frameOf('out', [body], { at: 1_010 }), peer: 'c_1' })
  recorder.record(0, frameOf('in', [body], { at: 1_034 }))
  recorder.record(0, frameOf('in', [deltaOf(4, { a: 2 })], { at: 1_040 }))
  const builder = createRowBuilder(0)
  const rows = [2, 3].flatMap((id) => builder.build(recorder.at(id)!))
  expect(rows.map((row) => wayOf(recorder, row, 'c_1'))).toEqual([24, null])
  expect(wayOf(recorder, rows[0]!, null)).toBeNull()
})

test('servers of the process are found by themselves; whoever looked before is told on, and gets the place back', () => {
  const before = { attachServer: vi.fn() }
  const key = Symbol.for('painda.devtools')
  const host: Record<symbol, { attachServer?: (server: object) => void } | undefined> = { [key]: before }
  const tell = vi.fn()
  const unfollow = followServers(host, tell)
  const server = { inspector: createInspector() }
  host[key]?.attachServer?.(server)
  expect(tell).toHaveBeenCalledWith(server)
  expect(before.attachServer).toHaveBeenCalledWith(server)
  unfollow()
  expect(host[key]).toBe(before)
})

test('a dev server that restarts follows before it leaves: each server is told once, and nothing stays behind in the end', () => {
  const key = Symbol.for('painda.devtools')
  const host: Record<symbol, { attachServer?: (server: object) => void } | undefined> = {}
  const told: number[] = []
  let unfollow = followServers(host, () => told.push(0))
  for (let turn = 1; turn <= 20; turn++) {
    const leave = unfollow
    unfollow = followServers(host, () => told.push(turn))
    leave()
    leave()
  }
  host[key]?.attachServer?.({ inspector: createInspector() })
  expect(told).toEqual([20])
  unfollow()
  expect(key in host).toBe(false)
})

test('a hook that another tool has put over ours stays in its place, and whoever follows later is told through it', () => {
  const key = Symbol.for('painda.devtools')
  const host: Record<symbol, { attachServer?: (server: object) => void } | undefined> = {}
  const [first, second] = [vi.fn(), vi.fn()]
  const unfollow = followServers(host, first)
  const ours = host[key]
  const theirs = { ...ours, attachServer: (server: object) => ours?.attachServer?.(server) }
  host[key] = theirs
  unfollow()
  expect(host[key]).toBe(theirs)
  followServers(host, second)
  host[key]?.attachServer?.({ inspector: createInspector() })
  expect([first.mock.calls.length, second.mock.calls.length]).toEqual([0, 1])
})

test('a session saved with the server’s lane comes back with it, and is saved as the same text', () => {
  const hook = createHook()
  hook.recorder.record(SERVER_SOURCE, { ...frameOf('out', [snapshotOf(1, { a: 1 })]), peer: 'c_1' })
  const file = sessionOf(hook, 0)
  expect(file.about.sources).toEqual(['server'])
  const replay = replayOf(file)
  expect(replay.recorder.at(0)?.source).toBe(SERVER_SOURCE)
  expect(replay.clients()).toEqual([])
  expect(writeSessionFile(sessionOf(replay, 0))).toBe(writeSessionFile(file))
})

test('saved code of the game server is marked, looked at or not, and what is wrong with it stays until it is right', () => {
  const { page } = build()
  const saved = (outcome: string, message: string): void =>
    page.tell('painda:reload', { outcome, file: 'server/rules.ts', message })
  saved('kept', '1 room goes on.')
  expect(page.lane.trouble).toBeNull()
  saved('failed', 'Unexpected end.')
  saved('failed', 'Unexpected end.')
  expect(page.lane.trouble).toBe('server/rules.ts: Unexpected end.')
  saved('restarted', 'Another contract.')
  expect(page.lane.trouble).toBeNull()
  for (const data of [null, 7, { outcome: 'kept' }, { outcome: 'lost', file: 'a', message: 'b' }])
    page.tell('painda:reload', data)
  expect(eventsOf(page.recorder)).toMatchObject(
    ['kept', 'failed', 'restarted'].map((outcome) => ({
      kind: 'reload',
      side: 'server',
      outcome,
      file: 'server/rules.ts',
    })),
  )
})

test('a game server in another process is known as one, until the dev server has one itself', () => {
  const time = createFakeTime()
  const stream = createServerStream(time)
  const { lane, tell } = openPage(time, stream)
  const answer = (): void => tell('painda:servers', { count: stream.servers })
  expect(lane.isElsewhere).toBe(false)
  answer()
  expect(lane.isElsewhere).toBe(true)
  stream.attach({ inspector: createInspector() })
  answer()
  expect(lane.isElsewhere).toBe(false)
  for (const data of [null, 7, {}]) tell('painda:servers', data)
  expect(lane.isElsewhere).toBe(false)
})

test('code that the page itself has taken in is marked with the file that was saved; a style sheet is no code', () => {
  const { page } = build()
  page.tell('painda:saved', { file: 'src/use-rules.ts' })
  page.tell('vite:afterUpdate', { updates: [{ type: 'js-update', path: '/src/game.tsx' }] })
  page.tell('vite:afterUpdate', { updates: [{ type: 'js-update', path: '/src/hud.tsx' }] })
  page.tell('vite:afterUpdate', { updates: [{ type: 'css-update', path: '/src/hud.css' }] })
  for (const data of [null, 7, {}, { updates: 7 }, { updates: [null] }]) page.tell('vite:afterUpdate', data)
  expect(eventsOf(page.recorder)).toMatchObject([
    { kind: 'reload', side: 'page', file: 'src/use-rules.ts' },
    { kind: 'reload', side: 'page', file: '/src/hud.tsx' },
  ])
})

test('a save is a mark on every lane, and a row whoever is looked at', () => {
  const recorder = createRecorder()
  recorder.record(0, frameOf('in', [snapshotOf(1, { a: 1 })], { at: 0 }))
  recorder.record(SERVER_SOURCE, {
    kind: 'reload',
    at: 50,
    side: 'server',
    outcome: 'kept',
    file: 'rules.ts',
    message: '1 room goes on.',
  })
  recorder.record(0, frameOf('in', [deltaOf(2, { a: 2 })], { at: 100 }))
  const lanes = lanesOf(recorder, [SERVER_SOURCE, 0], 10)
  expect(lanes.map(({ marks }) => marks)).toEqual([
    [{ kind: 'reload', place: 0.5, eventId: 1, file: 'rules.ts' }],
    [{ kind: 'reload', place: 0.5, eventId: 1, file: 'rules.ts' }],
  ])
  const builder = createRowBuilder(0)
  const [row] = builder.build(recorder.at(1)!)
  expect(row).toMatchObject({ kind: 'connection', name: 'new code', isBad: false })
  for (const source of [null, 0, SERVER_SOURCE]) expect(matches(row!, { ...EVERYTHING, source })).toBe(true)
})
