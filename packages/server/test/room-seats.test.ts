// Seats: players, those who only look on, those who come back, those who may not, and what a lobby shows of all that.
import { defineRoom, type, type LobbyState } from '@painda/protocol'
import { describe, expect, test } from 'vitest'
import { createTestRooms, type TestMember, type TestRooms } from './room-kit.js'

const Arena = defineRoom({
  name: 'arena',
  state: () => ({ names: [] as string[] }),
  messages: { shout: type<string>() },
  events: { heard: type<string>() },
})

const errorsOf = (member: TestMember) => member.of('ack').map((ack) => ack.error?.code)

async function crowd(kit: TestRooms, count: number, ask: Parameters<TestRooms['join']>[1] = {}) {
  const members = Array.from({ length: count }, (_, i) => kit.member(`m${i}`))
  await Promise.all(members.map((member) => kit.join(member, { name: 'arena', ...ask })))
  return members
}

describe('finding a room', () => {
  test.each([
    ['at once', undefined],
    ['with an onCreate and an onAuth that take their time', (): Promise<void> => Promise.resolve()],
  ])('a thousand callers in one turn fill as few rooms as hold them, %s', async (_, later) => {
    const kit = createTestRooms()
    kit.rooms.define(Arena, {
      maxClients: 8,
      ...(later === undefined ? {} : { onCreate: later, onAuth: later }),
    })
    await crowd(kit, 1000)
    const sizes = kit.rooms.list().map(({ clients }) => clients.length)
    expect(sizes).toEqual(Array.from({ length: 125 }, () => 8))
  })

  test('a private room is in no listing and never found, but by its id and its code', async () => {
    const kit = createTestRooms()
    kit.rooms.define(Arena, {
      autoDisposeMs: 1000,
      onCreate: ({ room }, options) => void (room.isPrivate = options === 'private'),
    })
    const [ann, bob, cyd, dan] = ['ann', 'bob', 'cyd', 'dan'].map((id) => kit.member(id)) as [
      TestMember,
      TestMember,
      TestMember,
      TestMember,
    ]
    await kit.join(ann, { how: 'create', name: 'arena', options: 'private' })
    const [room] = kit.rooms.list()
    expect(kit.rooms.listing()).toEqual([])
    await kit.join(bob, { name: 'arena' })
    expect(kit.rooms.list()).toHaveLength(2)
    expect(room!.inviteCode).toMatch(/^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/)
    expect(room!.inviteCode).toBe(room!.inviteCode)
    const typed = ` ${room!.inviteCode.toLowerCase().replace('-', ' ')}`
    await kit.join(cyd, { how: 'joinById', name: 'arena', room: typed })
    await kit.join(dan, { how: 'join', room: room!.id })
    expect(room!.clients).toEqual([ann, cyd, dan])
    expect(cyd.of('joined')).toMatchObject([{ room: room!.id }])
    await kit.join(bob, { how: 'joinById', name: 'arena', room: '00000-00000' })
    expect(errorsOf(bob)).toEqual(['ROOM_NOT_FOUND'])
    const code = room!.inviteCode
    await room!.dispose()
    await kit.join(bob, { how: 'joinById', name: 'arena', room: code })
    expect(errorsOf(bob)).toEqual(['ROOM_NOT_FOUND', 'ROOM_NOT_FOUND'])
  })

  test('[RM1] by the id or the code of a room of another definition there is none', async () => {
    const kit = createTestRooms()
    const Table = defineRoom({ name: 'table', state: () => ({}) })
    kit.rooms.define(Arena, {})
    kit.rooms.define(Table, {})
    const table = kit.rooms.create(Table)
    const ann = kit.member('ann')
    for (const room of [table.id, table.inviteCode])
      await kit.join(ann, { how: 'joinById', name: 'arena', room })
    expect(errorsOf(ann)).toEqual(['ROOM_NOT_FOUND', 'ROOM_NOT_FOUND'])
  })

  test('who is banned from a room that has places left gets another one', async () => {
    const kit = createTestRooms()
    kit.rooms.define(Arena, { autoDisposeMs: Infinity })
    const room = kit.rooms.create(Arena, { id: 'a' })
    const [ann, bob] = [kit.member('ann'), kit.member('bob')]
    room.ban(ann)
    await kit.join(ann, { name: 'arena' })
    await kit.join(bob, { name: 'arena' })
    expect(errorsOf(ann)).toEqual([])
    expect(ann.of('joined')).not.toMatchObject([{ room: 'a' }])
    expect(room.clients).toEqual([bob])
  })
})

