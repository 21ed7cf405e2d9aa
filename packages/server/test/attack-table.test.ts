// Attacks that take time, or many turns, on real sockets of both formats: whatever a peer does or leaves undone, it is
// refused or waited out, nobody else notices, and nothing of it is left.
import type { Socket } from 'node:net'
import { createWireCodec, defineRoom } from '@painda/protocol'
import { createFakeTime, type FakeTime } from '@painda/testing/fake-time'
import { expect, onTestFinished, test } from 'vitest'
import { heapMiB } from './heap.js'
import { PPServer, silentLogger } from '../src/index.js'
import type { ServerOptions } from '../src/index.js'
import { failOnUncaught, listen, listenHttp, RawPeer, spell, type Format } from './hostile-kit.js'

const FORMATS: readonly Format[] = ['painda.v3', 'v2']
const codec = createWireCodec()

failOnUncaught()

/** Sockets are real, the server's clock is not: it strikes when the test says so. */
async function onFakeTime(options: ServerOptions = {}) {
  const time: FakeTime = createFakeTime()
  return { time, ...(await listen({ time, ...options })) }
}

/** Says its first words: a hello, or an event where there is none. */
function greet(peer: RawPeer): void {
  if (peer.format === 'painda.v3') peer.socket.send(codec.encode({ kind: 'hello', version: 3 }))
  else peer.send({ type: 'n', payload: 0 })
}

/** Resolves when the server has read something of somebody. */
function heard(server: PPServer): Promise<void> {
  return new Promise((resolve) => {
    const stop = server.inspector.listen((event) => {
      if (event.kind !== 'frame' || event.direction !== 'in') return
      stop()
      resolve()
    })
  })
}

test.each(FORMATS)(
  '[BI1][HS7] %s: a connection middleware that never calls next lets nobody in',
  async (format) => {
    const { server, url, time } = await onFakeTime({ handshakeTimeoutMs: 1000 })
    const handled: unknown[] = []
    server.use(() => {})
    server.on('connection', () => void handled.push('connection'))
    server.onAny((_client, type) => void handled.push(type))
    const peer = new RawPeer(url, format)
    await peer.opened()
    const isHeard = heard(server)
    greet(peer)
    await isHeard
    peer.send({ type: 'n', payload: 1 })
    await time.advance(1000)
    expect(await peer.ended()).toMatchObject({ code: 4012 })
    expect(handled).toEqual([])
    expect(server.getClients()).toEqual([])
  },
)

test.each(FORMATS)(
  '[BI1][EV4] %s: first frames wait for the middleware; whoever it refuses, or who leaves meanwhile, is heard by nobody',
  async (format) => {
    const { http, port } = await listenHttp()
    const server = PPServer.attachTo(http, { logger: silentLogger })
    onTestFinished(() => server.close())
    const url = `ws://127.0.0.1:${port}/pp`
    const sockets: Socket[] = []
    http.on('connection', (socket) => sockets.push(socket))
    const gates: ((error?: Error) => void)[] = []
    const waiting: (() => void)[] = []
    const handled: unknown[] = []
    server.use((_client, next) => {
      gates.push(next)
      waiting.shift()?.()
    })
    const atGate = (): Promise<void> => new Promise((resolve) => waiting.push(resolve))
    server.on('connection', () => void handled.push('connection'))
    server.on('disconnection', () => void handled.push('disconnection'))
    server.on('n', (client, payload) => {
      handled.push(payload)
      client.emit('done')
    })

    async function arrive(payloads: readonly number[]): Promise<RawPeer> {
      const isThere = atGate()
      const peer = new RawPeer(url, format)
      await peer.opened()
      if (format === 'painda.v3') greet(peer)
      for (const payload of payloads) peer.send({ type: 'n', payload })
      await isThere
      return peer
    }

    const refused = await arrive([1, 2])
    gates[0]?.(new Error('No.'))
    expect(await refused.ended()).toMatchObject({ code: 4003 })

    const gone = await arrive([3])
    const isClosed = new Promise((resolve) => sockets.at(-1)?.on('close', () => setImmediate(resolve)))
    gone.socket.terminate()
    await isClosed
    gates[1]?.()

    const good = await arrive([4, 5])
    gates[2]?.()
    await good.got('done')
    await good.until(() => handled.length === 3)
    expect(handled).toEqual(['connection', 4, 5])
    expect(server.getClients()).toHaveLength(1)
  },
)

test.each(FORMATS)(
  '[BI1][EV2] %s: a handler that echoes a reserved type says no such thing',
  async (format) => {
    const { server, url } = await listen()
    server.on('echo', (client, payload) => {
      // The types forbid nothing that comes at run time.
      client.emit((payload as { type: string }).type, 'forged')
    })
    const peer = await RawPeer.join(url, format)
    for (const type of ['close', 'error', '__pp_session', '__pp_auth'])
      peer.send({ type: 'echo', payload: { type } })
    peer.send({ type: 'echo', payload: { type: 'fine' } })
    expect(await peer.got('fine')).toBe('forged')
    expect(JSON.stringify(peer.log.filter(([name]) => name !== 'fine'))).not.toContain('forged')
  },
)

