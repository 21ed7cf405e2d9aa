import {
  contractRows,
  createTransportPair,
  decodeFrame,
  defineContract,
  encodeFrame,
  PPError,
  type,
  writeFrame,
} from '@painda/protocol'
import type { CloseInfo, PPMessageInput } from '@painda/protocol'
import { expect, test } from 'vitest'
import { PPServer } from '../src/index.js'
import type { Next, ServerOptions } from '../src/index.js'
import { createKit } from './peer-kit.js'

test('[HS2] whatever comes before a hello ends the connection with MALFORMED_FRAME', async () => {
  const { dial, settle } = createKit()
  const peer = dial()
  peer.emit('hi')
  await settle()
  expect(peer.of('error')).toMatchObject([{ code: 'MALFORMED_FRAME', fatal: true }])
  expect(peer.closed).toMatchObject({ code: 4002 })
})

test('[HS2] a second hello ends the connection with MALFORMED_FRAME', async () => {
  const { join, settle } = createKit()
  const peer = await join()
  peer.hello()
  await settle()
  expect(peer.closed).toMatchObject({ code: 4002 })
})

test('[HS3] a hello is answered once, by a welcome that comes before anything the server says', async () => {
  const { server, join } = createKit()
  server.use((client, next) => {
    client.emit('early')
    next()
  })
  server.on('connection', (client) => client.emit('first'))
  const peer = await join()
  expect(peer.log.map((message) => (message.kind === 'event' ? message.type : message.kind))).toEqual([
    'welcome',
    'early',
    'first',
  ])
  expect(peer.frames).toHaveLength(1)
})

test('[HS3] a refused hello is answered by a fatal error and the close code of its row', async () => {
  const { server, join } = createKit()
  const seen: string[] = []
  server.use((_client, next) => next(new Error('No token')))
  server.on('connection', () => seen.push('connection'))
  server.on('disconnection', () => seen.push('disconnection'))
  server.on('hi', () => seen.push('hi'))
  const peer = await join()
  expect(peer.log).toEqual([{ kind: 'error', code: 'MIDDLEWARE_REJECTED', message: 'No token', fatal: true }])
  expect(peer.closed).toMatchObject({ code: 4003 })
  expect(seen).toEqual([])
  expect(server.getClients()).toEqual([])
})

test('[HS3] middleware may refuse with a code of its own, which decides what the client does next', async () => {
  const { server, join } = createKit()
  server.use((_client, next) => next(new PPError('UNAUTHORIZED', 'The token is too old.')))
  const peer = await join()
  expect(peer.closed).toMatchObject({ code: 4010 })
})

test('[EV3] a middleware that throws refuses without telling why', async () => {
  const { server, join } = createKit()
  server.use(async () => {
    throw new Error('password of the database: 1234')
  })
  const peer = await join()
  expect(peer.closed).toMatchObject({ code: 4003 })
  expect(JSON.stringify(peer.log)).not.toContain('1234')
})

test('[HS4] another version is answered INVALID_PROTOCOL_VERSION, in words that both ends know', async () => {
  const { dial, settle } = createKit()
  const peer = dial()
  peer.hello({ version: 4 })
  await settle()
  expect(peer.of('error')[0]?.message).toContain('Invalid Protocol Version')
  expect(peer.closed?.code).toBe(4001)
  expect(peer.closed?.reason).toContain('Invalid Protocol Version')
})

test('[HS5] contracts of different versions are refused, other differences are named', async () => {
  const contract = defineContract({ version: '2', messages: { move: type<number>(), jump: type<number>() } })
  const { dial, settle } = createKit({ contract })
  const stale = dial()
  stale.hello({ contract: contractRows({ ...contract, version: '1' }) })
  const near = dial()
  near.hello({ contract: contractRows({ version: '2', messages: { move: type<number>() } }) })
  await settle()
  expect(stale.closed).toMatchObject({ code: 4004 })
  expect(near.welcome.mismatches).toEqual([{ name: 'message "jump"', where: 'server' }])
  expect(near.welcome.compact).toBeUndefined()
})

