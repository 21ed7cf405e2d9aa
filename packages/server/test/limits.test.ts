import { createTransportPair, defineRoom, type Message, type StandardSchema } from '@painda/protocol'
import { expect, test } from 'vitest'
import type { PPServerClient, ServerOptions } from '../src/index.js'
import { createKit, Peer } from './peer-kit.js'

test('[LM1] beyond its rate a client is refused, its questions are answered, and its neighbours notice nothing', async () => {
  const { server, join, settle, time } = createKit({ maxMessagesPerSecond: 5 })
  const seen = new Map<string, number>()
  server.on('n', (client) => void seen.set(client.id, (seen.get(client.id) ?? 0) + 1))
  const [flood, calm] = [await join(), await join()]
  for (let n = 0; n < 50; n++) flood.emit('n', n)
  flood.emit('n', 'asks', 9)
  calm.emit('n')
  await settle()
  expect(seen.get(flood.welcome.id)).toBe(5)
  expect(seen.get(calm.welcome.id)).toBe(1)
  expect(flood.of('ack')).toMatchObject([{ ackId: 9, error: { code: 'RATE_LIMITED' } }])
  await time.advance(1000)
  flood.emit('n')
  await settle()
  expect(seen.get(flood.welcome.id)).toBe(6)
})

test('[LM1] a type with a limit of its own has it in every namespace and room, and spends nobody else’s', async () => {
  const { server, join, settle, time } = createKit({ maxMessagesPerSecondByType: { chat: 2 } })
  const seen: string[] = []
  server.on('chat', () => void seen.push('/'))
  server.on('move', () => void seen.push('move'))
  server.of('/x').on('connection', (inside) => inside.on('chat', () => void seen.push('/x')))
  server.onAny((_client, type) => void (type === 'chat' && seen.push('any')))
  const peer = await join()
  peer.emit('chat', 1)
  peer.say({ kind: 'event', type: 'chat', ns: '/x' })
  peer.say({ kind: 'event', type: 'chat', ns: '/x' })
  peer.emit('chat', 2, 7)
  peer.emit('move')
  await settle()
  expect(seen).toEqual(['any', '/', 'any', '/x', 'move'])
  expect(peer.of('error')).toMatchObject([{ code: 'RATE_LIMITED', type: 'chat' }])
  expect(peer.of('ack')).toMatchObject([{ ackId: 7, error: { code: 'RATE_LIMITED' } }])
  await time.advance(500)
  peer.emit('chat')
  await settle()
  expect(seen.at(-1)).toBe('/')
  const wrong = { maxMessagesPerSecondByType: { chat: -1 } }
  expect(() => createKit(wrong)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
})

test('[LM3] a middleware that never calls next holds a client up for so long and no longer, and nobody else', async () => {
  const { server, join, settle, time } = createKit({ middlewareTimeoutMs: 1000 })
  const seen: unknown[] = []
  let late: (() => void) | undefined
  server.useMessage((_client, { payload }, next) => {
    if (payload === 'stuck') late = next
    else next()
  })
  server.on('n', (_client, payload) => void seen.push(payload))
  const [peer, other] = [await join(), await join()]
  peer.emit('n', 'stuck', 1)
  peer.emit('n', 'behind')
  other.emit('n', 'other')
  await settle()
  expect(seen).toEqual(['other'])
  await time.advance(1000)
  expect(seen).toEqual(['other', 'behind'])
  expect(peer.of('ack')).toMatchObject([{ ackId: 1, error: { code: 'INTERNAL' } }])
  late?.()
  await settle()
  expect(seen).toEqual(['other', 'behind'])
})

test('[LM2] refusals are not amplified: at most ten a second are told', async () => {
  const { join, settle, time } = createKit({ maxMessagesPerSecond: 1 })
  const peer = await join()
  for (let n = 0; n < 500; n++) peer.emit('n', n)
  await settle()
  expect(peer.of('error')).toHaveLength(10)
  await time.advance(1000)
  for (let n = 0; n < 500; n++) peer.emit('n', n)
  await settle()
  expect(peer.of('error')).toHaveLength(20)
  expect(peer.closed).toBeNull()
})

test.each<[string, object, object]>([
  ['a payload that the contract refuses', { kind: 'event', type: 'move', room: 'a', payload: 'far' }, {}],
  ['presence that the contract refuses', { kind: 'presence', room: 'a', data: 'far' }, {}],
  ['a message of a spectator', { kind: 'event', type: 'move', room: 'a', payload: 1 }, { spectate: true }],
  ['presence of a spectator', { kind: 'presence', room: 'a', data: 1 }, { spectate: true }],
  ['a message to a room that it is not in', { kind: 'event', type: 'move', room: 'b', payload: 1 }, {}],
])('[LM2] rooms refuse from the same ten a second: %s', async (_, message, how) => {
  const { server, join, settle, time } = createKit()
  const whole: StandardSchema<number> = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value) => (typeof value === 'number' ? { value } : { issues: [{ message: 'no number' }] }),
    },
  }
  const Field = defineRoom({ name: 'field', state: () => ({}), messages: { move: whole }, presence: whole })
  server.define(Field, { messages: { move() {} }, maxSpectators: 1 })
  server.createRoom(Field, { id: 'a' })
  const peer = await join()
  peer.say({ kind: 'join', ackId: 1, how: 'joinById', name: 'field', room: 'a', ...how })
  await settle()
  expect(peer.of('joined')).toHaveLength(1)
  for (const told of [10, 20]) {
    for (let n = 0; n < 60; n++) peer.say(message as Message)
    await settle()
    expect(peer.of('error')).toHaveLength(told)
    await time.advance(1000)
  }
})

