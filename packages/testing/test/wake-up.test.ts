// What happens when somebody looks at a page again: a connection that only seems to be one is found and replaced fast, and
// one that lives is left alone.
import { createRandom } from '@painda/protocol'
import { expect, test } from 'vitest'
import {
  createFakePage,
  createHarness,
  type FakePage,
  type Harness,
  type HarnessClientOptions,
  type TestClient,
} from '../src/index.js'
import { Board, contract, defineBoard, type BoardContract } from './board.js'

const DELAY_MS = 50
const RTT_MS = 2 * DELAY_MS

interface World extends Harness<BoardContract> {
  page: FakePage
  ada: TestClient<BoardContract>
  /** What the server heard of connections, and what Ada's client heard. */
  events: string[]
  sockets: { dialled: number }
}

async function createWorld(options: HarnessClientOptions<BoardContract> = {}): Promise<World> {
  const page = createFakePage()
  const events: string[] = []
  const sockets = { dialled: 0 }
  const harness = createHarness({
    contract,
    socketSetupMs: 2 * RTT_MS,
    setup(server) {
      defineBoard(server)
      server.on('connection', (client) => {
        client.on('drop', () => void events.push(`drop ${client.id}`))
        client.on('resume', () => void events.push(`resume ${client.id}`))
      })
    },
  })
  const ada = harness.client({ name: 'ada', page, ...options })
  harness.client({ name: 'ben' })
  ada.net.set({ delayMs: DELAY_MS })
  ada.on('recovery', ({ outcome }) => void events.push(`recovery ${outcome}`))
  ada.inspector.listen((event) => {
    if (event.kind === 'frame' && event.direction === 'out') {
      sockets.dialled += event.messages.filter(({ kind }) => kind === 'hello').length
    }
  })
  for (const client of harness.clients) client.join(Board)
  await harness.settle()
  events.length = 0
  sockets.dialled = 0
  return Object.assign(Object.create(harness) as Harness<BoardContract>, { page, ada, events, sockets })
}

/** What Ada's page shows: the state, whether it is old, and when that changed. */
function watch(world: World): { at: number; state: object | undefined; stale: boolean }[] {
  const { ada, time } = world
  const room = ada.rooms()[0]!
  const shown: { at: number; state: object | undefined; stale: boolean }[] = []
  room.subscribe(() => {
    const { state, stale } = room.snapshot()
    shown.push({ at: time.now(), state, stale })
  })
  return shown
}

test('[CB7] visible after 60 s hidden on a half-open socket: current within 4 round trips + 250 ms, the last state shown all the while', async () => {
  const world = await createWorld({})
  const { ada, clients, time, page } = world
  const ben = clients[1]!
  ada.net.zombie()
  // Not long enough for the heartbeat to find out.
  await time.advance(40_000)
  ben.rooms()[0]!.send('set', { key: 'x', value: 7 })
  await time.advance(5_000)
  expect(ada.status().status).toBe('open')
  const shown = watch(world)
  const before = time.now()
  page.wake()
  await time.advance(4 * RTT_MS + 250)

  expect(ada.rooms()[0]!.snapshot()).toMatchObject({
    status: 'joined',
    stale: false,
    state: { cells: { x: 7 } },
  })
  const current = shown.find(({ state }) => (state as { cells: { x?: number } }).cells.x === 7)
  expect(current!.at - before).toBeLessThanOrEqual(4 * RTT_MS + 250)
  expect(shown.every(({ state }) => state !== undefined)).toBe(true)
  expect(world.events).toEqual([`resume ${ada.id}`, 'recovery resumed'])
  await world.close()
})

test('[CB7] a living connection answers first: the fresh socket is dropped before a word, and nobody notices', async () => {
  const world = await createWorld({})
  const { ada, time, page } = world
  // Slower than the head start: a fresh socket is dialled each time.
  ada.net.set({ delayMs: 150 })
  const statuses: string[] = []
  ada.on('stateChange', ({ status }) => void statuses.push(status))
  for (let i = 0; i < 20; i++) {
    page.wake()
    await time.advance(3_000)
  }
  expect([statuses, world.events, world.sockets.dialled]).toEqual([[], [], 0])
  expect(ada.net.socketCount).toBe(1)
  await world.close()
})

test('[CB6] a window clicked in and out of is no storm: one question a second, and no socket', async () => {
  const world = await createWorld({})
  const { ada, time, page } = world
  let pings = 0
  ada.inspector.listen((event) => {
    if (event.kind === 'frame' && event.direction === 'out')
      pings += event.messages.filter(({ kind }) => kind === 'ping').length
  })
  for (let i = 0; i < 1_000; i++) {
    page.wake()
    await time.advance(10)
  }
  expect(pings).toBeLessThanOrEqual(11)
  expect(pings).toBeGreaterThanOrEqual(9)
  expect(world.events).toEqual([])
  await world.close()
})

