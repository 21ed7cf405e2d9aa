import { createTransportPair, defineRoom, type Codec, patch, patchImmutable } from '@painda/protocol'
import { expect, test, vi } from 'vitest'
import type { PPServerClient } from '../src/index.js'
import { outgoing } from '../src/outgoing.js'
import { createKit, type Kit } from './peer-kit.js'

async function crowd(kit: Kit, count: number) {
  const peers = []
  for (let i = 0; i < count; i++) peers.push(await kit.join())
  const clients = kit.server.getClients()
  return peers.map((peer, i) => ({ peer, client: clients[i] as PPServerClient }))
}

test('[BC1] a message to many is encoded once per format', async () => {
  const kit = createKit()
  await crowd(kit, 20)
  const payload = { toJSON: vi.fn(() => 'encoded') }
  kit.server.emit('n', payload)
  await kit.settle()
  expect(payload.toJSON).toHaveBeenCalledTimes(1)
})

test('[BC1] each format asks its own codec, once', () => {
  const made = (name: Codec['name']) => ({
    name,
    encode: vi.fn(() => new Uint8Array(1)),
    pack: vi.fn(),
    decode: vi.fn(),
  })
  const [one, two] = [made('painda.v3'), made('v2')]
  const out = outgoing({ kind: 'leave', room: 'x' })
  for (const codec of [one, two, two, one, two]) out.body(codec)
  expect(one.encode).toHaveBeenCalledTimes(1)
  expect(two.encode).toHaveBeenCalledTimes(1)
})

test('[BC2] to, in and except chain, and a client in several rooms receives once', async () => {
  const kit = createKit()
  const [a, b, c, d] = await crowd(kit, 4)
  a?.client.join('red')
  b?.client.join('red')
  b?.client.join('blue')
  c?.client.join('blue')
  kit.server.to('red').to('blue').emit('n', 1)
  kit.server.in(['red', 'blue']).except('red').emit('n', 2)
  kit.server.except('blue').emit('n', 3)
  kit.server.to(d?.client.id ?? '').emit('n', 4)
  kit.server.to('nobody').emit('n', 5)
  kit.server.broadcast({ type: 'n', payload: 6 }, a?.client)
  a?.client.to('red').emit('n', 7)
  a?.client.broadcast.except(b?.client.id ?? '').emit('n', 8)
  await kit.settle()
  expect([a, b, c, d].map((one) => one?.peer.payloads('n'))).toEqual([
    [1, 3],
    [1, 6, 7],
    [1, 2, 6, 8],
    [3, 4, 6, 8],
  ])
})

test('[BC2] typed rooms share the name space: their members are reached by it too', async () => {
  const kit = createKit()
  const arena = kit.server.room('arena', { n: 0 })
  const [a, b] = await crowd(kit, 2)
  arena.join(a?.client as PPServerClient)
  await kit.settle()
  kit.server.to('arena').emit('n', 1)
  await kit.settle()
  expect([a, b].map((one) => one?.peer.payloads('n'))).toEqual([[1], []])
  expect(a?.client.rooms).toEqual(new Set(['arena']))
})

test('[BC3] what one turn sends to a peer is one frame, in the order of the calls', async () => {
  const kit = createKit()
  const [a] = await crowd(kit, 1)
  const before = a?.peer.frames.length ?? 0
  kit.server.emit('n', 1)
  a?.client.emit('n', 2)
  kit.server.to(a?.client.id ?? '').emit('n', 3)
  await kit.settle()
  expect(a?.peer.frames.length).toBe(before + 1)
  expect(a?.peer.payloads('n')).toEqual([1, 2, 3])
})

test('[BC4] volatile messages are not kept for a dropped session', async () => {
  const kit = createKit()
  const [a] = await crowd(kit, 1)
  a?.peer.cut()
  await kit.settle()
  kit.server.broadcastVolatile({ type: 'n', payload: 1 })
  kit.server.emit('n', 2)
  const back = await kit.join({ session: a?.peer.session ?? { id: '', token: '', received: 0 } })
  expect(back.payloads('n')).toEqual([2])
})

test('[BC2] tags, fetchSockets and disconnectSockets', async () => {
  const kit = createKit()
  const [a, b] = await crowd(kit, 2)
  a?.client.setTag('team', 'red')
  b?.client.setTag('team', 'blue')
  kit.server.broadcastToTag('team', 'red', { type: 'n', payload: 1 })
  kit.server.broadcastToTag('team', 'green', { type: 'n', payload: 2 })
  expect((await kit.server.to(a?.client.id ?? '').fetchSockets()).map(({ id }) => id)).toEqual([a?.client.id])
  kit.server.to(b?.client.id ?? '').disconnectSockets()
  await kit.settle()
  expect([a, b].map((one) => one?.peer.payloads('n'))).toEqual([[1], []])
  expect(b?.peer.closed).toMatchObject({ code: 4018 })
  expect(kit.server.getStats()).toMatchObject({ clients: 1, connected: 1 })
})

