// Rooms of a session that comes back: what its replicas missed, as one delta where that is enough.
import type { Recovery, RoomHandle } from '@painda/client'
import { createRandom, type Message, type StateOf } from '@painda/protocol'
import { describe, expect, test } from 'vitest'
import { createHarness, type Harness, type HarnessOptions } from '../src/index.js'
import { Board, contract, defineBoard, type BoardContract } from './board.js'
import { recordFrames, type Frames } from './frames.js'
import { defineSwarm, Swarm, swarmContract } from './swarm.js'

interface World extends Harness<BoardContract> {
  a: RoomHandle<typeof Board>
  frames: Frames
  recoveries: Recovery[]
  /** Writes cells at the server. */
  write: (cells: Record<string, number>) => void
}

async function createWorld(options: HarnessOptions<BoardContract> = {}): Promise<World> {
  const harness = createHarness({ contract, setup: defineBoard, clients: 2, ...options })
  const [client, other] = harness.clients
  const a = client!.join(Board)
  other!.join(Board)
  await harness.settle()
  const recoveries: Recovery[] = []
  client!.on('recovery', (recovery) => void recoveries.push(recovery))
  function write(cells: Record<string, number>): void {
    for (const { id } of harness.server.rooms())
      harness.server
        .getRoom(id)
        ?.update((draft) => Object.assign((draft as StateOf<typeof Board>).cells, cells))
  }
  write(Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`cell-${i}`, i])))
  await harness.settle()
  const world = { a, frames: recordFrames(client!), recoveries, write }
  return Object.assign(Object.create(harness) as Harness<BoardContract>, world)
}

function stateMessages({ in: messages }: Frames): Message[] {
  return messages.filter(({ kind }) => kind === 'snapshot' || kind === 'delta')
}

async function away(world: World, run: () => Promise<void>): Promise<void> {
  const { net } = world.clients[0]!
  net.cut()
  net.offline()
  await world.time.advance(100)
  await run()
  net.online()
  await world.settle()
}

test('[RC3] a member that comes back gets what changed meanwhile as one delta, and goes on from there', async () => {
  const world = await createWorld()
  const before = world.a.version
  const untouched = world.a.state?.list
  world.frames.clear()
  await away(world, async () => {
    for (let n = 0; n < 30; n++) {
      world.write({ 'cell-3': n, [`new-${n % 4}`]: n })
      await world.time.advance(100)
    }
    expect(world.a.snapshot()).toMatchObject({ status: 'reconnecting', stale: true })
  })
  expect(world.recoveries).toMatchObject([{ outcome: 'resumed', recovered: true }])
  const [first, ...others] = stateMessages(world.frames)
  expect(first).toMatchObject({
    kind: 'delta',
    from: before,
    to: before + 30,
    delta: { cells: { 'cell-3': 29, 'new-0': 28, 'new-1': 29, 'new-2': 26, 'new-3': 27 } },
  })
  expect(others).toEqual([])
  expect(world.a.snapshot()).toMatchObject({ status: 'joined', stale: false })
  expect(world.a.state?.list).toBe(untouched)
  expect(world.converged().converged).toBe(true)
  // Names that were new in the delta are known to both ends afterwards.
  world.write({ 'new-1': 77, 'cell-9': 1 })
  await world.settle()
  expect(stateMessages(world.frames).map(({ kind }) => kind)).toEqual(['delta', 'delta'])
  expect(world.converged().converged).toBe(true)
  await world.close()
})

test('[RC3] a member that missed nothing is current at once, and no state is sent', async () => {
  const world = await createWorld()
  world.frames.clear()
  world.clients[0]!.net.cut()
  await world.settle()
  await world.time.advance(3_000)
  expect(world.recoveries).toMatchObject([{ outcome: 'resumed' }])
  expect(stateMessages(world.frames)).toEqual([])
  expect(world.a.snapshot()).toMatchObject({ status: 'joined', stale: false })
  world.write({ 'cell-1': 5 })
  await world.settle()
  expect(stateMessages(world.frames).map(({ kind }) => kind)).toEqual(['delta'])
  expect(world.converged().converged).toBe(true)
  await world.close()
})

