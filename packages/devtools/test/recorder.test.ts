import type { Message } from '@painda/protocol'
import { expect, test } from 'vitest'
import { createHook, installHook } from '../src/hook.js'
import { createRecorder } from '../src/recorder.js'
import { frameOf } from './events.js'
import { createFakeClient } from './fake-client.js'

const ping = frameOf('out', [{ kind: 'ping', at: 1, received: 0 }])

test('the ring keeps the newest events and forgets the oldest first', () => {
  const recorder = createRecorder({ maxEvents: 3 })
  for (let seq = 0; seq < 5; seq++) recorder.record(0, { ...ping, seq })
  expect([recorder.firstId, recorder.nextId]).toEqual([2, 5])
  expect(recorder.at(1)).toBeUndefined()
  expect([2, 3, 4].map((id) => recorder.at(id)?.event)).toMatchObject([{ seq: 2 }, { seq: 3 }, { seq: 4 }])
  expect(recorder.at(5)).toBeUndefined()
})

test('memory is bounded by the size of what was recorded, not only by its number', () => {
  const recorder = createRecorder({ maxBytes: 100_000 })
  const big = { ...ping, bytes: new Uint8Array(4_000) }
  for (let seq = 0; seq < 50; seq++) recorder.record(0, { ...big, seq })
  expect(recorder.heldBytes).toBeLessThanOrEqual(100_000)
  expect(recorder.nextId - recorder.firstId).toBeLessThan(6)
})

test('one event larger than the whole budget is still kept: it is what somebody looks for', () => {
  const recorder = createRecorder({ maxBytes: 1_000 })
  recorder.record(0, ping)
  recorder.record(0, { ...ping, seq: 2, bytes: new Uint8Array(1_000_000) })
  expect([recorder.firstId, recorder.nextId]).toEqual([1, 2])
})

test('ten thousand frames of a game stay below 30 MB by the recorder’s own estimate', () => {
  const recorder = createRecorder()
  const hook = createHook(recorder)
  const client = createFakeClient()
  hook.attach(client)
  client.start()
  for (let step = 0; step < 12_000; step++) client.step()
  expect(recorder.nextId - recorder.firstId).toBe(10_000)
  expect(recorder.heldBytes).toBeLessThan(30_000_000)
})

test('what an event weighs is found out once: when it leaves the ring nobody looks at it again', () => {
  const recorder = createRecorder({ maxEvents: 2 })
  let reads = 0
  const counting = Object.defineProperty({ ...ping }, 'messages', {
    get() {
      reads++
      return ping.messages
    },
    enumerable: true,
  })
  recorder.record(0, counting)
  recorder.record(0, ping)
  const once = reads
  expect(once).toBeGreaterThan(0)
  recorder.record(0, ping)
  recorder.record(0, ping)
  expect([recorder.firstId, reads]).toEqual([2, once])
  recorder.clear()
  expect(recorder.heldBytes).toBe(0)
})

test('while capture is paused events are counted, not kept', () => {
  const recorder = createRecorder()
  recorder.capturing = false
  recorder.record(0, ping)
  expect([recorder.nextId, recorder.missed, recorder.totals(0).framesOut]).toEqual([0, 1, 1])
  recorder.capturing = true
  recorder.record(0, ping)
  expect(recorder.nextId).toBe(1)
})

test('clear forgets events but not the totals, and ids go on', () => {
  const recorder = createRecorder()
  recorder.record(0, ping)
  recorder.clear()
  expect([recorder.firstId, recorder.nextId, recorder.heldBytes]).toEqual([1, 1, 0])
  expect(recorder.totals(0).framesOut).toBe(1)
  recorder.record(0, ping)
  expect(recorder.at(1)?.id).toBe(1)
})

test('a checkpoint lives as long as the event after it', () => {
  const recorder = createRecorder({ maxEvents: 2 })
  recorder.checkpoint({ source: 0, room: 'arena', version: 1, state: {} })
  recorder.record(0, ping)
  recorder.record(0, ping)
  expect(recorder.checkpoints()).toHaveLength(1)
  recorder.record(0, ping)
  expect(recorder.checkpoints()).toHaveLength(0)
})

