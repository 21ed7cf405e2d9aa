import type { Message } from '@painda/protocol'
import { defineContract, defineRoom } from '@painda/protocol'
import { describe, expect, test } from 'vitest'
import { createFakeServer, WELCOME } from './fake-server.js'
import type { FakeServer } from './fake-server.js'
import type { PPClient } from '../src/index.js'

const Arena = defineRoom({ name: 'arena', state: (): { phase: string } => ({ phase: 'lobby' }) })

/** A client whose connection is open. */
async function open(options: { lingerMs?: number } = {}): Promise<{ server: FakeServer; client: PPClient }> {
  const server = createFakeServer()
  server.autoWelcome = (_peer, count) => (count === 1 ? {} : { outcome: 'resumed', token: `t${count}` })
  const client = server.client(options)
  await client.ready
  await server.settle()
  return { server, client }
}

/** What the server answers to the join that was the `nth` of its connection. */
function entrance(server: FakeServer, nth: number, room: string): Message[] {
  const { ackId } = server.last.of('join')[nth]!
  return [
    { kind: 'joined', room, name: 'arena', ackId, type: 'state' },
    { kind: 'snapshot', room, version: 5, tick: 5, state: { phase: 'lobby' } },
  ]
}

function refusal(server: FakeServer, nth: number): Message {
  const { ackId } = server.last.of('join')[nth]!
  return { kind: 'ack', ackId, error: { code: 'ROOM_NOT_FOUND', message: '' } }
}

async function say(server: FakeServer, ...messages: Message[]): Promise<void> {
  server.last.say(...messages)
  await server.settle()
}

/** The rooms that the server was told are left, in order. */
function leftRooms(server: FakeServer): string[] {
  return server.peers.flatMap((peer) => peer.of('leave').map(({ room }) => room))
}