describe('spectators', () => {
  test('[RM16] a spectator sees and hears, counts against nothing, and is refused when it speaks', async () => {
    const kit = createTestRooms()
    const hooks: string[] = []
    kit.rooms.define(Arena, {
      maxClients: 1,
      maxSpectators: 2,
      onJoin: ({ client, state }) => void state.names.push(client.id),
      onLeave: ({ client }) => void hooks.push(client.id),
      messages: { shout: ({ room }, text) => room.broadcast('heard', text) },
    })
    const [ann] = await crowd(kit, 1)
    const [room] = kit.rooms.list()
    const eve = kit.member('eve')
    await kit.join(eve, { name: 'arena', spectate: true })
    expect([room!.clients, room!.spectators]).toEqual([[ann], [eve]])
    await kit.send(ann!, { type: 'shout', payload: 'hi', room: room!.id })
    await kit.ticks()
    expect(eve.state(room!.id)).toEqual({ names: ['m0'] })
    expect(eve.of('event')).toMatchObject([{ type: 'heard', payload: 'hi' }])
    expect(await kit.send(eve, { type: 'shout', payload: 'me', room: room!.id, ackId: 1 })).toMatchObject({
      error: { code: 'FORBIDDEN' },
    })
    kit.rooms.presence(eve, room!.id, {})
    expect(eve.of('error')).toMatchObject([{ code: 'FORBIDDEN' }])
    expect(room!.presence.list().map(({ clientId }) => clientId)).toEqual(['m0'])
    kit.rooms.leave(eve, room!.id)
    expect(hooks).toEqual([])
    expect(kit.rooms.listing()).toMatchObject([{ clients: 1, spectators: 0 }])
  })

  test('a room without places for them refuses, a full one too, a locked one does not, and none is made', async () => {
    const kit = createTestRooms()
    kit.rooms.define(Arena, { maxSpectators: 1 })
    const room = kit.rooms.create(Arena, { id: 'a' })
    kit.rooms.room('closed', {})
    room.lock()
    const [ann, bob] = [kit.member('ann'), kit.member('bob')]
    await kit.join(ann, { how: 'join', room: 'a', spectate: true })
    expect(room.spectators).toEqual([ann])
    await kit.join(bob, { how: 'join', room: 'a', spectate: true })
    await kit.join(bob, { how: 'join', room: 'closed', spectate: true })
    await room.dispose()
    await kit.join(bob, { name: 'arena', spectate: true })
    expect(errorsOf(bob)).toEqual(['ROOM_FULL', 'FORBIDDEN', 'ROOM_NOT_FOUND'])
    expect(kit.rooms.list().map(({ id }) => id)).toEqual(['closed'])
  })

  test('whoever would look on at any room is shown to one that has a place for it', async () => {
    const kit = createTestRooms()
    kit.rooms.define(Arena, { maxSpectators: 1, autoDisposeMs: Infinity })
    const rooms = ['a', 'b'].map((id) => kit.rooms.create(Arena, { id }))
    const members = ['ann', 'bob', 'cyd'].map((id) => kit.member(id))
    for (const member of members) await kit.join(member, { name: 'arena', spectate: true })
    expect(rooms.map(({ spectators }) => spectators)).toEqual([[members[0]], [members[1]]])
    expect(errorsOf(members[2]!)).toEqual(['ROOM_FULL'])
  })

  test('onFull: "spectate" gives whoever comes too late a place to look on', async () => {
    const kit = createTestRooms()
    const room = kit.rooms.room('r', {}, { maxClients: 1, maxSpectators: 1, onFull: 'spectate' })
    const members = ['ann', 'bob', 'cyd'].map((id) => kit.member(id))
    for (const member of members) await kit.join(member, { how: 'join', room: 'r' })
    expect(room.clients).toEqual([members[0]])
    expect(room.spectators).toEqual([members[1]])
    expect(errorsOf(members[2]!)).toEqual(['ROOM_FULL'])
  })
})

