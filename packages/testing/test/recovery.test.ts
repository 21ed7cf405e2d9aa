// Sessions, both ends together: what a lost connection costs, which is nothing, or what was named.
import type { Recovery } from '@painda/client'
import { createWireCodec, type Message } from '@painda/protocol'
import type { PPServer } from '@painda/server'
import { expect, test } from 'vitest'
import { createHarness, type Harness, type HarnessOptions, type TestClient } from '../src/index.js'
import { Board, contract, defineBoard, type BoardContract } from './board.js'
import { recordFrames } from './frames.js'

interface World extends Harness<BoardContract> {
  /** What the server's handler for `note` was given, by whom. */
  notes: { from: string; n: number }[]
  /** Connection events of the server. */
  events: string[]
}

function createWorld(options: HarnessOptions<BoardContract> = {}): World {
  const notes: World['notes'] = []
  const events: string[] = []
  function setup(server: PPServer<BoardContract>): void {
    defineBoard(server)
    server.on('note', (client, { n }) => void notes.push({ from: client.id, n }))
    server.on('echo', (_client, { n }, ack) => ack(null, { n }))
    server.on('connection', (client) => {
      events.push(`connection ${client.id}`)
      client.on('drop', () => void events.push(`drop ${client.id}`))
      client.on('resume', () => void events.push(`resume ${client.id}`))
    })
    server.on('disconnection', (client, reason) => void events.push(`disconnection ${client.id}: ${reason}`))
  }
  const harness = createHarness({ contract, setup, clients: 1, ...options })
  return Object.assign(Object.create(harness) as Harness<BoardContract>, { notes, events })
}

function hear(client: TestClient<BoardContract>): number[] {
  const heard: number[] = []
  client.on('news', ({ n }) => void heard.push(n))
  return heard
}

function recoveries(client: TestClient<BoardContract>): Recovery[] {
  const list: Recovery[] = []
  client.on('recovery', (recovery) => void list.push(recovery))
  return list
}

function upTo(count: number, from = 0): number[] {
  return Array.from({ length: count }, (_, i) => from + i)
}

test('[RC2] a client back within the window gets what it missed, once, in order, with both directions busy', async () => {
  const world = createWorld({ profile: 'jit' })
  const [client] = world.clients
  const heard = hear(client!)
  await world.settle()
  let n = 0
  for (let round = 0; round < 12; round++) {
    for (let i = 0; i < 5; i++) {
      world.server.emit('news', { n })
      client!.emit('note', { n: n++ })
      await world.time.advance(17)
    }
    client!.net.cut()
    await world.time.advance(round * 100)
  }
  await world.settle()
  expect(heard).toEqual(upTo(60))
  expect(world.notes).toEqual(upTo(60).map((i) => ({ from: 'p1', n: i })))
  expect(client!.id).toBe('p1')
  await world.close()
})

test('[RC1] the two ends count the same, however often connections are lost under way', async () => {
  const world = createWorld()
  const [client] = world.clients
  const frames = recordFrames(client!)
  const heard = hear(client!)
  await world.settle()
  for (let n = 0; n < 200; n++) {
    world.server.emit('news', { n })
    client!.emit('note', { n })
    if (n % 23 === 0) client!.net.cut()
    await world.time.advance(n % 3)
  }
  await world.settle()
  await world.time.advance(60_000)
  const pongs = frames.in.filter((message) => message.kind === 'pong')
  expect(pongs.at(-1)?.received).toBe(200)
  expect(heard).toEqual(upTo(200))
  expect(world.notes.map(({ n }) => n)).toEqual(upTo(200))
  await world.close()
})

test('[RC3] outcome resumed: id, rooms and presence are kept, and the application is told what was missed', async () => {
  const world = createWorld({ clients: 2 })
  const [a, b] = world.clients
  const told = recoveries(a!)
  const rooms = [a!.join(Board), b!.join(Board)]
  await world.settle()
  a!.net.offline()
  a!.net.cut()
  rooms[1]!.send('set', { key: 'x', value: 1 })
  world.server.emit('news', { n: 1 })
  await world.time.advance(5_000)
  expect(rooms[0]).toMatchObject({ status: 'reconnecting', stale: true })
  a!.net.online()
  await world.settle()
  expect(told).toMatchObject([
    { sid: 'p1', recovered: true, outcome: 'resumed', missedCount: 1, lost: 0, reason: null },
  ])
  expect(rooms[0]).toMatchObject({ status: 'joined', stale: false, state: { cells: { x: 1 } } })
  expect(world.events).toEqual(['connection p1', 'connection p2', 'drop p1', 'resume p1'])
  await world.close()
})