test('[RC5] painda.v3: another session’s token, or one cut short, opens nobody’s session', async () => {
  const { server, url } = await listen()
  const victim = await RawPeer.join(url, 'painda.v3')
  const { id } = (await victim.got('welcome')) as { id: string }
  const attacker = await RawPeer.join(url, 'painda.v3')
  const own = (await attacker.got('welcome')) as { token: string }
  for (const token of [own.token, own.token.slice(0, 4), '', id]) {
    const peer = new RawPeer(url, 'painda.v3')
    await peer.opened()
    peer.socket.send(codec.encode({ kind: 'hello', version: 3, session: { id, token, received: 0 } }))
    expect(await peer.got('welcome')).toMatchObject({ outcome: 'expired', reason: 'restart' })
  }
  expect(server.getClient(id)?.connected).toBe(true)
  expect(victim.closed).toBeNull()
})

test.each(FORMATS)(
  '[BI1][HB2] %s: whoever writes a frame so slowly that it never ends is silent',
  async (format) => {
    const { server, url, time } = await onFakeTime({ heartbeatInterval: 1000, recovery: false })
    const peer = new RawPeer(url, format, { autoPong: false })
    await peer.opened()
    const isIn = new Promise((resolve) => server.on('connection', resolve))
    greet(peer)
    await isIn
    // The socket below: ws itself writes whole frames only.
    const { _socket: socket } = peer.socket as unknown as { _socket: Socket }
    // A masked binary frame of 60,000 bytes, and then a byte now and then.
    socket.write(Buffer.from([0x82, 0xfe, 0xea, 0x60, 1, 2, 3, 4]))
    const reasons: string[] = []
    server.on('disconnection', (_client, reason) => reasons.push(reason))
    for (let n = 0; n < 4 && reasons.length === 0; n++) {
      socket.write(Buffer.from([n]))
      await time.advance(500)
      await time.advance(500)
    }
    expect(await peer.ended()).toMatchObject({ code: 4014 })
    expect(reasons).toEqual(['Ping timeout'])
  },
)

test.each(FORMATS)(
  '[LM8] %s: ten who send nothing but small objects are read for so long and no longer, and a player’s rounds go on',
  async (format) => {
    const { server, url, time } = await onFakeTime({ recovery: false, maxMessagesPerSecond: 0 })
    const read = new Map<string, number>()
    server.on('bulk', ({ id }) => void read.set(id, (read.get(id) ?? 0) + 1))
    server.on('echo', (client, payload) => client.emit(`echoed ${String(payload)}`))
    const player = await RawPeer.join(url, format)
    const uploaders = await Promise.all(Array.from({ length: 10 }, () => RawPeer.join(url, format)))
    const bulk = { type: 'bulk', payload: Array.from({ length: 50_000 }, (_, n) => (n % 2 === 0 ? [] : {})) }
    const bytes = spell(format, bulk).byteLength
    for (let round = 0; round < 25; round++) {
      for (const uploader of uploaders) if (uploader.closed === null) uploader.send(bulk)
      player.send({ type: 'echo', payload: round })
      await player.got(`echoed ${round}`)
      await time.advance(50)
    }
    for (const uploader of uploaders) expect(await uploader.ended()).toMatchObject({ code: 4008 })
    expect(player.closed).toBeNull()
    // Two largest messages, and 256 KiB for each second that it took.
    const most = (2 * 1024 * 1024 + 1.25 * 256 * 1024) / bytes
    expect(read.size).toBe(10)
    for (const count of read.values()) expect(count).toBeLessThanOrEqual(most)
  },
)

test('[LM5] painda.v3: a hundred thousand joins leave a client in as many rooms as it may be in, and memory as it was', async () => {
  const { server, url } = await listen({ maxMessagesPerSecond: 0, maxBytesPerSecond: 0, recovery: false })
  const Box = defineRoom({ name: 'box', state: () => ({ big: 'x'.repeat(1000) }) })
  server.define(Box, { mayChooseId: () => true })
  const other = await RawPeer.join(url, 'painda.v3')
  server.on('echo', (client, payload) => client.emit('echoed', payload))

  async function flood(rounds: number): Promise<void> {
    const peer = await RawPeer.join(url, 'painda.v3')
    let last = 0
    for (let round = 0; round < rounds; round++) {
      const bodies = Array.from({ length: 1000 }, (_, i) => {
        last++
        const room = i % 2 === 0 ? `room-${last}` : `room-${i % 20}`
        return codec.encode({ kind: 'join', how: 'joinOrCreate', name: 'box', room, ackId: last })
      })
      for (const frame of codec.pack(bodies)) peer.socket.send(frame)
      // Every one of them is answered: the last answer says that all are.
      await peer.until(() => peer.log.some(([, said]) => (said as { ackId?: number }).ackId === last))
      peer.log.length = 0
    }
    expect(server.rooms()).toHaveLength(64)
    other.send({ type: 'echo', payload: 1 })
    await other.got('echoed')
    const isGone = new Promise((resolve) => server.on('disconnection', resolve))
    peer.socket.close(1000)
    await isGone
    expect(server.rooms()).toEqual([])
    expect(server.getStats()).toMatchObject({ clients: 1, rooms: 0 })
  }

  // What a first time costs, compiled code among it, is no leak.
  await flood(10)
  const base = heapMiB()
  await flood(100)
  // A hundred bytes kept of each join would be 10 MiB.
  // The memory of buffers is given back by a thread of its own, some time after the collection that found them.
  await expect.poll(() => heapMiB() - base, { timeout: 20_000 }).toBeLessThan(6)
})
