// Rooms, both ends together: replicas that follow, and heal when they cannot.
import type { Desync } from '@painda/client'
import { describe, expect, test } from 'vitest'
import { createHarness } from '../src/index.js'
import { Board, boardHarness, joinAll } from './board.js'
import { recordFrames } from './frames.js'

test.each(['its id', 'an invite code'])(
  '[RM19] who waits in a queue by %s and leaves gets no seat: no room sees it come and go',
  async (by) => {
    const joins: string[] = []
    const harness = boardHarness({
      setup: (server) =>
        server.define(Board, {
          maxClients: 1,
          onFull: 'queue',
          onJoin: ({ client }) => void joins.push(client.id),
        }),
    })
    const [a, b] = harness.clients
    const first = a!.join(Board)
    await harness.settle()
    const room = harness.server.rooms()[0]!
    const waiting = b!.join(Board, { id: by === 'its id' ? room.id : room.inviteCode.toLowerCase() })
    await harness.time.advance(50)
    expect([waiting.status, room.queue.length]).toEqual(['joining', 1])
    waiting.leave()
    await harness.settle()
    expect(room.queue).toEqual([])
    first.leave()
    await harness.settle()
    expect(joins).toEqual([a!.id])
    await harness.close()
  },
)

test('[RM1] joined, snapshot, then deltas and events: never another order, also with delivery by hand', async () => {
  const harness = boardHarness({ delivery: 'manual', clients: 1 })
  const [client] = harness.clients
  const frames = recordFrames(client!)
  await harness.deliverAll()
  const room = client!.join(Board)
  const said: string[] = []
  room.on('said', ({ text }) => void said.push(`${text} at ${room.version}`))
  await harness.deliver()
  // Members from here on, and nothing of it has arrived yet.
  const [id] = harness.server.rooms().map((each) => each.id)
  const served = harness.server.getRoom(id ?? '')
  served?.update((draft) => void Object.assign(draft, { list: ['first'] }))
  served?.broadcast('said', { text: 'hello' })
  await harness.time.advance(50)
  await harness.deliverAll()
  const kinds = frames.in
    .filter((message) => 'room' in message && message.room === id)
    .map(({ kind }) => kind)
  expect(kinds.slice(0, 2)).toEqual(['joined', 'snapshot'])
  expect(kinds.indexOf('delta')).toBeGreaterThan(1)
  expect(said).toEqual(['hello at 1'])
  await harness.close()
})

test('[RM1] a snapshot in the frame of the welcome counts: the next delta goes on from it, after a restart too', async () => {
  const harness = createHarness({
    clients: 1,
    setup(server) {
      const lobby = server.room('lobby', { visits: 0 })
      server.on('connection', (client) => void lobby.join(client))
    },
  })
  const [client] = harness.clients
  const errors: string[] = []
  client!.on('error', ({ code }) => void errors.push(code))
  for (let visits = 1; visits <= 2; visits++) {
    for (let i = 0; client!.rooms().every(({ stale }) => stale) && i < 2_000; i++)
      await harness.time.advance(1)
    // No join of the client's own asks for another snapshot.
    harness.server.getRoom('lobby')!.update((draft) => void Object.assign(draft, { visits }))
    await harness.time.advance(50)
    expect(client!.rooms().map(({ state }) => state)).toEqual([{ visits }])
    if (visits === 1) harness.restartServer()
    await harness.time.advance(1)
  }
  expect(errors).toEqual([])
  await harness.close()
})

test('[RM1] a join that is refused rejects with the code, and leaves no trace', async () => {
  const harness = boardHarness({ clients: 1 })
  const handle = harness.clients[0]!.join('nowhere')
  const refused = expect(handle.joined).rejects.toMatchObject({ code: 'ROOM_NOT_FOUND' })
  await harness.settle()
  await refused
  expect(handle.status).toBe('failed')
  expect(harness.converged().converged).toBe(true)
  await harness.close()
})

