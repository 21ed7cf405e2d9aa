// What is left in the server's memory when everybody has gone.
import { expect, test } from 'vitest'
import { heapMiB } from './heap.js'
import { createKit } from './peer-kit.js'

test('[RC7] a session that ran out of time is remembered, what was kept for it is not', async () => {
  const { server, time, join, settle } = createKit({ recovery: { retentionMs: 1000 } })
  const base = heapMiB()
  for (let n = 0; n < 50; n++) {
    const peer = await join()
    const client = server.getClient(peer.welcome.id)
    peer.cut()
    await settle()
    client?.emit('big', 'x'.repeat(900_000))
  }
  await time.advance(1000)
  expect(server.getClients()).toEqual([])
  // Fifty times what is kept for one of them is 45 MiB. The memory of buffers is given back by a thread of its own, some
  // time after the collection that found them.
  await expect.poll(() => heapMiB() - base, { timeout: 20_000 }).toBeLessThan(10)
})
