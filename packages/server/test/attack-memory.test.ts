// What is left in the server's memory when everybody has gone, or is in.
import type { IncomingMessage } from 'node:http'
import { createTransportPair, createWireCodec } from '@painda/protocol'
import { expect, onTestFinished, test } from 'vitest'
import { PPServer, silentLogger } from '../src/index.js'
import { heapMiB } from './heap.js'
import { listenHttp, RawPeer } from './hostile-kit.js'
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

test('[RC7] what a session keeps for a client that confirms nothing takes half a kilobyte for each message, and its bytes', async () => {
  const { server, settle } = createKit()
  const codec = createWireCodec()
  const base = heapMiB()
  for (let n = 0; n < 40; n++) {
    const [mine, theirs] = createTransportPair()
    server.acceptTransport(theirs)
    mine.send(codec.encode({ kind: 'hello', version: 3 }))
    await settle()
    for (let ackId = 0; ackId < 1000; ackId++) mine.send(codec.encode({ kind: 'event', type: 'x', ackId }))
    await settle()
  }
  expect(server.getStats()).toMatchObject({ clients: 40, unconfirmedMessages: 40_000 })
  // It was 0.75 MiB.
  await expect.poll(() => (heapMiB() - base) / 40, { timeout: 20_000 }).toBeLessThan(0.6)
})

test('an open connection keeps nothing of the request that it began with', async () => {
  const { http, port } = await listenHttp()
  const requests: WeakRef<IncomingMessage>[] = []
  http.on('upgrade', (request: IncomingMessage) => requests.push(new WeakRef(request)))
  const server = PPServer.attachTo(http, { path: '/', logger: silentLogger })
  onTestFinished(() => server.close())
  const peers: RawPeer[] = []
  for (const format of ['painda.v3', 'v2', 'painda.v3', 'v2'] as const) {
    peers.push(await RawPeer.join(`ws://127.0.0.1:${port}/`, format))
  }
  expect(requests).toHaveLength(4)
  const kept = (): number => {
    heapMiB()
    return requests.filter((request) => request.deref() !== undefined).length
  }
  await expect.poll(kept, { timeout: 20_000 }).toBe(0)
  expect(peers.map(({ closed }) => closed)).toEqual([null, null, null, null])
})
