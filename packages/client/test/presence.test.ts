import { defineRoom, hashState } from '@painda/protocol'
import { describe, expect, test } from 'vitest'
import { createFakeServer } from './fake-server.js'
import type { FakeServer } from './fake-server.js'
import type { Desync, PresenceEntry } from '../src/index.js'

const entry = (clientId: string, data: unknown, more: Partial<PresenceEntry> = {}): PresenceEntry => ({
  clientId,
  data,
  joinedAt: 1,
  updatedAt: 1,
  connected: true,
  connections: 1,
  ...more,
})

async function enter(server: FakeServer) {
  const client = server.client()
  const room = client.join('r1')
  await client.ready
  await server.settle()
  server.last.say({ kind: 'joined', room: 'r1', ackId: 1, type: 'event' })
  await room.joined
  return { client, room }
}

describe('presence', () => {
  test('[PR1] a full list, then changes; snapshot() changes with its content alone', async () => {
    const server = createFakeServer()
    const { client, room } = await enter(server)
    const { presence } = room
    let calls = 0
    presence.subscribe(() => calls++)
    server.last.say(
      {
        kind: 'presences',
        room: 'r1',
        full: true,
        set: [entry('c1', { n: 1 }), entry('c2', { n: 2 })],
        gone: [],
      },
      { kind: 'presences', room: 'r1', full: false, set: [entry('c3', { n: 3 })], gone: [] },
    )
    await server.settle()
    const shown = presence.snapshot()
    expect([presence.self?.data, presence.others().map(({ clientId }) => clientId), calls]).toEqual([
      { n: 1 },
      ['c2', 'c3'],
      1,
    ])
    expect(presence.snapshot()).toBe(shown)
    server.last.say({
      kind: 'presences',
      room: 'r1',
      full: false,
      set: [entry('c3', { n: 3 }, { connected: false })],
      gone: ['c2'],
    })
    await server.settle()
    expect(presence.list().map(({ clientId, connected }) => [clientId, connected])).toEqual([
      ['c1', true],
      ['c3', false],
    ])
    expect([presence.get('c2'), presence.get('c3')?.connected]).toEqual([undefined, false])
    expect(presence.snapshot()).not.toBe(shown)
    client.close()
  })

  test('[PR1] an entry that comes again as it was keeps its identity, and so do the list and the snapshot', async () => {
    const server = createFakeServer()
    const { room } = await enter(server)
    const { presence } = room
    const say = (set: PresenceEntry[], full = false): void =>
      server.last.say({ kind: 'presences', room: 'r1', full, set, gone: [] })
    say([entry('c1', { n: 1 }), entry('c2', { n: 2, at: [1, 2] })], true)
    await server.settle()
    const at = (): unknown =>
      Object.entries(presence.get('c2')?.data ?? {}).find(([key]) => key === 'at')?.[1]
    const before = { list: presence.list(), snapshot: presence.snapshot(), at: at() }
    say([entry('c2', { n: 2, at: [1, 2] })])
    say([entry('c1', { n: 1 }), entry('c2', { n: 2, at: [1, 2] })], true)
    await server.settle()
    expect(presence.list()).toBe(before.list)
    expect(presence.snapshot()).toBe(before.snapshot)
    say([entry('c2', { n: 3, at: [1, 2] })])
    await server.settle()
    expect(presence.snapshot()).not.toBe(before.snapshot)
    expect(presence.get('c2')).toBe(presence.others()[0])
    expect(at()).toEqual([1, 2])
    expect(at()).toBe(before.at)
  })

  test('[PR2] an update sends the whole own data and shows at once', async () => {
    const server = createFakeServer()
    const { client, room } = await enter(server)
    server.last.say({
      kind: 'presences',
      room: 'r1',
      full: true,
      set: [entry('c1', { name: 'Ada', n: 0 })],
      gone: [],
    })
    await server.settle()
    room.presence.update({ n: 1 })
    expect(room.presence.self?.data).toEqual({ name: 'Ada', n: 1 })
    await server.time.advance(50)
    room.presence.update((data) => ({ ...(data as object), n: 2 }))
    await server.settle()
    expect(server.last.of('presence')).toEqual([
      { kind: 'presence', room: 'r1', data: { name: 'Ada', n: 1 } },
      { kind: 'presence', room: 'r1', data: { name: 'Ada', n: 2 } },
    ])
    // An echo of the update before does not make the newer one flicker.
    server.last.say({
      kind: 'presences',
      room: 'r1',
      full: false,
      set: [entry('c1', { name: 'Ada', n: 1 })],
      gone: [],
    })
    await server.settle()
    expect(room.presence.self?.data).toEqual({ name: 'Ada', n: 2 })
    client.close()
  })

  test('what another session of the user, or the room, writes of this client is shown, and the next update builds on it', async () => {
    const server = createFakeServer()
    server.autoWelcome = (_peer, count) =>
      count === 1 ? {} : { outcome: 'resumed', token: 't2', received: 1 }
    const { client, room } = await enter(server)
    const say = (data: unknown, full = false): void =>
      server.last.say({ kind: 'presences', room: 'r1', full, set: [entry('c1', data)], gone: [] })
    const told = (): unknown[] => server.last.of('presence').map(({ data }) => data)
    say({}, true)
    room.presence.update({ name: 'Ada' })
    // Who is away or connected comes with the data of before, and is no news of it.
    say({})
    await server.settle()
    expect(room.presence.self?.data).toEqual({ name: 'Ada' })
    say({ name: 'Ada' })
    say({ name: 'Ada', team: 2 })
    await server.settle()
    expect(room.presence.self?.data).toEqual({ name: 'Ada', team: 2 })
    await server.time.advance(50)
    room.presence.update({ name: 'Grace' })
    await server.settle()
    expect(told().at(-1)).toEqual({ name: 'Grace', team: 2 })
    // Theirs came first at the server, ours stands.
    say({ name: 'Ada', team: 3 })
    say({ name: 'Grace', team: 2 })
    await server.settle()
    expect(room.presence.self?.data).toEqual({ name: 'Grace', team: 2 })
    // Ours came first, and both with one tick.
    await server.time.advance(50)
    room.presence.update({ team: 4 })
    say({ name: 'Eve', team: 2 })
    await server.settle()
    expect(room.presence.self?.data).toEqual({ name: 'Eve', team: 2 })
    // What is yet to be told comes last.
    await server.time.advance(50)
    room.presence.update({ team: 5 })
    room.presence.update({ team: 6 })
    say({ name: 'Eve', team: 5 })
    say({ name: 'Eve', team: 9 })
    await server.settle()
    expect(room.presence.self?.data).toEqual({ name: 'Eve', team: 6 })
    await server.time.advance(50)
    say({ name: 'Eve', team: 6 })
    await server.settle()
    expect([room.presence.self?.data, told().at(-1)]).toEqual([
      { name: 'Eve', team: 6 },
      { name: 'Eve', team: 6 },
    ])
    // And what was written while this session was away.
    server.last.cut()
    await server.time.advance(1_200)
    say({ name: 'Eve', team: 7 }, true)
    await server.settle()
    expect(room.presence.self?.data).toEqual({ name: 'Eve', team: 7 })
    client.close()
  })

  test('a pointer that moves all the time is told 20 times a second, its last place always', async () => {
    const server = createFakeServer()
    const { client, room } = await enter(server)
    const told = (): unknown[] => server.last.of('presence').map(({ data }) => (data as { x: number }).x)
    for (let x = 0; x < 200; x += 2) {
      room.presence.update({ x })
      await server.time.advance(2)
    }
    await server.time.advance(50)
    expect(told()).toEqual([0, 48, 98, 148, 198])
    room.presence.update({ x: 500 })
    client.close()
    await server.time.advance(100)
    expect(told().length).toBeLessThanOrEqual(6)
  })

  test('what is shown while away is told once the room is back, the newest alone; after an expiry again', async () => {
    const server = createFakeServer()
    server.autoWelcome = (_peer, count) =>
      count === 1
        ? {}
        : count === 2
          ? { outcome: 'resumed', token: 't2', received: 1 }
          : { outcome: 'expired', reason: 'restart', id: 'c9', token: 't3' }
    const { client, room } = await enter(server)
    server.last.cut()
    await server.settle()
    room.presence.update({ n: 1 })
    room.presence.update({ n: 2 })
    await server.time.advance(1_200)
    expect(server.last.of('presence')).toEqual([{ kind: 'presence', room: 'r1', data: { n: 2 } }])
    server.last.cut()
    await server.time.advance(1_200)
    server.last.say({ kind: 'joined', room: 'r1', ackId: server.last.of('join')[0]!.ackId, type: 'event' })
    server.last.say({ kind: 'presences', room: 'r1', full: true, set: [entry('c9', null)], gone: [] })
    await server.settle()
    expect(server.last.of('presence')).toEqual([{ kind: 'presence', room: 'r1', data: { n: 2 } }])
    expect(room.presence.self).toMatchObject({ clientId: 'c9', data: { n: 2 } })
    client.close()
  })

  test('who is in again after a kick tells again what is shown', async () => {
    const server = createFakeServer()
    const { client, room } = await enter(server)
    room.presence.update({ n: 1 })
    await server.time.advance(1_000)
    room.presence.update({ n: 2 })
    await server.time.advance(1_000)
    server.last.say({ kind: 'left', room: 'r1', reason: 'kicked' })
    await server.settle()
    room.retain()
    await server.time.advance(1_000)
    const told = (): unknown[] => server.last.of('presence').map(({ data }) => data)
    expect(told()).toEqual([{ n: 1 }, { n: 2 }])
    server.last.say({ kind: 'joined', room: 'r1', ackId: server.last.of('join')[1]!.ackId, type: 'event' })
    server.last.say({ kind: 'presences', room: 'r1', full: true, set: [entry('c1', null)], gone: [] })
    await server.settle()
    expect(told()).toEqual([{ n: 1 }, { n: 2 }, { n: 2 }])
    expect(room.presence.self).toMatchObject({ data: { n: 2 } })
    client.close()
  })

  test('what cannot be merged is refused at the call', async () => {
    const server = createFakeServer()
    const { client, room } = await enter(server)
    expect(() => room.presence.update([1] as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    )
    client.close()
  })

  test('the global list comes as the documented event, whole, and as a view', async () => {
    const server = createFakeServer()
    const client = server.client()
    const told: string[][] = []
    client.on('presence', ({ presences }) => told.push(presences.map(({ clientId }) => clientId)))
    await client.ready
    server.last.say({ kind: 'presences', full: true, set: [entry('u1', {}), entry('c1', {})], gone: [] })
    server.last.say({ kind: 'presences', full: false, set: [], gone: ['u1'] })
    await server.settle()
    expect(told).toEqual([['u1', 'c1'], ['c1']])
    expect([client.presence.self?.clientId, client.presence.others()]).toEqual(['c1', []])
    client.close()
  })
})

describe('a list that is not the server’s', () => {
  const list = (...entries: PresenceEntry[]) => ({
    kind: 'presences' as const,
    room: 'r1',
    full: true,
    set: entries,
    gone: [],
    hash: hashState(Object.fromEntries(entries.map((one) => [one.clientId, one]))),
  })
  const change = (hash: number, ...entries: PresenceEntry[]) => ({
    ...list(...entries),
    full: false,
    hash,
  })
  const resyncs = (server: FakeServer) =>
    server.last.of('resync').map(({ room, version, why }) => ({ room, version, why }))

  async function watch(server: FakeServer) {
    const world = await enter(server)
    const told: Desync[] = []
    world.client.on('desync', (desync) => void told.push(desync))
    server.last.say(list(entry('c1', { n: 1 }), entry('c2', { n: 2 })))
    await server.settle()
    return { ...world, told }
  }

  test('[PR6] with the hash that was named nothing is asked, whatever the order and whoever left', async () => {
    const server = createFakeServer()
    const { client, told } = await watch(server)
    const rest = { c1: entry('c1', { n: 1 }), c3: entry('c3', { n: 3 }, { activity: 'idle' }) }
    server.last.say({ ...change(hashState(rest), rest.c3), gone: ['c2'] })
    await server.settle()
    expect([resyncs(server), told]).toEqual([[], []])
    client.close()
  })

  test('[PR6] [PR7] with another one the list is asked for once; changes go on, and the full one tells what was wrong', async () => {
    const server = createFakeServer()
    const { client, room, told } = await watch(server)
    for (const n of [3, 4]) server.last.say(change(12345, entry('c3', { n })))
    await server.settle()
    expect(resyncs(server)).toEqual([{ room: 'r1', version: 0, why: 'presence' }])
    expect(room.presence.get('c3')?.data).toEqual({ n: 4 })
    expect(told).toEqual([])
    server.last.say(list(entry('c1', { n: 1 }), entry('c2', { n: 7 }), entry('c3', { n: 4 })))
    await server.settle()
    expect(told).toEqual([{ room: 'r1', have: 0, got: 0, why: 'presence', path: 'c2.data.n' }])
    expect(room.presence.get('c2')?.data).toEqual({ n: 7 })
    client.close()
  })

  test('[PR6] what this client shows of itself before the server does counts for nothing', async () => {
    const server = createFakeServer()
    const { client, room, told } = await watch(server)
    room.presence.update({ n: 100 })
    // A second handle of the room takes over what the first knows.
    const twin = client.join(defineRoom({ name: 'x', state: () => ({}) }), { id: 'r1' })
    expect(twin.presence.list()).toHaveLength(2)
    const now = { c1: entry('c1', { n: 1 }), c2: entry('c2', { n: 5 }) }
    server.last.say(change(hashState(now), now.c2))
    await server.settle()
    expect([resyncs(server), told]).toEqual([[], []])
    client.close()
  })

  test('[PR6] a full list with another hash than it names ends the connection, and the session goes on', async () => {
    const server = createFakeServer()
    server.autoWelcome = (_peer, count) =>
      count === 1 ? {} : { outcome: 'resumed', token: 't2', received: 1 }
    const { client } = await watch(server)
    server.last.say({ ...list(entry('c1', {})), hash: 1 })
    await server.time.advance(1_500)
    expect(server.peers).toHaveLength(2)
    expect(server.last.of('hello')[0]?.session).toMatchObject({ id: 'c1' })
    client.close()
  })

  test('[PR6] the server’s own list is asked for without a room', async () => {
    const server = createFakeServer()
    const { client, told } = await watch(server)
    const { room: _room, ...wrong } = change(1, entry('u1', {}))
    server.last.say(wrong)
    await server.settle()
    expect(resyncs(server)).toEqual([{ room: undefined, version: 0, why: 'presence' }])
    const { room: _same, ...whole } = list(entry('u1', { a: 1 }))
    server.last.say(whole)
    await server.settle()
    expect(told).toEqual([{ room: null, have: 0, got: 0, why: 'presence', path: 'u1.data.a' }])
    client.close()
  })
})

test('[HS9] a client finds its own entry under the id of its user', async () => {
  const server = createFakeServer()
  server.autoWelcome = () => ({ userId: 'ada' })
  const { client, room } = await enter(server)
  server.last.say({
    kind: 'presences',
    room: 'r1',
    full: true,
    set: [entry('ada', { n: 1 }), entry('bob', { n: 2 })],
    gone: [],
  })
  await server.settle()
  expect([client.id, client.userId]).toEqual(['c1', 'ada'])
  expect(room.presence.self?.data).toEqual({ n: 1 })
  room.presence.update({ n: 3 })
  expect(room.presence.get('ada')?.data).toEqual({ n: 3 })
  expect(room.presence.others().map(({ clientId }) => clientId)).toEqual(['bob'])
  client.close()
})
