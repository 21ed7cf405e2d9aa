import { createServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { deflateSync } from 'node:zlib'
import { createWireCodec, PPSchemaRegistry, structSerializer } from '@painda/protocol'
import type { Message } from '@painda/protocol'
import { createFakeTime } from '@painda/testing/fake-time'
import { expect, onTestFinished, test } from 'vitest'
import {
  failOnUncaught,
  listen,
  listenHttp,
  raw,
  RawPeer,
  spell,
  upgradeRequest,
  type Format,
} from './hostile-kit.js'
import { PPServer, silentLogger } from '../src/index.js'
import { isOriginAllowed } from '../src/origin.js'

const MAX_PAYLOAD = 64 * 1024

failOnUncaught()

/** Another player, who must notice nothing. */
async function bystander(url: string): Promise<{ isFine: () => Promise<void> }> {
  const peer = await RawPeer.join(url, 'painda.v3')
  return {
    async isFine() {
      const known = peer.log.length
      peer.send({ type: 'echo', payload: 'still here', __ackId: known })
      await peer.got('echoed')
      expect(peer.log.slice(known).map(([name]) => name)).toEqual(['echoed'])
      expect(peer.closed).toBeNull()
    },
  }
}

async function attacked() {
  const registry = new PPSchemaRegistry()
  registry.register('player:move', structSerializer(1, [{ name: 'x', type: 'float32' }]))
  const { server, url, port } = await listen({ maxPayloadBytes: MAX_PAYLOAD, registry })
  server.on('echo', (client, payload) => client.emit('echoed', payload))
  server.on('throws', () => {
    throw new Error('secret')
  })
  server.on('rejects', () => Promise.reject(new Error('secret')))
  return { server, url, port, other: await bystander(url) }
}

const text = (value: string): Buffer => Buffer.from(value)

/** A v2 frame with any bytes in it. */
function v2(
  payload: Uint8Array,
  { flags = 0, typeId = 0, version = 2, length = payload.byteLength } = {},
): Buffer {
  const header = Buffer.alloc(16)
  header.writeUInt32BE(0x50504e44, 0)
  header.writeUInt16BE(version, 4)
  header.writeUInt16BE(flags, 6)
  header.writeUInt32BE(length, 8)
  header.writeUInt16BE(typeId, 12)
  return Buffer.concat([header, payload])
}

/** Messages of v3 as one frame, whether or not a client may say them. */
function wire(...messages: Message[]): Uint8Array {
  const codec = createWireCodec()
  return Buffer.concat(messages.map((message) => codec.encode(message)))
}

/** The event "echo" whose payload is lists in lists, and never ends. */
function nested(levels: number): Uint8Array {
  return Buffer.concat([
    Buffer.from([0x83]),
    Buffer.from('\u0004echo'),
    Buffer.alloc(levels * 2, Buffer.from([0x87, 0x01])),
  ])
}

type Outcome = { close: number } | { error: string }

const frames: readonly [Format, string, Uint8Array | string, Outcome][] = [
  ['painda.v3', 'null', text('null\n'), { close: 4002 }],
  ['painda.v3', '7', text('7\n'), { close: 4002 }],
  ['painda.v3', '{}', text('{}\n'), { close: 4002 }],
  ['painda.v3', '{"type":5}', text('{"type":5}\n'), { close: 4002 }],
  ['painda.v3', 'a kind from the prototype', text('{"kind":"constructor"}\n'), { close: 4002 }],
  ['painda.v3', 'no line feed', text('{"kind":"event","type":"echo"}'), { close: 4002 }],
  ['painda.v3', 'an empty frame', text(''), { close: 4002 }],
  ['painda.v3', 'bytes that are no UTF-8', Buffer.from([0xff, 0xfe, 0x0a]), { close: 4002 }],
  ['painda.v3', 'a type that is a number', text('{"kind":"event","type":5}\n'), { close: 4002 }],
  [
    'painda.v3',
    "a name of a megabyte's kind",
    wire({ kind: 'event', type: 'x'.repeat(5000) }),
    { close: 4002 },
  ],
  ['painda.v3', 'nesting without end', nested(30_000), { close: 4002 }],
  ['painda.v3', 'deep nesting that is JSON', Buffer.concat([nested(500), Buffer.from([0])]), { close: 4002 }],
  ['painda.v3', "a server's word", wire({ kind: 'left', room: 'x', reason: 'kicked' }), { close: 4002 }],
  ['painda.v3', 'a welcome of its own', wire({ kind: 'bye', reason: 'x' }), { close: 4002 }],
  ['painda.v3', 'an oversized payload', Buffer.alloc(MAX_PAYLOAD + 1, 0x20), { close: 1009 }],
  ['painda.v3', 'a text frame', '{"kind":"event","type":"echo"}\n', { close: 4002 }],
  [
    'painda.v3',
    'an ack that nobody asked for and a ping',
    wire({ kind: 'ack', ackId: 999 }, { kind: 'ping', at: 1e308, received: 0 }),
    { error: '' },
  ],
  [
    'painda.v3',
    'a join of a room called __proto__',
    wire({ kind: 'join', how: 'joinOrCreate', name: '__proto__', ackId: 1 }),
    { error: '' },
  ],
  ['v2', 'null', v2(text('null')), { close: 4002 }],
  ['v2', '7', v2(text('7')), { close: 4002 }],
  ['v2', '{}', v2(text('{}')), { close: 4002 }],
  ['v2', '{"type":5}', v2(text('{"type":5}')), { close: 4002 }],
  ['v2', 'broken JSON', v2(text('{oops')), { close: 4002 }],
  ['v2', 'another magic', Buffer.from('GARBAGE GARBAGE GARBAGE'), { close: 4002 }],
  ['v2', 'a header cut short', v2(text('{}')).subarray(0, 9), { close: 4002 }],
  ['v2', 'a truncated frame', v2(text('{}'), { length: 3 }), { close: 4002 }],
  ['v2', 'version 9', v2(text('{"type":"echo"}'), { version: 9 }), { close: 4001 }],
  ['v2', 'a length of 4 GB', v2(text('{}'), { length: 0xffffffff }), { close: 1009 }],
  ['v2', 'an oversized payload', Buffer.alloc(MAX_PAYLOAD + 100), { close: 1009 }],
  [
    'v2',
    'a struct with an unknown id',
    v2(Buffer.alloc(4), { flags: 8, typeId: 999 }),
    { error: 'UNKNOWN_TYPE' },
  ],
  ['v2', 'a struct cut short', v2(Buffer.alloc(2), { flags: 8, typeId: 1 }), { error: 'INVALID_PAYLOAD' }],
  [
    'v2',
    'bytes that do not inflate',
    v2(Buffer.from([0xde, 0xad, 0xbe, 0xef]), { flags: 4 }),
    { close: 4002 },
  ],
  [
    'v2',
    'a bomb that inflates to 10 MB',
    v2(deflateSync(Buffer.alloc(10_000_000)), { flags: 4 }),
    { close: 1009 },
  ],
  ['v2', 'a text frame', '{"type":"echo"}', { close: 4002 }],
  ['v2', '__pp_ack without payload', v2(text('{"type":"__pp_ack"}')), { error: 'INVALID_PAYLOAD' }],
  [
    'v2',
    '__pp_ack with odd payload',
    v2(text('{"type":"__pp_ack","payload":{"ackId":"x","args":7}}')),
    { error: 'INVALID_PAYLOAD' },
  ],
  ['v2', '__pp_auth without payload, late', v2(text('{"type":"__pp_auth"}')), { error: '' }],
  ['v2', 'an unknown namespace', v2(text('{"type":"x","__ns":"/nope"}')), { error: 'NAMESPACE_ERROR' }],
]

test.each(frames)(
  '[BI1] %s: %s ends in a typed error or a close with a reason, and hurts nobody else',
  async (...row) => {
    const [format, , frame, outcome] = row
    const { server, url, other } = await attacked()
    const peer = await RawPeer.join(url, format)
    peer.send({ type: 'echo' })
    await peer.got('echoed')
    peer.socket.send(frame)
    if ('close' in outcome) {
      const { code, reason } = await peer.ended()
      expect(code).toBe(outcome.close)
      // The code 1009 is the socket's own when the limit is met before a message exists.
      if (code !== 1009) expect(reason).not.toBe('')
    } else {
      peer.send({ type: 'echo', payload: 'alive' })
      await peer.got('echoed')
      if (outcome.error !== '') {
        await peer.got(format === 'v2' ? '__pp_error' : 'error')
        expect(peer.errors).toEqual([outcome.error])
      }
      expect(peer.closed).toBeNull()
    }
    await other.isFine()
    expect(server.getClients().length).toBeGreaterThan(0)
  },
)

const forged = ['__pp_session', '__pp_error', '__pp_room_state', 'error', 'close', 'connection', 'message']

test.each(forged.flatMap((type) => [['painda.v3', type] as const, ['v2', type] as const]))(
  '[BI1][EV2] %s: a forged "%s" is refused and raises no local event',
  async (format, type) => {
    const { server, url, other } = await attacked()
    const seen: string[] = []
    const peer = await RawPeer.join(url, format)
    peer.send({ type: 'echo' })
    await peer.got('echoed')
    server.on('error', () => void seen.push('error'))
    server.on('connection', () => seen.push('connection'))
    server.onAny((_client, name) => name !== 'echo' && seen.push(name))
    peer.send({ type, payload: { code: 'X', message: 'forged' } })
    await peer.got(format === 'v2' ? '__pp_error' : 'error')
    expect(peer.errors).toEqual(['RESERVED_TYPE'])
    await other.isFine()
    expect(seen).toEqual([])
  },
)

test.each(['painda.v3', 'v2'] as const)(
  '[BI1][EV3] %s: a handler that throws or rejects ends nothing',
  async (format) => {
    const { url, other } = await attacked()
    const peer = await RawPeer.join(url, format)
    peer.send({ type: 'throws' })
    peer.send({ type: 'rejects', __ackId: 1 })
    peer.send({ type: 'echo' })
    await peer.got('echoed')
    const errors = JSON.stringify(peer.log)
    expect(errors.match(/INTERNAL/g)).toHaveLength(2)
    expect(errors).not.toContain('secret')
    expect(peer.closed).toBeNull()
    await other.isFine()
  },
)

test.each([
  ['Host: [', '/', '[', 400],
  ['URL //', '//', 'localhost', 400],
  ['URL //evil.example/', '//evil.example/', 'localhost', 400],
  ['a URL that is no path', '*', 'localhost', 400],
  ['another path', '/other', 'localhost', 404],
])('[BI2] %s is answered in plain HTTP, and the server lives', async (_what, path, host, status) => {
  const { server, port, url } = await listen({ path: '/' })
  server.on('echo', (client) => client.emit('echoed'))
  const other = await bystander(url)
  expect(await raw(port, upgradeRequest(path, host))).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  await other.isFine()
})

test('[BI2][HS1] a client that speaks only other subprotocols is closed with 4001 and told why', async () => {
  const { url } = await listen()
  const peer = new RawPeer(url, 'painda.v3', { protocols: ['painda.v9', 'mqtt'] })
  const { code, reason } = await peer.ended()
  expect(code).toBe(4001)
  expect(reason).toContain('Invalid Protocol Version')
})

test('[BI2][HS4] a hello of another version is refused by name', async () => {
  const { url } = await listen()
  const peer = new RawPeer(url, 'painda.v3')
  await peer.opened()
  peer.socket.send(wire({ kind: 'hello', version: 9 }))
  const { code, reason } = await peer.ended()
  expect([code, peer.errors]).toEqual([4001, ['INVALID_PROTOCOL_VERSION']])
  expect(reason).toContain('Invalid Protocol Version')
})

test('[BI3] pages of other hosts are refused, pages of this host and peers without an origin are not', async () => {
  const { url } = await listen()
  const from = async (origin: string): Promise<number> => {
    const peer = new RawPeer(url, 'painda.v3', { headers: { origin } })
    await peer.opened()
    if (origin.includes('evil')) return (await peer.ended()).code
    peer.socket.send(wire({ kind: 'hello', version: 3 }))
    await peer.got('welcome')
    return 0
  }
  expect(await from('https://evil.example')).toBe(4011)
  expect(await from('http://localhost:5173')).toBe(0)
  expect(await from('http://127.0.0.1:1234')).toBe(0)
})

test('[BI4] an address holds so many connections; refused ones do not count, closed ones give their place back', async () => {
  const { url } = await listen({ maxConnectionsPerIp: 2 })
  const first = await RawPeer.join(url, 'painda.v3')
  await RawPeer.join(url, 'v2')
  for (let i = 0; i < 5; i++) expect((await new RawPeer(url, 'v2').ended()).code).toBe(4013)
  // A header is anybody's claim.
  const spoofed = new RawPeer(url, 'v2', { headers: { 'x-forwarded-for': '9.9.9.9' } })
  expect((await spoofed.ended()).code).toBe(4013)
  first.socket.close(1000)
  await first.ended()
  await RawPeer.join(url, 'painda.v3')
})

test('[BI4] behind a proxy that is trusted, its last word is the address', async () => {
  const { server, url } = await listen({ trustProxy: true })
  const ips: string[] = []
  server.on('connection', (client) => ips.push(client.handshake.ip))
  const peer = new RawPeer(url, 'painda.v3', { headers: { 'x-forwarded-for': '6.6.6.6, 9.9.9.9' } })
  await peer.opened()
  peer.socket.send(wire({ kind: 'hello', version: 3 }))
  await peer.got('welcome')
  expect(ips).toEqual(['9.9.9.9'])
})

test('[BI5] an own port answers /healthz and nothing else', async () => {
  const { port } = await listen()
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200)
  expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404)
})

