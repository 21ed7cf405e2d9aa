// Many messages in one turn, in either direction.
import { expect, test } from 'vitest'
import { createKit } from './peer-kit.js'

test('[BC3] ten thousand messages of one turn arrive, once and in order: a frame holds 4096', async () => {
  const { server, join, settle } = createKit()
  const peer = await join()
  const client = server.getClient(peer.welcome.id)
  const all = Array.from({ length: 10_000 }, (_, n) => n)
  for (const n of all) client?.emit('n', n)
  await settle()
  expect(peer.payloads('n')).toEqual(all)
  // With the ping that asks whether so much has arrived.
  expect(peer.frames.map((frame) => frame.length)).toEqual([1, 4096, 4096, 1809])
})

test('[LM1][RC2] what a client kept while it was away passes the rate; a client that comes back gains nothing else by it', async () => {
  const { server, time, dial, join, settle } = createKit({ maxMessagesPerSecond: 100 })
  const seen: unknown[] = []
  server.on('n', (_client, n) => void seen.push(n))
  const first = await join()
  first.cut()
  await time.advance(8000)
  const second = dial()
  second.hello({ session: first.session })
  await settle()
  for (let n = 0; n < 950; n++) second.emit('n', n)
  await settle()
  expect(seen).toHaveLength(900)

  const { session } = second
  second.cut()
  const third = dial()
  third.hello({ session })
  await settle()
  third.emit('n', 'too soon')
  await settle()
  expect(seen).toHaveLength(900)
})
