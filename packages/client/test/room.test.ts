import { createWireCodec, defineContract, defineRoom, request, type } from '@painda/protocol'
import type { Message, PPError } from '@painda/protocol'
import { createFakePage } from '@painda/testing'
import { createStore } from 'zustand/vanilla'
import { describe, expect, test } from 'vitest'
import { createFakeServer, WELCOME } from './fake-server.js'
import type { FakeServer, Peer } from './fake-server.js'
import type { Desync, PPClient, ReloadOptions, RoomHandle, UntypedRoom } from '../src/index.js'

interface Arena {
  players: { [id: string]: { x: number } }
  phase: string
}
const STATE: Arena = { players: { a: { x: 1 }, b: { x: 2 } }, phase: 'lobby' }

const ArenaRoom = defineRoom({
  name: 'arena',
  state: (): Arena => STATE,
  messages: { move: type<{ dx: number }>() },
  requests: { ask: request(type<void>(), type<string>()) },
  events: { boom: type<{ at: number }>() },
})

type AnyRoom = RoomHandle<UntypedRoom<Arena>>

/** A client in room r1 at version 5. */
async function enter(server: FakeServer = createFakeServer()): Promise<{
  server: FakeServer
  client: PPClient
  room: AnyRoom
  peer: Peer
}> {
  const client = server.client()
  const room = client.join<Arena>('r1')
  await client.ready
  await server.settle()
  admit(server.last, 'r1')
  await room.joined
  return { server, client, room, peer: server.last }
}

/** Answers the newest join. */
function admit(peer: Peer, room: string, state: unknown = STATE, version = 5): void {
  peer.say(joined(peer, room), snapshot(room, state, version))
}

function joined(peer: Peer, room: string): Message {
  return { kind: 'joined', room, ackId: peer.of('join').at(-1)!.ackId, type: 'state' }
}

function snapshot(room: string, state: unknown, version: number): Message {
  return { kind: 'snapshot', room, version, tick: version * 2, state }
}

function delta(from: number, to: number, change: unknown, room = 'r1'): Message {
  return { kind: 'delta', room, from, to, tick: to * 2, delta: change as never }
}

