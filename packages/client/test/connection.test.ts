import { defineContract, PPError } from '@painda/protocol'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createFakeServer, WELCOME } from './fake-server.js'
import type { ConnectionSnapshot, Recovery } from '../src/index.js'

describe('the handshake', () => {
  test('[HS2] the client speaks first: one hello with version, token and contract rows', async () => {
    const server = createFakeServer()
    server.client({ getToken: () => 'secret', contract: defineContract({ version: '7' }) })
    await server.settle()
    expect(server.last.heard[0]).toEqual({
      kind: 'hello',
      version: 3,
      token: 'secret',
      contract: ['version=7'],
    })
    expect(server.last.of('hello')).toHaveLength(1)
  })

  test('listeners that are added right after the construction hear the connect', async () => {
    const server = createFakeServer()
    const client = server.client()
    const heard: string[] = []
    client.on('connect', () => heard.push('connect'))
    client.once('open', () => heard.push('open'))
    client.on('stateChange', ({ status }) => heard.push(status))
    expect(client.status()).toEqual({ status: 'idle', attempt: 0, nextRetryAt: null, error: null })
    await client.ready
    expect(heard).toEqual(['connecting', 'open', 'connect', 'open'])
    expect([client.id, client.recoverySessionId]).toEqual(['c1', 'c1'])
  })

  test('autoConnect: false waits for connect()', async () => {
    const server = createFakeServer()
    const client = server.client({ autoConnect: false })
    await server.settle()
    expect(server.peers).toHaveLength(0)
    client.connect()
    await client.ready
    expect(client.status().status).toBe('open')
  })

  test('close() before the first microtask: no connection is made', async () => {
    const server = createFakeServer()
    const client = server.client()
    client.close()
    await server.settle()
    expect([server.peers.length, client.status().status]).toEqual([0, 'closed'])
    await expect(client.ready).rejects.toMatchObject({ code: 'CLOSED' })
  })

  test('whoever waits for a client that was open and is closed hears why', async () => {
    const server = createFakeServer()
    const client = server.client()
    await client.ready
    server.last.say({ kind: 'error', code: 'KICKED', message: 'No.', fatal: true })
    await server.settle()
    await expect(client.ready).rejects.toMatchObject({ code: 'KICKED' })
    client.connect()
    await client.ready
    client.close()
    await expect(client.ready).rejects.toMatchObject({ code: 'CLOSED' })
  })

  test('a message before the welcome ends the attempt', async () => {
    const server = createFakeServer()
    server.autoWelcome = null
    const client = server.client()
    const errors: PPError[] = []
    client.on('error', (error) => errors.push(error))
    await server.settle()
    server.last.say({ kind: 'event', type: 'x' })
    await server.settle()
    expect([client.status().status, errors[0]?.code, server.last.closed?.code]).toEqual([
      'waiting',
      'MALFORMED_FRAME',
      4002,
    ])
    client.close()
  })

  test('[CB3] an attempt that gets no welcome in time is given up and tried again', async () => {
    const server = createFakeServer()
    server.autoWelcome = null
    const client = server.client({ connectTimeoutMs: 3_000 })
    await server.time.advance(2_999)
    expect(client.status().status).toBe('connecting')
    await server.time.advance(1)
    expect(client.status()).toMatchObject({ status: 'waiting', error: { code: 'HANDSHAKE_TIMEOUT' } })
    client.close()
  })

  test('[CB3] a getToken that never answers is given up in time; one that throws is tried again', async () => {
    const server = createFakeServer()
    let calls = 0
    const client = server.client({
      getToken() {
        calls++
        if (calls === 1) return new Promise<string>(() => {})
        if (calls === 2) throw new Error('offline')
        return 'token'
      },
    })
    const codes: string[] = []
    client.on('error', ({ code }) => codes.push(code))
    await server.time.advance(60_000)
    expect([calls, codes, client.status().status]).toEqual([3, ['HANDSHAKE_TIMEOUT', 'UNAUTHORIZED'], 'open'])
    client.close()
  })

  test('[HS5] what differs in the contracts is named, and the connection goes on', async () => {
    const server = createFakeServer()
    server.autoWelcome = () => ({ mismatches: [{ name: 'event "boom"', where: 'server' }] })
    const client = server.client()
    const errors: PPError[] = []
    client.on('error', (error) => errors.push(error))
    await client.ready
    expect(errors).toMatchObject([
      { code: 'SCHEMA_MISMATCH', details: [{ name: 'event "boom"', where: 'server' }] },
    ])
    expect(client.status().status).toBe('open')
  })

  test('a host without WebSocket closes with what to do about it', async () => {
    const server = createFakeServer()
    const { PPClient } = await import('../src/index.js')
    const NoSocket = class {
      constructor() {
        throw new Error('not a url')
      }
    }
    const client = new PPClient({ url: 'nonsense', WebSocket: NoSocket as never, time: server.time })
    const advice = expect.stringContaining('wss://') as string
    await expect(client.ready).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message: advice })
    expect(client.status().status).toBe('closed')
  })
})