test('[HS6] a token reaches the application and nothing else: no other client, no inspect event, no log', async () => {
  const logged: unknown[] = []
  const note = (...args: unknown[]) => void logged.push(...args)
  const { server, join } = createKit({ logger: { debug: note, info: note, warn: note, error: note } })
  const inspected: unknown[] = []
  server.inspector.listen((event) => {
    inspected.push(event)
    if (event.kind === 'frame') inspected.push(Buffer.from(event.bytes).toString())
  })
  let token: string | null = null
  server.on('connection', (client) => (token = client.handshake.token))
  const other = await join()
  const peer = await join({ token: 'my-secret-jwt' })
  peer.cut()
  expect(token).toBe('my-secret-jwt')
  const everything = JSON.stringify([logged, inspected, other.log])
  expect(everything).not.toContain('my-secret-jwt')
  expect(everything).not.toContain(peer.welcome.token)
})

test('[HS7] a connection that says nothing is closed with HANDSHAKE_TIMEOUT', async () => {
  const { dial, time, server } = createKit({ handshakeTimeoutMs: 3000 })
  const peer = dial()
  await time.advance(2999)
  expect(peer.closed).toBeNull()
  await time.advance(1)
  expect(peer.closed).toMatchObject({ code: 4012 })
  await server.close()
  expect(time.pending).toBe(0)
})

test('[HS7] a handshakeTimeoutMs of 0 is no limit', async () => {
  const { server, dial, settle, time } = createKit({ handshakeTimeoutMs: 0, middlewareTimeoutMs: 0 })
  let next: Next = () => {}
  server.use((_client, go) => void (next = go))
  const [silent, asking] = [dial(), dial()]
  await time.advance(3_600_000)
  asking.hello()
  await time.advance(3_600_000)
  next()
  await settle()
  expect(asking.of('welcome')).toHaveLength(1)
  expect(silent.closed).toBeNull()
})

test.each<[keyof ServerOptions, readonly number[]]>([
  ['maxPayloadBytes', [0, -1, NaN, Infinity]],
  ['maxConnectionsPerIp', [0, -1, NaN, Infinity]],
  ['maxInboxMessages', [0, -1, NaN, Infinity]],
  ['maxOutboxBytes', [0, -1, NaN, Infinity]],
  ['ackTimeout', [0, -1, NaN, Infinity]],
  ['handshakeTimeoutMs', [-1, NaN, Infinity]],
  ['middlewareTimeoutMs', [-1, NaN, Infinity]],
  ['heartbeatInterval', [-1, NaN, Infinity]],
  ['maxMessagesPerSecond', [-1, NaN, Infinity]],
  ['maxBytesPerSecond', [-1, NaN, Infinity]],
  ['maxRoomsPerClient', [-1, NaN, Infinity]],
  ['maxRoomsPerIp', [-1, NaN, Infinity]],
])('a server says at once what %s cannot be', (name, values) => {
  for (const value of values) {
    const make = (): unknown => new PPServer({ [name]: value })
    expect(make).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
  }
  for (const recovery of [{ retentionMs: NaN }, { leaveMs: -1 }, { retentionMs: 1, leaveMs: NaN }])
    expect(() => new PPServer({ recovery })).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
})

test('[HS7] middleware that never calls next is bounded by the same time, and its late next lets nobody in', async () => {
  const { server, dial, time } = createKit({ handshakeTimeoutMs: 3000 })
  const seen: string[] = []
  let late: Next = () => {}
  server.use((client, next) => {
    client.join('lobby')
    late = next
  })
  server.on('connection', () => seen.push('connection'))
  const peer = dial()
  peer.hello()
  await time.advance(3000)
  expect(peer.closed).toMatchObject({ code: 4012 })
  late()
  await time.advance(0)
  expect(seen).toEqual([])
  expect(server.getStats()).toMatchObject({ clients: 0, rooms: 0 })
})

