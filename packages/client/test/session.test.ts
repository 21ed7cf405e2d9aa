import { contractNames, defineContract, isReliable, PPError, type } from '@painda/protocol'
import { describe, expect, test } from 'vitest'
import { createFakeServer } from './fake-server.js'
import type { FakeServer, Peer } from './fake-server.js'
import type { PPClient, Recovery } from '../src/index.js'

/** Opens again after a cut; what the server answers to the hello is up to the test. */
async function reconnect(server: FakeServer): Promise<Peer> {
  server.last.cut()
  await server.time.advance(1_200)
  return server.last
}

const resumed = (received: number) => ({ outcome: 'resumed' as const, received, token: 't2' })
const expired = { outcome: 'expired' as const, reason: 'restart' as const, id: 'c2', token: 't2' }

describe('the offline buffer', () => {
  test('[OB1] what is sent before the connection is open leaves in order once it is', async () => {
    const server = createFakeServer()
    const client = server.client()
    client.emit('a', 1)
    client.send({ type: 'b', payload: 2 })
    client.emit('c')
    await client.ready
    await server.settle()
    expect(server.last.of('event')).toEqual([
      { kind: 'event', type: 'a', payload: 1 },
      { kind: 'event', type: 'b', payload: 2 },
      { kind: 'event', type: 'c' },
    ])
    client.close()
  })

  test('[OB1] a payload is taken at the call: what happens to the object later does not travel', async () => {
    const server = createFakeServer()
    const client = server.client()
    const payload = { n: 1 }
    client.emit('a', payload)
    payload.n = 2
    await client.ready
    await server.settle()
    expect(server.last.of('event')[0]?.payload).toEqual({ n: 1 })
    client.close()
  })

  test('[OB3] messages of one turn leave in one frame', async () => {
    const server = createFakeServer()
    const client = server.client()
    await client.ready
    await server.settle()
    const before = server.last.frames
    for (let i = 0; i < 50; i++) client.emit('a', i)
    await server.settle()
    expect(server.last.frames).toBe(before + 1)
    client.close()
  })

  test('[OB2] past the count the oldest are dropped, reported once, and their promises reject', async () => {
    const server = createFakeServer()
    const client = server.client({ autoConnect: false, buffer: { maxMessages: 3 } })
    const errors: PPError[] = []
    client.on('error', (error) => errors.push(error))
    const asked = client.request('ask')
    for (const type of ['a', 'b', 'c', 'd']) client.emit(type)
    await expect(asked).rejects.toMatchObject({ code: 'BUFFER_OVERFLOW' })
    client.connect()
    await client.ready
    await server.settle()
    expect(server.last.types()).toEqual(['b', 'c', 'd'])
    expect(errors).toMatchObject([{ code: 'BUFFER_OVERFLOW', details: { dropped: 2, types: ['ask', 'a'] } }])
    client.close()
  })

  test('[OB2] what was too much for a room on its way is reported as soon as the room is joined', async () => {
    const server = createFakeServer()
    const client = server.client({ buffer: { maxMessages: 2 } })
    const errors: PPError[] = []
    client.on('error', (error) => errors.push(error))
    const room = client.join('r1')
    await client.ready
    await server.settle()
    for (const type of ['a', 'b', 'c']) room.send(type)
    server.last.say({ kind: 'joined', room: 'r1', ackId: 1, type: 'event' })
    await room.joined
    expect(errors).toMatchObject([{ code: 'BUFFER_OVERFLOW', details: { dropped: 1, types: ['a'] } }])
    client.close()
  })

  test('[OB2] past the bytes the oldest are dropped', async () => {
    const server = createFakeServer()
    const client = server.client({ autoConnect: false, buffer: { maxBytes: 2_500 } })
    for (const type of ['a', 'b', 'c']) client.emit(type, 'x'.repeat(1_000))
    client.connect()
    await client.ready
    await server.settle()
    expect(server.last.types()).toEqual(['b', 'c'])
    client.close()
  })

  test('[OB2] what waited too long is dropped', async () => {
    const server = createFakeServer()
    const client = server.client({ autoConnect: false, buffer: { maxAgeMs: 5_000 } })
    client.emit('old')
    await server.time.advance(5_001)
    client.emit('new')
    client.connect()
    await client.ready
    await server.settle()
    expect(server.last.types()).toEqual(['new'])
    client.close()
  })

  test('[OB2] volatile messages are never buffered', async () => {
    const server = createFakeServer()
    const client = server.client()
    client.volatile.emit('early')
    client.send({ type: 'early' }, { volatile: true })
    await client.ready
    client.volatile.emit('now', 1)
    await server.settle()
    expect(server.last.of('event')).toEqual([{ kind: 'event', type: 'now', payload: 1, volatile: true }])
    client.close()
  })

  test('a volatile message is dropped while the socket is behind; a reliable one is not', async () => {
    const server = createFakeServer()
    const behind = { bufferedAmount: 0 }
    const client = server.client({
      connectTransport() {
        return wrap(server.dial(), behind)
      },
    })
    await client.ready
    behind.bufferedAmount = 1_000_000
    client.volatile.emit('a')
    client.emit('b')
    behind.bufferedAmount = 0
    client.volatile.emit('c')
    await server.settle()
    expect(server.last.types()).toEqual(['b', 'c'])
    client.close()
  })

  test('what is larger than the server takes is refused at the call, and dropped where it waited', async () => {
    const server = createFakeServer()
    server.autoWelcome = () => ({ maxPayloadBytes: 500 })
    const client = server.client()
    const errors: PPError[] = []
    client.on('error', (error) => errors.push(error))
    client.emit('waiting', 'x'.repeat(600))
    client.emit('small')
    await client.ready
    await server.settle()
    expect(server.last.types()).toEqual(['small'])
    expect(errors).toMatchObject([{ code: 'BUFFER_OVERFLOW', details: { types: ['waiting'] } }])
    expect(() => client.emit('now', 'x'.repeat(600))).toThrow(
      expect.objectContaining({ code: 'PAYLOAD_TOO_LARGE' }),
    )
    // Many small ones are spread over frames that the server takes.
    const frames = server.last.frames
    for (let i = 0; i < 20; i++) client.emit('part', 'x'.repeat(100))
    await server.settle()
    expect(server.last.types()).toHaveLength(21)
    // Four of about 107 bytes and their lengths fit into 500.
    expect(server.last.frames - frames).toBe(5)
    client.close()
  })
})