describe('refusals', () => {
  const stops = [
    ['INVALID_PROTOCOL_VERSION', 4001, 'Invalid Protocol Version'],
    ['CONTRACT_MISMATCH', 4004, 'contract mismatch'],
    ['MIDDLEWARE_REJECTED', 4003, 'middleware rejected'],
    ['ORIGIN_FORBIDDEN', 4011, 'forbidden origin'],
    ['SESSION_TAKEN_OVER', 4017, 'session taken over'],
    ['KICKED', 4018, 'forced server disconnect'],
  ] as const
  const retries = [
    ['MALFORMED_FRAME', 4002, 'malformed frame'],
    ['HANDSHAKE_TIMEOUT', 4012, 'handshake timeout'],
    ['TOO_MANY_CONNECTIONS', 4013, 'too many connections'],
    ['SLOW_CONSUMER', 4015, 'slow consumer'],
    ['SERVER_SHUTDOWN', 1001, 'Server shutting down'],
  ] as const

  test.each(stops)('[HS3] %s stops for good, and says why', async (code, _closeCode, reason) => {
    const server = createFakeServer()
    server.autoWelcome = null
    const client = server.client({ getToken: () => 'x' })
    const reasons: string[] = []
    client.on('disconnect', (why) => reasons.push(why))
    await server.settle()
    server.last.say({ kind: 'error', code, message: 'No.', fatal: true })
    await expect(client.ready).rejects.toMatchObject({ code, message: 'No.' })
    expect([client.status().status, reasons, server.time.pending]).toEqual(['closed', [reason], 0])
  })

  test.each(retries)('%s is tried again', async (code, _closeCode, reason) => {
    const server = createFakeServer()
    const client = server.client()
    const reasons: string[] = []
    client.on('disconnect', (why) => reasons.push(why))
    await client.ready
    server.last.say({ kind: 'error', code, message: 'Later.', fatal: true })
    await server.settle()
    expect([client.status().status, reasons]).toEqual(['waiting', [reason]])
    await server.time.advance(1_200)
    expect(client.status().status).toBe('open')
    client.close()
  })

  test.each([...stops, ...retries])(
    'the close code alone says the same: %s',
    async (code, closeCode, reason) => {
      const server = createFakeServer()
      const client = server.client()
      const reasons: string[] = []
      client.on('close', (why) => reasons.push(why))
      await client.ready
      server.last.close(closeCode, '')
      await server.settle()
      const isStop = stops.some(([stop]) => stop === code)
      expect([client.status().status, reasons]).toEqual([isStop ? 'closed' : 'waiting', [reason]])
      client.close()
    },
  )

  test('[CB2] a refused token is asked for afresh; the same token again stops', async () => {
    const server = createFakeServer()
    const tokens = ['old', 'new', 'new']
    server.autoWelcome = null
    const client = server.client({ getToken: () => tokens.shift() ?? null })
    const refuse = () =>
      server.last.say({ kind: 'error', code: 'UNAUTHORIZED', message: 'Expired.', fatal: true })
    await server.settle()
    refuse()
    await server.time.advance(1_200)
    expect(server.last.of('hello')[0]?.token).toBe('new')
    refuse()
    await server.time.advance(2_400)
    expect(server.peers).toHaveLength(2)
    expect(client.status()).toMatchObject({ status: 'closed', error: { code: 'UNAUTHORIZED' } })
  })

  test('[CB2] without getToken there is no fresh token: a refusal stops', async () => {
    const server = createFakeServer()
    server.autoWelcome = null
    const client = server.client()
    await server.settle()
    server.last.close(4010)
    await expect(client.ready).rejects.toMatchObject({ code: 'UNAUTHORIZED' })
    expect(client.status().status).toBe('closed')
  })

  test('a close by the server with code 1000 is weather, not this client’s own close', async () => {
    const server = createFakeServer()
    const client = server.client()
    await client.ready
    server.last.close(1000)
    await server.settle()
    expect(client.status().status).toBe('waiting')
    client.close()
  })
})