test('[HS3] a client that leaves during asynchronous middleware never connects', async () => {
  const { server, dial, settle } = createKit()
  const seen: string[] = []
  let go: Next = () => {}
  server.use((_client, next) => void (go = next))
  server.on('connection', () => seen.push('connection'))
  server.on('disconnection', () => seen.push('disconnection'))
  const peer = dial()
  peer.hello()
  await settle()
  peer.cut()
  await settle()
  go()
  await settle()
  expect(seen).toEqual([])
  expect(server.getClients()).toEqual([])
})

test('[EV4] what a client says during asynchronous middleware waits, and is handled after the connection event', async () => {
  const { server, dial, settle } = createKit()
  const seen: unknown[] = []
  let go: Next = () => {}
  server.use((_client, next) => void (go = next))
  server.on('connection', (client) => {
    seen.push('connection')
    client.on('n', (n) => void seen.push(n))
  })
  const peer = dial()
  peer.hello()
  for (const n of [1, 2, 3]) peer.emit('n', n)
  await settle()
  expect(seen).toEqual([])
  go()
  await settle()
  expect(seen).toEqual(['connection', 1, 2, 3])
})

test('[HS8] a shutdown says bye first and spreads the return of the clients', async () => {
  const { server, join, time } = createKit()
  const peers = [await join(), await join(), await join()]
  const done = server.shutdown({ timeoutMs: 100 })
  await time.advance(100)
  await done
  const byes = peers.map((peer) => peer.of('bye')[0])
  expect(byes.every((bye) => bye?.reason === 'Server shutting down')).toBe(true)
  expect(new Set(byes.map((bye) => bye?.retryAfterMs)).size).toBe(3)
  expect(peers.map((peer) => peer.closed?.code)).toEqual([1001, 1001, 1001])
  expect(time.pending).toBe(0)
})

test('[HS8] close ends everything at once, and leaves no timer behind', async () => {
  const { server, join, time, dial, settle } = createKit()
  const reasons: string[] = []
  server.on('disconnection', (_client, reason) => reasons.push(reason))
  const peer = await join()
  const silent = dial()
  await server.close()
  await settle()
  expect(peer.of('bye')).toHaveLength(1)
  expect([peer.closed?.code, silent.closed?.code]).toEqual([1001, 1001])
  expect(reasons).toEqual(['Server shutting down'])
  expect(time.pending).toBe(0)
  const late = dial()
  await settle()
  expect(late.closed).toMatchObject({ code: 1001 })
})

test('[VH1] a v2 session begins with its first frame, which may be its token', async () => {
  const { server, dial, settle } = createKit()
  const seen: unknown[] = []
  server.on('connection', (client) => seen.push(client.handshake.token))
  server.on('n', (_client, n) => void seen.push(n))
  const say = (peer: ReturnType<typeof dial>, message: PPMessageInput): void => {
    peer.transport.send(encodeFrame('gaming', message))
  }
  const known = dial({ protocol: 'v2' })
  say(known, { type: '__pp_auth', payload: { token: 'tok' } })
  say(known, { type: 'n', payload: 1 })
  say(known, { type: '__pp_auth', payload: { token: 'later' } })
  await settle()
  const guest = dial({ protocol: 'v2' })
  say(guest, { type: 'n', payload: 2 })
  await settle()
  expect(seen).toEqual(['tok', 1, null, 2])
  expect(server.getClients()[0]?.handshake.token).toBe('tok')
})

test('[VH1] or 150 ms after the connection', async () => {
  const { server, time } = createKit()
  const seen: string[] = []
  server.on('connection', (client) => seen.push(client.protocol))
  server.acceptTransport(createTransportPair()[0], { protocol: 'v2' })
  await time.advance(149)
  expect(seen).toEqual([])
  await time.advance(1)
  expect(seen).toEqual(['v2'])
})

test('[ER1][VH1] a first frame that cannot be read ends its connection with the close code of a row', async () => {
  const { server, settle } = createKit()
  for (const [payload, isSchema] of [
    ['{"type":"n","payload":{"__proto__":1}}', false],
    ['{"type":"n"}', true],
  ] as const) {
    const [mine, theirs] = createTransportPair()
    let closed: CloseInfo | null = null
    mine.onClose((info) => (closed = info))
    server.acceptTransport(theirs, { protocol: 'v2' })
    // The type id 7 is registered nowhere.
    mine.send(writeFrame('gaming', isSchema ? 7 : 0, false, Buffer.from(payload)))
    await settle()
    expect(closed).toMatchObject({ code: 4002 })
  }
})

