// Every way to a handler passes the contract's validator: a message that wears a namespace or a room passes it too.
import { defineContract, defineRoom, type StandardSchema } from '@painda/protocol'
import { expect, test } from 'vitest'
import type { ServerOptions } from '../src/index.js'
import { createKit, type Kit } from './peer-kit.js'

const whole: StandardSchema<number> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) =>
      Number.isInteger(value) ? { value: Number(value) } : { issues: [{ message: 'not whole' }] },
  },
}

function guarded(options: ServerOptions = {}): Kit & { seen: unknown[] } {
  const kit = createKit({ contract: defineContract({ messages: { bet: whole } }), ...options })
  const seen: unknown[] = []
  kit.server.on('bet', (_client, payload) => void seen.push(payload))
  return { ...kit, seen }
}

test('[EV5] the name of the default namespace is no way around the validator', async () => {
  const { seen, join, settle } = guarded()
  const peer = await join()
  peer.say({ kind: 'event', type: 'bet', payload: 1, ns: '/' })
  peer.say({ kind: 'event', type: 'bet', payload: 'all of it', ns: '/' })
  await settle()
  expect(seen).toEqual([1])
  expect(peer.of('error')).toMatchObject([{ code: 'INVALID_PAYLOAD' }])
})

test('[EV5] nor is the name of an event room that the sender is in', async () => {
  const { server, seen, join, settle } = guarded()
  server.on('connection', (client) => client.join('hall'))
  const peer = await join()
  peer.say({ kind: 'event', type: 'bet', payload: 1, room: 'hall' })
  peer.say({ kind: 'event', type: 'bet', payload: 'all of it', room: 'hall' })
  await settle()
  expect(seen).toEqual([1])
  expect(peer.of('error')).toMatchObject([{ code: 'INVALID_PAYLOAD' }])
})

test('[RM7] a message to a room that ends while middleware thinks reaches no handler of the server', async () => {
  const { server, seen, join, settle } = guarded()
  server.define(defineRoom({ name: 'table', state: () => ({}) }), { mayChooseId: () => true })
  const gates: (() => void)[] = []
  server.useMessage((_client, _message, next) => void gates.push(next))
  const peer = await join()
  peer.say({ kind: 'join', ackId: 1, how: 'joinOrCreate', name: 'table', room: 't' })
  peer.say({ kind: 'event', type: 'bet', payload: 'all of it', room: 't', ackId: 2 })
  await settle()
  await server.getRoom('t')?.dispose()
  gates.shift()?.()
  await settle()
  expect(seen).toEqual([])
  expect(peer.of('ack')).toMatchObject([{ ackId: 2, error: { code: 'NOT_IN_ROOM' } }])
})
