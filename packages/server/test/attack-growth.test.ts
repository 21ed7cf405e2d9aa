// Frames that become much more than their bytes.
import { deflateSync } from 'node:zlib'
import {
  createTransportPair,
  createWireCodec,
  defineRoom,
  encodeFrame,
  writeFrame,
  type CloseInfo,
  type Message,
} from '@painda/protocol'
import { expect, test } from 'vitest'
import { jsonSize } from '../src/json-size.js'
import { memorySize } from '../src/memory-size.js'
import { createKit, type Kit, type Peer } from './peer-kit.js'

const codec = createWireCodec()
const table = defineRoom({ name: 'table', state: () => ({}) })

/** An event of v2 that is this much JSON, in a thousandth of it. */
function inflating(bytes: number): Uint8Array {
  const text = JSON.stringify({ type: 'x', payload: 'a'.repeat(bytes) })
  return writeFrame('gaming', 0, true, deflateSync(text))
}

/** The same, of JSON that cannot be a message: its last key reaches a prototype. */
function inflatingToNothing(bytes: number): Uint8Array {
  const text = `{"type":"x","payload":{"a":"${'a'.repeat(bytes)}","__proto__":1}}`
  return writeFrame('gaming', 0, true, deflateSync(text))
}

/** A connection of v2, and how it ended. */
function dialV2({ server }: Kit): { send(frame: Uint8Array): void; closed: CloseInfo | null } {
  const [mine, theirs] = createTransportPair()
  server.acceptTransport(theirs, { protocol: 'v2' })
  const peer = { send: (frame: Uint8Array) => mine.send(frame), closed: null as CloseInfo | null }
  mine.onMessage(() => {})
  mine.onClose((info) => (peer.closed = info))
  return peer
}

test('[LM7] few bytes that say a million objects end their connection before they are made', async () => {
  const { server, join, settle } = createKit()
  let handled = 0
  server.on('x', () => void handled++)
  const [peer, other] = [await join(), await join()]
  peer.transport.send(
    codec.encode({
      kind: 'event',
      type: 'x',
      payload: Array.from({ length: 100_000 }, () => ({ k: { k: 0 } })),
    }),
  )
  await settle()
  expect(peer.closed?.code).toBe(1009)
  expect(other.closed).toBeNull()
  expect(handled).toBe(0)
})

test('[LM7][LM3] what waits counts as what it has become', async () => {
  const kit = createKit({ maxPayloadBytes: 100_000 })
  const { server, time, settle } = kit
  server.on('x', () => new Promise<void>(() => {}))
  const [mine, theirs] = [dialV2(kit), dialV2(kit)]
  for (let n = 0; n < 7; n++) {
    // Slow enough for the rate of what may be inflated.
    mine.send(inflating(90_000))
    theirs.send(encodeFrame('gaming', { type: 'x' }))
    await settle()
    await time.advance(1000)
  }
  // One is handled, four wait, the next is one too many.
  expect(mine.closed?.code).toBe(4008)
  expect(theirs.closed).toBeNull()
})

test('[LM7][LM3] nor does company in its frame make it any smaller', async () => {
  const { server, join, settle } = createKit({ maxPayloadBytes: 100_000, maxBytesPerSecond: 0 })
  server.on('x', () => new Promise<void>(() => {}))
  const peer = await join()
  const company = Array.from({ length: 4000 }, (): Message => ({ kind: 'received', count: 0 }))
  for (let n = 0; n < 6; n++) {
    expect(peer.closed).toBeNull()
    peer.say({ kind: 'event', type: 'x', payload: 'a'.repeat(80_000) }, ...company)
    await settle()
  }
  expect(peer.closed?.code).toBe(4008)
})

test('[LM3] what waits for the clients of one address is bounded together, whatever each of them may', async () => {
  const { server, dial, settle } = createKit({ maxPayloadBytes: 100_000, maxBytesPerSecond: 0 })
  const gates: (() => void)[] = []
  server.on('x', () => new Promise<void>((resolve) => gates.push(resolve)))
  const come = async (ip: string): Promise<Peer> => {
    const peer = dial({ ip })
    peer.hello()
    await settle()
    return peer
  }
  /** One is handled, four wait. */
  const crowd = async (count: number): Promise<Peer[]> => {
    const peers: Peer[] = []
    for (let n = 0; n < count; n++) peers.push(await come(`2001:db8::${n}`))
    for (let n = 0; n < 5; n++) for (const peer of peers) peer.emit('x', 'a'.repeat(90_000))
    await settle()
    return peers
  }
  const closedOf = (peers: readonly Peer[]): number[] => peers.flatMap(({ closed }) => closed?.code ?? [])
  const first = await crowd(12)
  expect(closedOf(first)).toContain(4008)
  expect(closedOf(first).length).toBeLessThan(6)
  const other = await come('2001:db8:0:1::1')
  for (let n = 0; n < 5; n++) other.emit('x', 'a'.repeat(90_000))
  await settle()
  expect(other.closed).toBeNull()
  // What has been handled, or went with its session, waits no longer.
  for (const peer of first) peer.transport.close(1000)
  await settle()
  const second = await crowd(8)
  expect(closedOf(second)).toEqual([])
  for (let n = 0; n < 5; n++) {
    for (const open of gates.splice(0)) open()
    await settle()
  }
  expect(closedOf(await crowd(8))).toEqual([])
})