describe('joining', () => {
  test('an answer that names no room settles the join all the same: it has failed', async () => {
    const server = createFakeServer()
    const client = server.client()
    const room = client.join('r1')
    await client.ready
    await server.settle()
    server.last.say({ kind: 'ack', ackId: 1 })
    await expect(room.joined).rejects.toMatchObject({ code: 'MALFORMED_FRAME' })
    expect([room.status, client.status().status]).toEqual(['failed', 'open'])
    client.close()
  })

  test('a server that pushes a client into rooms without end fills no memory: beyond 1024 it is left again', async () => {
    const server = createFakeServer()
    const client = server.client()
    await client.ready
    for (let i = 0; i < 1_100; i++) server.last.say({ kind: 'joined', room: `r${i}`, type: 'event' })
    await server.settle()
    expect(client.rooms()).toHaveLength(1_024)
    expect(server.last.of('leave').map(({ room }) => room)).toEqual(
      Array.from({ length: 76 }, (_, i) => `r${i + 1_024}`),
    )
    client.close()
  })

  test('[RM1] a join by id is joined after its first snapshot', async () => {
    const server = createFakeServer()
    const client = server.client()
    const room = client.join<Arena>('r1', { options: { team: 1 } })
    expect([room.key, room.id, room.status, room.state]).toEqual(['r1', null, 'joining', undefined])
    await client.ready
    await server.settle()
    expect(server.last.of('join')).toEqual([
      { kind: 'join', ackId: 1, how: 'join', room: 'r1', options: { team: 1 } },
    ])
    server.last.say(joined(server.last, 'r1'))
    await server.settle()
    expect([room.id, room.status]).toEqual(['r1', 'joining'])
    server.last.say(snapshot('r1', STATE, 5))
    await expect(room.joined).resolves.toBe(room)
    expect([room.status, room.version, room.tick, room.state, room.stale]).toEqual([
      'joined',
      5,
      10,
      STATE,
      false,
    ])
    client.close()
  })

  test.each([
    [{}, { how: 'joinOrCreate', name: 'arena' }, 'arena'],
    [{ id: 'a7' }, { how: 'joinById', name: 'arena', room: 'a7' }, 'arena:a7'],
    [{ how: 'create' }, { how: 'create', name: 'arena' }, 'arena'],
  ] as const)('a definition with %j asks for %j', async (options, wish, key) => {
    const server = createFakeServer()
    const client = server.client()
    const room = client.join(ArenaRoom, options)
    await client.ready
    await server.settle()
    expect(server.last.of('join')).toEqual([{ kind: 'join', ackId: 1, ...wish }])
    admit(server.last, 'a7')
    await room.joined
    expect([room.key, room.id]).toEqual([key, 'a7'])
    client.close()
  })

  test('a refused join fails with the code, and may be tried again', async () => {
    const server = createFakeServer()
    const client = server.client()
    const room = client.join(ArenaRoom)
    await client.ready
    await server.settle()
    server.last.say({ kind: 'ack', ackId: 1, error: { code: 'ROOM_FULL', message: 'full' } })
    await expect(room.joined).rejects.toMatchObject({ code: 'ROOM_FULL' })
    expect([room.status, room.error?.code]).toEqual(['failed', 'ROOM_FULL'])
    const again = client.join(ArenaRoom)
    await server.settle()
    admit(server.last, 'a1')
    await again.joined
    expect(again.status).toBe('joined')
    client.close()
  })

  test('an event room is joined without a state', async () => {
    const server = createFakeServer()
    const client = server.client()
    const room = client.join('chat')
    await client.ready
    await server.settle()
    server.last.say({ kind: 'joined', room: 'chat', ackId: 1, type: 'event' })
    await room.joined
    expect([room.status, room.state]).toEqual(['joined', undefined])
    client.close()
  })

  test('[RP3] two joins of one key share one handle and one join on the wire', async () => {
    const server = createFakeServer()
    const client = server.client()
    const room = client.join(ArenaRoom)
    expect(client.join(ArenaRoom)).toBe(room)
    expect(client.room(ArenaRoom)).toBe(room)
    await client.ready
    await server.settle()
    expect(server.last.of('join')).toHaveLength(1)
    expect(client.rooms()).toEqual([room])
    client.close()
  })

  test('[RP3] two keys of one room share the membership; it is left with the last of them', async () => {
    const { server, client, room, peer } = await enter()
    const twin = client.join(ArenaRoom, { id: 'r1' })
    await twin.joined
    expect(peer.of('join')).toHaveLength(1)
    expect(twin.state).toEqual(room.state)
    peer.say(delta(5, 6, { phase: 'play' }))
    await server.settle()
    expect([twin.version, twin.state?.phase, room.version, room.state?.phase]).toEqual([6, 'play', 6, 'play'])
    room.leave()
    await server.settle()
    expect(peer.of('leave')).toEqual([])
    twin.leave()
    await server.settle()
    expect(peer.of('leave')).toEqual([{ kind: 'leave', room: 'r1' }])
    client.close()
  })

  test('a room that the server chose has a handle, and join(id) attaches to it', async () => {
    const server = createFakeServer()
    const client = server.client({ contract: defineContract({ rooms: { ArenaRoom } }) })
    await client.ready
    server.last.say(
      { kind: 'joined', room: 'lobby', name: 'arena', type: 'state' },
      snapshot('lobby', STATE, 1),
    )
    await server.settle()
    const room = client.join<Arena>('lobby')
    expect([client.rooms(), room.status, room.state]).toEqual([[room], 'joined', STATE])
    expect(server.last.of('join')).toEqual([])
    client.close()
  })

  test('a refused handle that is still held is let in when the server puts it in later', async () => {
    const server = createFakeServer()
    const client = server.client()
    const room = client.room<Arena>('lobby')
    room.retain()
    await client.ready
    await server.settle()
    server.last.say({ kind: 'ack', ackId: 1, error: { code: 'FORBIDDEN', message: 'no' } })
    await server.settle()
    expect(room.status).toBe('failed')
    server.last.say({ kind: 'joined', room: 'lobby', type: 'state' }, snapshot('lobby', STATE, 1))
    await server.settle()
    await expect(room.joined).resolves.toBe(room)
    expect([room.status, room.error]).toEqual(['joined', null])
    client.close()
  })
})