function wrap(
  end: ReturnType<FakeServer['dial']>,
  behind: { bufferedAmount: number },
): ReturnType<FakeServer['dial']> {
  return {
    send: (data) => end.send(data),
    get bufferedAmount() {
      return behind.bufferedAmount
    },
    onMessage: (listener) => end.onMessage(listener),
    onClose: (listener) => end.onClose(listener),
    close: (code, reason) => end.close(code, reason),
    terminate: () => end.terminate(),
  }
}

describe('names', () => {
  test.each(['open', 'error', 'message', 'roomState', 'connection', '__pp_join'])(
    '[EV2] "%s" cannot be sent',
    (type) => {
      const client = createFakeServer().client({ autoConnect: false })
      const reserved = expect.objectContaining({ code: 'RESERVED_TYPE' })
      expect(() => client.emit(type)).toThrow(reserved)
      expect(() => client.send({ type })).toThrow(reserved)
      expect(() => void client.request(type)).toThrow(reserved)
      expect(() => client.volatile.emit(type)).toThrow(reserved)
      expect(() => client.of('/a').emit(type)).toThrow(reserved)
      expect(() => client.join('r').send(type)).toThrow(reserved)
    },
  )

  test('[EV2] a message named like a local event raises none and reaches no handler', async () => {
    const server = createFakeServer()
    const client = server.client()
    const heard: string[] = []
    const errors: string[] = []
    client.on('disconnect', () => heard.push('disconnect'))
    client.on('error', ({ code }) => errors.push(code))
    await client.ready
    server.last.say({ kind: 'event', type: 'disconnect', ackId: 4 }, { kind: 'event', type: '__pp_x' })
    await server.settle()
    expect([heard, errors]).toEqual([[], ['RESERVED_TYPE', 'RESERVED_TYPE']])
    expect(server.last.of('ack')).toMatchObject([{ ackId: 4, error: { code: 'RESERVED_TYPE' } }])
    client.close()
  })

  test('a payload that JSON cannot hold is refused at the call', () => {
    const client = createFakeServer().client({ autoConnect: false })
    const cycle: { self?: unknown } = {}
    cycle.self = cycle
    expect(() => client.emit('a', cycle)).toThrow(expect.objectContaining({ code: 'INVALID_PAYLOAD' }))
  })
})

