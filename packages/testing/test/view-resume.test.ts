// A member that comes back after its view has changed: it says which view it holds, and goes on from there by one delta.
import type { Recovery } from '@painda/client'
import { createRandom, defineContract, defineRoom, type Message } from '@painda/protocol'
import { expect, test } from 'vitest'
import { createHarness, type Harness } from '../src/index.js'
import { recordFrames, type Frames } from './frames.js'

interface Camp {
  units: Record<string, { team: string; x: number }>
}

const Fog = defineRoom({ name: 'fog', state: (): Camp => ({ units: {} }) })
const contract = defineContract({ rooms: { Fog } })

interface World {
  harness: Harness<typeof contract>
  frames: Frames
  recoveries: Recovery[]
  write: (unit: string, team: string, x: number) => void
  /** Moves the member to another team. */
  send: (team: string) => void
  cut: (meanwhile?: () => Promise<void>) => Promise<void>
  state: () => Message[]
}

async function createWorld(seed = 1): Promise<World> {
  let team = 'red'
  // Everybody else is red and stays so.
  const teamOf = (id: string): string => (id === harness.clients[0]?.id ? team : 'red')
  const harness: Harness<typeof contract> = createHarness({
    contract,
    seed,
    clients: 1,
    clientOptions: { reconnectDelay: 100, reconnectDelayMax: 100 },
    setup(server) {
      server.define(Fog, {
        viewKey: ({ id }) => teamOf(id),
        view: ({ id }, { units }) => ({
          units: Object.fromEntries(Object.entries(units).filter(([, unit]) => unit.team === teamOf(id))),
        }),
      })
      server.createRoom(Fog, { id: 'f' })
    },
  })
  const [client] = harness.clients
  const recoveries: Recovery[] = []
  client!.on('recovery', (recovery) => void recoveries.push(recovery))
  client!.join(Fog, { id: 'f' })
  // The one room of this file.
  const room = () =>
    harness.server.getRoom('f') as unknown as ReturnType<typeof harness.server.createRoom<typeof Fog>>
  const world: World = {
    harness,
    recoveries,
    frames: recordFrames(client!),
    write: (unit, side, x) => room().update(({ units }) => void (units[unit] = { team: side, x })),
    send(side) {
      team = side
      room().refreshViews()
    },
    async cut(meanwhile = async () => {}) {
      const { net } = client!
      net.cut()
      net.offline()
      await harness.time.advance(50)
      await meanwhile()
      net.online()
      await harness.settle()
    },
    state: () => world.frames.in.filter(({ kind }) => kind === 'snapshot' || kind === 'delta'),
  }
  await harness.settle()
  for (const side of ['red', 'blue']) for (let n = 0; n < 100; n++) world.write(`${side}-${n}`, side, n)
  await harness.settle()
  return world
}

const kinds = (world: World): string[] => world.state().map(({ kind }) => kind)

test('[VW6] [RM14] a member whose view has changed names it when it comes back, and gets one delta', async () => {
  const world = await createWorld()
  world.send('blue')
  await world.harness.settle()
  world.frames.clear()
  await world.cut(async () => {
    world.write('blue-7', 'blue', 700)
    await world.harness.time.advance(100)
    world.write('blue-8', 'blue', 800)
    await world.harness.time.advance(100)
  })
  expect(world.recoveries).toMatchObject([{ outcome: 'resumed' }])
  expect(world.state()).toMatchObject([
    { kind: 'delta', delta: { units: { 'blue-7': { x: 700 }, 'blue-8': { x: 800 } } } },
  ])
  const [hello] = world.frames.out.filter(({ kind }) => kind === 'hello')
  expect(hello).toMatchObject({ session: { versions: [['f', expect.any(Number), expect.any(Number)]] } })
  expect(world.harness.converged().differences).toEqual([])
  await world.harness.close()
})

test('[VW6] a view that changed while the member was away is sent whole; one that changed and changed back is not', async () => {
  const world = await createWorld()
  const other = world.harness.client()
  other.join(Fog, { id: 'f' })
  await world.harness.settle()
  world.frames.clear()
  await world.cut(async () => {
    world.send('blue')
    await world.harness.time.advance(100)
  })
  expect(kinds(world)).toEqual(['snapshot'])
  world.send('red')
  await world.harness.settle()
  world.frames.clear()
  await world.cut(async () => {
    for (const team of ['blue', 'red']) {
      world.send(team)
      world.write('red-1', 'red', 5)
      await world.harness.time.advance(100)
    }
  })
  expect(kinds(world)).toEqual(['delta'])
  expect(world.recoveries.map(({ outcome }) => outcome)).toEqual(['snapshot', 'resumed'])
  expect(world.harness.converged().differences).toEqual([])
  await world.harness.close()
})

test('[VW6] whatever order views change, states change and connections break in: no snapshot more than views, and at rest the server’s view', async () => {
  for (let seed = 1; seed <= 10; seed++) {
    const random = createRandom(seed)
    const world = await createWorld(seed)
    const { harness } = world
    const desyncs: unknown[] = []
    harness.clients[0]!.on('desync', (desync) => void desyncs.push(desync))
    for (let step = 0; step < 25; step++) {
      const dice = random.next()
      if (dice < 0.3) world.send(random.pick(['red', 'blue', 'none']))
      if (dice > 0.2)
        world.write(
          `${random.pick(['red', 'blue'])}-${random.int(0, 120)}`,
          random.pick(['red', 'blue']),
          step,
        )
      if (random.next() < 0.5) await harness.time.advance(random.int(0, 40))
      if (random.next() < 0.8) continue
      if (random.next() < 0.5) {
        // At rest, so that client and server agree on what it holds: without another view it needs no snapshot.
        await harness.settle()
        world.frames.clear()
        await world.cut(async () => {
          world.write('red-0', random.pick(['red', 'blue']), step)
          await harness.time.advance(random.int(0, 60))
        })
        expect(
          kinds(world).filter((kind) => kind === 'snapshot'),
          `seed ${seed}, step ${step}`,
        ).toEqual([])
      } else {
        // In the middle of whatever is on its way.
        await world.cut(async () => {
          if (random.next() < 0.5) world.send(random.pick(['red', 'blue']))
          await harness.time.advance(random.int(0, 60))
        })
      }
    }
    await harness.settle()
    expect(harness.converged().differences, `seed ${seed}`).toEqual([])
    expect(desyncs, `seed ${seed}`).toEqual([])
    expect(
      world.recoveries.every(({ recovered }) => recovered),
      `seed ${seed}`,
    ).toBe(true)
    await harness.close()
  }
})