describe('holding and leaving', () => {
  test('a handle made in a render joins with its first retain', async () => {
    const server = createFakeServer()
    const client = server.client()
    const room = client.room(ArenaRoom)
    await client.ready
    await server.settle()
    expect([server.last.of('join').length, room.status]).toEqual([0, 'joining'])
    room.retain()
    await server.settle()
    expect(server.last.of('join')).toHaveLength(1)
    client.close()
  })

  test('a handle that nobody has asked for is no room of the client', async () => {
    const server = createFakeServer()
    const client = server.client()
    const room = client.room(ArenaRoom)
    await client.ready
    expect([client.rooms(), client.handles()]).toEqual([[], [room]])
    room.retain()
    expect([client.rooms(), client.handles()]).toEqual([[room], [room]])
    client.close()
  })

  test('[RP3] StrictMode’s mount, unmount, mount shares one join; the last release leaves a moment later', async () => {
    const server = createFakeServer()
    const client = server.client()
    await client.ready
    const room = client.room(ArenaRoom)
    room.retain()()
    const release = room.retain()
    await server.settle()
    admit(server.last, 'a1')
    await room.joined
    release()
    release()
    await server.time.advance(999)
    const again = room.retain()
    await server.time.advance(5_000)
    expect([server.last.of('join').length, server.last.of('leave').length, room.status]).toEqual([
      1,
      0,
      'joined',
    ])
    again()
    await server.time.advance(1_000)
    expect([server.last.of('leave'), room.status]).toEqual([[{ kind: 'leave', room: 'a1' }], 'left'])
    expect(client.rooms()).toEqual([])
    client.close()
  })

  test('a handle that was left is joined again by a retain', async () => {
    const server = createFakeServer()
    const client = server.client({ lingerMs: 10 })
    await client.ready
    const room = client.room(ArenaRoom)
    const release = room.retain()
    await server.settle()
    admit(server.last, 'a1')
    release()
    await server.time.advance(10)
    expect(room.status).toBe('left')
    room.retain()
    await server.settle()
    expect([room.status, server.last.of('join').length, client.room(ArenaRoom) === room]).toEqual([
      'joining',
      2,
      true,
    ])
    client.close()
  })

  test('leave before the answer: the server is told once it has let us in', async () => {
    const server = createFakeServer()
    const client = server.client()
    const room = client.join(ArenaRoom)
    await client.ready
    await server.settle()
    room.leave()
    await expect(room.joined).rejects.toMatchObject({ code: 'CLOSED' })
    admit(server.last, 'a1')
    await server.settle()
    expect([server.last.of('leave'), room.status, room.state]).toEqual([
      [{ kind: 'leave', room: 'a1' }],
      'left',
      undefined,
    ])
    client.close()
  })

  test.each([
    ['kicked', 'KICKED'],
    ['disposed', 'ROOM_NOT_FOUND'],
    ['left', undefined],
  ] as const)('[RM6] after left (%s) the handle is over', async (reason, code) => {
    const { server, client, room, peer } = await enter()
    peer.say({ kind: 'left', room: 'r1', reason }, snapshot('r1', { ...STATE, phase: 'late' }, 6))
    await server.settle()
    expect([room.status, room.error?.code, room.state?.phase]).toEqual(['left', code, 'lobby'])
    const errors: string[] = []
    client.on('error', (error) => errors.push(error.code))
    room.send('x')
    await expect(room.request('x')).rejects.toMatchObject({ code: 'NOT_IN_ROOM' })
    expect(errors).toEqual(['NOT_IN_ROOM'])
    client.close()
  })
})