describe('questions to the server', () => {
  test('[EV1] an answer settles its question, a refusal rejects it with its code', async () => {
    const server = createFakeServer()
    const client = server.client()
    await client.ready
    const good = client.request('good', 1)
    const bad = client.emitWithAck('bad')
    const called: unknown[] = []
    client.send({ type: 'cb' }, (error, data) => called.push(error, data))
    client.send({ type: 'cb' }, { ack: (error) => called.push(error?.code) })
    await server.settle()
    const ids = server.last.of('event').map(({ ackId }) => ackId!)
    expect(new Set(ids).size).toBe(4)
    server.last.say(
      { kind: 'ack', ackId: ids[0]!, data: { ok: true } },
      { kind: 'ack', ackId: ids[1]!, error: { code: 'REFUSED', message: 'no' } },
      { kind: 'ack', ackId: ids[2]!, data: 3 },
      { kind: 'ack', ackId: ids[3]!, error: { code: 'FORBIDDEN', message: 'no' } },
      // A second answer, and one to nobody's question, change nothing.
      { kind: 'ack', ackId: ids[0]!, data: 'again' },
      { kind: 'ack', ackId: 999, data: 'who' },
    )
    await expect(good).resolves.toEqual({ ok: true })
    await expect(bad).rejects.toMatchObject({ code: 'REFUSED', message: 'no' })
    expect(called).toEqual([null, 3, 'FORBIDDEN'])
    client.close()
  })

  test('[AK1] a question times out after ackTimeout, or after its own time; a late answer is ignored', async () => {
    const server = createFakeServer()
    const client = server.client({ ackTimeout: 2_000 })
    await client.ready
    const settled: string[] = []
    const note = (name: string) => (error: PPError) =>
      settled.push(`${name} ${error.code} ${server.time.now()}`)
    client.request('default').catch(note('default'))
    client.timeout(500).request('own').catch(note('own'))
    client.request('option', null, { timeout: 3_000 }).catch(note('option'))
    await server.time.advance(5_000)
    expect(settled).toEqual(['own ACK_TIMEOUT 500', 'default ACK_TIMEOUT 2000', 'option ACK_TIMEOUT 3000'])
    server.last.say({ kind: 'ack', ackId: 1, data: 'late' })
    await server.settle()
    client.close()
  })

  test('[AK1] a question that timed out before it was sent is not sent', async () => {
    const server = createFakeServer()
    const client = server.client({ autoConnect: false, ackTimeout: 1_000 })
    const asked = client.request('ask')
    client.emit('event')
    await server.time.advance(1_000)
    await expect(asked).rejects.toMatchObject({ code: 'ACK_TIMEOUT' })
    client.connect()
    await client.ready
    await server.settle()
    expect(server.last.types()).toEqual(['event'])
    client.close()
  })

  test.each([
    ['by close()', (client: PPClient) => client.close(), 'CLOSED'],
    [
      'by an error',
      (_client: PPClient, server: FakeServer) =>
        server.last.say({ kind: 'error', code: 'ORIGIN_FORBIDDEN', message: 'No.', fatal: true }),
      'ORIGIN_FORBIDDEN',
    ],
  ])(
    '[AK1] a question to a client that was closed %s rejects at once, leaves no timer, and is not sent later',
    async (_how, end, code) => {
      const server = createFakeServer()
      const client = server.client()
      await client.ready
      end(client, server)
      await server.settle()
      const asked = [client.request('a'), client.of('/admin').request('b'), client.join('r1').request('c')]
      const inRoom = code === 'CLOSED' ? 'CLOSED' : 'NOT_IN_ROOM'
      expect(await Promise.allSettled(asked)).toMatchObject(
        [code, code, inRoom].map((each) => ({ status: 'rejected', reason: { code: each } })),
      )
      expect(server.time.pending).toBe(0)
      client.connect()
      await client.ready
      await server.settle()
      expect(server.last.types()).toEqual([])
      client.close()
    },
  )

  test('[AK1] a question to a closed client is sent when somebody connects it in the same turn', async () => {
    const server = createFakeServer()
    const client = server.client()
    await client.ready
    client.close()
    client.request('a').catch(() => {})
    client.connect()
    await client.ready
    await server.settle()
    expect(server.last.types()).toEqual(['a'])
    client.close()
  })

  test('[AK1] an aborted signal rejects, at once or later, and leaves no timer', async () => {
    const server = createFakeServer()
    const client = server.client({ autoConnect: false })
    const controller = new AbortController()
    const later = client.request('a', null, { signal: controller.signal })
    controller.abort(new Error('unmounted'))
    await expect(later).rejects.toMatchObject({ code: 'CLOSED', cause: { message: 'unmounted' } })
    await expect(client.request('a', null, { signal: controller.signal })).rejects.toMatchObject({
      code: 'CLOSED',
    })
    expect(server.time.pending).toBe(0)
  })

  test('[AK1] an aborted question is not sent: neither at the call nor from the buffer', async () => {
    const server = createFakeServer()
    server.autoWelcome = (_peer, count) => (count === 1 ? {} : resumed(1))
    const client = server.client()
    const codes: string[] = []
    const ask = (type: string, signal: AbortSignal): void => {
      client.request(type, null, { signal }).catch(({ code }: PPError) => codes.push(code))
    }
    await client.ready
    ask('at-once', AbortSignal.abort())
    client.emit('sent')
    await server.settle()
    const first = server.last
    first.cut()
    await server.settle()
    const controller = new AbortController()
    ask('waits', controller.signal)
    controller.abort()
    ask('offline', controller.signal)
    await server.time.advance(1_200)
    expect([first.types(), server.last.types()]).toEqual([['sent'], []])
    expect(codes).toEqual(['CLOSED', 'CLOSED', 'CLOSED'])
    client.close()
  })

  test('[RC3] a question survives a cut: asked again when it did not arrive, answered when it did', async () => {
    const server = createFakeServer()
    server.autoWelcome = (_peer, count) => (count === 1 ? {} : resumed(1))
    const client = server.client()
    await client.ready
    const arrived = client.request('arrived')
    const not = client.request('not')
    await server.settle()
    const peer = await reconnect(server)
    expect(peer.types()).toEqual(['not'])
    peer.say({ kind: 'ack', ackId: 1, data: 'A' }, { kind: 'ack', ackId: 2, data: 'N' })
    await expect(Promise.all([arrived, not])).resolves.toEqual(['A', 'N'])
    client.close()
  })

  test('[RC8] after an expiry what was sent rejects and is not sent again; what was never sent is sent', async () => {
    const server = createFakeServer()
    server.autoWelcome = (_peer, count) => (count === 1 ? {} : expired)
    const client = server.client()
    const recoveries: Recovery[] = []
    client.on('recovery', (recovery) => recoveries.push(recovery))
    await client.ready
    const sent = client.request('sent')
    client.emit('sent')
    await server.settle()
    server.last.cut()
    await server.settle()
    const unsent = client.request('unsent')
    await server.time.advance(1_200)
    await expect(sent).rejects.toMatchObject({ code: 'SESSION_EXPIRED' })
    expect(server.last.types()).toEqual(['unsent'])
    server.last.say({ kind: 'ack', ackId: server.last.of('event')[0]!.ackId!, data: 1 })
    await expect(unsent).resolves.toBe(1)
    expect(recoveries).toEqual([
      { sid: 'c2', recovered: false, missedCount: 0, outcome: 'expired', lost: 0, reason: 'restart' },
    ])
    expect(client.id).toBe('c2')
    client.close()
  })

  test('a listener to an answer that throws is reported', async () => {
    const server = createFakeServer()
    const client = server.client()
    const errors: PPError[] = []
    client.on('error', (error) => errors.push(error))
    await client.ready
    client.send({ type: 'a' }, () => {
      throw new Error('mine')
    })
    await server.settle()
    server.last.say({ kind: 'ack', ackId: 1 })
    await server.settle()
    expect(errors).toMatchObject([{ message: 'mine' }])
    client.close()
  })
})

