import { createFakeTime, type FakeTime } from '@painda/testing/fake-time'
import { expect, test } from 'vitest'
import {
  CLOSE_TIMEOUT_MS,
  createDeliveryLog,
  createNetwork,
  createTransportPair,
  type CloseInfo,
  type DeliveryLog,
  type Link,
  type Network,
  type Transport,
} from '../src/index.js'

interface End {
  transport: Transport
  /** First byte of each message and when it came. */
  got: string[]
  messages: Uint8Array[]
  closed: CloseInfo[]
}

interface Rig {
  time: FakeTime
  network: Network
  link: Link
  log: DeliveryLog
  connect(): { client: End; server: End }
}

function rig(options: { maxHeldBytes?: number; seed?: number } = {}): Rig {
  const time = createFakeTime()
  const log = createDeliveryLog()
  const network = createNetwork({ time, seed: 1, log, ...options })
  const link = network.link('ann')
  const watch = (transport: Transport): End => {
    const end: End = { transport, got: [], messages: [], closed: [] }
    transport.onMessage((data) => {
      end.got.push(`${data[0]}@${Math.round(time.now() * 100) / 100}`)
      end.messages.push(data)
    })
    transport.onClose((info) => end.closed.push(info))
    return end
  }
  const connect = (): { client: End; server: End } => {
    let server: End | null = null
    const client = watch(link.connect((end) => (server = watch(end))))
    if (server === null) throw new Error('no server end')
    return { client, server }
  }
  return { time, network, link, log, connect }
}

const bytes = (first: number, length = 1): Uint8Array => new Uint8Array(length).fill(first)
const ABNORMAL = { code: 1006, reason: '' }

test('[NW1] a message arrives exactly its delay later, each way with its own', async () => {
  const { time, link, connect } = rig()
  link.set({ delayMs: 50, down: { delayMs: 80 } })
  const { client, server } = connect()
  client.transport.send(bytes(1))
  server.transport.send(bytes(2))
  await time.advance(49)
  expect(server.got).toEqual([])
  await time.advance(1)
  expect(server.got).toEqual(['1@50'])
  await time.advance(30)
  expect(client.got).toEqual(['2@80'])
})

test('[NW2] jitter never reorders', async () => {
  const { time, link, connect } = rig()
  link.set({ delayMs: 100, jitter: { form: 'gaussian', ms: 90 } })
  const { client, server } = connect()
  for (let i = 0; i < 200; i++) {
    client.transport.send(bytes(i))
    await time.advance(5)
  }
  await time.advance(2_000)
  expect(server.messages.map((data) => data[0])).toEqual(Array.from({ length: 200 }, (_, i) => i))
})

test('[NW8] what would arrive in a stall arrives at its end, in order, and later messages are on time', async () => {
  const { time, link, connect } = rig()
  link.set({ delayMs: 50 })
  const { client, server } = connect()
  client.transport.send(bytes(1))
  await time.advance(20)
  link.stall(200, 'up')
  client.transport.send(bytes(2))
  server.transport.send(bytes(9))
  await time.advance(100)
  client.transport.send(bytes(3))
  await time.advance(99)
  expect(server.got).toEqual([])
  expect(client.got).toEqual(['9@70'])
  await time.advance(1)
  expect(server.got).toEqual(['1@220', '2@220', '3@220'])
  client.transport.send(bytes(4))
  await time.advance(50)
  expect(server.got.at(-1)).toBe('4@270')
})

test('[NW8] what leaves a narrow link during a stall waits for its end all the same', async () => {
  const { time, link, connect } = rig()
  link.set({ bytesPerSecond: 1_000 })
  const { client, server } = connect()
  for (let i = 0; i < 4; i++) client.transport.send(bytes(i, 100))
  link.stall(250, 'up')
  await time.advance(249)
  expect(server.got).toEqual([])
  await time.advance(1_000)
  expect(server.got).toEqual(['0@250', '1@250', '2@301', '3@401'])
})