test('[LM7][LM3] an empty object is two bytes on the way, and more where it waits', async () => {
  const { server, join, settle } = createKit({ maxPayloadBytes: 100_000 })
  server.on('x', () => new Promise<void>(() => {}))
  const peer = await join()
  const crowd = Array.from({ length: 40_000 }, () => ({}))
  // One is handled, and one may wait, however large it is.
  for (let n = 0; n < 2; n++) peer.emit('x', crowd)
  await settle()
  expect(peer.closed).toBeNull()
  peer.emit('x', 'and one more')
  await settle()
  expect(peer.closed?.code).toBe(4008)
})

test('[LM7] it is more before the welcome too', async () => {
  const { server, dial, settle } = createKit()
  server.use(() => {})
  const peer = dial()
  peer.hello()
  peer.emit(
    'x',
    Array.from({ length: 20_000 }, () => ({})),
  )
  await settle()
  expect(peer.closed?.code).toBe(4008)
})

test('the size of what waits is about that of its values and its characters', () => {
  expect(memorySize('abc', 1000)).toBe(19)
  expect(memorySize([1, null, { ab: true }], 1000)).toBe(82)
  expect(memorySize(new Uint8Array(100), 1000)).toBe(116)
  // No more of it is looked at than it takes to say that it is too much.
  const endless = {
    get next(): object {
      return endless
    },
  }
  expect(memorySize(endless, 4096)).toBeGreaterThan(4096)
})

test('[LM7] before the welcome it counts the same', async () => {
  const kit = createKit({ maxPayloadBytes: 200_000 })
  const { server, settle } = kit
  server.use(() => {})
  const peer = dialV2(kit)
  for (let n = 0; n < 2; n++) peer.send(inflating(180_000))
  await settle()
  expect(peer.closed?.code).toBe(4008)
})

test('[LM7] who goes on with frames that become more and more is cut off', async () => {
  const kit = createKit({ maxPayloadBytes: 100_000 })
  const { server, settle, time } = kit
  let handled = 0
  server.on('x', () => void handled++)
  const calm = dialV2(kit)
  const busy = dialV2(kit)
  for (let n = 0; n < 20; n++) {
    if (n % 4 === 0) calm.send(inflating(90_000))
    busy.send(inflating(90_000))
    await settle()
    await time.advance(100)
  }
  expect(busy.closed?.code).toBe(4008)
  expect(calm.closed).toBeNull()
  expect(handled).toBeLessThan(15)
})

test('[LM7] what becomes much and then cannot be read counts the same', async () => {
  const kit = createKit({ maxPayloadBytes: 100_000 })
  const { settle, time } = kit
  const [calm, busy] = [dialV2(kit), dialV2(kit)]
  for (const peer of [calm, busy]) peer.send(encodeFrame('gaming', { type: 'x' }))
  await settle()
  for (let n = 0; n < 20; n++) {
    if (n % 4 === 0) calm.send(inflatingToNothing(90_000))
    busy.send(inflatingToNothing(90_000))
    await settle()
    await time.advance(100)
  }
  expect(busy.closed?.code).toBe(4008)
  expect(calm.closed).toBeNull()
})

test('[LM1] what cannot be read takes from the rate of messages', async () => {
  const kit = createKit({ maxMessagesPerSecond: 5 })
  const { server, settle, time } = kit
  let handled = 0
  server.on('x', () => void handled++)
  const peer = dialV2(kit)
  const say = async (): Promise<void> => {
    peer.send(encodeFrame('gaming', { type: 'x' }))
    await settle()
  }
  await say()
  const unreadable = writeFrame('gaming', 0, false, Buffer.from('{"type":"x","payload":{"__proto__":1}}'))
  for (let n = 0; n < 4; n++) peer.send(unreadable)
  await say()
  expect(handled).toBe(1)
  await time.advance(1000)
  await say()
  expect(handled).toBe(2)
  expect(peer.closed).toBeNull()
})

test('[PR2][LM7] presence is measured only as far as it may reach', async () => {
  const { server, join, settle } = createKit()
  server.define(table, { mayChooseId: () => true })
  const peer = await join()
  peer.say({ kind: 'join', ackId: 1, how: 'joinOrCreate', name: 'table', room: 'a' })
  await settle()
  let reads = 0
  const counting = {
    get(target: object, key: PropertyKey): unknown {
      reads++
      return Reflect.get(target, key)
    },
  }
  const items = Array.from({ length: 100_000 }, () => 1)
  const wide = [items, Object.fromEntries(items.entries())]
  for (const one of wide) expect(jsonSize(new Proxy(one, counting), 4096)).toBeGreaterThan(4096)
  expect(reads).toBeLessThan(20_000)
  // Not a million keys, of which the first four thousand are enough.
  expect(jsonSize(new Uint8Array(1_000_000), 4096)).toBe(1_000_000)
  peer.say({ kind: 'presence', room: 'a', data: new Uint8Array(100_000) })
  peer.say({ kind: 'presence', room: 'a', data: 'x'.repeat(5000) })
  peer.say({ kind: 'presence', room: 'a', data: 'x'.repeat(4094) })
  await settle()
  expect(peer.of('error').map(({ code }) => code)).toEqual(['INVALID_PAYLOAD', 'INVALID_PAYLOAD'])
})

test('the size of a value is that of its JSON', () => {
  for (const value of [
    1,
    -2.5,
    'a"é\u{1F600}',
    null,
    true,
    [],
    [1],
    [[], {}],
    {},
    { a: 1, 'b"': ['x', { c: null }] },
  ])
    expect(jsonSize(value, 1000)).toBe(Buffer.byteLength(JSON.stringify(value)))
  const cycle: unknown[] = []
  cycle.push(cycle)
  expect(jsonSize(cycle, 4096)).toBeGreaterThan(4096)
})