describe('questions from the server', () => {
  test('[EV1] a handler answers once, error first', async () => {
    const server = createFakeServer()
    const client = server.client()
    client.on('sum', (payload, ack) => {
      ack?.(null, (payload as number[]).length)
      ack?.(null, 'again')
    })
    client.on('refuse', (_payload, ack) => ack?.(new Error('not now')))
    await client.ready
    server.last.say(
      { kind: 'event', type: 'sum', payload: [1, 2], ackId: 1 },
      { kind: 'event', type: 'refuse', ackId: 2 },
    )
    await server.settle()
    expect(server.last.of('ack')).toEqual([
      { kind: 'ack', ackId: 1, data: 2 },
      { kind: 'ack', ackId: 2, error: { code: 'REFUSED', message: 'not now' } },
    ])
    client.close()
  })

  test('[EV3] [EV6] what a handler throws stays here; a type nobody handles is answered UNKNOWN_TYPE', async () => {
    const server = createFakeServer()
    const client = server.client()
    const errors: string[] = []
    client.on('error', ({ message }) => errors.push(message))
    client.on('throws', () => {
      throw new Error('secret')
    })
    client.on('rejects', async () => {
      throw new Error('secret too')
    })
    await client.ready
    server.last.say(
      { kind: 'event', type: 'throws', ackId: 1 },
      { kind: 'event', type: 'rejects', ackId: 2 },
      { kind: 'event', type: 'nobody', ackId: 3 },
      { kind: 'event', type: 'nobody' },
    )
    await server.settle()
    expect(server.last.of('ack').map(({ ackId, error }) => [ackId, error?.code])).toEqual([
      [1, 'INTERNAL'],
      [3, 'UNKNOWN_TYPE'],
      [2, 'INTERNAL'],
    ])
    expect(JSON.stringify(server.last.of('ack'))).not.toContain('secret')
    expect(errors).toEqual(['secret', 'secret too'])
    client.close()
  })

  test('namespaces share the connection and keep their messages apart', async () => {
    const server = createFakeServer()
    const client = server.client()
    const admin = client.of('/admin')
    const heard: string[] = []
    client.on('stats', () => heard.push('default'))
    const undo = admin.on('stats', (payload) => heard.push(`admin ${String(payload)}`))
    admin.emit('get', 1)
    client.send({ type: 'get', payload: 2 }, { namespace: '/admin' })
    await client.ready
    server.last.say(
      { kind: 'event', type: 'stats', payload: 7, ns: '/admin' },
      { kind: 'event', type: 'stats' },
    )
    await server.settle()
    undo()
    server.last.say({ kind: 'event', type: 'stats', ns: '/admin' })
    await server.settle()
    expect(heard).toEqual(['admin 7', 'default'])
    expect(server.last.of('event').map(({ ns, payload }) => [ns, payload])).toEqual([
      ['/admin', 1],
      ['/admin', 2],
    ])
    client.close()
  })

  test('once is called once, off takes back, onAny and `message` hear all', async () => {
    const server = createFakeServer()
    const client = server.client()
    const heard: unknown[] = []
    const listener = (payload: unknown) => heard.push(['on', payload])
    const any = (type: string, payload: unknown) => heard.push([type, payload])
    client.once('a', (payload) => heard.push(['once', payload]))
    client.on('a', listener)
    client.onAny(any)
    client.on('message', ({ type, room }) => heard.push(['message', type, room]))
    await client.ready
    server.last.say({ kind: 'event', type: 'a', payload: 1 })
    await server.settle()
    client.off('a', listener)
    client.offAny(any)
    server.last.say({ kind: 'event', type: 'a', payload: 2 })
    await server.settle()
    expect(heard).toEqual([
      ['message', 'a', undefined],
      ['a', 1],
      ['once', 1],
      ['on', 1],
      ['message', 'a', undefined],
    ])
    client.close()
  })
})

