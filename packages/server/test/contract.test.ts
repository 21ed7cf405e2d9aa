// What a connection speaks when both ends have the same contract, and when they do not.
import {
  contractNames,
  contractRows,
  createWireCodec,
  defineContract,
  defineRoom,
  PPSchemaRegistry,
  stringSerializer,
  type,
} from '@painda/protocol'
import type { ContractShape, InspectEvent } from '@painda/protocol'
import { expect, test } from 'vitest'
import { createOutbox } from '../src/outbox.js'
import { outgoing } from '../src/outgoing.js'
import { createKit } from './peer-kit.js'
import type { Kit, Peer } from './peer-kit.js'

const arena = defineRoom({
  name: 'arena',
  state: () => ({ n: 0 }),
  messages: { move: type<number>() },
  events: { boom: type<number>() },
})
const contract = defineContract({
  rooms: { arena },
  messages: { chat: type<string>() },
  events: { news: type<string>() },
})
const NAMES = contractNames(contract)

/** A peer that was built from this contract, and what each of its frames weighs. */
async function enter(kit: Kit, theirs: ContractShape = contract): Promise<{ peer: Peer; sizes: number[] }> {
  const peer = kit.dial({}, contractNames(theirs))
  const sizes: number[] = []
  peer.transport.onMessage((frame) => sizes.push(frame.byteLength))
  peer.hello({ contract: contractRows(theirs) })
  await kit.settle()
  return { peer, sizes }
}

test('[HS5, CT3] equal contracts agree, and then names travel as numbers both ways', async () => {
  const kit = createKit({ contract })
  const { server, settle } = kit
  const said: unknown[] = []
  server.on('chat', (_client, text) => said.push(text))
  server.define(arena, {
    mayChooseId: () => true,
    messages: { move: ({ room }, at) => room.broadcast('boom', at) },
  })
  const { peer, sizes } = await enter(kit)
  expect(peer.welcome).toMatchObject({ compact: true })
  expect(peer.welcome.mismatches).toBeUndefined()

  peer.emit('chat', 'hi')
  server.emit('news', 'x')
  server.emit('undeclared', 1)
  peer.say({ kind: 'join', ackId: 1, how: 'joinOrCreate', name: 'arena', room: 'a' })
  await settle()
  peer.say({ kind: 'event', type: 'move', payload: 3, room: 'a' })
  await settle()
  expect(said).toEqual(['hi'])
  expect(peer.of('joined')).toMatchObject([{ name: 'arena', room: 'a' }])
  expect(peer.of('event').map(({ type: name, payload }) => [name, payload])).toEqual([
    ['news', 'x'],
    ['undeclared', 1],
    ['boom', 3],
  ])
  // Opcode and flags, the number, the room behind its scope, the payload: 89|20, 02, 01 01 61, 03.
  expect(sizes.at(-1)).toBe(6)
})

test('[CT4, BC1] a broadcast is encoded once with names and once with numbers', async () => {
  const kit = createKit({ contract })
  const equal = [await enter(kit), await enter(kit), await enter(kit)]
  const other = [await enter(kit, defineContract({ events: contract.events })), { peer: await kit.join() }]
  let encodings = 0
  kit.server.emit('news', { toJSON: () => `encoded ${++encodings}` })
  await kit.settle()
  expect(encodings).toBe(2)
  expect(equal.map(({ peer }) => peer.payloads('news'))).toEqual([
    ['encoded 1'],
    ['encoded 1'],
    ['encoded 1'],
  ])
  expect(other.map(({ peer }) => peer.payloads('news'))).toEqual([['encoded 2'], ['encoded 2']])
})

test('[CT3] a connection without an equal contract may not say a number', async () => {
  const kit = createKit({ contract })
  const { peer } = await enter(kit, defineContract({ events: contract.events }))
  expect(peer.welcome.compact).toBeUndefined()
  // An event with number 0.
  peer.transport.send(Uint8Array.of(0x09, 0x00))
  await kit.settle()
  expect(peer.closed).toMatchObject({ code: 4002 })
})

