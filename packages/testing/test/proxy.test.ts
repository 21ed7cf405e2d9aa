import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { WebSocket, WebSocketServer, type RawData } from 'ws'
import {
  createDeliveryLog,
  createEmitter,
  createNetwork,
  hostTime,
  type DeliveryEntry,
  type Link,
  type Network,
  type Time,
} from '@painda/protocol'
import { createFakeTime, type FakeTime } from '../src/fake-time.js'
import { createProxy, type NetworkProxy, type NetworkProxyOptions } from '../src/proxy.js'

const undos: (() => unknown)[] = []

afterEach(async () => {
  for (const undo of undos.splice(0).reverse()) await undo()
})

interface Rig {
  network: Network
  link: Link
  proxy: NetworkProxy
  entries: () => readonly DeliveryEntry[]
  /** Resolves when the engine has noted so many of these since the call. */
  noted(event: DeliveryEntry['event'], dir: DeliveryEntry['dir'], count?: number): Promise<void>
}

async function rig(port: number, time: Time, options: Partial<NetworkProxyOptions> = {}): Promise<Rig> {
  const log = createDeliveryLog()
  const heard = createEmitter<{ entry: [DeliveryEntry] }>((thrown) => {
    throw thrown
  })
  const record = (entry: DeliveryEntry): void => {
    log.record(entry)
    heard.emit('entry', entry)
  }
  const network = createNetwork({ time, seed: 1, log: { record } })
  const link = network.link('ann')
  const target = { host: '127.0.0.1', port }
  const proxy = await createProxy({ target, network, linkFor: () => link, ...options })
  undos.push(
    () => network.close(),
    () => proxy.close(),
  )
  const noted: Rig['noted'] = (event, dir, count = 1) =>
    new Promise((resolve) => {
      let left = count
      const undo = heard.on('entry', (entry) => {
        if (entry.event !== event || entry.dir !== dir) return
        left--
        if (left > 0) return
        undo()
        resolve()
      })
    })
  return { network, link, proxy, entries: () => log.entries, noted }
}

function textOf(data: RawData): string {
  // Never a list of Buffers: that takes the binaryType `fragments`.
  return Buffer.from(data as Buffer).toString()
}

/** A WebSocket server that echoes and keeps what it heard. */
async function echoServer(): Promise<{
  port: number
  heard: string[]
  closes: number[]
  server: WebSocketServer
}> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false })
  const heard: string[] = []
  const closes: number[] = []
  server.on('connection', (socket) => {
    socket.on('message', (data) => {
      heard.push(textOf(data))
      socket.send(textOf(data))
    })
    socket.on('error', () => {})
    socket.on('close', (code) => closes.push(code))
  })
  await once(server, 'listening')
  undos.push(() => {
    for (const client of server.clients) client.terminate()
    return new Promise((resolve) => server.close(resolve))
  })
  return { port: (server.address() as AddressInfo).port, heard, closes, server }
}

interface Player {
  socket: WebSocket
  heard: string[]
  closes: number[]
  /** Resolves when it has heard so many in all. */
  hears(count: number): Promise<void>
}

function player(url: string): Player {
  const socket = new WebSocket(url, { perMessageDeflate: false })
  undos.push(() => socket.terminate())
  const heard: string[] = []
  const closes: number[] = []
  socket.on('error', () => {})
  socket.on('message', (data) => heard.push(textOf(data)))
  socket.on('close', (code) => closes.push(code))
  const hears = async (count: number): Promise<void> => {
    while (heard.length < count) await once(socket, 'message')
  }
  return { socket, heard, closes, hears }
}

/** A player whose connection has been opened by hand: the upgrade goes up, the answer comes down. */
async function openOnFakeTime(port: number, time: FakeTime): Promise<Rig & { ann: Player }> {
  const made = await rig(port, time)
  const upgrade = made.noted('sent', 'up')
  const ann = player(made.proxy.url)
  await upgrade
  const answer = made.noted('sent', 'down')
  await time.advance(1)
  await answer
  const open = once(ann.socket, 'open')
  await time.advance(1)
  await open
  return { ...made, ann }
}

