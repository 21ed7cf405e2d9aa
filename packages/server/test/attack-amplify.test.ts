// A little that is said must not make the server say a lot.
import { defineRoom } from '@painda/protocol'
import { expect, test } from 'vitest'
import { createKit, type Peer } from './peer-kit.js'

function bytesTo(peer: Peer): { count: () => number } {
  let bytes = 0
  peer.transport.onMessage((frame) => void (bytes += frame.byteLength))
  return { count: () => bytes }
}

test('[RM8] asking for a room again and again costs one snapshot a tick, not one a question', async () => {
  const { server, time, join, settle } = createKit()
  const Big = defineRoom({ name: 'big', state: () => ({ text: 'x'.repeat(100_000) }) })
  server.define(Big, { mayChooseId: () => true })
  const peer = await join()
  peer.say({ kind: 'join', ackId: 0, how: 'joinOrCreate', name: 'big', room: 'b' })
  await settle()
  const heard = bytesTo(peer)
  for (let ackId = 1; ackId <= 300; ackId++) {
    peer.say({ kind: 'join', ackId, how: 'join', room: 'b' })
    await settle()
  }
  await time.advance(100)
  expect(peer.of('joined')).toHaveLength(301)
  expect(heard.count()).toBeLessThan(300_000)
})