describe('confirmations', () => {
  test('[RC2] the client sends again what the server does not have, once and in order, before anything new', async () => {
    const server = createFakeServer()
    server.autoWelcome = (_peer, count) => (count === 1 ? {} : resumed(2))
    const client = server.client()
    await client.ready
    for (const type of ['a', 'b', 'c', 'd']) client.emit(type)
    await server.settle()
    server.last.cut()
    await server.settle()
    client.emit('e')
    await server.time.advance(1_200)
    expect(server.last.types()).toEqual(['c', 'd', 'e'])
    client.close()
  })

  test('[RC2] cut during every resume: still once and in order', async () => {
    const server = createFakeServer()
    const had: string[] = []
    server.autoWelcome = (_peer, count) => (count === 1 ? {} : resumed(had.length))
    const client = server.client()
    await client.ready
    for (let i = 0; i < 20; i++) client.emit(`m${i}`)
    await server.settle()
    // The server takes three messages of each connection, then the connection is cut.
    had.push(...server.last.types().slice(0, 3))
    for (let i = 0; i < 8; i++) {
      await reconnect(server)
      had.push(...server.last.types().slice(0, 3))
    }
    expect(had).toEqual(Array.from({ length: 20 }, (_, i) => `m${i}`))
    client.close()
  })

  test('[RC1] [RC2] the hello of a reconnect names the session, the newest token and what has arrived', async () => {
    const server = createFakeServer()
    server.autoWelcome = (_peer, count) => (count === 1 ? {} : { ...resumed(0), token: `t${count}` })
    const client = server.client()
    await client.ready
    const messages = [
      { kind: 'event', type: 'counts' },
      { kind: 'event', type: 'not', volatile: true },
      { kind: 'presences', full: true, set: [], gone: [] },
      { kind: 'error', code: 'REFUSED', message: 'counts' },
      { kind: 'ack', ackId: 9 },
    ] as const
    server.last.say(...messages)
    await server.settle()
    const counted = messages.filter((message) => isReliable(message)).length
    const second = await reconnect(server)
    expect(second.of('hello')[0]?.session).toEqual({ id: 'c1', token: 't1', received: counted })
    second.say({ kind: 'event', type: 'more' })
    await server.settle()
    const third = await reconnect(server)
    expect(third.of('hello')[0]?.session).toEqual({ id: 'c1', token: 't2', received: counted + 1 })
    client.close()
  })

  test('[RC6] 64 reliable messages are confirmed at once, fewer after a second', async () => {
    const server = createFakeServer()
    const client = server.client()
    await client.ready
    await server.settle()
    const events = (count: number) =>
      Array.from({ length: count }, () => ({ kind: 'event', type: 'x' }) as const)
    server.last.say(...events(64))
    await server.settle()
    expect(server.last.of('received')).toEqual([{ kind: 'received', count: 64 }])
    server.last.say(...events(3))
    await server.time.advance(999)
    expect(server.last.of('received')).toHaveLength(1)
    await server.time.advance(1)
    expect(server.last.of('received')[1]).toEqual({ kind: 'received', count: 67 })
    await server.time.advance(5_000)
    expect(server.last.of('received')).toHaveLength(2)
    client.close()
  })

  test('[RC6] what a pong has told is not told again', async () => {
    const server = createFakeServer()
    const client = server.client()
    await client.ready
    server.last.say({ kind: 'event', type: 'n' }, { kind: 'ping', at: 1, received: 0 })
    await server.time.advance(2_000)
    expect(server.last.of('pong')).toMatchObject([{ received: 1 }])
    expect(server.last.of('received')).toEqual([])
    client.close()
  })

  test('[RC6] a confirmed message is forgotten; a count beyond what was sent ends the connection', async () => {
    const server = createFakeServer()
    server.autoWelcome = (_peer, count) => (count === 1 ? {} : resumed(2))
    const client = server.client()
    await client.ready
    client.emit('a')
    client.emit('b')
    await server.settle()
    server.last.say({ kind: 'received', count: 2 })
    await server.settle()
    const peer = await reconnect(server)
    expect(peer.types()).toEqual([])
    peer.say({ kind: 'received', count: 3 })
    await server.settle()
    expect(peer.closed?.code).toBe(4002)
    expect(client.status().error?.code).toBe('MALFORMED_FRAME')
    client.close()
  })

  test('[RC2] a welcome that has received more than was sent ends the connection', async () => {
    const server = createFakeServer()
    server.autoWelcome = (_peer, count) => (count === 1 ? {} : resumed(5))
    const client = server.client()
    await client.ready
    await reconnect(server)
    expect(client.status()).toMatchObject({ status: 'waiting', error: { code: 'MALFORMED_FRAME' } })
    client.close()
  })

  test('[RC7] a server that confirms nothing does not fill the memory: the session can no longer be resumed and says so', async () => {
    const server = createFakeServer()
    const client = server.client()
    const recoveries: Recovery[] = []
    client.on('recovery', (recovery) => recoveries.push(recovery))
    await client.ready
    for (let i = 0; i < 16_385; i++) client.emit('x')
    await server.settle()
    const peer = await reconnect(server)
    expect(peer.of('hello')[0]?.session).toBe(undefined)
    expect([peer.types().length, recoveries]).toMatchObject([0, [{ recovered: false, reason: 'overflow' }]])
    client.close()
  })

  test('an answer to the server is reliable: it is sent again after a cut', async () => {
    const server = createFakeServer()
    server.autoWelcome = (_peer, count) => (count === 1 ? {} : resumed(0))
    const client = server.client()
    client.on('ask', (_payload, ack) => ack?.(null, 'yes'))
    await client.ready
    server.last.say({ kind: 'event', type: 'ask', ackId: 1 })
    await server.settle()
    const peer = await reconnect(server)
    expect(peer.of('ack')).toEqual([{ kind: 'ack', ackId: 1, data: 'yes' }])
    client.close()
  })
})