test('[RC3][RM14] a room that was left without a connection costs the others nothing: they go on from where they were', async () => {
  const world = await createWorld()
  const [client] = world.clients
  const other = client!.join(Board, { id: 'another' })
  await world.settle()
  world.frames.clear()
  await away(world, async () => {
    other.leave()
    world.write({ 'cell-3': 7 })
    await world.time.advance(100)
  })
  expect(world.recoveries).toMatchObject([{ outcome: 'resumed' }])
  const ofRoom = stateMessages(world.frames).filter(
    (message) => 'room' in message && message.room === world.a.id,
  )
  expect(ofRoom.map(({ kind }) => kind)).toEqual(['delta'])
  expect(world.a.snapshot()).toMatchObject({ status: 'joined', stale: false })
  expect(world.server.getRoom('another')?.clients.length ?? 0).toBe(0)
  expect(world.converged().converged).toBe(true)
  await world.close()
})

test('[RC3][RM15] a member that was away for more versions than the room remembers gets a snapshot', async () => {
  const world = await createWorld()
  world.frames.clear()
  await away(world, async () => {
    for (let n = 0; n < 1_300; n++) {
      world.write({ 'cell-3': n })
      await world.time.advance(50)
    }
  })
  expect(world.recoveries).toMatchObject([{ outcome: 'snapshot' }])
  expect(stateMessages(world.frames).map(({ kind }) => kind)).toEqual(['snapshot'])
  expect(world.a.snapshot()).toMatchObject({ status: 'joined', stale: false })
  expect(world.converged().converged).toBe(true)
  await world.close()
})

test('[RM14] a snapshot comes where it is smaller than what changed', async () => {
  const world = await createWorld()
  world.frames.clear()
  await away(world, async () => {
    for (let n = 0; n < 5; n++) {
      const ids = Array.from({ length: 300 }, (_, i) => [`short-lived-${n}-${i}`, i] as const)
      world.write(Object.fromEntries(ids))
      await world.time.advance(100)
      for (const { id } of world.server.rooms())
        world.server.getRoom(id)?.update((draft) => {
          for (const [key] of ids) delete (draft as StateOf<typeof Board>).cells[key]
        })
      await world.time.advance(100)
    }
  })
  expect(stateMessages(world.frames).map(({ kind }) => kind)).toEqual(['snapshot'])
  expect(world.converged().converged).toBe(true)
  await world.close()
})

test('[RC3][RM15] cut after cut, in any moment, no replica ever differs and none asks for a snapshot', async () => {
  const world = await createWorld({ profile: 'jit' })
  for (let n = 0; n < 60; n++) {
    world.write({ [`cell-${n % 7}`]: n, [`extra-${n}`]: n })
    await world.time.advance(130)
    if (n % 5 === 0) world.clients[0]!.net.cut()
    await world.time.advance(n * 20)
  }
  await world.settle()
  expect(world.recoveries.length).toBeGreaterThan(6)
  expect(new Set(world.recoveries.map(({ outcome }) => outcome))).toEqual(new Set(['resumed']))
  expect(world.frames.out.filter(({ kind }) => kind === 'resync')).toEqual([])
  expect(world.converged().converged).toBe(true)
  await world.close()
})

test('[RC3, RM14] three seconds away from a room of 60 states a second cost the bytes of one, not of 180', async () => {
  const harness = createHarness({
    contract: swarmContract,
    setup(server) {
      defineSwarm(server, () => harness.time.now())
      server.createRoom(Swarm, { id: 's' })
    },
  })
  const client = harness.client()
  const room = client.join(Swarm, { id: 's' })
  await harness.time.advance(500)
  const sizes: number[] = []
  client.inspector.listen((event) => {
    if (event.kind === 'frame' && event.direction === 'in') sizes.push(event.bytes.byteLength)
  })
  await harness.time.advance(1_000)
  const oneState = Math.max(...sizes)
  sizes.length = 0

  client.net.offline()
  client.net.cut()
  await harness.time.advance(3_000)
  const made = harness.server.getRoom('s')?.version ?? 0
  expect(made - room.version).toBeGreaterThan(170)
  client.net.online()
  while (client.status().status !== 'open') await harness.time.advance(1)
  await harness.time.advance(10)
  expect(room.version).toBeGreaterThanOrEqual(made)
  // The welcome, the presence, what was missed and at most one state since.
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(3 * oneState)
  await harness.close()
})