describe('a room that is left and wanted again before the server has answered', () => {
  test.each([
    ['any of its kind', {}],
    ['by its id', { id: 'a1' }],
  ])('[RP3] the join that is on its way is the next handle’s: %s', async (_what, options) => {
    const { server, client } = await open()
    client.join(Arena, options).leave()
    const next = client.join(Arena, options)
    await server.settle()
    expect(server.last.of('join')).toHaveLength(1)
    await say(server, ...entrance(server, 0, 'a1'))
    expect([next.status, next.id, leftRooms(server)]).toEqual(['joined', 'a1', []])
    next.leave()
    await server.settle()
    expect(leftRooms(server)).toEqual(['a1'])
    client.close()
  })

  test('[RP3] the same handle, held again, gets the answer to its first question', async () => {
    const { server, client } = await open({ lingerMs: 50 })
    const room = client.room(Arena)
    room.retain()()
    await server.time.advance(50)
    expect(room.status).toBe('left')
    room.retain()
    await server.settle()
    expect(server.last.of('join')).toHaveLength(1)
    await say(server, ...entrance(server, 0, 'a1'))
    expect([room.status, leftRooms(server)]).toEqual(['joined', []])
    client.close()
  })

  test('[RP3] its refusal is the next handle’s too', async () => {
    const { server, client } = await open()
    client.join(Arena).leave()
    const next = client.join(Arena)
    await server.settle()
    await say(server, refusal(server, 0))
    await expect(next.joined).rejects.toMatchObject({ code: 'ROOM_NOT_FOUND' })
    client.close()
  })

  test('[RP3] a join that was cut off is not asked twice', async () => {
    const { server, client } = await open()
    client.join(Arena).leave()
    await server.settle()
    server.last.cut()
    await server.settle()
    const next = client.join(Arena)
    await server.time.advance(1_200)
    expect(server.last.of('join')).toHaveLength(1)
    await say(server, ...entrance(server, 0, 'a1'))
    expect([next.status, leftRooms(server)]).toEqual(['joined', []])
    client.close()
  })

  test('[RP3] a room is not left while another question may be answered with it', async () => {
    const { server, client } = await open()
    client.join(Arena).leave()
    const byId = client.join(Arena, { id: 'a1' })
    await server.settle()
    await say(server, ...entrance(server, 0, 'a1'))
    expect(leftRooms(server)).toEqual([])
    await say(server, ...entrance(server, 1, 'a1'))
    expect([byId.status, leftRooms(server)]).toEqual(['joined', []])
    client.close()
  })

  test('[RP3] that question is answered otherwise: now it is left', async () => {
    const { server, client } = await open()
    client.join(Arena, { id: 'a1' }).leave()
    client.join(Arena, { id: 'a2' }).leave()
    const any = client.join(Arena)
    await server.settle()
    await say(server, ...entrance(server, 0, 'a1'))
    await say(server, ...entrance(server, 1, 'a2'))
    expect(leftRooms(server)).toEqual([])
    await say(server, ...entrance(server, 2, 'a2'))
    expect([any.id, leftRooms(server)]).toEqual(['a2', ['a1']])
    client.close()
  })

  test('[RP3] that question is refused, or nobody wants its answer either: now it is left', async () => {
    const { server, client } = await open()
    const first = client.join(Arena, { id: 'a1' })
    await server.settle()
    await say(server, ...entrance(server, 0, 'a1'))
    const refused = client.join(Arena, { spectate: true })
    const given = client.join(Arena)
    await server.settle()
    first.leave()
    await say(server, refusal(server, 1))
    expect([refused.status, leftRooms(server)]).toEqual(['failed', []])
    given.leave()
    await say(server, ...entrance(server, 2, 'a1'))
    expect(leftRooms(server)).toEqual(['a1'])
    client.close()
  })

  test('[RP3] a room in which we are is not left either, while a join that may mean it is on its way', async () => {
    const { server, client } = await open()
    const byId = client.join(Arena, { id: 'a1' })
    await server.settle()
    await say(server, ...entrance(server, 0, 'a1'))
    const any = client.join(Arena)
    await server.settle()
    byId.leave()
    await say(server, ...entrance(server, 1, 'a1'))
    expect([byId.status, any.status, leftRooms(server)]).toEqual(['left', 'joined', []])
    client.close()
  })

  test('[RP3] a join by an invite code may mean the room that is to be left', async () => {
    const { server, client } = await open()
    const room = client.join(Arena)
    await server.settle()
    await say(server, ...entrance(server, 0, 'a1'))
    const invited = client.join(Arena, { id: 'abcde fghjk' })
    const other = client.join('0123456789')
    client.join(defineRoom({ name: 'shop', state: () => ({}) }), { id: 'ABCDE-FGHJK' })
    await server.settle()
    room.leave()
    await server.settle()
    expect(leftRooms(server)).toEqual([])
    await say(server, ...entrance(server, 1, 'a1'))
    expect([invited.status, invited.id, leftRooms(server)]).toEqual(['joined', 'a1', []])
    invited.leave()
    await server.settle()
    expect(leftRooms(server)).toEqual([])
    await say(server, ...entrance(server, 2, 'a2'))
    expect([other.id, leftRooms(server)]).toEqual(['a2', ['a1']])
    client.close()
  })

  test('[RP3] a leave by an invite code waits for a join that may mean the same room', async () => {
    const { server, client } = await open()
    const invited = client.join(Arena, { id: 'ABCDE-FGHJK' })
    const byId = client.join(Arena, { id: 'a1' })
    await server.settle()
    invited.leave()
    await server.settle()
    expect(leftRooms(server)).toEqual([])
    await say(server, ...entrance(server, 1, 'a1'))
    expect([byId.status, leftRooms(server)]).toEqual(['joined', ['ABCDE-FGHJK']])
    client.close()
  })

  test('[RP3] a join of another kind, of another id, or of a new room keeps no room from being left', async () => {
    const { server, client } = await open()
    const room = client.join(Arena, { id: 'a1' })
    await server.settle()
    await say(server, ...entrance(server, 0, 'a1'))
    client.join(defineRoom({ name: 'shop', state: () => ({}) }))
    client.join(Arena, { id: 'a2' })
    client.join(Arena, { how: 'create' })
    room.leave()
    await server.settle()
    expect(leftRooms(server)).toEqual(['a1'])
    client.close()
  })

  test.each([
    ['refused by the leave', (server: FakeServer) => [refusal(server, 0)]],
    ['answered just before it', (server: FakeServer) => entrance(server, 0, 'a1')],
  ])(
    '[RM19] a join of a certain room may stand in its queue, so it is left at once: %s',
    async (_what, answer) => {
      const { server, client } = await open()
      client.join(Arena, { id: 'a1' }).leave()
      await server.settle()
      expect(leftRooms(server)).toEqual(['a1'])
      const next = client.join(Arena, { id: 'a1' })
      await server.settle()
      expect(server.last.of('join')).toHaveLength(2)
      await say(server, ...answer(server), { kind: 'left', room: 'a1', reason: 'left' })
      await say(server, ...entrance(server, 1, 'a1'))
      expect([next.status, leftRooms(server)]).toEqual(['joined', ['a1']])
      client.close()
    },
  )

  test('[RP3] it is not left while another handle may be in that room, or on its way there', async () => {
    const { server, client } = await open()
    const any = client.join(Arena)
    client.join(Arena, { id: 'a1' }).leave()
    await server.settle()
    await say(server, ...entrance(server, 0, 'a1'), ...entrance(server, 1, 'a1'))
    expect([any.status, leftRooms(server)]).toEqual(['joined', []])
    client.join(Arena, { id: 'a1', spectate: true }).leave()
    await server.settle()
    expect(leftRooms(server)).toEqual([])
    client.close()
  })

  test.each([
    ['by its id', { id: 'a1' }],
    ['any of its kind', {}],
  ])('[RP3] who looks on in a room and wants to play leaves it and joins anew: %s', async (_what, wish) => {
    const { server, client } = await open()
    const looking = client.join(Arena, { ...wish, spectate: true })
    await server.settle()
    await say(server, ...entrance(server, 0, 'a1'))
    const playing = client.join(Arena, wish)
    await server.settle()
    // A session that is in already is told so, whatever it asked for.
    await say(server, ...entrance(server, 1, 'a1'))
    expect([looking.status, playing.status, leftRooms(server)]).toEqual(['left', 'joining', ['a1']])
    await say(server, { kind: 'left', room: 'a1', reason: 'left' }, ...entrance(server, 2, 'a1'))
    expect([looking.status, playing.status, leftRooms(server)]).toEqual(['left', 'joined', ['a1']])
    client.close()
  })

  test('a room that was to be made is made anew: the first one is left', async () => {
    const { server, client } = await open()
    client.join(Arena, { how: 'create' }).leave()
    const next = client.join(Arena, { how: 'create' })
    await server.settle()
    await say(server, ...entrance(server, 0, 'a1'))
    await say(server, ...entrance(server, 1, 'a2'))
    expect([next.id, next.status, leftRooms(server)]).toEqual(['a2', 'joined', ['a1']])
    client.close()
  })
})