/** A raw TCP server that hands its sockets to `serve`. */
async function tcpServer(serve: (socket: Socket) => void): Promise<number> {
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {})
    undos.push(() => socket.destroy())
    serve(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  undos.push(() => server.close())
  return (server.address() as AddressInfo).port
}

function tcpClient(port: number): Socket {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  socket.on('error', () => {})
  undos.push(() => socket.destroy())
  return socket
}

/** Unlike `once`, this takes an error before the close for what it is here: a part of it. */
function closed(socket: { once(event: 'close', listener: () => void): unknown }): Promise<void> {
  return new Promise((resolve) => void socket.once('close', () => resolve()))
}

/** One turn of the host's I/O: what the kernel already holds gets its chance to be (wrongly) delivered. */
const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

test('[NW24] a WebSocket through 50 ms and a narrow link gets everything back, whole and in order', async () => {
  const server = await echoServer()
  const { proxy, link } = await rig(server.port, hostTime(globalThis))
  link.set({ delayMs: 50, jitter: { form: 'gaussian', ms: 20 }, down: { bytesPerSecond: 4_000_000 } })
  const ann = player(proxy.url)
  await once(ann.socket, 'open')
  const sent = Array.from({ length: 60 }, (_, i) => `${i}:${'x'.repeat(i % 10 === 0 ? 20_000 : i)}`)
  for (const text of sent) ann.socket.send(text)
  await ann.hears(sent.length)
  expect(server.heard).toEqual(sent)
  expect(ann.heard).toEqual(sent)
  ann.socket.close(4321)
  await closed(ann.socket)
  while (server.closes.length === 0) await turn()
  expect([ann.closes, server.closes]).toEqual([[4321], [4321]])
})

test("[NW24] bytes cross the proxy only when the engine's clock says so", async () => {
  const time = createFakeTime()
  const server = await echoServer()
  const { link, noted, ann } = await openOnFakeTime(server.port, time)
  link.set({ delayMs: 50 })
  const sent = noted('sent', 'up')
  ann.socket.send('one')
  await sent
  await time.advance(49)
  await turn()
  expect(server.heard).toEqual([])
  const answered = noted('sent', 'down')
  await time.advance(1)
  await answered
  expect(server.heard).toEqual(['one'])
  const echoed = ann.hears(1)
  await time.advance(50)
  await echoed
})

test('[NW25] a stall holds everything back and then lets it out in order', async () => {
  const time = createFakeTime()
  const server = await echoServer()
  const { link, noted, ann } = await openOnFakeTime(server.port, time)
  link.stall(60_000, 'up')
  const sent = Array.from({ length: 10 }, (_, i) => `m${i}`)
  for (const text of sent) {
    // Each its own write of the socket: the engine takes it before the next is sent.
    const taken = noted('sent', 'up')
    ann.socket.send(text)
    await taken
    await time.advance(5_000)
  }
  await time.advance(9_999)
  await turn()
  expect(server.heard).toEqual([])
  // The echoes come in an unknown number of chunks, so the clock moves until all are back.
  await time.advance(1)
  while (ann.heard.length < 10) {
    await turn()
    await time.advance(1)
  }
  expect(server.heard).toEqual(sent)
  expect(ann.heard).toEqual(sent)
})

test('[NW25] a cut ends both sides with 1006, and the same link takes the next connection', async () => {
  const server = await echoServer()
  const { proxy, link } = await rig(server.port, hostTime(globalThis))
  const ann = player(proxy.url)
  await once(ann.socket, 'open')
  const [serverSide] = server.server.clients
  const serverClosed = serverSide === undefined ? null : closed(serverSide)
  link.cut()
  await Promise.all([closed(ann.socket), serverClosed])
  expect([ann.closes, server.closes]).toEqual([[1006], [1006]])

  const again = player(proxy.url)
  await once(again.socket, 'open')
  again.socket.send('back')
  await again.hears(1)
})