test('[BC2] a question to many is asked of each once, and every one of them has a reply', async () => {
  const kit = createKit()
  const [a, b, c] = await crowd(kit, 3)
  for (const one of [a, b]) one?.client.join('red')
  b?.client.join('blue')
  const replies = kit.server.to(['red', 'blue']).timeout(500).request('ready?', 1)
  await kit.settle()
  const asked = [a, b, c].map((one) => one?.peer.of('event').map(({ type, payload }) => [type, payload]))
  expect(asked).toEqual([[['ready?', 1]], [['ready?', 1]], []])
  a?.peer.say({ kind: 'ack', ackId: a.peer.of('event')[0]?.ackId ?? -1, data: 'yes' })
  await kit.time.advance(500)
  expect(await replies).toEqual([
    { client: a?.client, error: null, answer: 'yes' },
    { client: b?.client, error: expect.objectContaining({ code: 'ACK_TIMEOUT' }) },
  ])
  expect(await kit.server.to('nobody').request('ready?')).toEqual([])
  await expect(kit.server.request('close')).rejects.toMatchObject({ code: 'RESERVED_TYPE' })
})

test('[BC2] emitWithAck gives the answers of all, or the first refusal with the answers of the others', async () => {
  const kit = createKit()
  const [a, b] = await crowd(kit, 2)
  const ackId = (one: typeof a): number => one?.peer.of('event').at(-1)?.ackId ?? -1

  const both = kit.server.emitWithAck('vote')
  await kit.settle()
  b?.peer.say({ kind: 'ack', ackId: ackId(b), data: 2 })
  a?.peer.say({ kind: 'ack', ackId: ackId(a), data: 1 })
  await kit.settle()
  expect(await both).toEqual([1, 2])

  const one = kit.server.timeout(100).emitWithAck('vote')
  await kit.settle()
  b?.peer.say({ kind: 'ack', ackId: ackId(b), data: 2 })
  a?.peer.say({ kind: 'ack', ackId: ackId(a), error: { code: 'REFUSED', message: 'I will not.' } })
  await expect(one).rejects.toMatchObject({
    code: 'REFUSED',
    message: 'I will not.',
    details: { answers: [2] },
  })

  const gone = kit.server.emitWithAck('vote')
  await kit.settle()
  kit.server.disconnectSockets()
  await expect(gone).rejects.toMatchObject({ code: 'SESSION_EXPIRED', details: { answers: [] } })
})

test('[BC2] many are put into rooms and taken out of them at once', async () => {
  const kit = createKit()
  const [a, b, c] = await crowd(kit, 3)
  a?.client.join('red')
  b?.client.join('red')
  kit.server.to('red').socketsJoin(['arena', 'chat'])
  kit.server.except('red').socketsJoin('lobby')
  kit.server.socketsLeave('red')
  kit.server.volatile.emit('n', 1)
  kit.server.send({ type: 'n', payload: 2 })
  await kit.settle()
  expect([a, b, c].map((one) => [...(one?.client.rooms ?? [])])).toEqual([
    ['arena', 'chat'],
    ['arena', 'chat'],
    ['lobby'],
  ])
  expect((await kit.server.fetchSockets()).map(({ id }) => id)).toEqual(
    [a, b, c].map((one) => one?.client.id),
  )
  expect(c?.peer.payloads('n')).toEqual([1, 2])
})

test('[BC6] emitDelta of two values sends what leads from one to the other, and nothing for equal ones', async () => {
  const kit = createKit()
  const [a, b] = await crowd(kit, 2)
  a?.client.join('red')
  kit.server.to('red').emitDelta('state', { x: 1, list: [1, 2] }, { x: 2, list: [1, 2, 3] })
  kit.server.emitDelta('state', { x: 1 }, { x: 1 })
  await kit.settle()
  const [delta] = a?.peer.payloads('state') ?? []
  expect(patch({ x: 1, list: [1, 2] }, delta)).toEqual({ x: 2, list: [1, 2, 3] })
  expect([a?.peer.payloads('state'), b?.peer.payloads('state')]).toEqual([[delta], []])
})