test('[LM3] work that never ends fills a bounded inbox, and then the session is over', async () => {
  const { server, join, settle } = createKit({ maxInboxMessages: 10, maxMessagesPerSecond: 0 })
  const reasons: string[] = []
  server.on('disconnection', (_client, reason) => reasons.push(reason))
  server.useMessage(() => {})
  const peer = await join()
  for (let n = 0; n < 11; n++) peer.emit('n', n)
  await settle()
  expect(peer.closed).toBeNull()
  peer.emit('n', 11)
  await settle()
  expect(peer.closed).toMatchObject({ code: 4008 })
  expect(reasons).toEqual(['rate limit exceeded'])
})

test('[LM3] what waits behind middleware is dropped when the session ends', async () => {
  const { server, join, settle } = createKit()
  const seen: unknown[] = []
  const gates: (() => void)[] = []
  server.useMessage((_client, _message, next) => void gates.push(next))
  server.on('n', (_client, n) => void seen.push(n))
  const peer = await join()
  for (const n of [1, 2]) peer.emit('n', n)
  await settle()
  peer.transport.close(1000)
  await settle()
  for (const go of gates) go()
  await settle()
  expect(seen).toEqual([])
})

test('[LM4] a message beyond the limit ends its connection before it is decoded', async () => {
  const { join, settle } = createKit({ maxPayloadBytes: 100 })
  const peer = await join()
  peer.emit('n', 'x'.repeat(200))
  await settle()
  expect(peer.of('error')).toMatchObject([{ code: 'PAYLOAD_TOO_LARGE', fatal: true }])
  expect(peer.closed).toMatchObject({ code: 1009 })
})

test('[LM5] a client may be in so many rooms by its own wish', async () => {
  const { server, join, settle } = createKit({ maxRoomsPerClient: 2 })
  for (const id of ['a', 'b', 'c']) server.room(id, {})
  const peer = await join()
  ;['a', 'b', 'c'].forEach((room, ackId) => peer.say({ kind: 'join', how: 'join', room, ackId }))
  await settle()
  expect(peer.of('joined').map((joined) => joined.room)).toEqual(['a', 'b'])
  expect(peer.of('ack')).toMatchObject([{ ackId: 2, error: { code: 'TOO_MANY_ROOMS' } }])
})

test('[LM6] a peer that does not read is cut off, volatile messages pass it by, and its session may come back', async () => {
  const { server, settle } = createKit({ maxOutboxBytes: 200_000 })
  let isReading = true
  const [mine, theirs] = createTransportPair({
    defer: (deliver) => void (isReading ? Promise.resolve().then(deliver) : unread.push(deliver)),
  })
  const unread: (() => void)[] = []
  server.acceptTransport(theirs)
  const peer = new Peer(mine)
  peer.hello()
  await settle()
  const [client] = server.getClients()

  isReading = false
  client?.emit('n', 'x'.repeat(100_000))
  await settle()
  client?.volatile.emit('v', 1)
  await settle()
  expect(client?.connected).toBe(true)
  expect(unread).toHaveLength(1)
  client?.emit('n', 'x'.repeat(150_000))
  await settle()
  expect(client?.connected).toBe(false)
  expect(client?.bufferedBytes).toBe(0)
  expect(server.getClients()).toHaveLength(1)
})