test('[HS5] what differs is told to the client and, once, to the log; what a stranger calls its names is not', async () => {
  const warnings: string[] = []
  const quiet = { debug() {}, info() {}, error() {} }
  const kit = createKit({ contract, logger: { ...quiet, warn: (text: string) => void warnings.push(text) } })
  const inspected: InspectEvent[] = []
  kit.server.inspector.listen((event) => inspected.push(event))
  const theirs = defineContract({ messages: { 'evil\nname': type<null>() }, events: contract.events })
  const { peer } = await enter(kit, theirs)
  await enter(kit, theirs)
  expect(peer.welcome.mismatches).toEqual([
    { name: 'event "arena"."boom"', where: 'server' },
    { name: 'message "arena"."move"', where: 'server' },
    { name: 'message "chat"', where: 'server' },
    { name: 'message "evil\\nname"', where: 'client' },
    { name: 'room "arena"', where: 'server' },
  ])
  expect(warnings).toEqual([
    'A client was built from another contract: it lacks event "arena"."boom", it lacks message "arena"."move", ' +
      'it lacks message "chat", it lacks room "arena", 1 names that this server does not know.',
  ])
  expect(inspected.filter(({ kind }) => kind === 'error')).toMatchObject([
    { code: 'SCHEMA_MISMATCH' },
    { code: 'SCHEMA_MISMATCH' },
  ])
})

test('[HS5] a flood of different contracts fills neither the log nor the welcome', async () => {
  const warnings: string[] = []
  const quiet = { debug() {}, info() {}, error() {} }
  const kit = createKit({ contract, logger: { ...quiet, warn: (text: string) => void warnings.push(text) } })
  for (let i = 1; i <= 40; i++) {
    const peer = kit.dial()
    peer.hello({ contract: Array.from({ length: 70 + i }, (_, row) => `message "${row}"`) })
    await kit.settle()
    expect(peer.welcome.mismatches).toHaveLength(64)
  }
  expect(warnings).toHaveLength(16)
  expect(warnings.join()).toContain('86 names')
})

test('[CT1] a registry is part of the fingerprint', async () => {
  const registry = new PPSchemaRegistry().register('note', 1, stringSerializer())
  const kit = createKit({ registry })
  const peer = kit.dial()
  peer.hello({ contract: contractRows({}, new PPSchemaRegistry().register('note', 2, stringSerializer())) })
  const same = kit.dial()
  same.hello({ contract: contractRows({}, registry) })
  await kit.settle()
  expect(peer.welcome.mismatches).toEqual([{ name: 'schema "note"', where: 'both' }])
  expect(same.welcome.compact).toBe(true)
})

test('server.fingerprint is of all that clients compare: contract and registry, and undefined without either', () => {
  const registry = (id: number) => new PPSchemaRegistry().register('note', id, stringSerializer())
  const of = (options: Parameters<typeof createKit>[0]) => createKit(options).server.fingerprint
  expect(of({})).toBeUndefined()
  expect(of({ contract })).toMatch(/^[0-9a-f]{8}$/)
  expect(of({ contract })).toBe(of({ contract: defineContract({ ...contract }) }))
  const all = [of({ contract }), of({ registry: registry(1) }), of({ registry: registry(2) })]
  expect(new Set([...all, of({ contract, registry: registry(1) })]).size).toBe(4)
})

test('[CT4, RC2] a session that comes back with another contract gets what it missed with names', async () => {
  const kit = createKit({ contract })
  const { peer } = await enter(kit)
  const { session } = peer
  peer.cut()
  kit.server.emit('news', 'missed')
  const back = kit.dial()
  back.hello({ contract: contractRows({ events: contract.events }), session })
  await kit.settle()
  expect(back.welcome).toMatchObject({ outcome: 'snapshot', id: peer.welcome.id })
  expect(back.welcome.compact).toBeUndefined()
  expect(back.payloads('news')).toEqual(['missed'])
  expect(NAMES).toContain('news')
})