test('[RC3] too late: expired, reason window; the rooms are joined anew and both ends agree', async () => {
  const world = createWorld({ serverOptions: { recovery: { retentionMs: 10_000 } } })
  const [client] = world.clients
  const told = recoveries(client!)
  const room = client!.join(Board, { id: 'b1', how: 'create' })
  await world.settle()
  client!.net.offline()
  client!.net.cut()
  await world.time.advance(1)
  world.server.emit('news', { n: 1 })
  await world.time.advance(30_000)
  client!.net.online()
  await world.settle()
  expect(told).toMatchObject([
    { sid: 'p1.2', recovered: false, outcome: 'expired', reason: 'window', lost: 1 },
  ])
  expect(room.status).toBe('joined')
  expect(world.events).toEqual([
    'connection p1',
    'drop p1',
    'disconnection p1: transport close',
    'connection p1.2',
  ])
  await world.close()
})

test('[RC3][RC8] a restart: expired, reason restart; sent and unconfirmed is named lost, never sent comes, rooms come back', async () => {
  const world = createWorld({ clients: 2 })
  const [a, b] = world.clients
  const told = recoveries(a!)
  const rooms = [a!.join(Board), b!.join(Board)]
  await world.settle()

  a!.net.stall(1_000, 'up')
  const asked = a!.request('echo', { n: 1 })
  a!.emit('note', { n: 1 })
  const outcome = expect(asked).rejects.toMatchObject({ code: 'SESSION_EXPIRED' })
  await world.time.advance(100)
  world.restartServer()
  await world.time.advance(50)
  a!.emit('note', { n: 2 })
  const later = a!.request('echo', { n: 2 })
  await world.settle()

  await outcome
  expect(await later).toEqual({ n: 2 })
  expect(world.notes).toEqual([{ from: 'p1.2', n: 2 }])
  expect(told).toMatchObject([{ recovered: false, outcome: 'expired', reason: 'restart' }])
  expect(rooms.map(({ status }) => status)).toEqual(['joined', 'joined'])
  rooms[0]!.send('set', { key: 'x', value: 1 })
  await world.settle()
  expect(world.converged()).toEqual({ converged: true, differences: [] })
  await world.close()
})

test('[RC3][RC7] more was missed than is kept: expired, reason overflow, and the number that is lost', async () => {
  const world = createWorld({ serverOptions: { recovery: { maxBufferSize: 20 } } })
  const [client] = world.clients
  const told = recoveries(client!)
  const heard = hear(client!)
  await world.settle()
  client!.net.offline()
  client!.net.cut()
  await world.time.advance(1)
  for (let n = 0; n < 30; n++) world.server.emit('news', { n })
  await world.time.advance(1_000)
  client!.net.online()
  await world.settle()
  expect(told).toMatchObject([{ recovered: false, outcome: 'expired', reason: 'overflow', lost: 30 }])
  expect(heard).toEqual([])
  world.server.emit('news', { n: 31 })
  await world.settle()
  expect(heard).toEqual([31])
  await world.close()
})

test('[RC4] a half-open connection is taken over by the next one of the same session', async () => {
  const world = createWorld()
  const [client] = world.clients
  const heard = hear(client!)
  await world.settle()
  // The client sees its connection die; nothing ever tells the server.
  client!.net.zombie()
  client!.emit('note', { n: 1 })
  world.server.emit('news', { n: 1 })
  await world.settle()
  expect(heard).toEqual([1])
  expect(world.notes).toEqual([{ from: 'p1', n: 1 }])
  expect(world.server.getClients().length).toBe(1)
  expect(world.events.filter((event) => event.startsWith('disconnection'))).toEqual([])
  await world.close()
})