describe('the replica', () => {
  test('[RP1] a delta copies what it touches and keeps the identity of the rest', async () => {
    const { server, client, room, peer } = await enter()
    const before = room.state!
    peer.say(delta(5, 6, { players: { a: { x: 9 } } }))
    await server.settle()
    expect(room.state).toEqual({ players: { a: { x: 9 }, b: { x: 2 } }, phase: 'lobby' })
    expect(room.state!.players['b']).toBe(before.players['b'])
    expect(before.players['a']).toEqual({ x: 1 })
    expect([room.version, room.tick]).toEqual([6, 12])
    client.close()
  })

  test('[RM2] a gap keeps the state, asks once, tells, and is healed by the snapshot', async () => {
    const { server, client, room, peer } = await enter()
    const desyncs: Desync[] = []
    client.on('desync', (desync) => desyncs.push(desync))
    peer.say(delta(6, 7, { phase: 'a' }), delta(7, 8, { phase: 'b' }))
    await server.settle()
    expect([room.version, room.state]).toEqual([5, STATE])
    expect(peer.of('resync')).toEqual([{ kind: 'resync', room: 'r1', version: 5, why: 'gap' }])
    expect(desyncs).toEqual([{ room: 'r1', have: 5, got: 7, why: 'gap', path: null }])
    peer.say(snapshot('r1', { ...STATE, phase: 'c' }, 9), delta(9, 10, { phase: 'd' }))
    await server.settle()
    expect([room.version, room.state?.phase, peer.of('resync').length]).toEqual([10, 'd', 1])
    client.close()
  })

  test.each([
    ['an index outside the list', { players: { __pp_array_ops: [{ op: 'set', index: 9, value: 1 }] } }],
    ['the deletion of the root', { __pp_deleted: true }],
  ])('[RM2] a delta with %s is not applied: resync', async (_what, change) => {
    const { server, client, room, peer } = await enter()
    peer.say(delta(5, 6, change))
    await server.settle()
    expect([room.version, room.state]).toEqual([5, STATE])
    expect(peer.of('resync')).toEqual([{ kind: 'resync', room: 'r1', version: 5, why: 'undecodable' }])
    expect(Object.keys(Object.prototype)).toEqual([])
    client.close()
  })

  test('[WB8] a delta that is older than the snapshot is not applied, and asked about once', async () => {
    const { server, client, room, peer } = await enter()
    peer.say(delta(3, 4, { phase: 'old' }), delta(4, 5, { phase: 'old' }))
    await server.settle()
    expect([room.state?.phase, peer.of('resync').map(({ why }) => why)]).toEqual(['lobby', ['gap']])
    client.close()
  })

  test.each([
    [
      'a snapshot',
      { kind: 'snapshot', room: 'r1', version: 6, tick: 1, state: { players: { constructoX: 1 } } },
    ],
    [
      'a delta',
      { kind: 'delta', room: 'r1', from: 5, to: 6, tick: 1, delta: { players: { constructoX: 1 } } },
    ],
  ] as const)(
    '[FB5] %s with a key that reaches the prototype ends the connection',
    async (_kind, message) => {
      const { server, client, room, peer } = await enter()
      // No encoder of ours writes that key: a letter of the bytes is changed.
      const bytes = createWireCodec().encode(message)
      bytes[Buffer.from(bytes).indexOf('constructoX') + 'constructo'.length] = 'r'.charCodeAt(0)
      peer.bytes(bytes)
      await server.settle()
      expect(client.status()).toMatchObject({ status: 'waiting', error: { code: 'MALFORMED_FRAME' } })
      expect(room.state).toEqual(STATE)
      client.close()
    },
  )

  test('roomState and roomDelta tell every whole state and every applied change', async () => {
    const server = createFakeServer()
    const told: unknown[] = []
    const client = server.client()
    client.on('roomState', (event) => told.push(event))
    client.on('roomDelta', (event) => told.push(event))
    client.join('r1')
    await client.ready
    await server.settle()
    admit(server.last, 'r1')
    server.last.say(delta(5, 6, { phase: 'x' }))
    server.last.say(delta(9, 10, { phase: 'gap' }))
    server.last.say(snapshot('unknown', {}, 1))
    await server.settle()
    expect(told).toEqual([
      { room: 'r1', state: STATE },
      { room: 'r1', delta: { phase: 'x' } },
    ])
    client.close()
  })
})

