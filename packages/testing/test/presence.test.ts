// Presence, both ends together.
import type { RoomHandle } from '@painda/client'
import { expect, test } from 'vitest'
import { createHarness, type Harness, type HarnessOptions } from '../src/index.js'
import { Board, contract, defineBoard, type BoardContract } from './board.js'
import { recordFrames } from './frames.js'

type BoardHandle = RoomHandle<typeof Board>

function boardHarness(options: HarnessOptions<BoardContract> = {}): Harness<BoardContract> {
  return createHarness({ contract, setup: defineBoard, clients: 2, ...options })
}

async function joinAll(harness: Harness<BoardContract>): Promise<BoardHandle[]> {
  const rooms = harness.clients.map((client) => client.join(Board))
  await harness.settle()
  return rooms
}

function others(room: BoardHandle): unknown[] {
  return room.presence.others().map(({ clientId, data, connected }) => [clientId, data, connected])
}

test('[PR1] the first list is full, later ones carry what changed; after a resume it is full again', async () => {
  const harness = boardHarness()
  const frames = recordFrames(harness.clients[0]!)
  const [, b] = await joinAll(harness)
  const lists = () =>
    frames.in.filter((message) => message.kind === 'presences' && message.room !== undefined)
  expect(lists()[0]).toMatchObject({ full: true })
  frames.clear()
  b!.presence.update({ mood: 'calm' })
  await harness.settle()
  expect(lists()).toMatchObject([
    { full: false, gone: [], set: [{ clientId: 'p2', data: { mood: 'calm' } }] },
  ])
  frames.clear()
  harness.clients[0]!.net.cut()
  await harness.settle()
  expect(lists()[0]).toMatchObject({ full: true })
  await harness.close()
})

test('[PR2] everybody writes for themselves, and sees it at once', async () => {
  const harness = boardHarness()
  const [a, b] = await joinAll(harness)
  a!.presence.update({ mood: 'calm' })
  expect(a!.presence.self?.data).toEqual({ mood: 'calm' })
  await harness.settle()
  expect(others(b!)).toEqual([['p1', { mood: 'calm' }, true]])
  expect(a!.presence.self?.data).toEqual({ mood: 'calm' })
  await harness.close()
})

test('[PR3] who drops stays with connected: false, and is whole again when back in time', async () => {
  const harness = boardHarness()
  const [a, b] = await joinAll(harness)
  a!.presence.update({ mood: 'calm' })
  await harness.settle()
  harness.clients[0]!.net.offline()
  harness.clients[0]!.net.cut()
  await harness.time.advance(30_000)
  expect(others(b!)).toEqual([['p1', { mood: 'calm' }, false]])
  a!.presence.update({ mood: 'back' })
  harness.clients[0]!.net.online()
  await harness.settle()
  expect(others(b!)).toEqual([['p1', { mood: 'back' }, true]])
  await harness.close()
})

test('[PR3] when the session ends the entry is gone; whoever comes back later is somebody new with the same data', async () => {
  const harness = boardHarness({ serverOptions: { recovery: { retentionMs: 5_000 } } })
  const [a, b] = await joinAll(harness)
  a!.presence.update({ mood: 'calm' })
  await harness.settle()
  harness.clients[0]!.net.offline()
  harness.clients[0]!.net.cut()
  await harness.time.advance(6_000)
  expect(others(b!)).toEqual([])
  harness.clients[0]!.net.online()
  await harness.settle()
  expect(others(b!)).toEqual([['p1.2', { mood: 'calm' }, true]])
  await harness.close()
})

test('[PR4] two tabs of one user are one entry with two connections; closing one keeps the user', async () => {
  const harness = boardHarness({
    clients: 0,
    setup(server) {
      defineBoard(server)
      server.use((client, next) => {
        const { token } = client.handshake
        if (token !== null) client.userContext = { sub: token }
        next()
      })
    },
  })
  const tabs = [1, 2].map((n) => harness.client({ name: `tab${n}`, getToken: () => 'ada' }))
  harness.client({ name: 'eve' })
  const rooms = await joinAll(harness)
  const seen = () => rooms[2]!.presence.others().map((entry) => [entry.clientId, entry.connections])
  expect(seen()).toEqual([['ada', 2]])
  tabs[0]!.close()
  await harness.settle()
  expect(seen()).toEqual([['ada', 1]])
  tabs[1]!.close()
  await harness.settle()
  expect(seen()).toEqual([])
  await harness.close()
})

test('the global list reaches everybody and survives reconnects', async () => {
  const harness = boardHarness({
    setup(server) {
      defineBoard(server)
      server.on('connection', (client) => server.presence.track(client, { name: client.id }))
    },
  })
  await harness.settle()
  const names = () =>
    harness.clients.map((client) =>
      client.presence
        .list()
        .map(({ clientId }) => clientId)
        .sort(),
    )
  expect(names()).toEqual([
    ['p1', 'p2'],
    ['p1', 'p2'],
  ])
  harness.clients[0]!.net.cut()
  await harness.settle()
  harness.clients[1]!.close()
  await harness.settle()
  expect(names()[0]).toEqual(['p1'])
  await harness.close()
})