describe('[RM2] a replica that cannot follow', () => {
  test('[RM2] a lost frame is noticed by the next delta and healed by a snapshot', async () => {
    const harness = boardHarness()
    const [a, b] = await joinAll(harness)
    const client = harness.clients[1]!
    const desyncs: Desync[] = []
    client.on('desync', (desync) => void desyncs.push(desync))
    const frames = recordFrames(client)

    client.net.dropNext(1, 'down')
    a!.send('set', { key: 'x', value: 1 })
    await harness.time.advance(100)
    expect(harness.converged().differences).toMatchObject([
      { client: 'p2', path: 'cells.x', server: 1, versions: { server: 1, replica: 0 } },
    ])
    a!.send('set', { key: 'y', value: 2 })
    await harness.settle()
    expect(b!.state?.cells).toEqual({ x: 1, y: 2 })
    expect(desyncs).toMatchObject([{ room: a!.id, have: 0, got: 2, why: 'gap' }])
    expect(frames.out.filter(({ kind }) => kind === 'resync')).toEqual([
      { kind: 'resync', room: a!.id, version: 0, why: 'gap' },
    ])
    expect(frames.in.filter(({ kind }) => kind === 'snapshot').length).toBe(1)
    await harness.close()
  })

  test('[RM2] many lost frames in a row cost one snapshot each time it is noticed, and the others nothing', async () => {
    const harness = boardHarness()
    const [a, b] = await joinAll(harness)
    const other = recordFrames(harness.clients[0]!)
    for (let round = 0; round < 5; round++) {
      harness.clients[1]!.net.dropNext(3, 'down')
      for (let i = 0; i < 10; i++) {
        a!.send('push', { text: `t${round}.${i}`, at: 0 })
        await harness.time.advance(30)
      }
    }
    await harness.settle()
    expect(b!.state).toEqual(a!.state)
    expect(other.in.filter(({ kind }) => kind === 'snapshot')).toEqual([])
    await harness.close()
  })

  test('[RM2] when the snapshot that should heal is cut off with its connection, the next one heals', async () => {
    const harness = boardHarness()
    const [a, b] = await joinAll(harness)
    const client = harness.clients[1]!
    client.net.dropNext(1, 'down')
    a!.send('set', { key: 'x', value: 1 })
    await harness.time.advance(50)
    a!.send('set', { key: 'y', value: 2 })
    await harness.time.advance(20)
    client.net.cut()
    a!.send('set', { key: 'z', value: 3 })
    await harness.settle()
    expect(b!.state?.cells).toEqual({ x: 1, y: 2, z: 3 })
    await harness.close()
  })

  test('[RM13] a flipped byte in a delta is healed within a second of traffic, whatever it made of the replica', async () => {
    let different = 0
    const reasons = new Set<string>()
    for (let seed = 1; seed <= 80; seed++) {
      const harness = boardHarness({ seed })
      const [a, b] = await joinAll(harness)
      harness.clients[1]!.on('desync', ({ why }) => void reasons.add(why))
      harness.clients[1]!.net.corruptNext('down')
      a!.send('set', { key: 'hello', value: 12_345 })
      await harness.time.advance(100)
      if (!harness.converged().converged) different++
      for (let n = 0; n < 11; n++) {
        a!.send('set', { key: 'other', value: n })
        await harness.time.advance(100)
      }
      await harness.settle()
      expect(b!.state, `seed ${seed}`).toEqual({ cells: { hello: 12_345, other: 10 }, list: [] })
      await harness.close()
    }
    // Or nothing was damaged, or never in a way that only the hash can tell.
    expect(different).toBeGreaterThan(0)
    expect(reasons).toContain('hash')
  })
})

test('[RM3] an event never arrives before the state it was sent in', async () => {
  const harness = boardHarness({ profile: 'spec' })
  const [a] = await joinAll(harness)
  const seen: string[] = []
  a!.on('said', ({ text }) => void seen.push(`${text}=${a!.state?.cells['n']}`))
  const room = harness.server.getRoom(a!.id ?? '')
  for (let n = 0; n < 30; n++) {
    room?.update((draft) => void ((draft as { cells: Record<string, number> }).cells['n'] = n))
    room?.broadcast('said', { text: String(n) })
    await harness.time.advance(40)
  }
  await harness.settle()
  expect(seen).toEqual(Array.from({ length: 30 }, (_, n) => `${n}=${n}`))
  await harness.close()
})

