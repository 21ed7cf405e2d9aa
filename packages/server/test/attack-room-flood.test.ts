// Messages to rooms in one frame.
import { defineRoom, type } from '@painda/protocol'
import { expect, test } from 'vitest'
import { createKit } from './peer-kit.js'

test('[LM3] messages that are handled at once do not wait, however many come in one frame', async () => {
  const { server, join, settle } = createKit({ maxMessagesPerSecond: 0 })
  const seen: number[] = []
  server.define(defineRoom({ name: 'table', state: () => ({}), messages: { n: type<number>() } }), {
    mayChooseId: () => true,
    messages: { n: (_ctx, n) => void seen.push(n) },
  })
  const peer = await join()
  peer.say({ kind: 'join', ackId: 1, how: 'joinOrCreate', name: 'table', room: 't' })
  await settle()
  const all = Array.from({ length: 4000 }, (_, n) => n)
  peer.say(...all.map((payload) => ({ kind: 'event', room: 't', type: 'n', payload }) as const))
  await settle()
  expect(peer.closed).toBeNull()
  expect(seen).toEqual(all)
})
