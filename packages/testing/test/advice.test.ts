// What is most likely a mistake of the game or of its test is told in the console, though the servers of tests log nothing else.
import { defineContract, defineRoom, type } from '@painda/protocol'
import { beforeEach, expect, test, vi } from 'vitest'
import { createHarness } from '../src/index.js'
import { createMockRoom } from '../src/mock/index.js'

const Arena = defineRoom({
  name: 'arena',
  state: () => ({ count: 0 }),
  messages: { move: type<undefined>() },
})
const contract = defineContract({ rooms: { Arena } })

let told: string[] = []

beforeEach(() => {
  told = []
  vi.spyOn(console, 'warn').mockImplementation(
    (text: string) => void told.push(text.replace('[painda] ', '')),
  )
})

test('options of the kit that there are not', async () => {
  const options: object = { client: 2, contract }
  await createHarness(options).close()
  const mock: object = { states: { count: 1 } }
  createMockRoom(Arena, mock)
  expect(told).toEqual([
    'The options of createHarness have what no harness knows: "client" (did you mean "clients"?).',
    'The options of createMockRoom have what no mocked room knows: "states" (did you mean "state"?).',
  ])
})

test('what the server of a harness would log of the game', async () => {
  const behaviour: object = { onJion() {} }
  const harness = createHarness({ contract, setup: (server) => server.define(Arena, behaviour), clients: 1 })
  const room = harness.clients[0]?.join(Arena)
  await harness.settle()
  room?.send('move')
  await harness.settle()
  await harness.close()
  expect(told).toEqual([
    'The definition of room "arena" has what no room knows: "onJion" (did you mean "onJoin"?).',
    '"move" was sent to room "arena" and dropped: its definition has no handler for it under messages.',
  ])
})

test('what a handler throws, once, whatever its id and its room', async () => {
  const harness = createHarness({
    contract,
    setup(server) {
      server.define(Arena, {
        messages: {
          move() {
            throw new Error('of mine')
          },
        },
      })
    },
    clients: 2,
  })
  const rooms = harness.clients.map((client) => {
    client.on('error', () => {})
    return client.join(Arena, { how: 'create' })
  })
  await harness.settle()
  for (const room of rooms) room.send('move')
  await harness.settle()
  await harness.close()
  expect(told).toEqual([
    expect.stringMatching(/^"move" of room ".*" \(arena\) failed .* Error: of mine\n\s+at /),
  ])
})
