import { createRandom, patchImmutable, type Json } from '@painda/protocol'
import { expect, test } from 'vitest'
import { createHook } from '../src/hook.js'
import { stateAt } from '../src/rebuild.js'
import { createRecorder } from '../src/recorder.js'
import { lanesOf, momentBefore, momentsOf, placeIn, spanOf } from '../src/timeline.js'
import { createFakeClient } from './fake-client.js'

const ROOM = 'arena-1'

test('the state at any version is the one that replaying all deltas gives, wherever the rebuild begins', () => {
  for (const seed of [1, 2, 3, 4, 5, 6]) {
    const random = createRandom(seed)
    const hook = createHook()
    const client = createFakeClient({ seed })
    hook.attach(client)
    client.start()
    const steps = 100 + Math.floor(random.next() * 500)
    for (let step = 0; step < steps; step++) {
      client.step()
      const [room] = client.rooms()
      // A resync sends the state of now again.
      if (room !== undefined && random.next() < 0.02)
        client.frame('in', {
          kind: 'snapshot',
          room: ROOM,
          version: room.version,
          tick: 0,
          state: room.state,
        })
    }
    let replayed: unknown
    let version = -1
    let compared = 0
    const moments = momentsOf(hook.recorder, 0, ROOM)
    for (const { eventId, version: told } of moments) {
      const event = hook.recorder.at(eventId)?.event
      for (const message of event?.kind === 'frame' ? event.messages : []) {
        if (message.kind === 'snapshot') [replayed, version] = [message.state, message.version]
        if (message.kind === 'delta') {
          replayed = patchImmutable(replayed as Json, message.delta)
          version = message.to
        }
      }
      expect(told).toBe(version)
      if (random.next() > 0.1 && eventId !== moments.at(-1)?.eventId) continue
      expect(stateAt(hook.recorder, { source: 0, room: ROOM, eventId })).toEqual({ version, state: replayed })
      compared++
    }
    expect(compared).toBeGreaterThan(5)
    expect(replayed).toEqual(client.rooms()[0]?.state)
  }
})

test('a version whose snapshot has left the ring is rebuilt from a checkpoint or not at all, never wrongly', () => {
  const states = new Map<number, unknown>()
  const hook = createHook(createRecorder({ maxEvents: 400 }))
  const client = createFakeClient()
  hook.attach(client)
  client.start()
  for (let step = 0; step < 900; step++) {
    client.step()
    for (const { version, state } of client.rooms()) states.set(version, state)
  }
  const results = momentsOf(hook.recorder, 0, ROOM).map(({ eventId }) =>
    stateAt(hook.recorder, { source: 0, room: ROOM, eventId }),
  )
  expect(results[0]).toBeNull()
  expect(results.at(-1)?.state).toEqual(client.rooms()[0]?.state)
  for (const past of results) if (past !== null) expect(past.state).toEqual(states.get(past.version))
})

test('lanes show traffic where it was, the time without a connection, and trouble', () => {
  const hook = createHook()
  const client = createFakeClient({ startAt: 0 })
  hook.attach(client)
  client.start()
  for (let step = 0; step < 20; step++) client.step()
  const cutAt = client.now
  client.setStatus({ status: 'waiting' })
  client.now += 1_000
  client.setStatus({ status: 'open' })
  client.tell({ kind: 'desync', at: client.now, peer: 'server', room: ROOM, have: 3, got: 5 })
  const openAt = client.now
  for (let step = 0; step < 20; step++) client.step()
  const span = spanOf(hook.recorder)
  const [lane] = lanesOf(hook.recorder, [0], 50)
  expect(lane?.gaps).toEqual([{ from: placeIn(span, cutAt), to: placeIn(span, openAt) }])
  expect(lane?.marks).toMatchObject([{ kind: 'desync', place: placeIn(span, openAt) }])
  const middle = Math.floor(placeIn(span, cutAt + 500) * 50)
  expect(lane?.columns[middle]).toEqual({ in: 0, out: 0 })
  expect(lane?.columns.reduce((sum, column) => sum + column.in, 0)).toBe(hook.recorder.totals(0).bytesIn)
})

test('a click between two versions means the one that was on the screen then', () => {
  const moments = [10, 20, 30].map((at, index) => ({ eventId: index, at, version: index }))
  expect([5, 10, 19, 20, 99].map((at) => momentBefore(moments, at))).toEqual([0, 0, 0, 1, 2])
})
