import type { Message, PPError } from '@painda/protocol'
import { describe, expect, test } from 'vitest'
import type { RoomHandle, UntypedRoom } from '../src/index.js'
import { createFakeServer } from './fake-server.js'
import type { FakeServer, Peer } from './fake-server.js'

interface Shop {
  coins: number
  items: string[]
  other: { n: number }
}
const STATE: Shop = { coins: 10, items: [], other: { n: 0 } }

async function enter(): Promise<{
  server: FakeServer
  room: RoomHandle<UntypedRoom<Shop>>
  peer: Peer
  errors: PPError[]
}> {
  const server = createFakeServer()
  const client = server.client()
  const errors: PPError[] = []
  client.on('error', (error) => errors.push(error))
  const room = client.join<Shop>('r1')
  await client.ready
  await server.settle()
  admit(server.last, 5)
  await room.joined
  return { server, room, peer: server.last, errors }
}

function admit(peer: Peer, version: number): void {
  const { ackId } = peer.of('join').at(-1)!
  peer.say(
    { kind: 'joined', room: 'r1', ackId, type: 'state' },
    { kind: 'snapshot', room: 'r1', version, tick: version, state: STATE },
  )
}

function delta(from: number, to: number, change: unknown): Message {
  return { kind: 'delta', room: 'r1', from, to, tick: to, delta: change as never }
}

const pay =
  (price: number) =>
  (state: Shop): Shop => ({ ...state, coins: state.coins - price })