test('[NW4] 80 kB over 40 kB/s take two seconds, and bufferedAmount tells what has not left', async () => {
  const { time, link, connect } = rig()
  link.set({ delayMs: 25, down: { bytesPerSecond: 40_000 } })
  const { client, server } = connect()
  for (let i = 0; i < 20; i++) server.transport.send(bytes(i, 4_000))
  expect(server.transport.bufferedAmount).toBe(80_000)
  await time.advance(50)
  expect(server.transport.bufferedAmount).toBe(78_000)
  await time.advance(950)
  expect(server.transport.bufferedAmount).toBe(40_000)
  await time.advance(1_000)
  expect(server.transport.bufferedAmount).toBe(0)
  expect(client.got).toHaveLength(19)
  await time.advance(25)
  expect(client.got.at(-1)).toBe('19@2025')
  // What only travels is not buffered: the sender's socket has given it away.
  client.transport.send(bytes(1))
  expect(client.transport.bufferedAmount).toBe(0)
})

test('[NW4] a change of bandwidth holds for what still waits', async () => {
  const { time, link, connect } = rig()
  link.set({ bytesPerSecond: 1_000 })
  const { client, server } = connect()
  for (let i = 0; i < 3; i++) client.transport.send(bytes(i, 1_000))
  await time.advance(500)
  link.set({ bytesPerSecond: null })
  await time.advance(501)
  expect(server.got).toEqual(['0@1001'])
  await time.advance(1)
  expect(server.got).toEqual(['0@1001', '1@1001.01', '2@1001.02'])
})

test('[NW9] offline: open sockets stall both ways, new ones fail, online delivers everything', async () => {
  const { time, link, connect } = rig()
  link.set({ delayMs: 50 })
  const { client, server } = connect()
  client.transport.send(bytes(1))
  await time.advance(10)
  link.offline()
  expect(link.isOnline).toBe(false)
  client.transport.send(bytes(2))
  server.transport.send(bytes(3, 7))
  await time.advance(60_000)
  expect([server.got, client.got, client.closed, server.closed]).toEqual([[], [], [], []])
  expect(client.transport.bufferedAmount).toBe(1)
  expect(server.transport.bufferedAmount).toBe(7)

  let accepted = false
  const failed = link.connect(() => (accepted = true))
  const closed: CloseInfo[] = []
  failed.onClose((info) => closed.push(info))
  await time.flushMicrotasks()
  expect(closed).toEqual([ABNORMAL])
  expect(accepted).toBe(false)

  link.online()
  await time.advance(0)
  expect(server.got).toEqual(['1@60010'])
  await time.advance(50)
  expect(server.got).toEqual(['1@60010', '2@60060'])
  expect(client.got).toEqual(['3@60060'])
})

test('[NW9] a listener that takes the link offline in the middle of a burst ends the burst', async () => {
  const { time, link, connect } = rig()
  const { client, server } = connect()
  server.transport.send(bytes(1))
  server.transport.send(bytes(2))
  await time.flushMicrotasks()
  link.stall(100, 'down')
  const undo = client.transport.onMessage(() => link.offline())
  await time.advance(1_000)
  expect(client.got).toEqual(['1@100'])
  undo()
  link.online()
  await time.advance(0)
  expect(client.got).toEqual(['1@100', '2@1000'])
})

test('[NW10] a cut ends both ends with 1006, loses what is under way, and the next connection lives', async () => {
  const { time, link, log, connect } = rig()
  link.set({ delayMs: 50 })
  const { client, server } = connect()
  client.transport.send(bytes(1))
  server.transport.send(bytes(2))
  await time.advance(10)
  link.cut()
  await time.advance(100)
  expect([client.closed, server.closed]).toEqual([[ABNORMAL], [ABNORMAL]])
  expect([client.got, server.got]).toEqual([[], []])
  expect(log.entries.filter((entry) => entry.event === 'lost')).toHaveLength(2)
  expect([link.socketCount, time.pending]).toEqual([0, 0])

  const next = connect()
  next.client.transport.send(bytes(3))
  await time.advance(50)
  expect(next.server.got).toHaveLength(1)
})