test('[BI5] attached, it takes its own path and leaves everything else to the other owner', async () => {
  const { http, port } = await listenHttp()
  const others: (string | undefined)[] = []
  const server = PPServer.attachTo(http, { logger: silentLogger })
  http.on('upgrade', (request, socket) => {
    if (request.url === '/pp') return
    others.push(request.url)
    socket.end('HTTP/1.1 418 I am another\r\n\r\n')
  })
  server.on('echo', (client) => client.emit('echoed'))
  expect(await server.listening()).toMatchObject({ port, url: `ws://127.0.0.1:${port}/pp` })
  const peer = await RawPeer.join(`ws://127.0.0.1:${port}/pp`, 'painda.v3')
  expect(await raw(port, upgradeRequest('/hmr', 'localhost'))).toContain('418')
  expect(await raw(port, upgradeRequest('//', '['))).toContain('418')
  expect(others).toEqual(['/hmr', '//'])
  expect(await (await fetch(`http://127.0.0.1:${port}/healthz`)).text()).toBe('the other owner')
  await server.close()
  expect((await peer.ended()).code).toBeGreaterThanOrEqual(1001)
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('the other owner')
})

test('[BI5] a port that is taken rejects listening() and raises error, and close() still resolves', async () => {
  const { port } = await listen()
  const second = new PPServer({ port, host: '127.0.0.1', logger: silentLogger })
  const errors: string[] = []
  second.on('error', (error) => void errors.push(error.code))
  await expect(second.listening()).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  expect(errors).toEqual(['INVALID_ARGUMENT'])
  await second.close()
})

