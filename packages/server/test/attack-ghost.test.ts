// Sessions without a client: handlers that come late must not bring one back that nobody ever takes out, and nobody may leave
// behind as many as it likes.
import { defineRoom } from '@painda/protocol'
import { expect, test } from 'vitest'
import { listen, RawPeer } from './hostile-kit.js'
import { createKit, type Kit, type Peer } from './peer-kit.js'

test('[PR3] a client whose session is over cannot be put into a room or a list by a handler that comes late', async () => {
  const { server, join, settle } = createKit()
  const Table = defineRoom({ name: 'table', state: () => ({}) })
  server.define(Table, { maxClients: 1 })
  const room = server.createRoom(Table, { id: 't' })
  const gates: (() => void)[] = []
  const results: unknown[] = []
  server.on('seat me', async (client) => {
    await new Promise<void>((resolve) => gates.push(resolve))
    server.presence.track(client, {})
    results.push(room.join(client))
  })
  const peer = await join()
  peer.emit('seat me')
  await settle()
  peer.transport.close(1000)
  await settle()
  gates.shift()?.()
  await settle()
  expect(results).toEqual([false])
  expect(server.presence.list()).toEqual([])
  expect(server.getStats()).toMatchObject({ clients: 0, rooms: 0, presenceTracked: 0 })
  expect(room.clients).toEqual([])
})

/** A connection from there, of a session that goes on where one is given; `ip` undefined: nobody says from where. */
async function come({ dial, settle }: Kit, ip?: string, before?: Peer): Promise<Peer> {
  const peer = dial(ip === undefined ? {} : { ip })
  peer.hello(before === undefined ? {} : { session: before.session })
  await settle()
  peer.emit('hello')
  await settle()
  return peer
}

/** The same, and its connection is lost. */
async function haunt(kit: Kit, ip?: string, before?: Peer): Promise<Peer> {
  const peer = await come(kit, ip, before)
  peer.cut()
  await kit.settle()
  return peer
}

function watchEnds({ server }: Kit): unknown[][] {
  const ends: unknown[][] = []
  server.on('hello', () => {})
  server.on('disconnection', ({ id }, reason, expiry) => void ends.push([id, reason, expiry]))
  return ends
}

test('[RC13] of more sessions of one address that wait for their clients than it may have connections the oldest ends', async () => {
  const kit = createKit({ maxConnectionsPerIp: 2, heartbeatInterval: 0 })
  const ends = watchEnds(kit)
  const first = await haunt(kit, '2001:db8:0:7::1')
  const second = await haunt(kit, '2001:db8:0:7::2')
  // Others, of which nobody says where they are, and one from another home.
  for (const ip of [undefined, undefined, undefined, '2001:db8:0:8::1']) await haunt(kit, ip)
  expect(ends).toEqual([])
  await haunt(kit, '2001:db8:0:7::3')
  expect(ends).toEqual([[first.welcome.id, 'session expired', 'window']])
  expect((await come(kit, '2001:db8:0:7::1', first)).welcome).toMatchObject({
    outcome: 'expired',
    reason: 'window',
  })
  // Who is back is no ghost, and leaves room for another.
  expect((await come(kit, '2001:db8:0:7::2', second)).welcome.outcome).toBe('snapshot')
  await haunt(kit, '2001:db8:0:7::4')
  expect(ends).toHaveLength(1)
  await kit.time.advance(120_000)
  expect(ends).toHaveLength(7)
  // Those whose time ran out make room too.
  for (let i = 0; i < 2; i++) await haunt(kit, '2001:db8:0:7::5')
  expect(ends).toHaveLength(7)
})

test('[RC13] a session counts where its last connection came from', async () => {
  const kit = createKit({ maxConnectionsPerIp: 1 })
  const ends = watchEnds(kit)
  const roaming = await haunt(kit, '192.0.2.1')
  await haunt(kit, '198.51.100.1', roaming)
  await haunt(kit, '192.0.2.1')
  expect(ends).toEqual([])
  await haunt(kit, '198.51.100.1')
  expect(ends.map(([id]) => id)).toEqual([roaming.welcome.id])
})

test('[RC13] a session that the application ends when its connection is lost makes no ghost', async () => {
  const kit = createKit({ maxConnectionsPerIp: 1 })
  const ends = watchEnds(kit)
  let isStrict = true
  kit.server.on('connection', (client) =>
    client.on('drop', () => {
      if (isStrict) client.close()
    }),
  )
  const ids = [(await haunt(kit, '192.0.2.1')).welcome.id]
  isStrict = false
  for (let i = 0; i < 2; i++) ids.push((await haunt(kit, '192.0.2.1')).welcome.id)
  expect(ends.map(([id]) => id)).toEqual(ids.slice(0, 2))
})

test('[RC13] who opens sockets and drops them, again and again, leaves no more behind than that', async () => {
  const { server, url } = await listen({ maxConnectionsPerIp: 3 })
  let dropped: () => void = () => {}
  server.on('connection', (client) => client.on('drop', () => dropped()))
  const counts: number[] = []
  for (let i = 0; i < 8; i++) {
    const peer = await RawPeer.join(url, 'painda.v3')
    const isDropped = new Promise<void>((resolve) => (dropped = resolve))
    peer.socket.terminate()
    await isDropped
    counts.push(server.getStats().clients)
  }
  expect(counts).toEqual([1, 2, 3, 3, 3, 3, 3, 3])
})
