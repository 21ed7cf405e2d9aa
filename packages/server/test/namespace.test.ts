import type { PPError } from '@painda/protocol'
import { expect, test } from 'vitest'
import { ppMetricsPlugin } from '../src/index.js'
import type { Metrics, MetricsApi, NamespaceClient, PPServerClient } from '../src/index.js'
import { createKit } from './peer-kit.js'

test('[NS1] a namespace lets a client in once, by its own middleware, and has its own handlers', async () => {
  const { server, join, settle } = createKit()
  const seen: unknown[] = []
  const admin = server.of('/admin')
  admin.use((client, next) => {
    seen.push(`use ${client.data['role'] as string}`)
    next(client.data['role'] === 'admin' ? undefined : new Error('Forbidden'))
  })
  admin.on('connection', (client) => {
    seen.push('connection')
    client.on('stats', (message) => client.sendAck(message.__ackId ?? -1, 42))
  })
  admin.on('disconnection', (_client, reason) => void seen.push(reason))
  server.on('connection', (client) => void (client.data['role'] = client.handshake.token))
  server.on('stats', () => seen.push('the default namespace heard it'))

  const boss = await join({ token: 'admin' })
  const guest = await join({ token: 'guest' })
  for (const peer of [boss, guest]) {
    peer.say({ kind: 'event', type: 'stats', ns: '/admin', ackId: 1 })
    peer.say({ kind: 'event', type: 'stats', ns: '/admin', ackId: 2 })
  }
  await settle()
  expect(boss.of('ack')).toMatchObject([
    { ackId: 1, data: 42 },
    { ackId: 2, data: 42 },
  ])
  expect(guest.of('ack').map((ack) => ack.error?.message)).toEqual(['Forbidden', 'Forbidden'])
  expect(seen).toEqual(['use admin', 'connection', 'use guest', 'use guest'])
  expect(admin.clients).toHaveLength(1)
  boss.transport.close(1000)
  await settle()
  expect(seen.at(-1)).toBe('client disconnect')
  expect(admin.clients).toHaveLength(0)
})

test('[NS1] a question has one answer, however its handler gives it, and whatever that throws after', async () => {
  const { server, join, settle, time } = createKit()
  const errors: string[] = []
  server.on('error', ({ message }) => void errors.push(message))
  const admin = server.of('/admin')
  admin.on('connection', (client) => {
    client.on('throws', ({ __ackId: id = -1 }) => {
      client.sendAck(id, 'sent')
      throw new Error('too late')
    })
    client.on('rejects', async ({ __ackId: id = -1 }) => {
      client.sendAck(id, 'sent')
      await Promise.resolve()
      throw new Error('too late')
    })
    client.on('twice', ({ __ackId: id = -1 }, ack) => {
      client.sendAck(id, 'sent')
      client.sendAck(id, 'again')
      ack(null, 'and again')
    })
    client.on('acked', ({ __ackId: id = -1 }, ack) => {
      ack(null, 'sent')
      client.sendAck(id, 'again')
    })
    client.on('later', ({ __ackId: id = -1 }) => void time.after(10, () => client.sendAck(id, 'sent')))
  })
  const peer = await join()
  const types = ['throws', 'rejects', 'twice', 'acked', 'later']
  types.forEach((type, ackId) => peer.say({ kind: 'event', type, ns: '/admin', ackId }))
  await settle()
  await time.advance(10)
  expect(peer.of('ack')).toEqual(types.map((_type, ackId) => ({ kind: 'ack', ackId, data: 'sent' })))
  expect(errors).toHaveLength(2)
})

test('[NS2] an unknown namespace is NAMESPACE_ERROR', async () => {
  const { join, settle } = createKit()
  const peer = await join()
  peer.say({ kind: 'event', type: 'x', ns: '/nope' })
  await settle()
  expect(peer.of('error')).toMatchObject([{ code: 'NAMESPACE_ERROR', message: 'Unknown namespace: /nope' }])
})