describe('names as numbers', () => {
  const contract = defineContract({ messages: { chat: type<unknown>() } })

  /** A client of that contract, and the bytes of what it said on each connection. */
  async function start() {
    const server = createFakeServer()
    server.names = contractNames(contract)
    server.autoWelcome = () => ({ compact: true })
    const bytes: string[] = []
    const client = server.client({ contract })
    client.inspector.listen((event) => {
      if (event.kind === 'frame' && event.direction === 'out')
        if (event.messages.some(({ kind }) => kind === 'event'))
          bytes.push(Buffer.from(event.bytes).toString('hex'))
    })
    return { server, client, bytes }
  }

  test('[CT3] texts before the welcome, numbers after one that agrees', async () => {
    const { server, client, bytes } = await start()
    client.emit('chat', 1)
    await client.ready
    await server.settle()
    client.emit('chat', 2)
    client.of('/').emit('other', 3)
    await server.settle()
    // In the first frame a ping follows; the second is a bundle of two.
    expect(bytes[0]).toContain('83046368617401')
    expect(bytes[1]).toBe('08020389000283056f7468657203')
    expect(server.last.types()).toEqual(['chat', 'chat', 'other'])
    client.close()
  })

  test('[CT4] what was encoded for a server of our contract is said with names to one of another', async () => {
    const { server, client, bytes } = await start()
    await client.ready
    await server.settle()
    const payload = { n: 1 }
    client.emit('chat', payload)
    payload.n = 2
    await server.settle()
    expect(bytes).toEqual(['89008801016e01'])
    server.last.cut()
    client.emit('chat', [3])
    // This server was not built from our contract and knows no numbers.
    server.names = []
    server.autoWelcome = () => ({ outcome: 'resumed', token: 't2', received: 0 })
    await server.time.advance(1_200)
    await client.ready
    await server.settle()
    expect(server.last.of('event')).toEqual([
      { kind: 'event', type: 'chat', payload: { n: 1 } },
      { kind: 'event', type: 'chat', payload: [3] },
    ])
    client.emit('chat', 4)
    await server.settle()
    expect(bytes.at(-1)).toBe('83046368617404')
    client.close()
  })
})