test('[RM4] a room at rest is silent: an hour costs heartbeats only', async () => {
  const harness = boardHarness()
  await joinAll(harness)
  await harness.time.advance(5_000)
  const frames = harness.clients.map(recordFrames)
  await harness.time.advance(60 * 60_000)
  const kinds = new Set(frames.flatMap((each) => [...each.in, ...each.out]).map(({ kind }) => kind))
  expect([...kinds].sort()).toEqual(['ping', 'pong'])
  await harness.close()
})

test('[RM5] an answer names the version that shows its effect', async () => {
  const harness = boardHarness()
  const [a] = await joinAll(harness)
  const frames = recordFrames(harness.clients[0]!)
  const answer = a!.request('add', { key: 'x', by: 2 })
  await harness.settle()
  expect(await answer).toEqual({ value: 2 })
  const acks = frames.in.filter((message) => message.kind === 'ack')
  expect(acks).toMatchObject([{ version: 1 }])
  expect(a!.version).toBe(1)
  await harness.close()
})

test('[RM6] left is the last word: nothing of the room arrives after it', async () => {
  const harness = boardHarness()
  const [a, b] = await joinAll(harness)
  const frames = recordFrames(harness.clients[0]!)
  const id = a!.id
  for (let i = 0; i < 5; i++) b!.send('set', { key: 'x', value: i })
  a!.leave()
  for (let i = 0; i < 5; i++) b!.send('set', { key: 'y', value: i })
  await harness.settle()
  const ofRoom = frames.in.filter((message) => 'room' in message && message.room === id)
  expect(ofRoom.at(-1)).toEqual({ kind: 'left', room: id, reason: 'left' })
  expect(harness.converged().converged).toBe(true)

  const again = harness.clients[0]!.join(Board, { id: id ?? '' })
  await harness.settle()
  frames.clear()
  harness.server.getRoom(id ?? '')?.kick(harness.server.getClient('p1')!, { reason: 'Be nice.' })
  await harness.settle()
  const last = frames.in.filter((message) => 'room' in message && message.room === id).at(-1)
  expect(last).toEqual({ kind: 'left', room: id, reason: 'kicked', text: 'Be nice.' })
  expect(again).toMatchObject({ status: 'left', error: { code: 'KICKED', message: 'Be nice.' } })

  await harness.server.getRoom(id ?? '')?.dispose()
  await harness.settle()
  expect(b).toMatchObject({ status: 'left', error: { code: 'ROOM_NOT_FOUND' } })
  await harness.close()
})

test('[RM7] what a room was sent while its kick was under way is refused, and the rest goes on', async () => {
  const harness = boardHarness()
  const [a, b] = await joinAll(harness)
  const errors: string[] = []
  harness.clients[0]!.on('error', ({ code }) => void errors.push(code))
  harness.server.getRoom(a!.id ?? '')?.kick(harness.server.getClient('p1')!)
  a!.send('set', { key: 'x', value: 1 })
  const asked = expect(a!.request('add', { key: 'x', by: 1 })).rejects.toMatchObject({ code: 'NOT_IN_ROOM' })
  await harness.settle()
  await asked
  expect(errors).toContain('NOT_IN_ROOM')
  expect(b!.state?.cells).toEqual({})
  expect(harness.clients[0]!.status().status).toBe('open')
  await harness.close()
})

test('[RP3] a page that is left and opened again before the join is answered is in its room, whichever way it asks', async () => {
  const harness = boardHarness()
  const [a, b] = harness.clients
  const seat = b!.join(Board)
  await harness.settle()
  for (const ways of [
    [{}, {}],
    [{ id: seat.id! }, {}],
    [{}, { id: seat.id! }],
  ] as const) {
    a!.net.stall(3_000)
    const [first, second] = ways
    const release = a!.room(Board, first).retain()
    await harness.time.advance(50)
    release()
    await harness.time.advance(1_200)
    const again = a!.room(Board, second)
    const leave = again.retain()
    await harness.settle()
    expect([again.status, again.error, seat.presence.others().length]).toEqual(['joined', null, 1])
    leave()
    await harness.time.advance(1_100)
    await harness.settle()
    expect(harness.server.rooms().map(({ clients }) => clients.length)).toEqual([1])
  }
  await harness.close()
})
