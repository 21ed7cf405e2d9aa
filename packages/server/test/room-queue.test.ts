// Waiting for a seat: `onFull: 'queue'`.
import { describe, expect, test } from 'vitest'
import { createTestRooms, type TestMember } from './room-kit.js'

const codesOf = (member: TestMember) => member.of('ack').map((ack) => ack.error?.code)
const ask = { how: 'join', room: 'r' } as const

async function createFullRoom(options: { maxClients?: number; maxQueue?: number } = {}) {
  const kit = createTestRooms()
  const room = kit.rooms.room('r', {}, { maxClients: 1, onFull: 'queue', ...options })
  const members = ['ann', 'bob', 'cyd', 'dan'].map((id) => kit.member(id)) as [
    TestMember,
    TestMember,
    TestMember,
    TestMember,
  ]
  await kit.join(members[0], ask)
  return { ...kit, room, members }
}

describe('a queue', () => {
  test('[RM19] whoever finds the room full is answered when there is a seat, in the order of asking', async () => {
    const { rooms, room, join, members } = await createFullRoom()
    const [ann, bob, cyd] = members
    await join(bob, ask)
    await join(cyd, ask)
    expect(bob.read()).toEqual([])
    expect(room.queue).toEqual([bob, cyd])
    rooms.leave(ann, 'r')
    expect(room.clients).toEqual([bob])
    expect(room.queue).toEqual([cyd])
    expect(bob.kinds()).toEqual(['joined', 'snapshot', 'presences'])
    room.kick(bob)
    expect(room.clients).toEqual([cyd])
    expect(codesOf(bob)).toEqual([])
  })

  test('[RM19] a leave gives up the place, and a session that ends does', async () => {
    const { rooms, room, join, members } = await createFullRoom()
    const [ann, bob, cyd, dan] = members
    for (const member of [bob, cyd, dan]) await join(member, ask)
    rooms.leave(bob, 'r')
    expect(codesOf(bob)).toEqual(['REFUSED'])
    rooms.ended(cyd)
    expect(room.queue).toEqual([dan])
    rooms.ended(ann)
    expect(room.clients).toEqual([dan])
  })

  test('[RM19] asking twice keeps the one place and answers both', async () => {
    const { rooms, room, join, members } = await createFullRoom()
    const [ann, bob, cyd] = members
    await join(bob, ask)
    await join(cyd, ask)
    await join(bob, ask)
    expect(room.queue).toEqual([bob, cyd])
    rooms.leave(ann, 'r')
    await Promise.resolve()
    await Promise.resolve()
    expect(bob.of('joined').map(({ ackId }) => ackId)).toHaveLength(2)
    expect(room.clients).toEqual([bob])
  })

  test('a client that asks again and again holds eight wishes, the first with its options, and is told so', async () => {
    const { rooms, join, members } = await createFullRoom()
    const [ann, bob] = members
    for (let i = 0; i < 20; i++) await join(bob, { ...ask, options: { i } })
    expect(codesOf(bob)).toEqual(Array.from({ length: 12 }, () => 'REFUSED'))
    rooms.leave(ann, 'r')
    for (let turn = 0; turn < 40; turn++) await Promise.resolve()
    expect(bob.of('joined')).toHaveLength(8)
  })

  test('nobody who comes later is faster, also when a locked room opens', async () => {
    const { rooms, room, join, members } = await createFullRoom()
    const [ann, bob, cyd] = members
    await join(bob, ask)
    room.lock()
    rooms.leave(ann, 'r')
    expect(room.clients).toEqual([])
    await join(cyd, ask)
    expect(codesOf(cyd)).toEqual(['ROOM_LOCKED'])
    room.unlock()
    expect(room.clients).toEqual([bob])
  })

  test('is bounded; kicks and bans take clients out of it; the room says when it changes', async () => {
    const { rooms, room, join, members } = await createFullRoom({ maxQueue: 2 })
    const [ann, bob, cyd, dan] = members
    const seen: string[][] = []
    room.on('queue', (waiting) => void seen.push(waiting.map(({ id }) => id)))
    await join(bob, ask)
    await join(cyd, ask)
    await join(dan, ask)
    expect(codesOf(dan)).toEqual(['ROOM_FULL'])
    room.ban(bob, { reason: 'cheating' })
    expect(codesOf(bob)).toEqual(['FORBIDDEN'])
    rooms.leave(ann, 'r')
    expect(room.clients).toEqual([cyd])
    expect(seen).toEqual([['bob'], ['bob', 'cyd'], ['cyd'], []])
  })

  test('one who was banned elsewhere while waiting is refused, and the next one gets the seat', async () => {
    const { rooms, room, join, member, members, time } = await createFullRoom()
    const [ann, , cyd] = members
    const [tab1, tab2] = [member('t1', 'eve'), member('t2', 'eve')]
    await join(tab1, ask)
    await join(cyd, ask)
    room.ban(tab2)
    rooms.leave(ann, 'r')
    expect(room.clients).toEqual([cyd])
    await time.flushMicrotasks()
    expect(codesOf(tab1)).toEqual(['FORBIDDEN'])
  })

  test('a room that ends refuses all who wait, and waiting counts against the rooms of a client', async () => {
    const kit = createTestRooms({ maxRoomsPerClient: 1 })
    const room = kit.rooms.room('r', {}, { maxClients: 1, onFull: 'queue' })
    kit.rooms.room('other', {})
    const [ann, bob] = [kit.member('ann'), kit.member('bob')]
    await kit.join(ann, ask)
    await kit.join(bob, ask)
    await kit.join(bob, { how: 'join', room: 'other' })
    expect(codesOf(bob)).toEqual(['TOO_MANY_ROOMS'])
    await room.dispose()
    expect(codesOf(bob)).toEqual(['TOO_MANY_ROOMS', 'ROOM_NOT_FOUND'])
    await kit.join(bob, { how: 'join', room: 'other' })
    expect(bob.of('joined')).toHaveLength(1)
  })

  test('[LM3] what the wishes of one client say may wait up to a bound, whichever rooms they are for', async () => {
    const kit = createTestRooms()
    const rooms = ['a', 'b', 'c', 'd'].map((id) => kit.rooms.room(id, {}, { maxClients: 1, onFull: 'queue' }))
    const [ann, bob, cyd] = ['ann', 'bob', 'cyd'].map((id) => kit.member(id)) as [
      TestMember,
      TestMember,
      TestMember,
    ]
    const wish = (room: string, bytes: number) => ({ how: 'join', room, options: 'x'.repeat(bytes) }) as const
    for (const { id } of rooms) await kit.join(ann, { how: 'join', room: id })
    // One may wait however large it is, and others that say nothing.
    await kit.join(bob, wish('a', 5_000_000))
    await kit.join(bob, wish('b', 1))
    await kit.join(bob, { how: 'join', room: 'c' })
    expect(codesOf(bob)).toEqual(['REFUSED'])
    expect(rooms.map(({ queue }) => queue.length)).toEqual([1, 0, 1, 0])
    for (const room of ['a', 'b', 'c']) await kit.join(cyd, wish(room, 1_300_000))
    await kit.join(cyd, wish('d', 1_300_000))
    expect(codesOf(cyd)).toEqual(['REFUSED'])
    // What has had its turn waits no more.
    kit.rooms.leave(cyd, 'a')
    await kit.join(cyd, wish('d', 1_300_000))
    expect(rooms[3]?.queue).toEqual([cyd])
  })

  test('a spectator does not wait, and onAuth is asked when it is the turn', async () => {
    const kit = createTestRooms()
    const asked: string[] = []
    const room = kit.rooms.room(
      'r',
      {},
      {
        maxClients: 1,
        maxSpectators: 1,
        onFull: 'queue',
        auth: ({ id }) => asked.push(id) > 0 && id !== 'bob',
      },
    )
    const [ann, bob, cyd, dan, eve] = ['ann', 'bob', 'cyd', 'dan', 'eve'].map((id) => kit.member(id))
    await kit.join(ann!, ask)
    await kit.join(bob!, ask)
    await kit.join(cyd!, ask)
    await kit.join(dan!, { ...ask, spectate: true })
    await kit.join(eve!, { ...ask, spectate: true })
    expect(codesOf(eve!)).toEqual(['ROOM_FULL'])
    expect(asked).toEqual(['ann', 'dan'])
    kit.rooms.leave(ann!, 'r')
    await kit.time.flushMicrotasks()
    expect(codesOf(bob!)).toEqual(['FORBIDDEN'])
    expect(room.clients).toEqual([cyd])
    expect(kit.errors).toEqual([])
  })
})