describe('a handle that is over', () => {
  test('[RP3] left by its own wish while a component holds it, it stays left until somebody asks again', async () => {
    const { server, client } = await open()
    const room = client.room(Arena)
    const release = room.retain()
    await server.settle()
    await say(server, ...entrance(server, 0, 'a1'))
    room.leave()
    expect([client.room(Arena), room.status, client.rooms()]).toEqual([room, 'left', []])
    await server.settle()
    expect(server.last.of('join')).toHaveLength(1)
    client.join(Arena)
    await server.settle()
    await say(server, ...entrance(server, 1, 'a2'))
    expect([room.status, room.id]).toEqual(['joined', 'a2'])
    room.leave()
    release()
    await server.time.advance(999)
    expect(client.room(Arena)).toBe(room)
    await server.time.advance(1)
    expect(client.room(Arena)).not.toBe(room)
    client.close()
  })

  test('[RP3] each new holder asks again, also while another one holds it', async () => {
    const { server, client } = await open()
    const room = client.room(Arena)
    room.retain()
    await server.settle()
    await say(server, refusal(server, 0))
    expect(room.status).toBe('failed')
    const again = room.retain()
    expect(room.status).toBe('joining')
    await server.settle()
    await say(server, ...entrance(server, 1, 'a1'))
    await expect(room.joined).resolves.toBe(room)
    again()
    await server.time.advance(5_000)
    expect(room.status).toBe('joined')
    client.close()
  })

  test('[RP3] asked for while it lingers, it stays', async () => {
    const { server, client } = await open()
    const room = client.room(Arena)
    const release = room.retain()
    await server.settle()
    await say(server, refusal(server, 0))
    release()
    await server.time.advance(500)
    client.join(Arena)
    await server.settle()
    await say(server, ...entrance(server, 1, 'a1'))
    await server.time.advance(5_000)
    expect([room.status, leftRooms(server)]).toEqual(['joined', []])
    client.close()
  })

  test.each(['released', 'left'] as const)(
    '[RP3] %s while the client was closed, it does not come back with the connection',
    async (how) => {
      const { server, client } = await open()
      const room = client.room(Arena)
      const release = room.retain()
      await server.settle()
      await say(server, ...entrance(server, 0, 'a1'))
      client.close()
      expect(room.status).toBe('left')
      if (how === 'released') release()
      else room.leave()
      client.connect()
      await client.ready
      await server.settle()
      expect([server.last.of('join'), client.rooms()]).toEqual([[], []])
      client.close()
    },
  )

  test('[RP3] released just before the client was closed, it does not come back either', async () => {
    const { server, client } = await open()
    const room = client.room(Arena)
    const release = room.retain()
    await server.settle()
    await say(server, ...entrance(server, 0, 'a1'))
    release()
    client.close()
    client.connect()
    await client.ready
    await server.settle()
    expect([server.last.of('join'), client.rooms()]).toEqual([[], []])
    client.close()
  })

  test('[RP4] held again while another handle has taken its place, it goes the way of the connection all the same', async () => {
    const { server, client } = await open()
    server.autoWelcome = () => ({ outcome: 'expired', reason: 'window', id: 'c2', token: 't2' })
    const first = client.join(Arena)
    first.leave()
    const second = client.join(Arena)
    first.retain()
    await server.settle()
    await say(server, ...entrance(server, 0, 'a1'))
    await say(server, ...entrance(server, 1, 'a1'))
    const statuses = (): string[] => [first.status, second.status]
    expect([statuses(), client.rooms()]).toEqual([
      ['joined', 'joined'],
      [second, first],
    ])
    server.last.cut()
    await server.settle()
    expect(statuses()).toEqual(['reconnecting', 'reconnecting'])
    await server.time.advance(1_200)
    expect(server.last.of('join')).toHaveLength(2)
    client.close()
    expect(statuses()).toEqual(['left', 'left'])
  })

  test('[CB4] the linger of a room that was refused ends with close()', async () => {
    const { server, client } = await open()
    const room = client.room(Arena)
    const release = room.retain()
    await server.settle()
    await say(server, refusal(server, 0))
    release()
    client.close()
    expect([server.time.pending, client.handles()]).toEqual([0, []])
  })

  test('[CB4] after an error that ended the connection close() still ends what lingers, and what waits is not sent later', async () => {
    const { server, client } = await open()
    const room = client.room(Arena)
    const release = room.retain()
    const held = client.join(Arena, { id: 'a2' })
    await server.settle()
    await say(server, ...entrance(server, 0, 'a1'), ...entrance(server, 1, 'a2'))
    await say(server, { kind: 'error', code: 'ORIGIN_FORBIDDEN', message: 'No.', fatal: true })
    expect(client.status()).toMatchObject({ status: 'closed', error: { code: 'ORIGIN_FORBIDDEN' } })
    const told: string[] = []
    client.on('disconnect', (reason) => void told.push(reason))
    client.emit('late')
    release()
    expect(server.time.pending).toBe(1)
    client.close()
    expect([server.time.pending, client.handles(), client.status().error, told]).toEqual([
      0,
      [held],
      null,
      [],
    ])
    client.connect()
    await client.ready
    await server.settle()
    expect([server.last.types(), server.last.of('join').map(({ room: id }) => id)]).toEqual([[], ['a2']])
    client.close()
  })

  test.each([
    ['was joined', async (server: FakeServer) => say(server, ...entrance(server, 0, 'a1'))],
    ['was refused', async (server: FakeServer) => say(server, refusal(server, 0))],
    ['was on its way', async () => {}],
  ])('[CB4] released after close(), a room that %s goes at once: no timer begins', async (_what, answer) => {
    const { server, client } = await open()
    const room = client.room(Arena)
    const release = room.retain()
    await server.settle()
    await answer(server)
    client.close()
    const late = client.room(Arena, { id: 'a2' }).retain()
    release()
    late()
    expect([server.time.pending, client.handles()]).toEqual([0, []])
  })

  test('[RP4] what is still held when the client is closed comes back with the connection', async () => {
    const { server, client } = await open()
    const room = client.room(Arena)
    room.retain()
    const other = client.join(Arena, { id: 'b1' })
    await server.settle()
    await say(server, ...entrance(server, 0, 'a1'), ...entrance(server, 1, 'b1'))
    client.close()
    client.connect()
    await client.ready
    await server.settle()
    expect(server.last.of('join').map(({ room: id }) => id)).toEqual(['a1', 'b1'])
    expect([room.status, other.status]).toEqual(['joining', 'joining'])
    client.close()
  })
})