describe('what a member missed', () => {
  async function createTalk(setup: HarnessOptions<typeof swarmContract>['setup'] = () => {}) {
    const harness = createHarness({
      contract: swarmContract,
      clientOptions: { reconnectDelay: 100, reconnectDelayMax: 100 },
      setup(server) {
        defineSwarm(server, () => harness.time.now())
        server.createRoom(Swarm, { id: 's' })
        setup(server)
      },
    })
    const client = harness.client()
    const room = client.join(Swarm, { id: 's' })
    await harness.time.advance(500)
    const seen: { n: number; isShown: boolean }[] = []
    room.on('said', ({ n, tick }) => void seen.push({ n, isShown: (room.state?.tick ?? -1) >= tick }))
    const say = (n: number, afterState = n % 2 === 0): void => {
      const server = harness.server.getRoom('s')
      server?.broadcast('said', { n, tick: server.tick }, { afterState })
    }
    return { harness, client, room, seen, say }
  }

  test.each(['delta', 'snapshot'] as const)(
    '[RM20] its events come after the state they were made in, in order, once, when it goes on by a %s',
    async (by) => {
      const { harness, client, seen, say } = await createTalk()
      const frames = recordFrames(client)
      client.net.cut()
      client.net.offline()
      for (let n = 0; n < 10; n++) {
        // More versions than the room remembers.
        await harness.time.advance(by === 'delta' ? 40 : 2_500)
        say(n)
      }
      client.net.online()
      await harness.time.advance(3_000)
      expect(seen).toEqual(Array.from({ length: 10 }, (_, n) => ({ n, isShown: true })))
      const kinds = frames.in.map(({ kind }) => kind)
      expect(kinds.find((kind) => kind === 'delta' || kind === 'snapshot')).toBe(by)
      expect(frames.in.find(({ kind }) => kind === 'welcome')).toMatchObject({
        outcome: by === 'delta' ? 'resumed' : 'snapshot',
        missed: 10,
      })
      await harness.close()
    },
  )

  test('[RM20] also those that waited for its state when the connection broke, and those said while it comes back', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = createRandom(seed)
      const { harness, client, seen, say } = await createTalk()
      const desyncs: unknown[] = []
      client.on('desync', (desync) => void desyncs.push(desync))
      let n = 0
      for (let step = 0; step < 60; step++) {
        if (random.next() < 0.5) say(n++, random.next() < 0.5)
        const dice = random.next()
        if (dice < 0.05) client.net.cut()
        else if (dice < 0.1) client.net.stall(random.int(100, 900), 'down')
        else if (dice < 0.13) client.net.cutAtByte(random.int(0, 3_000), 'down')
        await harness.time.advance(random.int(0, 60))
      }
      client.net.online()
      await harness.time.advance(3_000)
      expect(
        seen.map((said) => said.n),
        `seed ${seed}`,
      ).toEqual(Array.from({ length: n }, (_, at) => at))
      expect(desyncs, `seed ${seed}`).toEqual([])
      await harness.close()
    }
  })

  test('[RM20] [RM1] of a room that it left and entered meanwhile it hears both, then all of it, then its events', async () => {
    const { harness, client, room, say } = await createTalk()
    const frames = recordFrames(client)
    client.net.cut()
    client.net.offline()
    await harness.time.advance(100)
    const [member] = harness.server.getClients()
    harness.server.getRoom('s')?.leave(member!)
    harness.server.getRoom('s')?.join(member!)
    say(1)
    client.net.online()
    await harness.time.advance(2_000)
    const kinds = frames.in
      .map(({ kind }) => kind)
      .filter((kind) => !['ping', 'pong', 'received'].includes(kind))
    const first = kinds.slice(kinds.indexOf('welcome'), kinds.indexOf('event') + 1)
    expect(first).toEqual(['welcome', 'left', 'joined', 'snapshot', 'presences', 'event'])
    expect(frames.in.filter(({ kind }) => kind === 'welcome')).toHaveLength(1)
    expect(room.status).toBe('left')
    expect(client.rooms().map(({ id, status }) => [id, status])).toContainEqual(['s', 'joined'])
    await harness.close()
  })

  test('[RM20] [RM1] a room that it entered in the moment its connection broke begins with joined', async () => {
    for (let seed = 0; seed < 30; seed++) {
      const { harness, client } = await createTalk((server) => void server.createRoom(Swarm, { id: 't' }))
      client.net.cutAtByte(seed * 12, 'down')
      const other = client.join(Swarm, { id: 't' })
      await harness.time.advance(3_000)
      expect(other.status, `after ${seed * 12} bytes`).toBe('joined')
      expect(other.state?.tick, `after ${seed * 12} bytes`).toBeGreaterThan(0)
      await harness.close()
    }
  })
})