test('[NS3] message middleware of the server comes first, then that of the namespace; broadcasts stay inside', async () => {
  const { server, join, settle } = createKit()
  const seen: string[] = []
  const game = server.of('/game')
  let one: NamespaceClient | undefined
  server.useMessage((_client, message, next) => {
    seen.push(`server ${message.type}`)
    next(message.type === 'forbidden' ? new Error('no') : undefined)
  })
  game.useMessage((_client, message, next) => {
    seen.push(`game ${message.type}`)
    next()
  })
  game.on('connection', (client) => {
    one ??= client
    client.on('move', (message) => game.broadcast({ type: 'moved', payload: message.payload }, client.id))
  })
  const [a, b, outsider] = [await join(), await join(), await join()]
  for (const peer of [a, b]) peer.say({ kind: 'event', type: 'hi', ns: '/game' })
  await settle()
  seen.length = 0
  a.say(
    { kind: 'event', type: 'forbidden', ns: '/game' },
    { kind: 'event', type: 'move', ns: '/game', payload: 1 },
  )
  await settle()
  expect(seen).toEqual(['server forbidden', 'server move', 'game move'])
  expect([a, b, outsider].map((peer) => peer.payloads('moved'))).toEqual([[], [1], []])
  expect(b.of('event')[0]?.ns).toBe('/game')
  expect(one?.id).toBe(a.welcome.id)
})

test("[PL1] hooks run in order around a client's life, and a plugin that throws stops nobody", async () => {
  const { server, join, settle } = createKit()
  const seen: string[] = []
  server.register({
    name: 'spy',
    install: (context) => {
      context.expose({ count: () => context.getClientCount() })
      return {
        onConnect: () => seen.push('onConnect'),
        onDisconnect: (_client, reason) => seen.push(`onDisconnect ${reason}`),
        onRoomJoin: (_client, room) => seen.push(`join ${room}`),
        onRoomLeave: (_client, room) => seen.push(`leave ${room}`),
        onMessage: (_client, message) => message.type !== 'banned',
        onShutdown: () => seen.push('onShutdown'),
      }
    },
  })
  server.register(
    {
      name: 'broken',
      dependencies: ['spy'],
      install: (context, options: { loud: boolean }) => {
        seen.push(`${options.loud} ${context.getPlugin<{ count(): number }>('spy')?.count()}`)
        return {
          onConnect: () => {
            throw new Error('broken')
          },
        }
      },
    },
    { loud: true },
  )
  server.use((_client, next) => {
    seen.push('middleware')
    next()
  })
  server.on('connection', (client) => {
    seen.push('connection')
    client.join('lobby')
  })
  server.on('banned', () => seen.push('banned'))
  const peer = await join()
  peer.emit('banned', null, 1)
  await settle()
  peer.transport.close(1000)
  await settle()
  await server.close()
  expect(peer.of('ack')).toMatchObject([{ error: { code: 'FORBIDDEN' } }])
  expect(seen).toEqual([
    'true 0',
    'middleware',
    'onConnect',
    'connection',
    'join lobby',
    'leave lobby',
    'onDisconnect client disconnect',
    'onShutdown',
  ])
  expect(server.getPluginNames()).toEqual(['spy', 'broken'])
  expect(() => server.register({ name: 'spy', install: () => {} })).toThrow('registered already')
  expect(() => server.register({ name: 'x', dependencies: ['y'], install: () => {} })).toThrow('needs "y"')
})

test('[PL2] onSend may transform per receiver; equal results share one encoding, state is not touched', async () => {
  const { server, join, settle } = createKit()
  let encodings = 0
  const upper = { type: 'n', payload: { toJSON: () => `UPPER ${++encodings}` } }
  const types: string[] = []
  server.register({
    name: 'shout',
    install: () => ({
      onSend(client: PPServerClient, message) {
        types.push(message.type)
        return client.getTag('quiet') === true ? undefined : upper
      },
    }),
  })
  const room = server.room('arena', { n: 0 })
  const peers = [await join(), await join(), await join()]
  server.getClients()[2]?.setTag('quiet')
  for (const client of server.getClients()) room.join(client)
  server.emit('n', 'plain')
  await settle()
  expect(peers.map((peer) => peer.payloads('n'))).toEqual([['UPPER 1'], ['UPPER 1'], ['plain']])
  expect(types).toEqual(['n', 'n', 'n'])
  expect(peers[0]?.of('snapshot')).toHaveLength(1)
})

test('[PL1] the metrics plugin counts on the same hooks and the inspect stream, and getStats tells who is here', async () => {
  const { server, join, settle, time } = createKit()
  server.register(ppMetricsPlugin)
  const metrics = (): Metrics | undefined => server.getPlugin<MetricsApi>('pp-metrics')?.snapshot()
  server.on('connection', (client) => client.join('lobby'))
  server.on('oops', () => {
    throw new Error('oops')
  })
  const peer = await join()
  peer.emit('oops')
  peer.emit('nothing')
  await settle()
  expect(metrics()).toMatchObject({ connectionsTotal: 1, roomJoinsTotal: 1, errorsTotal: 1 })
  expect(metrics()?.messagesReceived).toBe(3)
  expect(metrics()?.messagesSent).toBe(peer.log.length)
  const bytes = metrics()?.bytesSent ?? 0
  expect(bytes).toBeGreaterThan(0)
  await time.advance(500)
  expect(server.getStats()).toEqual({
    clients: 1,
    connected: 1,
    rooms: 1,
    presenceTracked: 0,
    uptime: 0.5,
    plugins: ['pp-metrics'],
    unconfirmedMessages: 2,
    unconfirmedBytes: expect.any(Number),
    behind: 0,
    statesSkipped: 0,
    rateChanges: 0,
    desyncs: 0,
  })
  peer.transport.close(1000)
  await settle()
  expect(metrics()).toMatchObject({ disconnectionsTotal: 1, roomLeavesTotal: 1 })
})