test('errors, refusals of the server and desyncs are counted as problems', () => {
  const recorder = createRecorder()
  recorder.record(0, { kind: 'error', at: 1, peer: 'server', code: 'INTERNAL', message: 'x' })
  recorder.record(0, { kind: 'desync', at: 1, peer: 'server', room: 'arena', have: 1, got: 3 })
  recorder.record(0, frameOf('in', [{ kind: 'error', code: 'RATE_LIMITED', message: 'x' }]))
  recorder.record(0, ping)
  expect(recorder.totals(0).problems).toBe(3)
  recorder.record(7, { kind: 'error', at: 1, peer: 'server', code: 'INTERNAL', message: 'x' })
  recorder.clear()
  expect([recorder.totals(0).problems, recorder.problems]).toEqual([3, 4])
})

test('the whole state that a decoder put beside a delta is not kept, and the client’s message is not touched', () => {
  const recorder = createRecorder()
  const delta: Message = {
    kind: 'delta',
    room: 'arena',
    from: 1,
    to: 2,
    tick: 9,
    delta: { a: 1 },
    state: { a: 1 },
  }
  recorder.record(0, frameOf('in', [delta]))
  const kept = recorder.at(0)?.event
  expect(kept).toMatchObject({ messages: [{ kind: 'delta', from: 1, to: 2, tick: 9, delta: { a: 1 } }] })
  expect(kept?.kind === 'frame' && kept.messages[0]).not.toHaveProperty('state')
  expect(delta).toHaveProperty('state')
})

test('traffic is told per second of the last minute', () => {
  const recorder = createRecorder()
  const size = ping.bytes.byteLength
  recorder.record(0, { ...ping, at: 58_100 })
  recorder.record(0, { ...ping, at: 58_900 })
  recorder.record(0, { ...ping, at: 59_000 })
  const minute = recorder.rates(0, 'out').lastMinute(60_500)
  expect(minute).toHaveLength(60)
  expect(minute.slice(-2)).toEqual([
    { frames: 2, bytes: 2 * size },
    { frames: 1, bytes: size },
  ])
  expect(
    recorder
      .rates(0, 'out')
      .lastMinute(200_000)
      .every(({ frames }) => frames === 0),
  ).toBe(true)
})

test('a hook records a client from the moment it attaches, before anybody looks', () => {
  const hook = createHook()
  const client = createFakeClient()
  hook.attach(client)
  hook.attach(client)
  client.start()
  expect(hook.clients()).toHaveLength(1)
  expect(hook.recorder.at(0)?.event).toMatchObject({ kind: 'connection', state: 'connecting' })
  expect(hook.recorder.nextId).toBe(6)
})

test('a page that makes client after client does not keep them all alive', () => {
  const hook = createHook()
  const clients = Array.from({ length: 20 }, (_, seed) => createFakeClient({ seed }))
  for (const client of clients) {
    hook.attach(client)
    client.start()
  }
  expect(hook.clients()).toHaveLength(16)
  expect(clients[0]?.inspector.active).toBe(false)
  expect([0, 3, 4].map((source) => hook.recorder.totals(source).framesIn > 0)).toEqual([false, false, true])
  expect(clients[19]?.inspector.active).toBe(true)
})

test('every 256 frames the rooms’ states are kept by reference, as the next frame finds them', () => {
  const hook = createHook()
  const client = createFakeClient()
  hook.attach(client)
  client.start()
  const before = new Map<number, unknown>()
  for (let step = 0; step < 300; step++) {
    const [room] = client.rooms()
    if (room !== undefined) before.set(room.version, room.state)
    client.step()
  }
  const [checkpoint] = hook.recorder.checkpoints()
  expect(checkpoint).toBeDefined()
  expect(checkpoint?.state).toBe(before.get(checkpoint?.version ?? -1))
})

test('the page has one hook, whoever asks first', () => {
  const page = {}
  expect(installHook(page)).toBe(installHook(page))
  expect(Object.getOwnPropertySymbols(page)).toEqual([Symbol.for('painda.devtools')])
})

test('the tokens of a session are recorded as stars, decoded and in the bytes', () => {
  const recorder = createRecorder()
  const session = { id: 'c1', token: 'resume-me', received: 2 }
  recorder.record(0, frameOf('out', [{ kind: 'hello', version: 3, token: 'ey.of-ada', session }]))
  const event = recorder.at(0)?.event
  if (event?.kind !== 'frame') throw new Error('not recorded')
  const all = JSON.stringify(event.messages) + String.fromCharCode(...event.bytes)
  expect(all).toContain('c1')
  expect(all).not.toMatch(/of-ada|resume-me/)
})
