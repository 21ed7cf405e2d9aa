// Rooms that one address has made: whoever comes again, as another guest or over another connection, makes no more of them.
import { createWireCodec, defineRoom, type MessageOf } from '@painda/protocol'
import { expect, onTestFinished, test } from 'vitest'
import { PPVirtualClient } from '../src/index.js'
import { listen, RawPeer } from './hostile-kit.js'
import { createKit, type Kit, type Peer } from './peer-kit.js'

const codec = createWireCodec()
const Table = defineRoom({ name: 'table', state: () => ({}) })

async function guest(kit: Kit, ip?: string): Promise<Peer> {
  const peer = kit.dial(ip === undefined ? {} : { ip })
  peer.hello()
  await kit.settle()
  return peer
}

/** What became of so many wishes for a room of its own: `made`, or the code of the refusal. */
async function make({ settle }: Kit, peer: Peer, count: number): Promise<string[]> {
  for (let ackId = 0; ackId < count; ackId++) peer.say({ kind: 'join', how: 'create', name: 'table', ackId })
  for (let turn = 0; turn < count; turn++) await settle()
  return peer.log.flatMap((answer) => {
    if (answer.kind === 'joined') return ['made']
    return answer.kind === 'ack' ? [answer.error?.code ?? ''] : []
  })
}

const times = (count: number, what: string): string[] => Array.from({ length: count }, () => what)

test('[LM5] one address has made so many rooms that exist, by however many guests and connections', async () => {
  const kit = createKit({ maxRoomsPerIp: 5 })
  kit.server.define(Table, {})
  const [one, two] = [await guest(kit, '2001:db8:0:7::1'), await guest(kit, '2001:db8:0:7::2')]
  expect(await make(kit, one, 3)).toEqual(times(3, 'made'))
  expect(await make(kit, two, 4)).toEqual([...times(2, 'made'), ...times(2, 'TOO_MANY_ROOMS')])
  // Others notice nothing, and with it they may enter what is there.
  expect(await make(kit, await guest(kit, '2001:db8:0:8::1'), 5)).toEqual(times(5, 'made'))
  const three = await guest(kit, '2001:db8:0:7::3')
  const room = one.of('joined')[0]?.room ?? ''
  three.say({ kind: 'join', how: 'joinById', name: 'table', room, ackId: 1 })
  await kit.settle()
  expect(three.of('joined')).toHaveLength(1)
})

test('[LM5] a room that ends gives its place back, and so does one that could not begin', async () => {
  const kit = createKit({ maxRoomsPerIp: 2 })
  let fails = true
  kit.server.define(Table, {
    onCreate() {
      if (fails) throw new Error('not today')
    },
  })
  const peer = await guest(kit, '192.0.2.1')
  expect(await make(kit, peer, 3)).toEqual(times(3, 'INTERNAL'))
  fails = false
  const next = await guest(kit, '192.0.2.1')
  expect(await make(kit, next, 3)).toEqual(['made', 'made', 'TOO_MANY_ROOMS'])
  next.say({ kind: 'leave', room: next.of('joined')[0]?.room ?? '' })
  await kit.settle()
  expect(await make(kit, await guest(kit, '192.0.2.1'), 2)).toEqual(['made', 'TOO_MANY_ROOMS'])
})

test('[LM5] guests who come again and again leave no more rooms behind than that, however long those live', async () => {
  const { server, url } = await listen({ maxRoomsPerIp: 6 })
  server.define(Table, { autoDisposeMs: Infinity })
  for (let visit = 0; visit < 4; visit++) {
    const peer = await RawPeer.join(url, 'painda.v3')
    for (let ackId = 1; ackId <= 4; ackId++)
      peer.socket.send(codec.encode({ kind: 'join', how: 'create', name: 'table', ackId }))
    await peer.until(() => peer.log.filter(([kind]) => kind === 'joined' || kind === 'ack').length === 4)
    const refused = peer.log.flatMap(([kind, message]) =>
      kind === 'ack' ? [(message as MessageOf<'ack'>).error?.code] : [],
    )
    expect(refused).toEqual(times([0, 2, 4, 4][visit] ?? 0, 'TOO_MANY_ROOMS'))
    peer.socket.close(1000)
    await peer.ended()
  }
  expect(server.rooms()).toHaveLength(6)
})

test('[LM5] bots of this process have no address, and make what they like', async () => {
  const { server, settle } = createKit({ maxRoomsPerIp: 1 })
  server.define(Table, {})
  for (let n = 0; n < 3; n++) {
    const bot = new PPVirtualClient(`bot ${n}`)
    onTestFinished(() => bot.close())
    bot.connect(server)
    bot.join(Table, { how: 'create' })
    await settle()
  }
  expect(server.getStats().rooms).toBe(3)
})

test('[LM5] by default it is a room for each session that an address may hold', async () => {
  const kit = createKit({ maxConnectionsPerIp: 2 })
  kit.server.define(Table, {})
  expect(await make(kit, await guest(kit, '192.0.2.1'), 5)).toEqual([...times(4, 'made'), 'TOO_MANY_ROOMS'])
})
