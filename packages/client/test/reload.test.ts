// A page whose modules are loaded anew while its client lives: the same room, with the definition of today.
import { defineContract, defineRoom, request, type StandardSchema } from '@painda/protocol'
import { createHarness } from '@painda/testing'
import { expect, onTestFinished, test, vi } from 'vitest'

/** Multiplies what it is given. */
const times = (factor: number): StandardSchema<number, number> => ({
  '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value: Number(value) * factor }) },
})

/** As a module makes it, each time that it is loaded. */
function load(factor: number) {
  const Arena = defineRoom({
    name: 'arena',
    state: () => ({ joins: 0 }),
    events: { boom: times(factor) },
    requests: { price: request(times(1), times(factor)) },
  })
  return {
    Arena,
    contract: defineContract({
      rooms: { Arena },
      events: { news: times(factor) },
      requests: { double: request(times(1), times(factor)) },
    }),
  }
}

async function play() {
  const before = load(1)
  const onJoin = vi.fn()
  const onLeave = vi.fn()
  const harness = createHarness({
    contract: before.contract,
    clients: 1,
    setup(server) {
      server.define(before.Arena, { onJoin, onLeave, requests: { price: () => 1 } })
      server.on('double', (_client, n, ack) => ack(null, n * 2))
    },
  })
  onTestFinished(() => harness.close())
  const [client] = harness.clients
  if (client === undefined) throw new Error('A client was asked for.')
  const room = client.join(before.Arena)
  await harness.settle()
  return { harness, client, room, onJoin, onLeave }
}

test('a definition that is made anew is the room that is there, and its validators count', async () => {
  const { harness, client, room, onJoin, onLeave } = await play()
  const booms: unknown[] = []
  room.on('boom', (at) => booms.push(at))
  const after = load(10)
  expect(client.room(after.Arena)).toBe(room)
  harness.server.rooms()[0]?.broadcast('boom' as never, 4 as never)
  const price = room.request('price', 7)
  await harness.settle()
  expect(booms).toEqual([40])
  expect(await price).toBe(10)
  expect([onJoin, onLeave].map(({ mock }) => mock.calls.length)).toEqual([1, 0])
})

test('a contract that is made anew is taken with its validators; another one is not, and nothing changes', async () => {
  const { harness, client } = await play()
  const news: unknown[] = []
  client.on('news', (number) => news.push(number))
  const say = async (): Promise<void> => {
    harness.server.emit('news', 2)
    await harness.settle()
  }
  expect(client.replaceContract(load(10).contract)).toBe(true)
  await say()
  const other = defineContract({ ...load(100).contract, messages: { more: times(1) } })
  expect(client.replaceContract(other)).toBe(false)
  await say()
  expect(news).toEqual([20, 20])
  const answer = client.request('double', 3)
  await harness.settle()
  expect(await answer).toBe(60)
})
