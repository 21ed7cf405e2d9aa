// A client of a server whose place another one takes: it finds the room that it was in.
import { PPClient } from '@painda/client'
import { createRandom, createTransportPair, defineContract, defineRoom, type } from '@painda/protocol'
import type { Transport } from '@painda/protocol'
import { PPServer, silentLogger, type PPServerClient, type RoomBehaviour } from '@painda/server'
import { createFakeTime } from '@painda/testing/fake-time'
import { expect, onTestFinished, test } from 'vitest'

const makeArena = (more: object = {}) =>
  defineRoom({
    name: 'arena',
    state: () => ({ score: 0, players: {} as Record<string, number> }),
    messages: { hit: type<number>(), ...more },
  })

const Arena = makeArena()
const RULES: RoomBehaviour<typeof Arena, PPServerClient> = {
  onJoin: ({ state, client }) => void (state.players[client.id] = 0),
  onLeave: ({ state, client }) => void delete state.players[client.id],
  messages: { hit: ({ state }, by) => void (state.score += by) },
}

test('a client comes back by itself to the room that it was in, on a server with another contract, and the room is as it was', async () => {
  const time = createFakeTime()
  const start = (shape: typeof Arena) => {
    const contract = defineContract({ rooms: { Arena: shape } })
    const server = new PPServer({ time, contract, logger: silentLogger, random: createRandom(1) })
    server.define(shape, RULES)
    onTestFinished(() => server.close())
    return server
  }
  const before = start(Arena)
  let accept = (transport: Transport): void => before.acceptTransport(transport)
  const client = new PPClient({
    url: 'memory:',
    time,
    random: createRandom(2),
    reload: false,
    connectTransport() {
      const [mine, theirs] = createTransportPair()
      accept(theirs)
      return mine
    },
  })
  onTestFinished(() => client.close())
  const outcomes: string[] = []
  client.on('recovery', ({ outcome }) => void outcomes.push(outcome))
  const room = client.join(Arena)
  await time.advance(500)
  room.send('hit', 3)
  await time.advance(500)
  const was = { id: client.id ?? '', room: room.id }
  expect(room.state).toEqual({ score: 3, players: { [was.id]: 0 } })

  const leaving = before.handOver({ timeoutMs: 0, spreadMs: 0 })
  await time.advance(100)
  const after = start(makeArena({ jump: type<null>() }))
  expect(after.takeOver(await leaving)).toEqual({ rooms: 1, restarted: 0, notes: [] })
  accept = (transport) => after.acceptTransport(transport)
  await time.advance(60_000)
  expect(room).toMatchObject({ status: 'joined', id: was.room })
  expect(after.rooms()).toHaveLength(1)
  // With another session: who was in has left, and is in again.
  expect(outcomes).toEqual(['expired'])
  expect(client.id).not.toBe(was.id)
  expect(room.state).toEqual({ score: 3, players: { [client.id ?? '']: 0 } })
})
