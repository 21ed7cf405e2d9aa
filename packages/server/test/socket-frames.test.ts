// Frames of our own beside those of `ws`, on real sockets, read by the client of `ws`: an independent reader of RFC 6455.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRandom } from '@painda/protocol'
import { afterEach, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { createFramer, sendShared, streamOf } from '../src/socket-frames.js'
import type { Framer } from '../src/socket-frames.js'

const undos: (() => void)[] = []
afterEach(() => {
  for (const undo of undos.splice(0).reverse()) undo()
})

interface Pair {
  readonly server: WebSocket
  readonly client: WebSocket
  /** Hands the server's socket a frame that many share. */
  readonly share: (bytes: Uint8Array, framer: Framer) => void
  /** Everything that the client gets, in order. */
  readonly log: string[]
  readonly closed: Promise<unknown>
}

async function listen(perMessageDeflate: boolean): Promise<{ connect(): Promise<Pair> }> {
  const http = createServer()
  const sockets = new WebSocketServer({
    server: http,
    perMessageDeflate: perMessageDeflate && { threshold: 0 },
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  undos.push(() => http.close())
  // A TCP server's address is an object.
  const { port } = http.address() as AddressInfo
  return {
    async connect() {
      const client = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate })
      const log: string[] = []
      client.on('message', (data: Buffer, isBinary) => log.push(`${isBinary ? '' : 'text '}${tellOf(data)}`))
      client.on('ping', (data: Buffer) => log.push(`ping ${tellOf(data)}`))
      client.on('close', (code, reason: Buffer) => log.push(`close ${code} ${reason.toString()}`))
      const closed = once(client, 'close')
      const [server] = (await once(sockets, 'connection')) as [WebSocket]
      undos.push(() => client.terminate())
      const stream = streamOf(server)
      expect(stream === null).toBe(perMessageDeflate)
      const share = (bytes: Uint8Array, framer: Framer): void => sendShared(server, stream, bytes, framer)
      return { server, client, share, log, closed }
    },
  }
}

/** Enough to know which bytes came: how many, and which. */
function tellOf(bytes: Uint8Array): string {
  const isOne = Buffer.from(bytes).equals(Buffer.alloc(bytes.byteLength, bytes[0] ?? 0))
  return `${bytes.byteLength} of ${isOne ? (bytes[0] ?? '-') : 'several'}`
}

function filled(length: number, value: number): Uint8Array {
  return new Uint8Array(length).fill(value)
}

test('a frame made once arrives as one binary message, whatever form its length takes', async () => {
  const { connect } = await listen(false)
  const { server, client, share, log, closed } = await connect()
  const lengths = [0, 1, 125, 126, 127, 65_535, 65_536, 65_537, 200_000]
  lengths.forEach((length, index) => share(filled(length, index + 1), createFramer()))
  server.close(1000, 'done')
  await closed
  expect(log).toEqual([
    ...lengths.map((length, index) => `${length} of ${length === 0 ? '-' : index + 1}`),
    'close 1000 done',
  ])
  expect(client.readyState).toBe(WebSocket.CLOSED)
})

for (const deflated of [false, true]) {
  const how = deflated ? 'also while ws is compressing' : 'where ws has nothing pending'
  test(`shared frames, messages, pings and a close arrive in the order of the calls, ${how}`, async () => {
    const { connect } = await listen(deflated)
    const framer = createFramer()
    const random = createRandom(21)
    const pairs = [await connect(), await connect(), await connect()]
    const expected: string[] = []
    for (let i = 0; i < 400; i++) {
      const bytes = filled(random.pick([1, 40, 125, 126, 3000, 70_000]), i % 250)
      const kind = random.int(0, 3)
      for (const { server, share } of pairs) {
        if (kind === 0) server.send(bytes)
        else if (kind === 1) server.send(`text of ${i}`)
        else if (kind === 2) server.ping(bytes.subarray(0, 100))
        else share(bytes, framer)
      }
      if (kind === 1) expected.push(`text ${`text of ${i}`.length} of several`)
      else expected.push(kind === 2 ? `ping ${tellOf(bytes.subarray(0, 100))}` : tellOf(bytes))
    }
    for (const { server, share } of pairs) {
      server.close(4000, 'bye')
      // After the close nothing leaves any more.
      share(filled(10, 1), framer)
    }
    await Promise.all(pairs.map(({ closed }) => closed))
    for (const { log } of pairs) expect(log).toEqual([...expected, 'close 4000 bye'])
  })
}

test('what a slow socket still holds stays as it was, however much others are sent meanwhile', async () => {
  const { connect } = await listen(false)
  const framer = createFramer()
  const [slow, quick] = [await connect(), await connect()]
  slow.client.pause()
  const lengths: string[] = []
  const buffered: number[] = []
  for (let round = 0; round < 40; round++) {
    for (let i = 0; i < 20; i++) {
      const bytes = filled(20_000 + i, (round * 20 + i) % 251)
      lengths.push(tellOf(bytes))
      for (const { share } of [slow, quick]) share(bytes, framer)
      // Alone: another frame takes the place of the shared one.
      quick.share(filled(5, 252), framer)
      lengths.push('5 of 252')
    }
    // The quick one has read everything before the next round, the slow one nothing.
    await expect.poll(() => quick.log.length, { interval: 1 }).toBe(lengths.length)
    buffered.push(slow.server.bufferedAmount)
  }
  expect(buffered.at(-1)).toBeGreaterThan(1_000_000)
  slow.client.resume()
  const shared = lengths.filter((line) => line !== '5 of 252')
  await expect.poll(() => slow.log.length, { interval: 5, timeout: 20_000 }).toBe(shared.length)
  expect(slow.log).toEqual(shared)
  expect(quick.log).toEqual(lengths)
  expect(slow.server.bufferedAmount).toBe(0)
})

test('receivers of a few payloads share their frames in whatever order they stand', () => {
  const { frame } = createFramer()
  const payloads = Array.from({ length: 6 }, (_, i) => filled(100 + i, i))
  const frames = payloads.map(frame)
  for (let round = 0; round < 3; round++)
    for (const [i, payload] of payloads.entries()) expect(frame(payload)).toBe(frames[i])
  // More than are remembered: a new frame of the same bytes, not another's.
  for (let i = 0; i < 40; i++) {
    const made = frame(filled(50, i))
    expect([made.byteLength, made.at(-1)]).toEqual([52, i])
  }
  for (const [i, payload] of payloads.entries()) expect(frame(payload)).toEqual(frames[i])
})