test('[BI1] what a foreign v2 client sends and gets is the documented wire', async () => {
  // On a clock that the test moves: a busy machine must not take a client that has its token to hand for one without.
  const time = createFakeTime()
  const { server, url } = await listen({ time })
  server.use((client, next) => next(client.handshake.token === 'tok' ? undefined : new Error('No token')))
  server.on('save', (_client, payload, ack) => ack(null, { saved: payload }))
  server.on('refuse', (_client, _payload, ack) => ack(new Error('Not you.')))
  server.on('connection', (client) => {
    client.timeout(5000).emit('confirm', { q: 1 }, (_error, data) => client.emit('confirmed', data))
  })

  const peer = new RawPeer(url, 'v2')
  await peer.opened()
  peer.send({ type: '__pp_auth', payload: { token: 'tok' } })
  peer.send({ type: 'save', payload: 1, __ackId: 5 })
  peer.send({ type: 'refuse', __ackId: 6 })
  expect(await peer.got('__pp_ack')).toEqual({ ackId: 5, args: [{ saved: 1 }] })
  expect(await peer.got('__pp_error')).toEqual({ code: 'REFUSED', message: 'Not you.', ackId: 6 })
  await peer.got('confirm')
  peer.send({ type: '__pp_ack', payload: { ackId: 1, args: [{ ok: 1 }] } })
  expect(await peer.got('confirmed')).toEqual({ ok: 1 })

  const stranger = new RawPeer(url, 'v2')
  await stranger.opened()
  await time.advance(150)
  expect(await stranger.ended()).toEqual({ code: 4003, reason: 'middleware rejected: No token' })
  expect(stranger.errors).toEqual(['MIDDLEWARE_ERROR'])
  const fromUrl = new RawPeer(`${url}/?x=1&token=tok`, 'v2')
  await fromUrl.opened()
  fromUrl.socket.send(spell('v2', { type: 'save', payload: 2, __ackId: 1 }))
  await fromUrl.got('__pp_ack')
  const client = server.getClients()[1]
  expect(client?.handshake).toMatchObject({ url: '/?x=1', query: { x: '1' }, token: 'tok' })
})