describe('out, and in again', () => {
  test('[RM17] a kicked client is told why, and may come back', async () => {
    const kit = createTestRooms()
    const room = kit.rooms.room('r', {})
    const ann = kit.member('ann')
    await kit.join(ann, { how: 'join', room: 'r' })
    room.kick(ann, { reason: 'Be nice.' })
    expect(ann.of('left')).toEqual([{ kind: 'left', room: 'r', reason: 'kicked', text: 'Be nice.' }])
    await kit.join(ann, { how: 'join', room: 'r' })
    expect(room.clients).toEqual([ann])
  })

  test('a banned user stays out with every session, until the time is over or the ban is lifted', async () => {
    const kit = createTestRooms()
    const room = kit.rooms.room('r', {})
    const tab1 = kit.member('tab-1', 'ann')
    const tab2 = kit.member('tab-2', 'ann')
    await kit.join(tab1, { how: 'join', room: 'r' })
    room.ban(tab1, { reason: 'cheating', ms: 1000 })
    expect(tab1.of('left')).toMatchObject([{ reason: 'kicked', text: 'cheating' }])
    await kit.join(tab2, { how: 'join', room: 'r' })
    expect(tab2.of('ack')).toMatchObject([{ error: { code: 'FORBIDDEN' } }])
    expect(tab2.of('ack')[0]?.error?.message).toContain('cheating')
    expect(room.join(tab2)).toBe(false)
    await kit.time.advance(1000)
    await kit.join(tab2, { how: 'join', room: 'r' })
    expect(room.clients).toEqual([tab2])
    room.ban(tab2)
    room.unban('ann')
    expect(room.join(tab1)).toBe(true)
  })

  function createTable() {
    const kit = createTestRooms()
    const log: string[] = []
    const waits: Promise<TestMember | null>[] = []
    kit.rooms.define(Arena, {
      maxClients: 1,
      onJoin: ({ client }) => void log.push(`join ${client.id}`),
      onReturn: ({ client }) => void log.push(`return ${client.id}`),
      onLeave({ client, room }, reason) {
        log.push(`leave ${client.id} ${reason}`)
        if (reason === 'ended') waits.push(room.allowReconnection(client, 5))
      },
      onDrop: ({ client, room }) => void waits.push(room.allowReconnection(client, 5)),
    })
    const room = kit.rooms.create(Arena, { id: 'a' })
    return { ...kit, room, log, waits }
  }

  test('a seat is kept for a user whose session is over, also in a full and locked room', async () => {
    const kit = createTable()
    const first = kit.member('s1', 'ann')
    await kit.join(first, { how: 'join', room: 'a' })
    kit.room.lock()
    kit.rooms.ended(first)
    await kit.time.advance(4000)
    const other = kit.member('bob')
    await kit.join(other, { how: 'join', room: 'a' })
    expect(errorsOf(other)).toEqual(['ROOM_LOCKED'])
    kit.room.unlock()
    await kit.join(other, { how: 'join', room: 'a' })
    expect(errorsOf(other)).toEqual(['ROOM_LOCKED', 'ROOM_FULL'])
    kit.room.lock()
    const second = kit.member('s2', 'ann')
    await kit.join(second, { how: 'join', room: 'a' })
    expect(kit.room.clients).toEqual([second])
    expect(await kit.waits[0]).toBe(second)
    expect(kit.log).toEqual(['join s1', 'leave s1 ended', 'return s2'])
  })

  test('who comes back and asks for any room is in the one that keeps the seat', async () => {
    const kit = createTable()
    const first = kit.member('s1', 'ann')
    await kit.join(first, { how: 'join', room: 'a' })
    kit.rooms.ended(first)
    kit.room.lock()
    const [second, third] = [kit.member('s2', 'ann'), kit.member('s3', 'ann')]
    await kit.join(second, { name: 'arena' })
    await kit.join(third, { name: 'arena' })
    expect(kit.room.clients).toEqual([second])
    expect(kit.log.at(1)).toBe('leave s1 ended')
    expect(kit.log).toContain('return s2')
    expect(kit.rooms.list().map(({ clients }) => clients)).toEqual([[second], [third]])
  })

  test('a time that is none bans nobody for no time, and keeps no seat for none', async () => {
    const kit = createTable()
    const ann = kit.member('ann')
    await kit.join(ann, { how: 'join', room: 'a' })
    for (const wrong of [NaN, undefined as unknown as number]) {
      const invalid = expect.objectContaining({ code: 'INVALID_ARGUMENT' })
      expect(() => kit.room.allowReconnection(ann, wrong)).toThrow(invalid)
      if (wrong !== undefined) expect(() => kit.room.ban(ann, { ms: wrong })).toThrow(invalid)
    }
    expect(kit.room.clients).toEqual([ann])
  })

  test('whoever asks for any room is compared with nobody else for whom a seat is kept', async () => {
    const kit = createTestRooms()
    kit.rooms.define(Arena, {
      maxClients: 2,
      onLeave: ({ room, client }) => void room.allowReconnection(client, 5),
    })
    const gone = Array.from({ length: 100 }, (_, i) => kit.member(`s${i}`, `user ${i}`))
    for (const member of gone) await kit.join(member, { how: 'create', name: 'arena' })
    const rooms = kit.rooms.list()
    for (const member of gone) kit.rooms.ended(member)
    expect(kit.rooms.list()).toEqual(rooms)
    const back = kit.member('back', 'user 99')
    let reads = 0
    Object.defineProperty(back, 'userId', { get: () => (reads++, 'user 99') })
    await kit.join(back, { name: 'arena' })
    expect(kit.rooms.roomsOf(back)).toEqual([rooms[99]?.id])
    expect(reads).toBeLessThan(20)
    // Twice given up: there is no seat of it, and another room will do.
    kit.rooms.ended(back)
    await kit.time.advance(5000)
    expect(kit.rooms.list()).toEqual([])
    const late = kit.member('late', 'user 99')
    await kit.join(late, { name: 'arena' })
    expect(kit.rooms.list().map(({ clients }) => clients)).toEqual([[late]])
  })

  test('a seat that nobody comes back to is free, and its room ends with it', async () => {
    const kit = createTable()
    const first = kit.member('s1', 'ann')
    await kit.join(first, { how: 'join', room: 'a' })
    kit.rooms.ended(first)
    expect(kit.rooms.get('a')).toBeDefined()
    await kit.time.advance(5000)
    expect(await kit.waits[0]).toBeNull()
    expect(kit.rooms.list()).toEqual([])
  })

  test('nobody is waited for who could not be recognised', async () => {
    const kit = createTable()
    const ann = kit.member('ann')
    await kit.join(ann, { how: 'join', room: 'a' })
    kit.rooms.ended(ann)
    expect(await kit.waits[0]).toBeNull()
    expect(kit.rooms.list()).toEqual([])
  })

  test('a dropped client keeps its seat as long as was said, and not as long as its session', async () => {
    const kit = createTable()
    const [ann, bob] = [kit.member('ann'), kit.member('bob')]
    await kit.join(ann, { how: 'join', room: 'a' })
    kit.rooms.dropped(ann)
    await kit.time.advance(4999)
    kit.rooms.resumed(ann, null)
    expect(await kit.waits[0]).toBe(ann)
    await kit.time.advance(10_000)
    expect(kit.room.clients).toEqual([ann])
    kit.rooms.dropped(ann)
    await kit.time.advance(5000)
    expect(await kit.waits[1]).toBeNull()
    expect(kit.log).toEqual(['join ann', 'leave ann ended'])
    await kit.join(bob, { how: 'join', room: 'a' })
    expect(errorsOf(bob)).toEqual(['ROOM_NOT_FOUND'])
  })

  test('a dropped client whose seat was kept no longer is told so when it is back', async () => {
    const kit = createTable()
    const ann = kit.member('ann')
    await kit.join(ann, { how: 'join', room: 'a' })
    kit.rooms.dropped(ann)
    await kit.time.advance(5000)
    kit.rooms.resumed(ann, null)
    expect(ann.of('left')).toMatchObject([{ reason: 'kicked', text: expect.stringContaining('no longer') }])
    expect(ann.replicas.size).toBe(0)
  })

  describe('asked for after its client is out, a seat', () => {
    const late = async () => {
      const kit = createTestRooms()
      kit.rooms.define(Arena, { maxClients: 2, autoDisposeMs: Infinity })
      const room = kit.rooms.create(Arena, { id: 'a' })
      const [ann, bob, cyd] = ['ann', 'bob', 'cyd'].map((id) => kit.member(id, `user ${id}`))
      for (const member of [ann!, bob!]) await kit.join(member, { how: 'join', room: 'a' })
      kit.rooms.leave(ann!, 'a')
      return { ...kit, room, ann: ann!, cyd: cyd! }
    }

    test('is kept where one is free, and counts', async () => {
      const { join, rooms, room, ann, cyd } = await late()
      void room.allowReconnection(ann, 5)
      await join(cyd, { name: 'arena' })
      expect(errorsOf(cyd)).toEqual([])
      expect(rooms.list()).toHaveLength(2)
      await join(ann, { how: 'join', room: 'a' })
      expect(room.clients).toHaveLength(2)
    })

    test('is not kept where others have it by now', async () => {
      const { join, room, ann, cyd } = await late()
      await join(cyd, { how: 'join', room: 'a' })
      expect(await room.allowReconnection(ann, 5)).toBeNull()
      await join(ann, { how: 'join', room: 'a' })
      expect(errorsOf(ann)).toEqual(['ROOM_FULL'])
      expect(room.clients).toHaveLength(2)
    })
  })

  test('a ban gives up the seat that was kept: it goes to who waits for one, or the room with it', async () => {
    const kit = createTestRooms()
    kit.rooms.define(Arena, {
      maxClients: 1,
      onFull: 'queue',
      onLeave: ({ room, client }) => void room.allowReconnection(client, 5),
    })
    for (const id of ['alone', 'awaited']) kit.rooms.create(Arena, { id })
    const [ann, bob] = [kit.member('s1', 'ann'), kit.member('bob')]
    for (const room of ['alone', 'awaited']) {
      await kit.join(ann, { how: 'join', room })
      kit.rooms.leave(ann, room)
    }
    await kit.join(bob, { how: 'join', room: 'awaited' })
    const awaited = kit.rooms.get('awaited')
    expect(awaited?.queue).toEqual([bob])
    for (const room of kit.rooms.list()) room.ban(ann)
    expect(awaited?.clients).toEqual([bob])
    expect(kit.rooms.list()).toEqual([awaited])
  })

  test('closing a room leaves nobody waiting', async () => {
    const kit = createTable()
    const ann = kit.member('s1', 'ann')
    await kit.join(ann, { how: 'join', room: 'a' })
    kit.rooms.ended(ann)
    await kit.room.dispose()
    expect(await kit.waits[0]).toBeNull()
    expect(kit.time.pending).toBe(0)
  })
})