test.for(['up', 'down'] as const)(
  '[NW11] half-open %s: bytes vanish, nobody hears a close',
  async (direction) => {
    const { time, link, connect } = rig()
    link.set({ delayMs: 50 })
    const { client, server } = connect()
    const [from, to] = direction === 'up' ? [client, server] : [server, client]
    from.transport.send(bytes(1))
    await time.advance(10)
    link.zombie(direction)
    from.transport.send(bytes(2))
    to.transport.send(bytes(3))
    await time.advance(60_000)
    expect(to.got).toEqual([])
    expect(from.got).toEqual(['3@60'])
    expect([client.closed, server.closed]).toEqual([[], []])
  },
)

test('[NW11] a zombie dies for each end only when that end gives up, and then nothing is left of it', async () => {
  const { time, link, connect } = rig()
  const { client, server } = connect()
  link.zombie()
  client.transport.close()
  await time.advance(CLOSE_TIMEOUT_MS - 1)
  expect(client.closed).toEqual([])
  await time.advance(1)
  expect(client.closed).toEqual([ABNORMAL])
  expect(server.closed).toEqual([])
  expect(link.socketCount).toBe(1)

  const next = connect()
  next.client.transport.send(bytes(4))
  await time.advance(1)
  expect(next.server.got).toHaveLength(1)

  server.transport.terminate()
  await time.advance(1)
  expect(server.closed).toEqual([ABNORMAL])
  expect(link.socketCount).toBe(1)
})

test('[NW11] a zombie that the server gives up first is gone once the client gives up too', async () => {
  const { time, link, connect } = rig()
  const { client, server } = connect()
  link.zombie()
  server.transport.terminate()
  await time.advance(1_000)
  expect([client.closed, link.socketCount]).toEqual([[], 1])
  client.transport.terminate()
  expect([client.closed, link.socketCount]).toEqual([[ABNORMAL], 0])
  await time.advance(10)
  expect(time.pending).toBe(0)
})

test('[NW12] the next messages can vanish while the connection and the weather go on', async () => {
  const run = async (dropped: number): Promise<string[]> => {
    const { time, link, connect } = rig()
    link.set({ delayMs: 100, jitter: { form: 'uniform', ms: 30 } })
    const { client, server } = connect()
    link.dropNext(dropped, 'down')
    for (let i = 0; i < 5; i++) {
      server.transport.send(bytes(i))
      await time.advance(1_000)
    }
    expect([client.closed, server.closed]).toEqual([[], []])
    return client.got
  }
  const all = await run(0)
  expect(all).toHaveLength(5)
  expect(await run(2)).toEqual(all.slice(2))
})

test('[NW13] a cut at a byte lets the messages before it through, never half a message, and ends both', async () => {
  const { time, link, connect } = rig()
  link.set({ delayMs: 50 })
  const { client, server } = connect()
  link.cutAtByte(25, 'up')
  for (let i = 0; i < 4; i++) client.transport.send(bytes(i, 10))
  await time.advance(49)
  expect([client.closed, server.closed]).toEqual([[], []])
  await time.advance(2)
  expect(server.messages.map((data) => [data[0], data.length])).toEqual([
    [0, 10],
    [1, 10],
  ])
  expect([client.closed, server.closed]).toEqual([[ABNORMAL], [ABNORMAL]])

  const edge = connect()
  link.cutAtByte(10, 'up')
  edge.client.transport.send(bytes(7, 10))
  await time.advance(60)
  expect(edge.server.got).toHaveLength(1)
  expect(edge.server.closed).toEqual([ABNORMAL])
})

test('[NW13] a stream of bytes is cut at the very byte', async () => {
  const { time, link } = rig()
  const got: number[] = []
  let cuts = 0
  const socket = link.open({
    unit: 'bytes',
    deliver: (_, data) => void got.push(...data),
    onCut: () => cuts++,
  })
  link.cutAtByte(5, 'down')
  for (let i = 0; i < 3; i++) socket?.send('down', Uint8Array.of(3 * i, 3 * i + 1, 3 * i + 2))
  await time.advance(10)
  expect(got).toEqual([0, 1, 2, 3, 4])
  expect(cuts).toBe(1)
})