test('[RC4] a welcome that is lost on the way costs nothing: the token before stays good', async () => {
  const world = createWorld()
  const [client] = world.clients
  const heard = hear(client!)
  const told = recoveries(client!)
  await world.settle()
  client!.net.cut()
  await world.time.advance(1)
  world.server.emit('news', { n: 1 })
  for (let round = 0; round < 3; round++) {
    while (client!.status().status !== 'connecting') await world.time.advance(1)
    // The hello is under way up; the welcome will be lost with the connection.
    client!.net.stall(200, 'down')
    await world.time.advance(50)
    client!.net.cut()
  }
  await world.settle()
  expect(heard).toEqual([1])
  expect(told).toMatchObject([{ recovered: true, sid: 'p1' }])
  await world.close()
})

test('[RC5] a forged session gets a session of its own, and the real one notices nothing', async () => {
  const world = createWorld()
  const [client] = world.clients
  await world.settle()
  const thief = world.client({ name: 'thief', autoConnect: false })
  const told = recordFrames(thief)
  const transport = world.network.link('thief-wire').connect((end) => world.server.acceptTransport(end))
  const codec = createWireCodec()
  const answers: Message[] = []
  transport.onMessage((bytes) => void answers.push(...codec.decode(bytes)))
  const session = { id: client!.id ?? '', token: 'A'.repeat(32), received: 0 }
  transport.send(codec.encode({ kind: 'hello', version: 3, session }))
  await world.settle()
  const welcome = answers.find((message) => message.kind === 'welcome')
  expect(welcome).toMatchObject({ kind: 'welcome', outcome: 'expired', reason: 'restart', missed: 0 })
  expect(welcome).not.toHaveProperty('lost')
  expect(welcome?.id).not.toBe('p1')
  expect(client!.status().status).toBe('open')
  expect(told.all).toEqual([])
  transport.close()
  await world.close()
})

test('[RC6] each end confirms after 64 reliable messages or one second', async () => {
  const world = createWorld()
  const [client] = world.clients
  const frames = recordFrames(client!)
  await world.settle()
  frames.clear()
  for (let n = 0; n < 64; n++) world.server.emit('news', { n })
  await world.time.advance(10)
  expect(frames.out).toEqual([{ kind: 'received', count: 64 }])
  frames.clear()
  world.server.emit('news', { n: 64 })
  client!.emit('note', { n: 1 })
  await world.time.advance(990)
  expect(frames.out.filter(({ kind }) => kind === 'received')).toEqual([])
  await world.time.advance(20)
  expect(frames.out.at(-1)).toEqual({ kind: 'received', count: 65 })
  expect(frames.in.at(-1)).toEqual({ kind: 'received', count: 1 })
  await world.close()
})

test('[RC9] a client that closes on purpose ends its session at once, and leaves its rooms', async () => {
  const world = createWorld({ clients: 2 })
  const [a, b] = world.clients
  const room = b!.join(Board)
  a!.join(Board)
  await world.settle()
  expect(room.presence.others().length).toBe(1)
  a!.close()
  await world.settle()
  expect(world.events.at(-1)).toBe('disconnection p1: client disconnect')
  expect(room.presence.others()).toEqual([])
  a!.connect()
  await world.settle()
  expect(a!.id).toBe('p1.2')
  await world.close()
})

test('[RC2] a request survives a cut between question and answer, and is handled once', async () => {
  const world = createWorld()
  const [client] = world.clients
  const room = client!.join(Board)
  await world.settle()
  for (let i = 0; i < 10; i++) {
    client!.net.stall(40, 'down')
    const answer = room.request('add', { key: 'x', by: 1 })
    await world.time.advance(20)
    client!.net.cut()
    await world.settle()
    expect(await answer).toEqual({ value: i + 1 })
  }
  await world.close()
})

test('[RC2] a room that was left while offline stays left; one that was joined offline is entered', async () => {
  const world = createWorld()
  const [client] = world.clients
  const first = client!.join(Board, { id: 'one', how: 'create' })
  await world.settle()
  client!.net.offline()
  client!.net.cut()
  await world.time.advance(10)
  first.leave()
  const second = client!.join(Board, { id: 'two', how: 'create' })
  second.send('set', { key: 'x', value: 1 })
  await world.time.advance(3_000)
  client!.net.online()
  await world.settle()
  expect(second.state?.cells).toEqual({ x: 1 })
  expect(world.server.getRoom('one')?.clients).toEqual([])
  await world.close()
})