describe('layers over a room’s state', () => {
  test('[RP6] a layer shows at once, to those alone who read what it changed', async () => {
    const { room } = await enter()
    const told: unknown[] = []
    room.subscribe(
      (state) => state.coins,
      (coins) => told.push(coins),
    )
    room.subscribe(
      (state) => state.other.n,
      (n) => told.push({ n }),
    )
    const before = room.state?.other
    room.optimistic(pay(3))
    expect([told, room.state?.coins, room.state?.other === before]).toEqual([[7], 7, true])
    expect(room.store.getState()?.coins).toBe(7)
  })

  test('[RP6] it is made again on every state that comes, in the order of the calls', async () => {
    const { server, room, peer } = await enter()
    room.optimistic((state) => ({ ...state, items: [...state.items, 'bomb'] }))
    room.optimistic((state) => ({ ...state, items: [...state.items, 'shield'] }))
    peer.say(
      delta(5, 6, {
        items: { __pp_array_ops: [{ op: 'splice', index: 0, deleteCount: 0, items: ['key'] }] },
      }),
    )
    await server.settle()
    expect(room.state?.items).toEqual(['key', 'bomb', 'shield'])
    expect(room.version).toBe(6)
  })

  test('[RP1] what a layer makes as before keeps its identity, whatever else changes', async () => {
    const { server, room, peer } = await enter()
    room.optimistic((state) => ({ ...state, items: [...state.items, 'bomb'] }))
    const before = room.state
    peer.say(delta(5, 6, { other: { n: 1 } }))
    await server.settle()
    expect(room.state?.other).toEqual({ n: 1 })
    expect([room.state === before, room.state?.items === before?.items]).toEqual([false, true])
    room.optimistic(pay(3))
    expect(room.state?.items).toBe(before?.items)
  })

  test('[RP6] it goes in the notification that shows its version: nobody sees it twice or not at all', async () => {
    const { server, room, peer } = await enter()
    const told: number[] = []
    room.subscribe(() => told.push(room.state!.coins))
    const layer = room.optimistic(pay(3))
    const answer = room.request('buy', null, { onVersion: (version) => layer.confirm(version) })
    await server.settle()
    const ackId = peer.of('event')[0]!.ackId!
    peer.say(delta(5, 6, { coins: 7 }), { kind: 'ack', ackId, data: null, version: 6 })
    await answer
    expect([told, room.state?.coins]).toEqual([[7, 7], 7])
  })

  test('[RP6] an answer that comes before its state keeps the layer until the state is there', async () => {
    const { server, room, peer } = await enter()
    const told: number[] = []
    const layer = room.optimistic(pay(3))
    room.subscribe(() => told.push(room.state!.coins))
    layer.confirm(7)
    // What came between is the state without it.
    peer.say(delta(5, 6, { other: { n: 1 } }))
    await server.settle()
    peer.say(delta(6, 7, { coins: 7 }))
    await server.settle()
    expect(told).toEqual([7, 7])
    layer.remove()
    expect(room.state?.coins).toBe(7)
  })

  test('[RP6] a removed layer leaves the others', async () => {
    const { room } = await enter()
    const first = room.optimistic(pay(3))
    room.optimistic(pay(1))
    first.remove()
    first.remove()
    first.confirm(6)
    expect(room.state?.coins).toBe(9)
  })

  test('[RP6] a layer that is confirmed for a version that the replica has is gone at once', async () => {
    const { room } = await enter()
    room.optimistic(pay(3)).confirm(5)
    expect(room.state?.coins).toBe(10)
  })

  test('a change that throws is told once and left out while it does', async () => {
    const { server, room, peer, errors } = await enter()
    room.optimistic((state) => {
      if (state.other.n < 2) throw new Error('not yet')
      return { ...state, coins: 0 }
    })
    expect(room.state?.coins).toBe(10)
    peer.say(delta(5, 6, { other: { n: 1 } }))
    await server.settle()
    expect(errors.map(({ message }) => message)).toEqual(['not yet'])
    peer.say(delta(6, 7, { other: { n: 2 } }))
    await server.settle()
    expect(room.state?.coins).toBe(0)
  })

  test('[RP6] a session that is another one drops what was confirmed in the old versions', async () => {
    const { server, room, peer } = await enter()
    room.optimistic(pay(3)).confirm(900)
    room.optimistic(pay(1))
    server.autoWelcome = () => ({ id: 'c2', token: 't2', outcome: 'expired', reason: 'window' })
    peer.cut()
    await server.time.advance(2_000)
    await server.settle()
    expect(room.state?.coins).toBe(6)
    admit(server.last, 1)
    await server.settle()
    expect([room.version, room.state?.coins]).toEqual([1, 9])
  })

  test.each(['before', 'after'] as const)(
    '[RP6] what was confirmed in a room that is over, %s its end, is not shown in the next one',
    async (when) => {
      const { server, room, peer } = await enter()
      const layer = room.optimistic(pay(3))
      if (when === 'before') layer.confirm(6)
      peer.say({ kind: 'left', room: 'r1', reason: 'kicked' })
      await server.settle()
      room.retain()
      await server.settle()
      if (when === 'after') layer.confirm(6)
      admit(server.last, 5)
      await server.settle()
      expect([room.status, room.version, room.state?.coins]).toEqual(['joined', 5, 10])
    },
  )

  test('[RP6] what is still asked when its room is left ends with its answer, whichever version that names', async () => {
    const { server, room, peer } = await enter()
    const layer = room.optimistic(pay(3))
    peer.say({ kind: 'left', room: 'r1', reason: 'kicked' })
    await server.settle()
    room.retain()
    await server.settle()
    admit(server.last, 5)
    await server.settle()
    expect(room.state?.coins).toBe(7)
    layer.confirm(900)
    expect(room.state?.coins).toBe(10)
    room.optimistic(pay(1)).confirm(6)
    expect(room.state?.coins).toBe(9)
  })

  test('a layer made before the first state is shown with it', async () => {
    const server = createFakeServer()
    const client = server.client()
    const room = client.join<Shop>('r1')
    room.optimistic(pay(3))
    await client.ready
    await server.settle()
    admit(server.last, 5)
    await room.joined
    expect(room.state?.coins).toBe(7)
  })
})