test('[BC6] emitDelta of one value sends all of it to whoever has not had the last, and else what changed', async () => {
  const kit = createKit()
  const [a, b] = await crowd(kit, 2)
  const value: { x: number; __pp_deleted?: boolean; gone?: number } = { x: 1, gone: 1 }
  const send = async (audience = kit.server.to('red')): Promise<void> => {
    audience.emitDelta('state', value)
    await kit.settle()
  }
  a?.client.join('red')
  await send()
  delete value.gone
  value.x = 2
  await send()
  await send()
  b?.client.join('red')
  await send()
  value.x = 3
  await send()
  // Another audience has a memory of its own.
  await send(kit.server.to(['red', 'blue']))
  const states = [a, b].map((one) => one?.peer.payloads('state'))
  expect(states).toEqual([
    [{ x: 1, gone: 1 }, { x: 2, gone: { __pp_deleted: true } }, { x: 3 }, { x: 3 }],
    [{ x: 2 }, { x: 3 }, { x: 3 }],
  ])
  const wrong = (): void => kit.server.emitDelta('state', { when: new Date(0) })
  expect(wrong).toThrow(expect.objectContaining({ code: 'STATE_NOT_JSON' }))
  expect(() => kit.server.emitDelta('close', 1)).toThrow(expect.objectContaining({ code: 'RESERVED_TYPE' }))
})

test('[BC5] a payload that cannot travel throws at the one call, and harms no receiver of a broadcast', async () => {
  const kit = createKit()
  const [a] = await crowd(kit, 1)
  expect(() => a?.client.emit('n', 1n)).toThrow(expect.objectContaining({ code: 'INVALID_PAYLOAD' }))
  kit.server.emit('n', 1n)
  kit.server.emit('n', 2)
  await kit.settle()
  expect(a?.peer.payloads('n')).toEqual([2])
  expect(a?.peer.closed).toBeNull()
})

test('[BC5] a connection that is closed takes nothing more and nobody notices', async () => {
  const kit = createKit()
  const [a, b] = await crowd(kit, 2)
  a?.client.close()
  kit.server.emit('n', 1)
  const [mine, theirs] = createTransportPair()
  mine.terminate()
  kit.server.acceptTransport(theirs)
  await kit.settle()
  expect(b?.peer.payloads('n')).toEqual([1])
})

test('[BC6] who leaves an audience and comes back gets what it missed; null is a value', async () => {
  const kit = createKit()
  const [a, b] = await crowd(kit, 2)
  const send = (value: unknown): void => kit.server.to('red').emitDelta('state', value)
  for (const one of [a, b]) one?.client.join('red')
  send({ x: 1, gone: 1 })
  a?.client.leave('red')
  send({ x: 2, fresh: 1 })
  send({ x: 3, fresh: 1 })
  a?.client.join('red')
  send({ x: 3, fresh: 1 })
  send({ x: 4, fresh: 1 })
  send(null)
  kit.server.emitDelta('other', null)
  await kit.settle()
  const followed = (deltas: unknown[] = []): unknown[] => {
    const values: unknown[] = [{}]
    for (const delta of deltas) values.push(patchImmutable(values.at(-1), delta))
    return values.slice(1)
  }
  expect(followed(a?.peer.payloads('state'))).toEqual([
    { x: 1, gone: 1 },
    { x: 3, fresh: 1 },
    { x: 4, fresh: 1 },
    null,
  ])
  expect(followed(b?.peer.payloads('state'))).toEqual([
    { x: 1, gone: 1 },
    { x: 2, fresh: 1 },
    { x: 3, fresh: 1 },
    { x: 4, fresh: 1 },
    null,
  ])
  expect(a?.peer.payloads('other')).toEqual([null])
})

test('[BC5] a broadcast that cannot travel is one fault, however many would have received it', async () => {
  const kit = createKit()
  const errors: string[] = []
  kit.server.on('error', ({ code }) => void errors.push(code))
  await crowd(kit, 3)
  kit.server.emit('n', 1n)
  await kit.settle()
  expect(errors).toEqual(['INTERNAL'])
})

test('a name that no reader takes is refused where it is given, and costs nobody the connection', async () => {
  const kit = createKit()
  const [a] = await crowd(kit, 1)
  const long = 'x'.repeat(257)
  for (const give of [
    () => a?.client.join(long),
    () => kit.server.socketsJoin(long),
    () => kit.server.room(long, {}),
    () => kit.server.of(long),
    () => a?.client.send({ type: 'n' }, { namespace: long }),
  ]) {
    expect(give).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
  }
  kit.dial({ id: long }).hello()
  a?.client.join('x'.repeat(256))
  await kit.settle()
  const ids = kit.server.getClients().map(({ id }) => id)
  expect(ids).toHaveLength(2)
  expect(ids).not.toContain(long)
  expect(a?.peer.of('joined').map(({ room }) => room)).toEqual(['x'.repeat(256)])
  expect(a?.peer.closed).toBeNull()
})