test("[NW14] a corrupted message differs in one byte, and the sender's own bytes stay as they were", async () => {
  const { time, link, connect } = rig()
  const { client, server } = connect()
  link.corruptNext('up', 2)
  const sent = [bytes(5, 20), bytes(6, 20), bytes(7, 20)]
  for (const data of sent) client.transport.send(data)
  await time.advance(10)
  const differing = server.messages.map((data, i) => data.filter((byte, at) => byte !== sent[i]?.[at]).length)
  expect(differing).toEqual([0, 1, 0])
  expect(sent[1]).toEqual(bytes(6, 20))
})

test('[NW15] a close travels after what was sent, and its answer comes back', async () => {
  const { time, link, connect } = rig()
  link.set({ delayMs: 50 })
  const { client, server } = connect()
  client.transport.send(bytes(1))
  client.transport.close(4000, 'bye')
  client.transport.send(bytes(2))
  await time.advance(51)
  expect(server.got).toHaveLength(1)
  expect(server.closed).toEqual([{ code: 4000, reason: 'bye' }])
  expect(client.closed).toEqual([])
  await time.advance(50)
  expect(client.closed).toEqual([{ code: 4000, reason: 'bye' }])
  expect([link.socketCount, time.pending]).toEqual([0, 0])
})

test("[NW15] a server's close and a client's terminate reach the other end one delay later", async () => {
  const { time, link, connect } = rig()
  link.set({ delayMs: 50 })
  const first = connect()
  first.server.transport.send(bytes(1))
  first.server.transport.close(1001, 'down')
  await time.advance(51)
  expect(first.client.got).toHaveLength(1)
  expect(first.client.closed).toEqual([{ code: 1001, reason: 'down' }])

  const second = connect()
  second.client.transport.terminate()
  expect(second.client.closed).toEqual([ABNORMAL])
  await time.advance(49)
  expect(second.server.closed).toEqual([])
  await time.advance(1)
  expect(second.server.closed).toEqual([ABNORMAL])
  expect([link.socketCount, time.pending]).toEqual([0, 0])
})

test('[NW15] a terminate while offline is heard by the server only when the link is back', async () => {
  const { time, link, connect } = rig()
  const { client, server } = connect()
  link.offline()
  client.transport.terminate()
  await time.advance(10_000)
  expect([client.closed.length, server.closed.length]).toEqual([1, 0])
  link.online()
  await time.advance(1)
  expect(server.closed).toEqual([ABNORMAL])
  expect([link.socketCount, time.pending]).toEqual([0, 0])
})

test('[NW16] what is never taken is bounded: the connection is cut, others on the network are not', async () => {
  const { time, network, link, connect } = rig({ maxHeldBytes: 10_000 })
  const { client, server } = connect()
  let otherClosed = false
  network
    .link('bob')
    .connect(() => {})
    .onClose(() => (otherClosed = true))
  link.offline()
  for (let i = 0; i < 100; i++) client.transport.send(new Uint8Array(0))
  await time.flushMicrotasks()
  expect([client.closed, server.closed]).toEqual([[ABNORMAL], [ABNORMAL]])
  expect(otherClosed).toBe(false)
})

test('[NW17] a closed link cuts what is open, fails what is new and holds no timer', async () => {
  const { time, network, link, connect } = rig()
  link.set({ delayMs: 50, bytesPerSecond: 10 })
  const { client, server } = connect()
  client.transport.send(bytes(1, 100))
  server.transport.close()
  client.transport.close()
  await time.advance(1)
  expect(time.pending).toBeGreaterThan(0)
  network.close()
  network.close()
  expect(time.pending).toBe(0)
  await time.flushMicrotasks()
  expect(client.closed).toEqual([ABNORMAL])
  expect(server.closed).toHaveLength(1)
  expect(link.connect(() => {}).bufferedAmount).toBe(0)
  expect(network.links).toEqual([])
  expect(() => network.link('x')).toThrow(expect.objectContaining({ code: 'CLOSED' }))
})

