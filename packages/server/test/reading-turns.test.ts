// Who sends much, and everybody else. Reading takes as long as a test says: the clock moves while something is read.
import { deflateSync } from 'node:zlib'
import { createWireCodec, defineRoom, writeFrame, type MessageOf } from '@painda/protocol'
import { expect, onTestFinished, test } from 'vitest'
import { createBusyTime } from './busy-time.js'
import { createReadingTurns, type ReadingLine } from '../src/reading-turns.js'
import { PPServer, silentLogger, type ServerOptions } from '../src/index.js'
import { createShares } from '../src/shares.js'
import { failOnUncaught, RawPeer, type Format } from './hostile-kit.js'

const codec = createWireCodec()

const FORMATS: readonly Format[] = ['painda.v3', 'v2']

failOnUncaught()

/** Connections that say numbered messages, each of which takes `ms` to read. */
function createLines(ms: number) {
  const time = createBusyTime()
  const turns = createReadingTurns(time, createShares({ time, maxConnectionsPerIp: 256 }))
  const read: string[] = []
  const held = new Set<string>()
  const line = (name: string, address = name): ReadingLine & { much(): void; little(): void } => {
    let count = 0
    const made = turns.line({
      address,
      read(frame) {
        read.push(`${name}${frame[0]}`)
        if (frame.byteLength > 16_384) time.work(ms)
      },
      hold: (isHeld) => void (isHeld ? held.add(name) : held.delete(name)),
    })
    const say = (bytes: number): void => made.push(new Uint8Array(bytes).fill(++count, 0, 1), false)
    return Object.assign(made, { much: () => say(100_000), little: () => say(100) })
  }
  return { time: time.fake, turns, read, held, line }
}

test('[LM9] what is much is read one by one, with as long a rest as it took; what is little does not wait', async () => {
  const { time, read, held, line } = createLines(100)
  const [a, b, c, d] = [line('a'), line('b'), line('c'), line('d')]
  for (const one of [a, b, c]) one.much()
  d.little()
  expect(read).toEqual(['a1', 'd1'])
  expect([...held]).toEqual(['b', 'c'])
  await time.advance(94)
  d.little()
  expect(read).toEqual(['a1', 'd1', 'd2'])
  await time.advance(1)
  expect(read).toEqual(['a1', 'd1', 'd2', 'b1'])
  expect([...held]).toEqual(['c'])
  await time.advance(100)
  expect(read.at(-1)).toBe('c1')
  expect(held.size).toBe(0)
  await time.advance(1000)
  expect(time.pending).toBe(0)
})

test('[LM9] what takes no time to read waits for nobody', () => {
  const { read, held, line } = createLines(0)
  const [a, b] = [line('a'), line('b')]
  for (let n = 0; n < 50; n++) for (const one of [a, b]) one.much()
  expect(read).toHaveLength(100)
  expect(held.size).toBe(0)
})

test('[LM9] what a connection says is read in its order, what is little behind what is much too', async () => {
  const { time, read, line } = createLines(100)
  const [a, b] = [line('a'), line('b')]
  a.much()
  b.much()
  b.little()
  b.much()
  expect(read).toEqual(['a1'])
  await time.advance(1000)
  expect(read).toEqual(['a1', 'b1', 'b2', 'b3'])
})

test('[LM9] each address has its turn, however many connections another one has', async () => {
  const { time, read, line } = createLines(100)
  const many = ['a', 'b', 'c', 'd', 'e'].map((name) => line(name, 'one address'))
  const other = line('x')
  for (const one of many) for (let n = 0; n < 2; n++) one.much()
  other.much()
  await time.advance(5000)
  expect(read).toEqual(['a1', 'a2', 'x1', 'b1', 'c1', 'd1', 'e1', 'b2', 'c2', 'd2', 'e2'])
})

test('[LM9] 16 KiB at once, and a minute of 16 KiB per second, are little, and twice of that is not', async () => {
  const { time, read, held, line } = createLines(1e9)
  const [hog, game] = [line('hog'), line('game')]
  // From now on nobody's turn comes.
  hog.much()
  const play = async (perSecond: number): Promise<void> => {
    for (let n = 0; n < perSecond; n++) {
      game.little()
      await time.advance(1000 / perSecond)
    }
  }
  for (let n = 0; n < 160; n++) game.little()
  await time.advance(1000)
  for (let second = 0; second < 60; second++) await play(160)
  expect(read).toHaveLength(1 + 160 + 60 * 160)
  expect(held.size).toBe(0)
  for (let second = 0; second < 2; second++) await play(320)
  expect([...held]).toEqual(['game'])
})