describe('a join whose options cannot travel', () => {
  test('is refused, and keeps no room from being left', async () => {
    const { server, client } = await open()
    const room = client.join(Arena)
    await server.settle()
    await say(server, ...entrance(server, 0, 'a1'))
    const other = client.join(Arena, { spectate: true, options: { big: 1n } })
    await expect(other.joined).rejects.toMatchObject({ code: 'INVALID_PAYLOAD' })
    expect([other.status, client.rooms()]).toEqual(['failed', [room]])
    room.leave()
    await server.settle()
    expect([server.last.of('join').length, leftRooms(server)]).toEqual([1, ['a1']])
    client.close()
  })

  test('asked for before the connection is open, it is refused alone', async () => {
    const server = createFakeServer()
    const client = server.client()
    const bad = client.join(Arena, { options: { big: 1n } })
    const good = client.join(Arena, { id: 'a2' })
    await client.ready
    await server.settle()
    expect([bad.error?.code, good.status, server.peers.length]).toEqual(['INVALID_PAYLOAD', 'joining', 1])
    expect(server.last.of('join')).toMatchObject([{ room: 'a2' }])
    client.close()
  })
})

describe('joins that ride with the hello', () => {
  /** A client that is connecting, and whose hello nobody has answered. */
  function knock(options: Parameters<FakeServer['client']>[0] = {}): {
    server: FakeServer
    client: PPClient
  } {
    const server = createFakeServer()
    server.autoWelcome = null
    return { server, client: server.client(options) }
  }

  const heard = ({ last }: FakeServer): string[] => last.heard.map(({ kind }) => kind)

  test('[HS2] a client asks for its rooms with the hello that begins its session, and not again', async () => {
    const { server, client } = knock()
    const rooms = [client.join(Arena, { id: 'a1' }), client.join('chat')]
    await server.settle()
    expect([heard(server), server.last.frames]).toEqual([['hello', 'join', 'join'], 1])
    const { ackId } = server.last.of('join')[1]!
    server.last.say({ ...WELCOME }, ...entrance(server, 0, 'a1'), {
      kind: 'joined',
      room: 'chat',
      ackId,
      type: 'event',
    })
    await server.settle()
    expect(rooms.map(({ status }) => status)).toEqual(['joined', 'joined'])
    expect(heard(server)).toEqual(['hello', 'join', 'join', 'ping'])
    // They count: what the server says it has received is what was sent.
    await say(server, { kind: 'received', count: 2 })
    expect(client.status().status).toBe('open')
    client.close()
  })

  test('[HS2] with the hello of a session that goes on nothing rides', async () => {
    const { server, client } = await open()
    const room = client.join(Arena, { id: 'a1' })
    await server.settle()
    await say(server, ...entrance(server, 0, 'a1'))
    server.autoWelcome = null
    server.last.cut()
    await server.time.advance(1_200)
    expect([room.status, heard(server)]).toEqual(['reconnecting', ['hello']])
    client.close()
  })

  test('[HS2] no more than 16 joins and 1 kB ride; the others follow the welcome', async () => {
    const { server, client } = knock()
    for (let i = 0; i < 20; i++) client.join(`r${i}`)
    await server.settle()
    expect(server.last.of('join')).toHaveLength(16)
    server.last.welcome()
    await server.settle()
    expect(server.last.of('join').map(({ room }) => room)).toEqual(
      Array.from({ length: 20 }, (_, i) => `r${i}`),
    )
    client.close()

    const large = knock()
    large.client.join(Arena, { options: 'x'.repeat(1_100) })
    await large.server.settle()
    expect(heard(large.server)).toEqual(['hello'])
    large.server.last.welcome()
    await large.server.settle()
    expect(large.server.last.of('join')).toHaveLength(1)
    large.client.close()
  })

  test('[HS2, CT2] they name rooms by text: whose contract the server has is not known yet', async () => {
    const { server, client } = knock({ contract: defineContract({ rooms: { Arena } }) })
    server.autoWelcome = () => ({ compact: true })
    server.names = ['arena']
    await client.ready
    client.close()
    server.names = []
    client.connect()
    client.join(Arena)
    await server.settle()
    expect(server.last.of('join')).toMatchObject([{ name: 'arena' }])
    client.close()
  })

  test('[HS2] an attempt that got no welcome counts for nothing: the next hello asks again', async () => {
    const { server, client } = knock()
    const room = client.join(Arena)
    await server.settle()
    server.last.cut()
    await server.time.advance(1_200)
    expect([server.peers.length, heard(server)]).toEqual([2, ['hello', 'join']])
    server.last.say({ ...WELCOME }, ...entrance(server, 0, 'a1'))
    await server.settle()
    expect(room.status).toBe('joined')
    await say(server, { kind: 'received', count: 1 })
    expect(client.status().status).toBe('open')
    client.close()
  })

  test('[RP3] one that is given up before the welcome is left when its answer is here', async () => {
    const { server, client } = knock()
    const room = client.join(Arena)
    await server.settle()
    room.leave()
    await server.settle()
    server.last.say({ ...WELCOME }, ...entrance(server, 0, 'a1'))
    await server.settle()
    expect(leftRooms(server)).toEqual(['a1'])
    client.close()
  })

  test('what cannot travel is refused once there is a connection, and the others ride', async () => {
    const { server, client } = knock()
    const wrong = client.join(Arena, { options: { at: 1n } })
    const refused = expect(wrong.joined).rejects.toMatchObject({ code: 'INVALID_PAYLOAD' })
    client.join('chat')
    await server.settle()
    expect(server.last.of('join')).toMatchObject([{ room: 'chat' }])
    server.last.welcome()
    await refused
    client.close()
  })
})