test('[NW18] a listener that throws does not stop what comes after it', async () => {
  const { time, link } = rig()
  const got: number[] = []
  const socket = link.open({
    unit: 'messages',
    deliver(_, data) {
      got.push(data[0] ?? -1)
      if (got.length === 1) throw new Error('boom')
    },
    onCut() {},
  })
  socket?.send('down', bytes(1))
  socket?.send('down', bytes(2))
  await expect(time.advance(5)).rejects.toThrow('boom')
  await time.advance(5)
  expect(got).toEqual([1, 2])
})

test('[NW19] pings of a transport that has them travel over the link both ways', async () => {
  const { time, link } = rig()
  link.set({ delayMs: 50 })
  let pongAt = 0
  const inner: Transport = {
    send() {},
    bufferedAmount: 3,
    onMessage: () => () => {},
    onClose: () => () => {},
    close() {},
    terminate() {},
    ping: (onPong) => onPong(),
  }
  const near = link.wrap(inner)
  near.ping?.(() => (pongAt = time.now()))
  expect(near.bufferedAmount).toBe(3)
  await time.advance(100)
  expect(pongAt).toBe(100)
})

test('[NW20] settings and arguments out of range are refused with the name of the field', () => {
  const { link } = rig()
  const field = (run: () => void): unknown => {
    try {
      run()
    } catch (thrown) {
      return thrown
    }
    return null
  }
  expect(field(() => link.set({ delayMs: -1 }))).toMatchObject({
    code: 'INVALID_ARGUMENT',
    details: { field: 'settings.delayMs' },
  })
  expect(field(() => link.set({ up: { bytesPerSecond: 0 } }))).toMatchObject({
    details: { field: 'settings.up.bytesPerSecond' },
  })
  expect(field(() => link.stall(Number.NaN))).toMatchObject({ details: { field: 'ms' } })
  expect(field(() => link.dropNext(1.5, 'up'))).toMatchObject({ details: { field: 'count' } })
  expect(field(() => link.corruptNext('up', 0))).toMatchObject({ details: { field: 'nth' } })
})

test('[TR10] a host that is about to stand still sends what is due, and nothing that still travels arrives early', async () => {
  const { time, link, connect } = rig()
  const { client, server } = connect()
  client.transport.send(bytes(1))
  client.transport.close(4020, 'put aside')
  await microtasks()
  expect(server.got, 'nothing is delivered without a timer').toEqual([])
  client.transport.flush?.()
  await microtasks()
  expect(server.got).toEqual(['1@0'])
  expect(server.closed).toEqual([{ code: 4020, reason: 'put aside' }])

  link.set({ delayMs: 50 })
  const slow = connect()
  slow.client.transport.send(bytes(2))
  slow.client.transport.flush?.()
  await microtasks()
  expect(slow.server.got, 'a slow way stays slow').toEqual([])
  await time.advance(50)
  expect(slow.server.got).toEqual(['2@50'])
})

test('[TR10] what is due goes through a link around a link without a timer', async () => {
  const time = createFakeTime()
  const [page, server] = createTransportPair()
  const inner = createNetwork({ time, seed: 1 }).link('weather').wrap(page)
  const outer = createNetwork({ time, seed: 2 }).link('inspector').wrap(inner)
  const got: string[] = []
  server.onMessage(([byte]) => void got.push(`message ${byte}`))
  server.onClose(({ code }) => void got.push(`close ${code}`))
  outer.send(bytes(1))
  outer.close(4020, 'put aside')
  outer.flush?.()
  await microtasks()
  expect(got).toEqual(['message 1', 'close 4020'])
})

async function microtasks(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve()
}

test('a direction that is none is refused, and nothing is noted', () => {
  const { link, log } = rig()
  const nowhere = 'out' as 'up'
  const sentence = 'direction must be one of up, down.'
  for (const call of [
    () => link.dropNext(1, nowhere),
    () => link.corruptNext(nowhere),
    () => link.cutAtByte(1, nowhere),
    () => link.stall(1, nowhere),
    () => link.zombie(nowhere),
  ])
    expect(call).toThrow(sentence)
  expect(log.entries).toEqual([])
})