test('[HB1][HB2] v2 peers are asked by WebSocket pings, and who does not answer is gone: Ping timeout', async () => {
  const { server, url } = await listen({ heartbeatInterval: 150 })
  const reasons: string[] = []
  server.on('disconnection', (_client, reason) => reasons.push(reason))
  const alive = new RawPeer(url, 'v2')
  await alive.opened()
  await new Promise((resolve) => alive.socket.once('ping', resolve))
  const dead = new RawPeer(url, 'v2', { autoPong: false })
  expect(await dead.ended()).toMatchObject({ code: 4014 })
  expect(reasons).toEqual(['Ping timeout'])
  await new Promise((resolve) => alive.socket.once('ping', resolve))
  expect(alive.closed).toBeNull()
  expect(server.getClients()[0]?.rtt).toBeGreaterThanOrEqual(0)
})

test('[BI5] closing before the port is open leaves no port open', async () => {
  const server = new PPServer({ port: 0, host: 'localhost', logger: silentLogger })
  const address = server.listening()
  await server.close()
  const { port } = await address
  await expect(fetch(`http://localhost:${port}/healthz`)).rejects.toThrow()
})

test('[HS8] on real sockets a shutdown lets a late message arrive before the close', async () => {
  const { server, url } = await listen()
  const peer = await RawPeer.join(url, 'painda.v3')
  server.emit('last', 'x'.repeat(100_000))
  await server.shutdown({ timeoutMs: 5000 })
  expect(await peer.ended()).toMatchObject({ code: 1001 })
  expect(peer.log.map(([name]) => name).filter((name) => name !== 'ping')).toEqual(['welcome', 'last', 'bye'])
  await expect(fetch(url.replace('ws:', 'http:'))).rejects.toThrow()
})