describe('subscribers', () => {
  test('[RP2] all messages of a frame are applied, then each subscriber is called once', async () => {
    const { server, client, room, peer } = await enter()
    const told: unknown[] = []
    room.subscribe(() => told.push(room.snapshot().state))
    room.subscribe(
      (state) => state.phase,
      (phase, previous) => told.push([phase, previous]),
    )
    room.on('boom', () => told.push(`event at version ${room.version}`))
    peer.say(
      delta(5, 6, { phase: 'x' }),
      { kind: 'event', type: 'boom', room: 'r1' },
      delta(6, 7, { phase: 'y' }),
      delta(7, 8, { players: { a: { x: 5 } } }),
    )
    await server.settle()
    // [RM3] the event is handled in the state that it was sent in.
    expect(told).toEqual(['event at version 6', ['y', 'lobby'], room.state])
    client.close()
  })

  test('snapshot() is another object exactly when something in it changed', async () => {
    const { server, client, room, peer } = await enter()
    const first = room.snapshot()
    expect(room.snapshot()).toBe(first)
    expect(first).toEqual({ room, state: STATE, status: 'joined', stale: false, error: null })
    peer.say(delta(5, 6, {}))
    peer.say(delta(6, 7, {}))
    await server.settle()
    expect([room.version, room.snapshot()]).toEqual([7, first])
    expect(room.snapshot()).toBe(first)
    peer.say(delta(7, 8, { phase: 'x' }))
    await server.settle()
    expect(room.snapshot()).not.toBe(first)
    client.close()
  })

  test('an undo stops the calls; the same listener twice is two subscriptions', async () => {
    const { server, client, room, peer } = await enter()
    let calls = 0
    const listener = () => void calls++
    const undo = room.subscribe(listener)
    room.subscribe(listener)
    undo()
    undo()
    peer.say(delta(5, 6, { phase: 'x' }))
    await server.settle()
    expect(calls).toBe(1)
    client.close()
  })

  test('a selector subscribed before the first state is called with it', async () => {
    const server = createFakeServer()
    const client = server.client()
    const room = client.join<Arena>('r1')
    const told: string[] = []
    room.subscribe(
      (state) => state.phase,
      (phase) => told.push(phase),
    )
    await client.ready
    await server.settle()
    admit(server.last, 'r1')
    await room.joined
    expect(told).toEqual(['lobby'])
    client.close()
  })

  test('[RP5] the store mirrors the state, is made as asked, and refuses to be written', async () => {
    const server = createFakeServer()
    let made = 0
    const client = server.client({
      createStore(init) {
        made++
        return createStore(init)
      },
    })
    const room = client.join<Arena>('r1')
    expect(room.store.getState()).toBe(undefined)
    const told: (string | undefined)[] = []
    room.store.subscribe((state) => told.push(state?.phase))
    await client.ready
    await server.settle()
    admit(server.last, 'r1')
    await room.joined
    server.last.say(delta(5, 6, { phase: 'x' }))
    await server.settle()
    expect([room.store.getState(), told, made]).toEqual([room.state, ['lobby', 'x'], 1])
    expect(room.store.getState()).toBe(room.state)
    expect(() => (room.store.setState as () => void)()).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    )
    client.close()
  })

  test('[CB5] a listener of the store that throws is reported, and everybody else is told', async () => {
    const { server, client, room, peer } = await enter()
    const errors: unknown[] = []
    const told: string[] = []
    client.on('error', ({ cause }) => errors.push(cause))
    const bug = new Error('no such player')
    room.store.subscribe(() => {
      throw bug
    })
    room.subscribe(
      ({ phase }) => phase,
      (phase) => told.push(phase),
    )
    room.subscribe(() => told.push(`all of ${room.state?.phase}`))
    peer.say(delta(5, 6, { phase: 'play' }))
    await server.settle()
    expect([told, errors, client.status().status]).toEqual([['play', 'all of play'], [bug], 'open'])
    client.close()
  })
})

describe('messages of a room', () => {
  test('[OB1] what is sent before the room is joined waits for it and then carries its id', async () => {
    const server = createFakeServer()
    const client = server.client()
    const room = client.join(ArenaRoom)
    const payload = { dx: 1 }
    room.send('move', payload)
    payload.dx = 5
    const asked = client.join(ArenaRoom).request('ask')
    client.emit('global')
    await client.ready
    await server.settle()
    expect(server.last.types()).toEqual(['global'])
    admit(server.last, 'a1')
    await server.settle()
    room.emit('move', { dx: 2 })
    await server.settle()
    expect(server.last.of('event').slice(1)).toEqual([
      { kind: 'event', type: 'move', payload: { dx: 1 }, room: 'a1' },
      { kind: 'event', type: 'ask', room: 'a1', ackId: 1 },
      { kind: 'event', type: 'move', payload: { dx: 2 }, room: 'a1' },
    ])
    server.last.say({ kind: 'ack', ackId: 1, data: 'yes', version: 6 })
    await expect(asked).resolves.toBe('yes')
    client.close()
  })

  test('[AK1] what waited for a room that was refused or left is dropped, and its promises reject', async () => {
    const server = createFakeServer()
    const client = server.client()
    const refused = client.join<Arena>('full')
    const left = client.join<Arena>('left')
    const askRefused = refused.request('ask')
    const askLeft = left.request('ask')
    refused.send('x')
    await client.ready
    await server.settle()
    server.last.say({
      kind: 'ack',
      ackId: server.last.of('join')[0]!.ackId,
      error: { code: 'ROOM_FULL', message: '' },
    })
    await expect(askRefused).rejects.toMatchObject({ code: 'ROOM_FULL' })
    left.leave()
    await expect(askLeft).rejects.toMatchObject({ code: 'NOT_IN_ROOM' })
    client.join<Arena>('full')
    await server.settle()
    admit(server.last, 'full')
    await server.settle()
    expect(server.last.types()).toEqual([])
    client.close()
  })

  test('an event of a room reaches the room’s listeners, checked by the contract', async () => {
    const server = createFakeServer()
    const Checked = defineRoom({
      name: 'checked',
      state: () => ({}),
      events: {
        boom: {
          '~standard': {
            version: 1,
            vendor: 'test',
            validate: (value: unknown) =>
              typeof value === 'number' ? { value: value * 2 } : { issues: [{ message: 'a number' }] },
          },
        },
      },
    })
    const client = server.client()
    const errors: PPError[] = []
    const heard: unknown[] = []
    client.on('error', (error) => errors.push(error))
    client.on('boom', () => heard.push('global'))
    const room = client.join(Checked)
    room.on('boom', (value) => heard.push(value))
    await client.ready
    await server.settle()
    admit(server.last, 'c1', {})
    server.last.say(
      { kind: 'event', type: 'boom', payload: 3, room: 'c1' },
      { kind: 'event', type: 'boom', payload: 'three', room: 'c1' },
      { kind: 'event', type: 'boom', payload: 4, room: 'elsewhere' },
    )
    await server.settle()
    expect(heard).toEqual([6])
    expect(errors).toMatchObject([{ code: 'INVALID_PAYLOAD' }])
    client.close()
  })
})