test('[HS9] the welcome says the id of the user, where it is another than the client’s', async () => {
  const { server, join } = createKit()
  server.use((client, next) => {
    const { token } = client.handshake
    if (token !== null) client.userContext = { sub: token }
    next()
  })
  const known = await join({ token: 'ada' })
  const stranger = await join()
  expect(known.welcome.userId).toBe('ada')
  expect(stranger.welcome.userId).toBeUndefined()
  known.cut()
  const back = await join({ session: known.session })
  expect(back.welcome).toMatchObject({ id: known.welcome.id, userId: 'ada' })
})

test.each([
  ['without a contract', false],
  ['with the contract', true],
])(
  '[RC2, CT4] a session that comes back %s gets what it missed as it was when it was sent',
  async (_how, isCompact) => {
    const kit = createKit({ contract })
    const { server, settle } = kit
    const dial = async (theirs: boolean, session?: Peer['session']): Promise<Peer> => {
      const peer = kit.dial({}, theirs ? NAMES : [])
      peer.hello({ ...(theirs ? { contract: contractRows(contract) } : {}), ...(session ? { session } : {}) })
      await settle()
      return peer
    }
    const before = await dial(!isCompact)
    before.emit('chat', 'hi')
    await settle()
    const player = { hp: 100 }
    const bytes = Uint8Array.of(1, 2)
    const client = server.getClient(before.welcome.id)
    const news = (payload: unknown): void => client?.send({ type: 'news', payload })
    before.cut()
    await settle()
    news(player)
    news({ bytes, at: new Date(0) })
    // The game goes on; by now it could not even be sent.
    player.hp = Number.NaN
    bytes[0] = 9
    const bystander = await kit.join()
    const back = await dial(isCompact, before.session)
    expect(back.welcome).toMatchObject({ id: before.welcome.id, missed: 2 })
    expect(back.payloads('news')).toEqual([
      { hp: 100 },
      { bytes: Uint8Array.of(1, 2), at: '1970-01-01T00:00:00.000Z' },
    ])
    // And from here on it speaks as the new connection does.
    news('now')
    await settle()
    back.cut()
    await settle()
    news('later')
    const again = await dial(!isCompact, {
      ...before.session,
      token: back.welcome.token,
      received: back.received,
    })
    expect(again.payloads('news')).toEqual(['later'])
    expect([back.payloads('news').at(-1), again.closed, bystander.closed]).toEqual(['now', null, null])
  },
)

test('[RC2, CT4] who missed what cannot be said as it speaks now is refused, and its session ends with its window', async () => {
  const kit = createKit({ contract })
  const { server, time, settle } = kit
  const ends: unknown[] = []
  server.on('disconnection', (_client, _reason, expiry) => ends.push(expiry))
  const { peer } = await enter(kit)
  peer.emit('chat', 'hi')
  await settle()
  peer.cut()
  await settle()
  // A few bytes, and more values than anybody reads from one frame.
  server.emit('undeclared', Array<number>(2 ** 20 + 1).fill(0))
  const back = kit.dial()
  back.hello({ session: peer.session })
  await settle()
  expect(back.closed?.code).toBe(1009)
  expect(ends).toEqual([])
  await time.advance(120_000)
  expect(ends).toEqual(['window'])
  expect(server.getClients()).toEqual([])
})

test('what is kept stays as it is where it cannot be said in another format', () => {
  const codec = createWireCodec()
  const outbox = createOutbox({ codec, maxMessages: 10, maxBytes: 10_000 })
  for (const payload of ['first', 'second']) outbox.push(outgoing({ kind: 'event', type: 'n', payload }))
  const before = outbox.kept()
  let reads = 0
  expect(() =>
    outbox.translate(createWireCodec(), () => {
      if (reads++ > 0) throw new Error('unreadable')
      return { kind: 'event', type: 'n', payload: 'x'.repeat(100) }
    }),
  ).toThrow('unreadable')
  expect(outbox.kept()).toEqual(before)
  outbox.restore(0)
  const said = outbox.take().map(({ message }) => message.kind === 'event' && message.payload)
  expect(said).toEqual(['first', 'second'])
})