describe('coming back', () => {
  test('[CB1] each attempt waits twice as long, ±20 %, up to the cap; status tells when', async () => {
    const server = createFakeServer()
    const client = server.client({
      connectTransport: () => {
        const end = server.dial()
        server.last.cut()
        return end
      },
    })
    const waits: number[] = []
    client.on('stateChange', ({ status, nextRetryAt }) => {
      if (status === 'waiting') waits.push((nextRetryAt ?? 0) - server.time.wallNow())
    })
    await server.time.advance(60_000)
    expect(waits.length).toBeGreaterThan(6)
    const bases = [1_000, 2_000, 4_000, 8_000, 10_000, 10_000]
    bases.forEach((base, i) => {
      expect(waits[i]).toBeGreaterThanOrEqual(base * 0.8 - 1)
      expect(waits[i]).toBeLessThanOrEqual(base * 1.2 + 1)
    })
    expect(client.status().attempt).toBe(waits.length)
    client.close()
    expect(server.time.pending).toBe(0)
  })

  test('[CB1] reconnectAttempts ends in closed, and connect() begins again', async () => {
    const server = createFakeServer()
    let isDown = true
    const client = server.client({
      reconnectAttempts: 2,
      connectTransport: () => {
        const end = server.dial()
        if (isDown) server.last.cut()
        return end
      },
    })
    const reasons: string[] = []
    client.on('disconnect', (reason) => reasons.push(reason))
    await server.time.advance(10_000)
    expect([server.peers.length, client.status().status, reasons]).toEqual([
      3,
      'closed',
      ['reconnect attempts exhausted'],
    ])
    await expect(client.ready).rejects.toMatchObject({ code: 'TRANSPORT_ERROR' })
    isDown = false
    client.connect()
    await client.ready
    expect(client.status()).toEqual({ status: 'open', attempt: 0, nextRetryAt: null, error: null })
  })

  test('reconnect: false ends with the first loss', async () => {
    const server = createFakeServer()
    const client = server.client({ reconnect: false })
    await client.ready
    server.last.cut()
    await server.settle()
    expect([client.status().status, server.time.pending]).toEqual(['closed', 0])
  })

  test('[CB1] retryNow ends the wait, and does nothing at any other time', async () => {
    const server = createFakeServer()
    const client = server.client()
    await client.ready
    client.retryNow()
    server.last.cut()
    await server.settle()
    expect(client.status().status).toBe('waiting')
    client.retryNow()
    await client.ready
    expect([client.status().status, server.peers.length]).toEqual(['open', 2])
  })

  test('[CB1] the host’s word that the network is back ends the wait; close() stops listening', async () => {
    const host = globalThis as { addEventListener?: unknown; removeEventListener?: unknown }
    const listeners = new Map<string, () => void>()
    host.addEventListener = (type: string, listener: () => void) => listeners.set(type, listener)
    host.removeEventListener = (type: string) => listeners.delete(type)
    try {
      const server = createFakeServer()
      const client = server.client()
      await client.ready
      server.last.cut()
      await server.settle()
      listeners.get('online')?.()
      await client.ready
      expect(client.status().status).toBe('open')
      client.close()
      expect(listeners.size).toBe(0)
    } finally {
      delete host.addEventListener
      delete host.removeEventListener
    }
  })

  test('[HS8] after a bye the client comes back when the server said, five minutes at most', async () => {
    const server = createFakeServer()
    const client = server.client()
    await client.ready
    server.last.say({ kind: 'bye', reason: 'restart', retryAfterMs: 30_000 })
    server.last.close(1001)
    await server.time.advance(29_999)
    expect(client.status().status).toBe('waiting')
    await server.time.advance(1)
    expect(client.status().status).toBe('open')
    server.last.say({ kind: 'bye', reason: 'restart', retryAfterMs: 1e12 })
    server.last.close(1001)
    await server.time.advance(300_000)
    expect(client.status().status).toBe('open')
    client.close()
  })

  test('[HS8] after a bye the reason is the server’s, also when the socket then just breaks', async () => {
    const server = createFakeServer()
    const client = server.client()
    const reasons: string[] = []
    client.on('disconnect', (reason) => reasons.push(reason))
    await client.ready
    server.last.say({ kind: 'bye', reason: 'Server shutting down', retryAfterMs: 3_000 })
    await server.settle()
    server.last.cut()
    await server.settle()
    expect([reasons, client.status().nextRetryAt]).toEqual([
      ['Server shutting down'],
      server.time.wallNow() + 3_000,
    ])
    await server.time.advance(3_000)
    server.last.cut()
    await server.settle()
    expect(reasons).toEqual(['Server shutting down', 'transport close'])
    client.close()
  })

  test('a reconnect tells connect, recovery and reconnect, in this order', async () => {
    const server = createFakeServer()
    server.autoWelcome = (_peer, count) => (count === 1 ? {} : { outcome: 'resumed', missed: 3, token: 't2' })
    const client = server.client()
    const told: unknown[] = []
    client.on('connect', () => told.push('connect'))
    client.on('recovery', (recovery) => told.push(recovery))
    client.on('reconnect', (attempt) => told.push(attempt))
    client.on('disconnect', (reason) => told.push(reason))
    await client.ready
    server.last.cut()
    await server.time.advance(1_200)
    const recovery: Recovery = {
      sid: 'c1',
      recovered: true,
      missedCount: 3,
      outcome: 'resumed',
      lost: 0,
      reason: null,
    }
    expect(told).toEqual(['connect', 'transport close', 'connect', recovery, 1])
    client.close()
  })
})