describe('a lost connection', () => {
  async function cut(server: FakeServer): Promise<void> {
    server.last.cut()
    await server.settle()
  }

  test('[RP4] the state stays and is stale until the room is current again', async () => {
    const server = createFakeServer()
    server.autoWelcome = (_peer, count) =>
      count === 1 ? {} : { outcome: 'snapshot', token: 't2', received: count === 2 ? 1 : 0 }
    const { client, room } = await enter(server)
    const statuses: string[] = []
    room.subscribe(() => statuses.push(`${room.status} ${room.stale}`))
    await cut(server)
    expect([room.status, room.stale, room.state]).toEqual(['reconnecting', true, STATE])
    await server.time.advance(1_200)
    expect([room.status, room.stale]).toEqual(['reconnecting', true])
    expect(server.last.of('join')).toEqual([])
    server.last.say(snapshot('r1', { ...STATE, phase: 'x' }, 9))
    await server.settle()
    expect([room.status, room.stale, room.state?.phase]).toEqual(['joined', false, 'x'])
    expect(statuses).toEqual(['reconnecting true', 'joined false'])
    client.close()
  })

  test('[RC3] resumed: the room is current at once, and what was sent meanwhile leaves', async () => {
    const server = createFakeServer()
    server.autoWelcome = (_peer, count) =>
      count === 1 ? {} : { outcome: 'resumed', token: 't2', received: 1 }
    const { client, room } = await enter(server)
    await cut(server)
    room.send('while-away')
    await server.time.advance(1_200)
    expect([room.status, server.last.types(), server.last.of('join')]).toEqual(['joined', ['while-away'], []])
    client.close()
  })

  test('[RC3] expired: every handle is joined anew, rooms of a kind by their id first', async () => {
    const server = createFakeServer()
    server.autoWelcome = (_peer, count) =>
      count === 1 ? {} : { outcome: 'expired', reason: 'window', id: 'c2', token: 't2' }
    const { client, room } = await enter(server)
    const arena = client.join(ArenaRoom)
    await server.settle()
    admit(server.last, 'a1')
    await arena.joined
    await cut(server)
    room.send('to-r1')
    arena.send('move', { dx: 1 })
    await server.time.advance(1_200)
    const [first, second] = server.last.of('join')
    expect(first).toMatchObject({ how: 'join', room: 'r1' })
    expect(second).toMatchObject({ how: 'joinById', name: 'arena', room: 'a1' })
    expect([room.status, arena.status, server.last.types()]).toEqual(['reconnecting', 'reconnecting', []])
    // Gone: another of its kind will do.
    server.last.say({ kind: 'ack', ackId: second!.ackId, error: { code: 'ROOM_NOT_FOUND', message: '' } })
    await server.settle()
    expect(server.last.of('join')[2]).toMatchObject({ how: 'joinOrCreate', name: 'arena' })
    admit(server.last, 'a2')
    server.last.say(
      { kind: 'joined', room: 'r1', ackId: first!.ackId, type: 'state' },
      snapshot('r1', STATE, 1),
    )
    await server.settle()
    expect([room.status, arena.status, arena.id]).toEqual(['joined', 'joined', 'a2'])
    expect(server.last.of('event')).toEqual([
      { kind: 'event', type: 'move', payload: { dx: 1 }, room: 'a2' },
      { kind: 'event', type: 'to-r1', room: 'r1' },
    ])
    client.close()
  })

  test('a join that was on its way is sent again by the session, not twice', async () => {
    const server = createFakeServer()
    server.autoWelcome = (_peer, count) =>
      count === 1 ? {} : { outcome: 'resumed', token: 't2', received: 0 }
    const client = server.client()
    const room = client.join(ArenaRoom)
    await client.ready
    await server.settle()
    await cut(server)
    const later = client.join<Arena>('later')
    await server.time.advance(1_200)
    expect(server.last.of('join').map(({ how }) => how)).toEqual(['joinOrCreate', 'join'])
    server.last.say({ kind: 'joined', room: 'a1', ackId: 1, type: 'state' }, snapshot('a1', STATE, 1))
    admit(server.last, 'later')
    await Promise.all([room.joined, later.joined])
    client.close()
  })

  test('a room left while away is left when the session goes on, and can be joined again', async () => {
    const server = createFakeServer()
    server.autoWelcome = (_peer, count) =>
      count === 1 ? {} : { outcome: 'resumed', token: 't2', received: 1 }
    const { client, room } = await enter(server)
    await cut(server)
    room.leave()
    const again = client.join<Arena>('r1')
    expect(again).not.toBe(room)
    await server.time.advance(1_200)
    expect(server.last.heard.map(({ kind }) => kind).slice(0, 3)).toEqual(['hello', 'leave', 'join'])
    server.last.say({ kind: 'left', room: 'r1', reason: 'left' })
    admit(server.last, 'r1')
    await again.joined
    expect([room.status, again.status]).toEqual(['left', 'joined'])
    client.close()
  })

  test('[RP4] when the client gives up the rooms fail, and come back with connect()', async () => {
    const server = createFakeServer()
    const client = server.client({ reconnect: false })
    const room = client.join(ArenaRoom)
    await client.ready
    await server.settle()
    admit(server.last, 'a1')
    await room.joined
    await cut(server)
    expect([room.status, room.stale, room.error?.code, room.state]).toEqual([
      'failed',
      true,
      'TRANSPORT_ERROR',
      STATE,
    ])
    client.connect()
    await client.ready
    await server.settle()
    expect(server.last.of('join')).toMatchObject([{ how: 'joinById', room: 'a1' }])
    // The state is still that of before.
    expect([room.status, room.stale, room.state]).toEqual(['joining', true, STATE])
    admit(server.last, 'a1')
    await room.joined
    expect([room.status, room.stale]).toEqual(['joined', false])
    client.close()
  })

  test('[RP4] a room that is first asked for when the connection has ended for good fails too, and is joined by connect()', async () => {
    const server = createFakeServer()
    const client = server.client({ reconnect: false })
    await client.ready
    await cut(server)
    const room = client.join(ArenaRoom)
    expect([room.status, room.error?.code]).toEqual(['failed', 'TRANSPORT_ERROR'])
    await expect(room.joined).rejects.toBe(room.error)
    client.connect()
    expect([room.status, room.error]).toEqual(['joining', null])
    await client.ready
    await server.settle()
    expect(server.last.of('join')).toMatchObject([{ how: 'joinOrCreate', name: 'arena' }])
    admit(server.last, 'a1')
    await room.joined
    client.close()
  })

  test('[RP4] a listener that connects as soon as it hears of the end: rooms are asked for as ever', async () => {
    const server = createFakeServer()
    const client = server.client({ reconnect: false })
    await client.ready
    const stop = client.subscribeStatus(() => {
      if (client.status().status === 'closed') client.connect()
    })
    await cut(server)
    await client.ready
    await server.settle()
    expect([client.join(ArenaRoom).status, server.peers.length]).toEqual(['joining', 2])
    stop()
    client.close()
  })

  test('a room that is asked for after close() waits for connect()', async () => {
    const server = createFakeServer()
    const client = server.client()
    await client.ready
    client.close()
    const room = client.join(ArenaRoom)
    await server.settle()
    expect(room.status).toBe('joining')
    client.connect()
    await client.ready
    await server.settle()
    admit(server.last, 'a1')
    await room.joined
    client.close()
  })

  test('[CB9] a reloaded page that loses its connection in the frame of the welcome asks for its room once, with the next one', async () => {
    const server = createFakeServer()
    const items = new Map<string, string>()
    const reload: ReloadOptions = {
      storage: {
        getItem: (key) => items.get(key) ?? null,
        setItem: (key, value) => void items.set(key, value),
        removeItem: (key) => void items.delete(key),
      },
      locks: { request: async (_name, _options, run) => run({}) },
    }
    const page = createFakePage()
    await server.client({ page, reload }).ready
    page.leave()
    server.autoWelcome = null
    const client = server.client({ page: createFakePage(), reload })
    const room = client.join(ArenaRoom)
    await server.settle()
    expect(server.last.of('hello')[0]?.session).toMatchObject({ id: 'c1', fresh: true })
    server.last.say(
      { ...WELCOME, outcome: 'snapshot', token: 't2' },
      { kind: 'error', code: 'RATE_LIMITED', message: '', fatal: true },
    )
    server.autoWelcome = () => ({ outcome: 'expired', reason: 'window', id: 'c2', token: 't3' })
    await server.time.advance(1_200)
    expect([room.status, server.last.of('join').length]).toEqual(['joining', 1])
    client.close()
  })

  test('[RC3] after a frame that could not be read the rooms come whole: going on from what it built on would meet it again', async () => {
    const server = createFakeServer()
    server.autoWelcome = (_peer, count) =>
      count === 1 ? {} : { outcome: 'snapshot', token: 't2', received: 1 }
    const { client, peer } = await enter(server)
    // A delta of channel 9, which nobody introduced.
    peer.bytes(Uint8Array.of(0x01, 0x90, 0x01, 0x00))
    await server.time.advance(1_200)
    expect(server.peers).toHaveLength(2)
    expect(server.last.of('hello')[0]?.session).toMatchObject({ id: 'c1' })
    expect(server.last.of('hello')[0]?.session).not.toHaveProperty('versions')
    await cut(server)
    await server.time.advance(3_000)
    expect(server.last.of('hello')[0]?.session).toHaveProperty('versions')
    client.close()
  })

  test('a gap that was being healed is asked for again after the resume', async () => {
    const server = createFakeServer()
    server.autoWelcome = (_peer, count) =>
      count === 1 ? {} : { outcome: 'resumed', token: 't2', received: 1 }
    const { client, room, peer } = await enter(server)
    peer.say(delta(8, 9, { phase: 'x' }))
    await server.settle()
    await cut(server)
    await server.time.advance(1_200)
    server.last.say(delta(9, 10, { phase: 'y' }))
    await server.settle()
    expect(server.last.of('resync')).toHaveLength(1)
    server.last.say(snapshot('r1', { ...STATE, phase: 'z' }, 11))
    await server.settle()
    expect(room.state?.phase).toBe('z')
    client.close()
  })
})

