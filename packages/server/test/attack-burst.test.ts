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
  expect(peer.frames.map((frame) => frame.length)).toEqual([1, 4096, 4096, 1808])
})