test('[LM9] of a connection that is closed nothing more is read, and one that ends is heard to the end', async () => {
  const { time, read, held, line } = createLines(100)
  const [a, b, c] = [line('a'), line('b'), line('c')]
  const ended: string[] = []
  for (const one of [a, b, c]) one.much()
  a.end(() => ended.push('a'))
  b.end(() => ended.push('b'))
  c.end(() => ended.push('c'))
  expect(ended).toEqual(['a'])
  c.close()
  c.close()
  c.much()
  expect(ended).toEqual(['a', 'c'])
  expect([...held]).toEqual(['b'])
  await time.advance(1000)
  expect(read).toEqual(['a1', 'b1'])
  expect(ended).toEqual(['a', 'c', 'b'])
  expect(time.pending).toBe(0)
})

/** Eight connections of one address, each with so many messages of 10 ms, and one of another. */
function createCrowd(messages: number, maxConnectionsPerIp = 256) {
  const time = createBusyTime()
  const turns = createReadingTurns(time, createShares({ time, maxConnectionsPerIp }))
  const read = { crowd: 0, other: 0 }
  const line = (address: keyof typeof read): ReadingLine =>
    turns.line({
      address,
      read() {
        read[address]++
        time.work(10)
      },
      hold() {},
    })
  const crowd = Array.from({ length: 8 }, () => line('crowd'))
  const other = line('other')
  for (let n = 0; n < messages; n++) for (const one of crowd) one.push(new Uint8Array(20), false)
  return { time, read, other }
}

test('[LM9] little of many connections is much: an address has a quarter of the time at once, and its turn beyond that', async () => {
  const { time, read, other } = createCrowd(100)
  // Until it is 50 ms ahead of its share, which grows meanwhile, and what finds nobody waiting.
  expect(read.crowd).toBe(10)
  other.push(new Uint8Array(20), false)
  expect(read.other).toBe(1)
  const from = time.now()
  while (read.crowd < 800) {
    await time.fake.advance(100)
    other.push(new Uint8Array(20), false)
  }
  const elapsed = time.now() - from
  expect(read.other).toBeGreaterThan(50)
  expect(7900 / elapsed).toBeGreaterThan(0.4)
  expect(7900 / elapsed).toBeLessThan(0.55)
})

test('[LM9] where an address may hold a thousand connections or more, behind a proxy, it may take all of the time', () => {
  expect(createCrowd(100, 1000).read.crowd).toBe(800)
})

test('[LM9] a breakpoint in a handler holds nobody up once it is left', async () => {
  const time = createBusyTime()
  const shares = createShares({ time, maxConnectionsPerIp: 256 })
  let read = 0
  const line = createReadingTurns(time, shares).line({
    address: 'localhost',
    read() {
      read++
      time.work(60_000)
    },
    hold() {},
  })
  for (let n = 0; n < 3; n++) line.push(new Uint8Array(20), false)
  shares.spent('localhost', time.now() - 60_000, time.now())
  await time.fake.advance(2000)
  expect(read).toBe(3)
})

test('[LM9] whoever leaves and comes again finds what its address owes', async () => {
  const time = createBusyTime()
  const shares = createShares({ time, maxConnectionsPerIp: 256 })
  const first = shares.enter('a')
  first.effort.spend(() => time.work(1000))
  first.leave()
  for (let n = 0; n < 5000; n++) shares.enter(`visitor ${n}`).leave()
  expect(shares.enter('a').effort.hasRested).toBe(false)
  await time.fake.advance(3000)
  expect(shares.enter('a').effort.hasRested).toBe(true)
})

test('[LM9] what waits behind a join counts too, when it is handled', async () => {
  const { url, time, server, work } = await listenBusy({ trustProxy: true })
  let joins = 0
  server.define(defineRoom({ name: 'hall', state: () => ({}) }), {
    autoDisposeMs: Infinity,
    onJoin() {
      joins++
      work(10)
    },
  })
  const from = (ip: string): Promise<RawPeer> =>
    RawPeer.join(url, 'painda.v3', { headers: { 'x-forwarded-for': ip } })
  const player = await from('192.0.2.1')
  const maker = await from('192.0.2.2')
  const crowd = await Promise.all(Array.from({ length: 7 }, () => from('192.0.2.2')))
  maker.socket.send(codec.encode({ kind: 'join', how: 'create', name: 'hall', ackId: 0 }))
  const { room } = (await maker.got('joined')) as MessageOf<'joined'>
  for (const { socket } of crowd) {
    for (let ackId = 1; ackId <= 20; ackId++) {
      socket.send(codec.encode({ kind: 'join', how: 'joinById', name: 'hall', room, ackId }))
      socket.send(codec.encode({ kind: 'leave', room }))
    }
  }
  for (let round = 0; round < 20; round++) {
    player.send({ type: 'echo', payload: round })
    await player.got(`echoed ${round}`)
  }
  expect(joins).toBeLessThan(60)
  for (let round = 20; joins < 141; round++) {
    await time.advance(100)
    player.send({ type: 'echo', payload: round })
    await player.got(`echoed ${round}`)
  }
})

