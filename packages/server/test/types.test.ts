// What must compile, and what must not: the contract reaches handlers, emits and answers.
import { defineContract, request, type } from '@painda/protocol'
import { expect, expectTypeOf, test } from 'vitest'
import { createRandom } from '@painda/protocol'
import { PPServer, silentLogger } from '../src/index.js'

const contract = defineContract({
  messages: { move: type<{ dx: number }>() },
  requests: { buy: request(type<{ item: string }>(), type<{ coins: number }>()) },
  events: { boom: type<{ x: number }>() },
})

test('[EV5] handlers and emits are typed by the contract; without one any name goes', async () => {
  const server = new PPServer({ contract, logger: silentLogger, random: createRandom(1) })
  server.on('move', (_client, payload) => expectTypeOf(payload).toEqualTypeOf<{ dx: number }>())
  server.on('buy', (_client, payload, ack) => {
    expectTypeOf(payload).toEqualTypeOf<{ item: string }>()
    ack(null, { coins: 1 })
    // @ts-expect-error the answer has coins
    ack(null, { money: 1 })
  })
  // @ts-expect-error "mvoe" is no message of this contract
  server.on('mvoe', () => {})
  // @ts-expect-error a move has no text
  server.on('move', (_client, payload: { text: string }) => payload)
  server.emit('boom', { x: 1 })
  // @ts-expect-error x is a number
  server.emit('boom', { x: '1' })
  // @ts-expect-error "bom" is no event of this contract
  server.emit('bom', { x: 1 })
  server.on('connection', (client) => {
    client.emit('boom', { x: 1 })
    // @ts-expect-error "bom" is no event of this contract
    client.emit('bom', { x: 1 })
  })

  const untyped = new PPServer({ logger: silentLogger })
  untyped.on('anything', (client, payload: { text: string }, ack) => {
    client.emit('something', payload.text)
    ack(null)
  })
  untyped.on('anything', (_client, payload) => expectTypeOf(payload).toEqualTypeOf<unknown>())
  expect(untyped.getClients()).toEqual([])
  await Promise.all([server.close(), untyped.close()])
})