test('[LM6] peers of one address that do not read are cut off when what all of them left is four times as much', async () => {
  const { server, settle } = createKit({ maxOutboxBytes: 640_000, heartbeatInterval: 0 })
  let isReading = true
  const come = async (ip?: string): Promise<string> => {
    const [mine, theirs] = createTransportPair({
      defer: (deliver) => void (isReading && Promise.resolve().then(deliver)),
    })
    server.acceptTransport(theirs, ip === undefined ? {} : { ip })
    const peer = new Peer(mine)
    peer.hello()
    await settle()
    return peer.welcome.id
  }
  const crowd: string[] = []
  for (let n = 0; n < 12; n++) crowd.push(await come(`2001:db8::${n}`))
  const others = [await come('2001:db8:0:1::1')]
  for (let n = 0; n < 5; n++) others.push(await come())
  isReading = false
  for (let round = 0; round < 10; round++) {
    for (const id of [...crowd, ...others]) server.getClient(id)?.emit('n', 'x'.repeat(50_000))
    await settle()
  }
  const there = (ids: readonly string[]): PPServerClient[] =>
    ids.flatMap((id) => server.getClient(id) ?? []).filter((client) => client.connected)
  expect(there(others)).toHaveLength(6)
  const unread = there(crowd).reduce((sum, { bufferedBytes }) => sum + bufferedBytes, 0)
  expect(unread).toBeLessThan(2_700_000)
  expect(there(crowd).length).toBeGreaterThan(3)
  // Their sessions may come back.
  expect(server.getClients()).toHaveLength(18)
})

test('[LM2] a flood of pings is not answered by a flood of pongs', async () => {
  const { join, settle } = createKit()
  const peer = await join()
  for (let n = 0; n < 1000; n++) peer.say({ kind: 'ping', at: n, received: 0 })
  await settle()
  expect(peer.of('pong')).toHaveLength(40)
  expect(peer.closed).toBeNull()
})

test.each([
  ['messages', { maxInboxMessages: 10 }, 11, 'x'],
  ['bytes', { maxPayloadBytes: 1000 }, 6, 'x'.repeat(900)],
])(
  '[LM3] what comes before the handshake is over is bounded in %s',
  async (_what, limits, count, payload) => {
    const { server, dial, settle } = createKit(limits)
    server.use(() => {})
    const peer = dial()
    peer.hello()
    for (let n = 0; n < count; n++) peer.emit('n', payload)
    await settle()
    expect(peer.closed).toMatchObject({ code: 4008 })
  },
)

test('[LM8] beyond its bytes a connection ends before what came is read; a largest message may come now and then', async () => {
  const { server, dial, join, settle, time } = createKit({
    maxPayloadBytes: 1000,
    maxBytesPerSecond: 100,
    heartbeatInterval: 0,
  })
  const seen: string[] = []
  server.on('n', ({ id }) => void seen.push(id))
  const [flood, calm] = [await join(), await join()]
  for (let n = 0; n < 6; n++) {
    await time.advance(10_000)
    calm.emit('n', 'x'.repeat(900))
  }
  for (let n = 0; n < 4; n++) flood.emit('n', 'x'.repeat(900))
  await settle()
  expect(calm.closed).toBeNull()
  expect(seen.filter((id) => id === calm.welcome.id)).toHaveLength(6)
  expect(flood.of('error')).toMatchObject([{ code: 'RATE_LIMITED', fatal: true }])
  expect(flood.closed).toMatchObject({ code: 4008 })
  expect(seen.filter((id) => id === flood.welcome.id)).toHaveLength(2)

  // Its session goes on with another connection, and before the welcome the same holds.
  const back = dial()
  back.hello({ session: flood.session })
  await settle()
  expect(back.welcome.outcome).not.toBe('new')
  const stranger = dial()
  for (let n = 0; n < 3; n++) stranger.transport.send(new Uint8Array(900))
  await settle()
  expect(stranger.closed).not.toBeNull()
})

test('[LM8] the limit of bytes follows the largest message, and 0 is none', async () => {
  const flood = async (limits: ServerOptions): Promise<number | undefined> => {
    const { join, settle } = createKit({ maxMessagesPerSecond: 0, ...limits })
    const peer = await join()
    for (let n = 0; n < 40; n++) peer.emit('n', 'x'.repeat(100_000))
    await settle()
    return peer.closed?.code
  }
  expect(await flood({})).toBe(4008)
  expect(await flood({ maxPayloadBytes: 4_000_000 })).toBeUndefined()
  expect(await flood({ maxBytesPerSecond: 0 })).toBeUndefined()
  expect(await flood({ maxBytesPerSecond: 5_000_000 })).toBeUndefined()
})