test('[BI5] while it drains /healthz says 503, and nobody comes in', async () => {
  const { server, port } = await listen()
  let finish: () => void = () => {}
  server.register({
    name: 'slow',
    install: () => ({ onShutdown: () => new Promise<void>((resolve) => (finish = resolve)) }),
  })
  const done = server.shutdown()
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(503)
  expect(await raw(port, upgradeRequest('/', 'localhost'))).toContain('503')
  finish()
  await done
  await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow()
})

test('[BI2] several attached servers: each has its path, and one of them refuses what is nobody’s', async () => {
  const { http, port } = await listenHttp()
  const attach = (path: string): PPServer => {
    const server = PPServer.attachTo(http, { path, logger: silentLogger })
    onTestFinished(() => server.close())
    return server
  }
  const lost = attach('/one')
  const [one, two] = [attach('/one'), attach('/two')]
  expect(await raw(port, upgradeRequest('/three', 'localhost'))).toMatch(/^HTTP\/1.1 404[^]*\r\n\r\n$/)
  expect(await raw(port, upgradeRequest('//', 'localhost'))).toContain('404')
  await RawPeer.join(`ws://127.0.0.1:${port}/one`, 'painda.v3')
  await RawPeer.join(`ws://127.0.0.1:${port}/two`, 'v2')
  // Of two with one path the newer has it.
  expect([lost.getClients().length, one.getClients().length]).toEqual([0, 1])
  await lost.close()
  await RawPeer.join(`ws://127.0.0.1:${port}/one`, 'painda.v3')
  await one.close()
  expect(await raw(port, upgradeRequest('/one', 'localhost'))).toContain('404')
  const again = attach('/one')
  await RawPeer.join(`ws://127.0.0.1:${port}/one`, 'painda.v3')
  expect([again.getClients().length, one.getClients().length]).toEqual([1, 0])
  await two.close()
})

test('listening() of a server that is attached to an https server names wss', async () => {
  const http = createSecureServer()
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void http.close())
  const server = PPServer.attachTo(http, { logger: silentLogger })
  onTestFinished(() => server.close())
  expect((await server.listening()).url).toMatch(/^wss:\/\/127\.0\.0\.1:\d+\/pp$/)
})

test('listening() of an attached server that is closed before its HTTP server listens rejects', async () => {
  const server = PPServer.attachTo(createServer(), { logger: silentLogger })
  const address = server.listening()
  await server.close()
  await expect(address).rejects.toMatchObject({ code: 'CLOSED' })
})

test.each([{ port: -1 }, { port: 70_000 }, { port: 1.5 }, { port: Number.NaN }, { path: 'game' }])(
  'a place where nobody could connect is refused at once: %o',
  (options) => {
    expect(() => new PPServer({ logger: silentLogger, ...options })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    )
  },
)

test('[BI3] an origin given without a list is that one, and no beginning of it', () => {
  const only = 'https://game.example:8443' as unknown as readonly string[]
  const allowed = ['https://game.example:8443', 'https://game.example', 'https://game'].map((origin) =>
    isOriginAllowed(origin, 'other.example', only),
  )
  expect(allowed).toEqual([true, false, false])
})