test('[VH2][VH3] what v2 has no words for is not sent to it, and its session ends with its connection', async () => {
  const { server, time } = createKit()
  const reasons: string[] = []
  server.on('disconnection', (_client, reason) => reasons.push(reason))
  server.on('connection', (client) => {
    client.join('lobby')
    server.room('arena', { n: 1 }).join(client)
    server.presence.track(client, { name: 'Ada' })
  })
  const [mine, theirs] = createTransportPair()
  const frames: unknown[] = []
  mine.onMessage((frame) => {
    const { type: name, payload } = decodeFrame(frame) as { type: string; payload: unknown }
    frames.push([name, payload])
  })
  server.acceptTransport(theirs, { protocol: 'v2' })
  await time.advance(150)
  server.getRoom('arena')?.update((draft) => Object.assign(draft, { n: 2 }))
  await time.advance(1000)
  server.emit('hi', 1)
  await time.advance(0)
  expect(frames).toEqual([
    ['__pp_room_state', { room: 'arena', state: { n: 1 }, full: true }],
    ['__pp_room_delta', { room: 'arena', delta: { n: 2 } }],
    ['__pp_presence', { presences: [expect.objectContaining({ data: { name: 'Ada' } })] }],
    ['hi', 1],
  ])
  mine.terminate()
  await time.advance(0)
  expect(reasons).toEqual(['transport close'])
})

test('[HS3] what a `connection` listener says before it ends the session comes behind the welcome', async () => {
  const { server, join } = createKit()
  server.on('connection', (client) => {
    client.emit('sorry', 'no place left')
    client.close()
  })
  const peer = await join()
  expect(peer.log.map(({ kind }) => kind)).toEqual(['welcome', 'event'])
  expect(peer.closed?.code).toBe(4018)
})

test('[HS8] who is not let in yet when a shutdown begins is sent away, and connects nowhere', async () => {
  const { server, dial, settle, time } = createKit()
  let letIn: () => void = () => {}
  let finish: () => void = () => {}
  let connections = 0
  server.use((_client, next) => (letIn = next))
  server.on('connection', () => connections++)
  server.register({
    name: 'slow',
    install: () => ({ onShutdown: () => new Promise<void>((resolve) => (finish = resolve)) }),
  })
  const [asked, silent] = [dial(), dial()]
  asked.hello()
  await settle()
  const done = server.shutdown()
  await settle()
  letIn()
  await settle()
  expect(asked.log).toMatchObject([{ kind: 'error', code: 'SERVER_SHUTDOWN', fatal: true }])
  expect([asked.closed?.code, silent.closed?.code, connections]).toEqual([1001, 1001, 0])
  finish()
  await time.advance(100)
  await done
})

test('[HS8] gates that have not decided end with the server: nothing is said of them later', async () => {
  const { server, join, dial, settle, time } = createKit()
  const errors: string[] = []
  server.on('error', ({ message }) => void errors.push(message))
  server.use((client, next) => void (client.handshake.token === null && next()))
  server.useMessage(({ data }, _message, next) => void (data['decided'] === true && next()))
  const undecided = server.of('/slow')
  undecided.use(() => {})
  dial().hello({ token: 'wait' })
  const [one, two] = [await join(), await join()]
  one.emit('n')
  two.say({ kind: 'event', type: 'n', ns: '/slow' })
  await settle()
  await server.close()
  expect(time.pending).toBe(0)
  await time.advance(60_000)
  expect(errors).toEqual([])
})

test('a server that is closed begins no room any more', async () => {
  const { server, time } = createKit()
  await server.close()
  expect(() => server.room('late', {})).toThrow(expect.objectContaining({ code: 'CLOSED' }))
  expect(() => server.lobby('lobby')).toThrow(expect.objectContaining({ code: 'CLOSED' }))
  expect(time.pending).toBe(0)
})