describe('a lobby', () => {
  test('lists rooms live, as the state of a room, and forgets them when they end', async () => {
    const kit = createTestRooms()
    kit.rooms.define(Arena, { maxClients: 2, metadata: { map: 'desert' } })
    kit.rooms.lobby('lobby', { name: 'arena' })
    kit.rooms.room('other', {})
    const eve = kit.member('eve')
    await kit.join(eve, { how: 'join', room: 'lobby' })
    const list = () => Object.values((eve.state('lobby') as LobbyState).rooms)
    expect(list()).toEqual([])
    const room = kit.rooms.create(Arena, { id: 'a' })
    await kit.time.advance(200)
    expect(list()).toEqual([
      {
        id: 'a',
        name: 'arena',
        clients: 0,
        maxClients: 2,
        spectators: 0,
        isLocked: false,
        metadata: { map: 'desert' },
      },
    ])
    eve.read()
    await kit.join(kit.member('ann'), { how: 'join', room: 'a' })
    await kit.time.advance(200)
    expect(list()).toMatchObject([{ clients: 1 }])
    eve.read()
    room.metadata = { map: 'ice' }
    room.lock()
    await kit.time.advance(200)
    expect(eve.kinds()).toEqual(['delta'])
    expect(eve.of('delta').at(-1)?.delta).toEqual({
      rooms: { a: { isLocked: true, metadata: { map: 'ice' } } },
    })
    room.isPrivate = true
    await kit.time.advance(200)
    expect(list()).toEqual([])
    room.isPrivate = false
    await room.dispose()
    await kit.time.advance(200)
    expect(list()).toEqual([])
    expect(kit.rooms.listing()).toMatchObject([{ id: 'other' }])
    expect(eve.broken).toEqual([])
  })

  test('metadata that is no JSON is refused at once, and the rooms go on', async () => {
    const kit = createTestRooms()
    kit.rooms.lobby('lobby')
    const junk = { since: new Date() } as never
    expect(() => kit.rooms.define(Arena, { metadata: junk })).toThrow('metadata.since is not JSON: Date')
    expect(() => kit.rooms.room('r', {}, { metadata: junk })).toThrow('metadata.since is not JSON: Date')
    kit.rooms.define(Arena, { metadata: { map: 'desert' } })
    const room = kit.rooms.create(Arena, { id: 'a' })
    expect(() => (room.metadata = junk)).toThrow('metadata.since is not JSON: Date')
    const ann = kit.member('ann')
    await kit.join(ann, { how: 'join', room: 'a' })
    expect(room.clients).toEqual([ann])
    expect(kit.rooms.listing('arena')).toMatchObject([{ metadata: { map: 'desert' } }])
  })

  test('an id that cannot be a key is refused, and leaves no room behind', async () => {
    const kit = createTestRooms()
    kit.rooms.define(Arena, {})
    kit.rooms.lobby('lobby')
    const ann = kit.member('ann')
    for (const room of ['constructor', '__proto__', 'prototype', ''])
      await kit.join(ann, { name: 'arena', room })
    expect(errorsOf(ann)).toEqual(['REFUSED', 'REFUSED', 'REFUSED', 'REFUSED'])
    expect(kit.errors).toEqual([])
    expect(kit.rooms.list().map(({ id }) => id)).toEqual(['lobby'])
  })
})