describe('a broken server', () => {
  test('[FB5] a frame that cannot be read ends the connection with 4002 and is reported', async () => {
    const server = createFakeServer()
    const client = server.client()
    const errors: PPError[] = []
    client.on('error', (error) => errors.push(error))
    await client.ready
    server.last.bytes(new TextEncoder().encode('{"kind":"nonsense"}\n'))
    await server.settle()
    expect([errors[0]?.code, server.last.closed?.code, client.status().status]).toEqual([
      'MALFORMED_FRAME',
      4002,
      'waiting',
    ])
    client.close()
  })

  test.each(['hello', 'join', 'leave', 'resync', 'presence'] as const)(
    'a "%s", which only clients say, ends the connection',
    async (kind) => {
      const server = createFakeServer()
      const client = server.client()
      await client.ready
      const fields = { version: 3, ackId: 1, how: 'join', room: 'r', why: 'gap', data: 1 }
      server.last.say({ kind, ...fields } as never)
      await server.settle()
      expect([server.last.closed?.code, client.status().status]).toEqual([4002, 'waiting'])
      client.close()
    },
  )

  test('a second welcome ends the connection', async () => {
    const server = createFakeServer()
    const client = server.client()
    await client.ready
    server.last.say(WELCOME)
    await server.settle()
    expect(client.status()).toMatchObject({ status: 'waiting', error: { code: 'MALFORMED_FRAME' } })
    client.close()
  })

  test('the rest of a frame that ended the connection is void', async () => {
    const server = createFakeServer()
    const client = server.client()
    const types: string[] = []
    client.onAny((type) => types.push(type))
    await client.ready
    server.last.say({ kind: 'event', type: 'a' }, WELCOME, { kind: 'event', type: 'b' })
    await server.settle()
    expect(types).toEqual(['a'])
    client.close()
  })

  test('[HB1] [HB2] a silent server is asked after heartbeatMs and given up after twice that', async () => {
    const server = createFakeServer()
    const client = server.client()
    const reasons: string[] = []
    client.on('disconnect', (reason) => reasons.push(reason))
    await client.ready
    await server.settle()
    const before = server.last.of('ping').length
    await server.time.advance(25_000)
    expect(server.last.of('ping').length).toBe(before + 1)
    await server.time.advance(24_999)
    expect(reasons).toEqual([])
    await server.time.advance(1)
    expect([reasons, server.last.closed?.code]).toEqual([['Ping timeout'], 4014])
    client.close()
  })

  test('[HB1] a ping is answered at once with the same `at` and the count', async () => {
    const server = createFakeServer()
    const client = server.client()
    await client.ready
    server.last.say({ kind: 'event', type: 'x' }, { kind: 'ping', at: 77, received: 0 })
    await server.settle()
    expect(server.last.of('pong')).toEqual([{ kind: 'pong', at: 77, received: 1 }])
    client.close()
  })

  test('a pong gives the round trip and the server’s clock; one that nobody asked for gives nothing', async () => {
    const server = createFakeServer()
    const client = server.client()
    await client.ready
    await server.settle()
    expect(client.clock.serverNow()).toBe(5_000_000)
    server.last.say({ kind: 'pong', at: 123.5, received: 0, serverNow: 1 })
    await server.time.advance(80)
    expect(client.rtt).toBe(null)
    const [ping] = server.last.of('ping')
    server.last.say({ kind: 'pong', at: ping!.at, received: 0, serverNow: 6_000_000 })
    await server.settle()
    expect([client.rtt, client.clock.serverNow()]).toEqual([80, 6_000_040])
    client.close()
  })

  test('[CK1] what the server held a ping for is no part of the way, whatever it claims', async () => {
    for (const [heldMs, rtt] of [
      [30, 50],
      [1e9, 0],
    ] as const) {
      const server = createFakeServer()
      const client = server.client()
      await client.ready
      await server.settle()
      await server.time.advance(80)
      const [ping] = server.last.of('ping')
      server.last.say({ kind: 'pong', at: ping!.at, received: 0, serverNow: 6_000_000, heldMs })
      await server.settle()
      expect([client.rtt, client.clock.serverNow()]).toEqual([rtt, 6_000_000 + rtt / 2])
      client.close()
    }
  })
})