describe('the version of an answer', () => {
  test('[RM5] a request tells the version that shows it before the listeners of that frame hear of the state', async () => {
    const { server, room, peer } = await enter()
    const order: string[] = []
    const undo = room.subscribe(() => order.push(`state ${room.version}`))
    const answer = room
      .request('buy', 1, { onVersion: (version) => order.push(`version ${version} at ${room.version}`) })
      .then((data) => order.push(`answer ${String(data)}`))
    await server.settle()
    const ackId = peer.of('event')[0]!.ackId!
    peer.say(delta(5, 6, { phase: 'play' }), { kind: 'ack', ackId, data: 'done', version: 6 })
    await answer
    expect(order).toEqual(['version 6 at 6', 'state 6', 'answer done'])
    undo()
  })

  test('[RM5] the version may name a state that is still to come', async () => {
    const { server, room, peer } = await enter()
    const versions: number[] = []
    const answer = room.request('buy', 1, { onVersion: (version) => versions.push(version) })
    await server.settle()
    peer.say({ kind: 'ack', ackId: peer.of('event')[0]!.ackId!, data: null, version: 6 })
    await answer
    expect([versions, room.version]).toEqual([[6], 5])
  })

  test('a refusal has no version, and a listener that throws keeps neither answer nor connection', async () => {
    const { server, client, room, peer } = await enter()
    const errors: PPError[] = []
    client.on('error', (error) => errors.push(error))
    const versions: number[] = []
    const refused = room.request('buy', 1, { onVersion: (version) => versions.push(version) })
    const thrown = room.request('buy', 2, {
      onVersion() {
        throw new Error('mine')
      },
    })
    await server.settle()
    const [first, second] = peer.of('event').map(({ ackId }) => ackId!)
    peer.say(
      { kind: 'ack', ackId: first!, error: { code: 'REFUSED', message: 'no' } },
      { kind: 'ack', ackId: second!, data: 'yes', version: 7 },
    )
    await expect(refused).rejects.toMatchObject({ code: 'REFUSED' })
    await expect(thrown).resolves.toBe('yes')
    expect(versions).toEqual([])
    expect(errors.map(({ message }) => message)).toEqual(['mine'])
    expect(client.status().status).toBe('open')
  })
})
