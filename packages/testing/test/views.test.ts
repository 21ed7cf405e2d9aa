// Views on the whole stack: what a browser's replica shows, and what was in the bytes that came to it.
import { defineContract, defineRoom } from '@painda/protocol'
import { expect, test } from 'vitest'
import { createHarness, type Harness } from '../src/index.js'
import { recordFrames } from './frames.js'

interface Player {
  x: number
  карта?: string
}

const Cards = defineRoom({
  name: 'cards',
  state: (): { players: Record<string, Player> } => ({ players: {} }),
  sync: { 'players.*.карта': { to: 'owner' } },
})
const contract = defineContract({ rooms: { Cards } })

type World = Harness<typeof contract>

async function deal(): Promise<World> {
  const harness = createHarness({
    contract,
    clients: 2,
    setup(server) {
      server.define(Cards, {
        onJoin: ({ client, state }) => void (state.players[client.id] = { x: 0, карта: `туз ${client.id}` }),
      })
    },
  })
  for (const client of harness.clients) client.join(Cards)
  await harness.settle()
  return harness
}

const roomOf = ({ server }: World) => {
  const [room] = server.rooms()
  // The one room of this file.
  return room as unknown as ReturnType<typeof server.createRoom<typeof Cards>>
}

test('[VW2] a replica shows what is shared and what is its own, and what did not change keeps its identity', async () => {
  const world = await deal()
  const [a, b] = world.clients.map((client) => client.join(Cards))
  const [mine, other] = world.clients.map(({ id }) => id!)
  expect(a!.state?.players[mine!]).toEqual({ x: 0, карта: `туз ${mine}` })
  expect(a!.state?.players[other!]).toEqual({ x: 0 })
  const before = a!.state?.players[mine!]
  roomOf(world).update((state) => void (state.players[other!]!.x = 1))
  await world.settle()
  expect(a!.state?.players[mine!]).toBe(before)
  const seen: unknown[] = []
  a!.subscribe(
    (state) => state.players[mine!]?.карта,
    (card) => void seen.push(card),
  )
  b!.subscribe(
    (state) => state.players[mine!]?.карта,
    (card) => void seen.push(card),
  )
  roomOf(world).update((state) => void (state.players[mine!]!.карта = 'дама'))
  await world.settle()
  expect(seen).toEqual(['дама'])
})

test('[VW3] a member that comes back sees its own part as it is by then, and the others nothing of it', async () => {
  const world = await deal()
  const [client, other] = world.clients
  const [a, b] = world.clients.map((one) => one.join(Cards))
  const frames = recordFrames(other!)
  client!.net.cut()
  client!.net.offline()
  await world.time.advance(100)
  roomOf(world).update((state) => {
    state.players[client!.id!]!.карта = 'дама'
    state.players[client!.id!]!.x = 7
  })
  await world.time.advance(100)
  client!.net.online()
  await world.settle()
  expect(a!.state?.players[client!.id!]).toEqual({ x: 7, карта: 'дама' })
  expect(b!.state?.players[client!.id!]).toEqual({ x: 7 })
  expect(JSON.stringify(frames.in)).not.toContain('дама')
})

test('[VW3] handles of one room that are made later show the own part too', async () => {
  const world = await deal()
  const [client] = world.clients
  const first = client!.join(Cards)
  const second = client!.join(first.id!)
  await world.settle()
  roomOf(world).update((state) => void (state.players[client!.id!]!.карта = 'валет'))
  await world.settle()
  expect(second.state).toEqual(first.state)
  expect(second.state).toMatchObject({ players: { [client!.id!]: { карта: 'валет' } } })
})