test('[CB6] a wake-up ends a wait at once, and a storm of them makes one attempt a second', async () => {
  const world = await createWorld({ reconnectDelay: 60_000, reconnectDelayMax: 60_000 })
  const { ada, time, page } = world
  ada.net.offline()
  ada.net.cut()
  await time.advance(0)
  expect(ada.status().status).toBe('waiting')
  let attempts = 0
  ada.on('stateChange', ({ status }) => void (attempts += status === 'connecting' ? 1 : 0))
  for (let i = 0; i < 500; i++) {
    page.wake()
    await time.advance(10)
  }
  expect(attempts).toBeGreaterThanOrEqual(4)
  expect(attempts).toBeLessThanOrEqual(6)
  ada.net.online()
  await time.advance(1_000)
  page.wake()
  await time.advance(4 * RTT_MS)
  expect(ada.status().status).toBe('open')
  await world.close()
})

test('[CB6] a wait that the server asked for is waited; retryNow ends it', async () => {
  const world = await createWorld({})
  const { ada, time, page, server } = world
  void server.shutdown()
  await time.advance(2 * RTT_MS)
  world.restartServer()
  const wait = (ada.nextRetryAt ?? 0) - time.wallNow()
  expect(wait).toBeGreaterThan(1_000)
  page.wake()
  await time.advance(500)
  expect(ada.status().status).toBe('waiting')
  ada.retryNow()
  await time.advance(4 * RTT_MS)
  expect([ada.status().status, ada.nextRetryAt]).toEqual(['open', null])
  await world.close()
})

test('[CB7] a getToken that hangs in the race costs nothing while the connection lives, and is not heard later', async () => {
  const answers: ((token: string) => void)[] = []
  let isSlow = false
  const world = await createWorld({
    getToken: () => (isSlow ? new Promise<string>((resolve) => answers.push(resolve)) : 'first'),
  })
  const { ada, time, page } = world
  isSlow = true
  ada.net.set({ delayMs: 150 })
  page.wake()
  await time.advance(5_000)
  expect(answers).toHaveLength(1)
  answers[0]!('late')
  await time.advance(5_000)
  expect([ada.status().status, world.events, world.sockets.dialled]).toEqual(['open', [], 0])

  // On a dead socket the race ends in time, and the next attempt asks anew.
  ada.net.zombie()
  page.wake()
  await time.advance(10_000)
  expect(ada.status()).toMatchObject({ status: 'waiting', error: { code: 'PING_TIMEOUT' } })
  isSlow = false
  await time.advance(3_000)
  expect(ada.status().status).toBe('open')
  await world.close()
})

test('[CB8] a hidden tab, whose timers come once a minute, is not kicked by either end, and a dead server is found', async () => {
  const world = await createWorld({})
  const { server, time, network } = world
  const events: string[] = []
  server.on('connection', (client) => {
    events.push('connection')
    client.on('drop', () => void events.push('drop'))
  })
  const { PPClient } = await import('@painda/client')
  const hidden = new PPClient({
    url: 'ws://hidden',
    page: createFakePage(),
    time: {
      ...time,
      now: () => time.now(),
      // As Chromium wakes a tab that has been hidden for five minutes: at whole minutes only.
      after: (ms, run) => time.after(Math.ceil((time.now() + ms) / 60_000) * 60_000 - time.now(), run),
    },
    connectTransport: () => network.link('hidden').connect((end) => server.acceptTransport(end)),
  })
  const lost: string[] = []
  hidden.on('disconnect', (reason) => void lost.push(reason))
  await time.advance(3_600_000)
  expect([events, lost, hidden.status().status]).toEqual([['connection'], [], 'open'])

  network.link('hidden').zombie()
  await time.advance(240_000)
  expect(lost).toEqual(['Ping timeout'])
  hidden.close()
  await time.advance(60_000)
  await world.close()
})

test('[CB7] [RC2] wake-ups at any moment, over bad links and dead ones: every message arrives once and in order, both ways', async () => {
  for (let seed = 1; seed <= 25; seed++) {
    const random = createRandom(seed)
    const page = createFakePage()
    const up: number[] = []
    const down: number[] = []
    const harness = createHarness({
      contract,
      seed,
      socketSetupMs: 120,
      setup(server) {
        defineBoard(server)
        server.on('note', (client, { n }) => {
          up.push(n)
          client.emit('news', { n })
        })
      },
    })
    const ada = harness.client({ page })
    ada.on('news', ({ n }) => void down.push(n))
    const room = ada.join(Board)
    ada.net.set({ delayMs: random.int(5, 200), jitter: { form: 'uniform', ms: 5 } })
    await harness.time.advance(2_000)
    for (let n = 0; n < 60; n++) {
      ada.emit('note', { n })
      room.send('set', { key: `k${n % 5}`, value: n })
      if (random.next() < 0.3) page.wake()
      if (random.next() < 0.1) ada.net.zombie()
      if (random.next() < 0.05) ada.net.cut()
      if (random.next() < 0.05) ada.net.stall(random.int(50, 3_000))
      await harness.time.advance(random.int(0, 700))
    }
    page.wake()
    await harness.settle()
    const all = Array.from({ length: 60 }, (_, n) => n)
    expect({ seed, up, down }).toEqual({ seed, up: all, down: all })
    await harness.close()
  }
})