test('[NW25] a half-open connection stays open and silent on both sides', async () => {
  const server = await echoServer()
  const { proxy, link, noted } = await rig(server.port, hostTime(globalThis))
  const ann = player(proxy.url)
  await once(ann.socket, 'open')
  link.zombie()
  const vanished = Promise.all([noted('vanished', 'up'), noted('vanished', 'down')])
  ann.socket.send('hello?')
  for (const client of server.server.clients) client.send('anybody?')
  await vanished
  // A new connection over the same link works; when its echo is back, the dead one had its chance to close.
  const bob = player(proxy.url)
  await once(bob.socket, 'open')
  bob.socket.send('alive')
  await bob.hears(1)
  expect([ann.heard, server.heard]).toEqual([[], ['alive']])
  expect([ann.closes, server.closes]).toEqual([[], []])
  expect(ann.socket.readyState).toBe(WebSocket.OPEN)

  // Each side may give up; the other still hears nothing.
  ann.socket.terminate()
  await closed(ann.socket)
  bob.socket.send('still alive')
  await bob.hears(2)
  expect(server.closes).toEqual([])
})

test('[NW25] offline: an open connection waits, a new one is refused, and online brings everything', async () => {
  const server = await echoServer()
  const { proxy, link, noted } = await rig(server.port, hostTime(globalThis))
  const ann = player(proxy.url)
  await once(ann.socket, 'open')
  link.offline()
  const sent = noted('sent', 'up')
  ann.socket.send('waiting')
  await sent
  const bob = player(proxy.url)
  await closed(bob.socket)
  expect(bob.closes).toEqual([1006])
  expect([server.heard, ann.closes]).toEqual([[], []])
  link.online()
  await ann.hears(1)
  expect(ann.heard).toEqual(['waiting'])
})

test('[NW25] cutAtByte ends the stream at that very byte', async () => {
  const got: Buffer[] = []
  let end: () => void
  const ended = new Promise<void>((resolve) => (end = resolve))
  const port = await tcpServer((socket) => {
    socket.on('data', (data) => got.push(data))
    socket.on('end', () => socket.end())
    socket.on('close', () => end())
  })
  const { proxy, link } = await rig(port, hostTime(globalThis))
  link.cutAtByte(1_234, 'up')
  const client = tcpClient(proxy.port)
  const clientClosed = closed(client)
  client.on('end', () => client.end())
  client.resume()
  for (let i = 0; i < 10; i++) client.write(Buffer.alloc(300, i))
  await Promise.all([ended, clientClosed])
  const all = Buffer.concat(got)
  expect(all.length).toBe(1_234)
  expect([...new Set(all)]).toEqual([0, 1, 2, 3, 4])
})

test('[NW25] a corrupted byte reaches a real WebSocket as damage, not as a crash', async () => {
  const server = await echoServer()
  const { proxy, link } = await rig(server.port, hostTime(globalThis))
  const ann = player(proxy.url)
  await once(ann.socket, 'open')
  link.corruptNext('up')
  ann.socket.send('abcdefgh')
  // Either the framing is hurt, and the connection ends, or the text is; whatever comes, both sides live through it.
  await Promise.race([once(ann.socket, 'message'), closed(ann.socket)])
  expect(server.heard).not.toContain('abcdefgh')
  const bob = player(proxy.url)
  await once(bob.socket, 'open')
})