test('[PL1] a room that a middleware put a client into is told to plugins once they know the client', async () => {
  const { server, join, settle } = createKit()
  const seen: string[] = []
  server.register({
    name: 'spy',
    install: () => ({
      onConnect: () => seen.push('onConnect'),
      onRoomJoin: (_client, room) => seen.push(`join ${room}`),
      onRoomLeave: (_client, room) => seen.push(`leave ${room}`),
    }),
  })
  server.use((client, next) => {
    client.join('early')
    next(client.handshake.token === 'bad' ? new Error('no') : undefined)
  })
  server.on('connection', (client) => client.join('late'))
  await join({ token: 'bad' })
  const peer = await join()
  peer.transport.close(1000)
  await settle()
  expect(seen).toEqual(['onConnect', 'join early', 'join late', 'leave early', 'leave late'])
})

test("[PL1] a plugin's own `on` takes what the server's takes", async () => {
  const { server, join, settle } = createKit()
  const seen: unknown[] = []
  server.register({
    name: 'all',
    install({ on }) {
      on('connection', ({ id }) => seen.push(id))
      on('disconnection', (_client, reason) => seen.push(reason))
      on('error', ({ code }) => seen.push(code))
      on('double', (_client, n, ack) => ack(null, Number(n) * 2))
      on('broken', () => {
        throw new Error('broken')
      })
      expect(() => on('open', () => {})).toThrow(expect.objectContaining({ code: 'RESERVED_TYPE' }))
    },
  })
  const peer = await join()
  peer.emit('double', 4, 1)
  peer.emit('broken')
  await settle()
  expect(peer.of('ack')).toMatchObject([{ ackId: 1, data: 8 }])
  peer.transport.close(1000)
  await settle()
  expect(seen).toEqual([peer.welcome.id, 'INTERNAL', 'client disconnect'])
})

test.each(['throws', 'rejects'])(
  '[PL1] an onError hook that %s itself is logged, and not told of it',
  async (how) => {
    const logged: string[] = []
    const quiet = (): void => {}
    const logger = { debug: quiet, info: quiet, warn: quiet, error: (text: string) => void logged.push(text) }
    const { server, join, settle } = createKit({ logger })
    let told = 0
    server.register({
      name: 'broken',
      install: () => ({
        onError() {
          // Were it told of itself, this test would never end.
          if (++told > 10) return
          if (how === 'throws') throw new Error('again')
          return Promise.reject(new Error('again'))
        },
      }),
    })
    server.on('broken', () => {
      throw new Error('first')
    })
    const peer = await join()
    peer.emit('broken')
    await settle()
    expect([told, logged.length]).toEqual([1, 2])
  },
)

test('[PL2] nothing of a message stays when onSend sends another one', async () => {
  const { server, join, settle } = createKit()
  server.register({ name: 'mute', install: () => ({ onSend: (_client, { type }) => ({ type }) }) })
  const peer = await join()
  server.emit('card', { secret: 'ace' })
  server.getClients()[0]?.send({ type: 'card', payload: { secret: 'king' } }, { namespace: '/table' })
  await settle()
  expect(peer.of('event')).toEqual([
    { kind: 'event', type: 'card' },
    { kind: 'event', type: 'card', ns: '/table' },
  ])
})

test('[PL2] a message that onSend writes into is a fault, as all its receivers share it', async () => {
  const { server, join, settle } = createKit()
  const faults: PPError[] = []
  server.on('error', (error) => faults.push(error))
  const onSend = (_client: unknown, message: object): void =>
    void Object.assign(message, { payload: 'another' })
  server.register({ name: 'writer', install: () => ({ onSend }) })
  const peer = await join()
  server.emit('card', 'ace')
  await settle()
  expect(peer.payloads('card')).toEqual(['ace'])
  expect(faults).toMatchObject([{ cause: expect.any(TypeError) }])
})

test('[NS1] the default namespace is the server itself', () => {
  const { server } = createKit()
  expect(() => server.of('/')).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
})