test('[LM9] a message whose reading throws costs nobody else a turn', async () => {
  const time = createBusyTime()
  const turns = createReadingTurns(time, createShares({ time, maxConnectionsPerIp: 256 }))
  const read: string[] = []
  const line = (name: string): ReadingLine =>
    turns.line({
      address: name,
      read() {
        time.work(100)
        if (name === 'bad') throw new Error('bad')
        read.push(name)
      },
      hold() {},
    })
  for (const name of ['first', 'bad', 'good']) line(name).push(new Uint8Array(100_000), false)
  await expect(time.fake.advance(95)).rejects.toThrow('bad')
  await time.fake.advance(200)
  expect(read).toEqual(['first', 'good'])
})

/** A server on sockets for which every `bulk` takes 100 ms. */
async function listenBusy(options: ServerOptions = {}) {
  const time = createBusyTime()
  const server = new PPServer({
    port: 0,
    host: '127.0.0.1',
    logger: silentLogger,
    time,
    heartbeatInterval: 0,
    ...options,
  })
  onTestFinished(() => server.close())
  const log: string[] = []
  server.on('bulk', ({ id }) => {
    log.push(id)
    time.work(100)
  })
  server.on('echo', (client, payload) => client.emit(`echoed ${String(payload)}`))
  return { server, time: time.fake, work: time.work, log, ...(await server.listening()) }
}

const BULK = { type: 'bulk', payload: 'x'.repeat(200_000) }

test.each(FORMATS)(
  '[LM9] %s: between what ten send at once a player is served, and all of it is read in the end',
  async (format) => {
    const { url, time, log } = await listenBusy()
    const player = await RawPeer.join(url, format)
    const uploaders = await Promise.all(Array.from({ length: 10 }, () => RawPeer.join(url, format)))
    for (const uploader of uploaders) for (let n = 0; n < 2; n++) uploader.send(BULK)
    let most = 0
    for (let round = 0; log.length < 20; round++) {
      const before = log.length
      player.send({ type: 'echo', payload: round })
      await player.got(`echoed ${round}`)
      await time.advance(50)
      most = Math.max(most, log.length - before)
    }
    expect(most).toBeLessThanOrEqual(2)
    expect(new Set(log).size).toBe(10)
    expect(uploaders.map(({ closed }) => closed)).toEqual(uploaders.map(() => null))
  },
)

test('[LM9] v2: a compressed message is much, however few bytes it is', async () => {
  const { url, time, log, server } = await listenBusy()
  const text = JSON.stringify({ type: 'bulk', payload: 'x'.repeat(200_000) })
  const short = writeFrame('gaming', 0, true, deflateSync(text))
  expect(short.byteLength).toBeLessThan(1000)
  const [first, second] = [await RawPeer.join(url, 'v2'), await RawPeer.join(url, 'v2')]
  for (const peer of [first, second]) {
    peer.socket.send(short)
    peer.send({ type: 'echo', payload: 1 })
  }
  await Promise.race([first.got('echoed 1'), second.got('echoed 1')])
  const player = await RawPeer.join(url, 'v2')
  player.send({ type: 'echo', payload: 2 })
  await player.got('echoed 2')
  expect(log).toHaveLength(1)
  await time.advance(200)
  await Promise.all([first.got('echoed 1'), second.got('echoed 1')])
  expect(log).toHaveLength(2)
  expect(server.getClients()).toHaveLength(3)
})

test.each(FORMATS)('[LM9] %s: what somebody said before going is heard', async (format) => {
  const { url, time, log, server } = await listenBusy()
  const player = await RawPeer.join(url, format)
  const gone: string[] = []
  server.on('disconnection', ({ id }) => void gone.push(`${id}, ${log.includes(id) ? 'heard' : 'unheard'}`))
  const peers = await Promise.all([RawPeer.join(url, format), RawPeer.join(url, format)])
  for (const peer of peers) {
    peer.send(BULK)
    peer.socket.close(1000)
  }
  for (let round = 0; gone.length < 2; round++) {
    player.send({ type: 'echo', payload: round })
    await player.got(`echoed ${round}`)
    await time.advance(100)
  }
  expect(gone.sort()).toEqual(log.map((id) => `${id}, heard`).sort())
})

test('[LM9] whoever is put out is not read any more', async () => {
  const { url, time, log, server } = await listenBusy()
  const [player, ...peers] = await Promise.all(
    ['player', 'first', 'second'].map(() => RawPeer.join(url, 'painda.v3')),
  )
  for (const peer of peers) peer.send(BULK)
  for (let round = 0; round < 20 || log.length === 0; round++) {
    player?.send({ type: 'echo', payload: round })
    await player?.got(`echoed ${round}`)
  }
  expect(log).toHaveLength(1)
  for (const client of server.getClients()) client.close()
  for (const peer of peers) await peer.ended()
  await time.advance(1000)
  expect(log).toHaveLength(1)
})