test('[NW26] an end reaches the other side after the bytes before it, and the answer still comes back', async () => {
  const port = await tcpServer((socket) => {
    const got: Buffer[] = []
    socket.on('data', (data) => got.push(data))
    socket.on('end', () => socket.end(`got ${Buffer.concat(got).length}`))
  })
  const { proxy, link } = await rig(port, hostTime(globalThis))
  link.set({ delayMs: 20, bytesPerSecond: 2_000_000 })
  const client = tcpClient(proxy.port)
  const answer: string[] = []
  client.on('data', (data) => answer.push(String(data)))
  client.end(Buffer.alloc(50_000))
  await once(client, 'end')
  expect(answer.join('')).toBe('got 50000')
})

test("[NW26] a target that refuses ends the client's connection", async () => {
  const port = await tcpServer(() => {})
  await undos.pop()?.()
  const { proxy } = await rig(port, hostTime(globalThis))
  const ann = player(proxy.url)
  await closed(ann.socket)
  expect(ann.closes).toEqual([1006])
})

test('[NW27] a fast sender on an offline link is slowed by TCP, and nothing of it is lost', async () => {
  const total = 8 * 1024 * 1024
  const hash = createHash('sha256')
  let received = 0
  let finish: () => void
  const finished = new Promise<void>((resolve) => (finish = resolve))
  const port = await tcpServer((socket) => {
    socket.on('data', (data) => {
      hash.update(data)
      received += data.length
      if (received === total) finish()
    })
  })
  const { proxy, link, noted, entries } = await rig(port, hostTime(globalThis))
  const client = tcpClient(proxy.port)
  await once(client, 'connect')
  const first = noted('sent', 'up')
  const data = Buffer.alloc(total, 'painda')
  link.set({ delayMs: 5 })
  client.write(data.subarray(0, 1))
  await first
  link.offline()
  client.write(data.subarray(1))
  const sentBytes = (): number =>
    entries()
      .filter((entry) => entry.event === 'sent' && entry.dir === 'up')
      .reduce((sum, entry) => sum + entry.bytes, 0)
  while (sentBytes() < 500_000) await noted('sent', 'up')
  for (let i = 0; i < 50; i++) await turn()
  // The high-water mark and at most one more chunk of a socket.
  expect(sentBytes()).toBeLessThan(1024 * 1024 + 65_537)
  link.online()
  await finished
  expect(hash.digest('hex')).toBe(createHash('sha256').update(data).digest('hex'))
})

test('[NW28] every connection gets a link of its own by default, closed with it', async () => {
  const server = await echoServer()
  const time = hostTime(globalThis)
  const network = createNetwork({ time, seed: 1, scenario: { version: 1, profile: 'lan' } })
  const proxy = await createProxy({ target: { host: '127.0.0.1', port: server.port }, network })
  undos.push(() => proxy.close())
  const [ann, bob] = [player(proxy.url), player(proxy.url)]
  await Promise.all([once(ann.socket, 'open'), once(bob.socket, 'open')])
  expect(proxy.links.map((link) => link.name)).toEqual(['tcp-1', 'tcp-2'])
  expect(network.links).toHaveLength(2)
  ann.socket.close()
  await closed(ann.socket)
  while (network.links.length > 1) await turn()
  bob.socket.send('still here')
  await bob.hears(1)

  network.close()
  await closed(bob.socket)
  const carol = player(proxy.url)
  await closed(carol.socket)
})

test('[NW28] close ends connections and listener, twice without harm, and leaves no timer', async () => {
  const time = createFakeTime()
  const port = await tcpServer((socket) => socket.resume())
  const { proxy, noted, network } = await rig(port, time)
  const client = tcpClient(proxy.port)
  const sent = noted('sent', 'up')
  client.write('under way')
  await sent
  expect(time.pending).toBe(1)
  const clientClosed = closed(client)
  client.resume()
  client.on('end', () => client.end())
  await Promise.all([proxy.close(), proxy.close()])
  await clientClosed
  expect(proxy.links).toEqual([])
  expect(network.link('ann').socketCount).toBe(0)
  expect(time.pending).toBe(0)
  const refused = tcpClient(proxy.port)
  await closed(refused)
})
