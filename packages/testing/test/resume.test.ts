// Rooms of a session that comes back: what its replicas missed, as one delta where that is enough.
import type { Recovery, RoomHandle } from '@painda/client'
import type { Message, StateOf } from '@painda/protocol'
import { expect, test } from 'vitest'
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