describe('the end', () => {
  test('[CB4] close() settles everything and leaves no timer', async () => {
    const server = createFakeServer()
    const client = server.client()
    await client.ready
    const answer = client.request('ask')
    const room = client.join('r1')
    const held = room.retain()
    server.last.say({ kind: 'event', type: 'x' })
    await server.settle()
    held()
    client.close()
    await expect(answer).rejects.toMatchObject({ code: 'CLOSED' })
    await expect(room.joined).rejects.toMatchObject({ code: 'CLOSED' })
    expect([room.status, server.time.pending]).toEqual(['left', 0])
    await server.settle()
    expect(server.last.closed).toEqual({ code: 1000, reason: 'client disconnect' })
    client.close()
    expect(client.status()).toEqual<ConnectionSnapshot>({
      status: 'closed',
      attempt: 0,
      nextRetryAt: null,
      error: null,
    })
  })

  test('[RC9] what was sent right before close() still leaves, and the close code is 1000', async () => {
    const server = createFakeServer()
    const client = server.client()
    await client.ready
    client.emit('bye')
    client.close()
    await server.settle()
    expect([server.last.types(), server.last.closed?.code]).toEqual([['bye'], 1000])
  })

  test('after close() a new connect() is another session', async () => {
    const server = createFakeServer()
    const client = server.client()
    await client.ready
    client.close()
    client.connect()
    await client.ready
    expect(server.last.of('hello')[0]?.session).toBe(undefined)
    expect(client.status().status).toBe('open')
  })

  test('[CB4] an event of an old socket reaches nobody', async () => {
    const server = createFakeServer()
    const client = server.client()
    const types: string[] = []
    client.onAny((type) => types.push(type))
    await client.ready
    const [old] = server.peers
    client.close()
    client.connect()
    await client.ready
    old!.say({ kind: 'event', type: 'late' })
    old!.cut()
    await server.settle()
    expect([types, client.status().status]).toEqual([[], 'open'])
  })

  test('[CB5] a listener that throws is reported to `error`; a throwing `error` listener harms nobody', async () => {
    const server = createFakeServer()
    const client = server.client()
    const errors: PPError[] = []
    client.on('connect', () => {
      throw new Error('mine')
    })
    client.on('error', () => {
      throw new Error('again')
    })
    client.on('error', (error) => errors.push(error))
    await client.ready
    expect(errors).toMatchObject([{ code: 'INTERNAL', message: 'mine' }])
    expect(client.status().status).toBe('open')
  })

  test('[CB5] what a listener of the client itself rejects with is reported to `error` as well', async () => {
    const server = createFakeServer()
    const client = server.client()
    const errors: PPError[] = []
    client.on('error', (error) => errors.push(error))
    client.once('connect', () => Promise.reject(new Error('mine')))
    await client.ready
    await server.settle()
    expect(errors).toMatchObject([{ code: 'INTERNAL', message: 'mine' }])
    client.close()
  })

  test('[CB5] what nobody listens for is an uncaught error of the page when a listener threw it, not when the server said it', async () => {
    const uncaught: unknown[] = []
    vi.stubGlobal('reportError', (thrown: unknown) => uncaught.push(thrown))
    vi.stubGlobal('document', {})
    onTestFinished(() => void vi.unstubAllGlobals())
    const server = createFakeServer()
    const client = server.client()
    const bug = new PPError('INVALID_ARGUMENT', 'mine')
    client.on('message', () => {
      throw bug
    })
    await client.ready
    server.last.say({ kind: 'error', code: 'INVALID_ARGUMENT', message: 'theirs' })
    await server.settle()
    expect(uncaught).toEqual([])
    server.last.say({ kind: 'event', type: 'x' })
    await server.settle()
    expect(uncaught).toEqual([bug])
    server.last.say({ kind: 'error', code: 'INVALID_ARGUMENT', message: 'theirs', fatal: true })
    await server.settle()
    expect(uncaught).toEqual([bug])
    client.close()
  })
})