test('[BC2] who has no such tag has no value of it: what is for the team of one without a team reaches nobody', async () => {
  const kit = createKit()
  const [player, other] = await crowd(kit, 2)
  player?.client.setTag('team', 'red')
  kit.server.broadcastToTag('team', other?.client.getTag('team'), { type: 'plan', payload: 'left' })
  await kit.settle()
  expect([player, other].map((one) => one?.peer.payloads('plan'))).toEqual([[], []])
})

test('[BC2] a tag is no address: whoever is in a room named like a tagged client does not hear what is for the tag', async () => {
  const kit = createKit()
  const [player, watcher] = await crowd(kit, 2)
  player?.client.setTag('team', 'red')
  watcher?.client.join(player?.client.id ?? '')
  kit.server.broadcastToTag('team', 'red', { type: 'plan', payload: 'left' })
  kit.server.to(player?.client.id ?? '').emit('seen')
  await kit.settle()
  expect(player?.peer.of('event').map(({ type }) => type)).toEqual(['plan', 'seen'])
  expect(watcher?.peer.of('event').map(({ type }) => type)).toEqual(['seen'])
})

const Arena = defineRoom({ name: 'arena', state: () => ({}) })

test('a client that the server puts into a room with a state gets in, or whoever put it there hears why not', async () => {
  const { server, join, settle } = createKit()
  server.define(Arena, { maxClients: 1, maxSpectators: 2, autoDisposeMs: Infinity })
  const [full, locked, free] = ['full', 'locked', 'free'].map((id) => server.createRoom(Arena, { id }))
  const [ann, bob, cyd] = [await join(), await join(), await join()].map(({ welcome }) =>
    server.getClient(welcome.id)!,
  )
  ann!.join('full')
  ann!.join('full')
  locked!.lock()
  free!.ban(bob!)
  const refusal = (code: string): unknown => expect.objectContaining({ code })
  expect(() => bob!.join('full')).toThrow(refusal('ROOM_FULL'))
  expect(() => bob!.join('locked')).toThrow(refusal('ROOM_LOCKED'))
  expect(() => bob!.join('free')).toThrow(refusal('FORBIDDEN'))
  expect([full!, locked!, free!].map((room) => room.join(bob!))).toEqual([false, false, false])
  // All who may be in are in, whoever is asked first.
  expect(() => server.socketsJoin(['full', 'free', 'news'])).toThrow(refusal('ROOM_FULL'))
  await settle()
  expect(full!.clients).toEqual([ann])
  expect(free!.clients).toEqual([ann])
  expect([...bob!.rooms].sort()).toEqual(['news'])
  expect([...cyd!.rooms].sort()).toEqual(['news'])
})

test('a spectator whom the server lets play in the same room leaves first, and says so', async () => {
  const { server, join, settle } = createKit()
  server.define(Arena, { maxClients: 1, maxSpectators: 2, autoDisposeMs: Infinity })
  const room = server.createRoom(Arena, { id: 'a' })
  const peer = await join()
  const client = server.getClient(peer.welcome.id)!
  peer.say({ kind: 'join', how: 'joinById', name: 'arena', room: 'a', spectate: true, ackId: 1 })
  await settle()
  expect(() => client.join('a')).toThrow(expect.objectContaining({ code: 'REFUSED' }))
  expect(room.join(client)).toBe(false)
  expect([room.clients, room.spectators]).toEqual([[], [client]])
  client.leave('a')
  client.join('a')
  expect([room.clients, room.spectators]).toEqual([[client], []])
})

test('where a full room lets look on, it does so however often the server asks', async () => {
  const { server, join } = createKit()
  server.define(Arena, { maxClients: 1, maxSpectators: 1, onFull: 'spectate', autoDisposeMs: Infinity })
  const room = server.createRoom(Arena, { id: 'a' })
  const [ann, bob] = [await join(), await join()].map(({ welcome }) => server.getClient(welcome.id)!)
  for (let n = 0; n < 2; n++) for (const client of [ann, bob]) client!.join('a')
  expect([room.clients, room.spectators]).toEqual([[ann], [bob]])
  room.leave(ann!)
  expect(room.join(bob!)).toBe(false)
})
