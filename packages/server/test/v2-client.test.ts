import {
  mixedSerializer,
  PPSchemaRegistry,
  readFrameHeader,
  structSerializer,
  type PPMessageInput,
} from '@painda/protocol'
import { expect, test } from 'vitest'
import type { PPServerClient } from '../src/index.js'
import { listen } from './hostile-kit.js'
import { V2Client } from './v2-client-kit.js'

function createRegistry(): PPSchemaRegistry {
  return new PPSchemaRegistry()
    .register(
      'move',
      structSerializer(1, [
        { name: 'x', type: 'float32' },
        { name: 'hp', type: 'uint8' },
      ]),
    )
    .register('upload', mixedSerializer(10, 'data'))
}

const echoes: readonly (readonly [name: string, message: PPMessageInput, typeId: number])[] = [
  ['JSON', { type: 'chat', payload: { text: 'héllo 🐼', list: [1, null] } }, 0],
  ['a struct', { type: 'move', payload: { x: 1.5, hp: 255 } }, 1],
  ['mixed binary', { type: 'upload', payload: { name: 'a.bin', data: new Uint8Array([0, 255, 16]) } }, 10],
]

test.each(echoes)(
  '[VR11] %s comes back as it was sent, in the same layout',
  async (_name, message, typeId) => {
    const registry = createRegistry()
    const { server, url } = await listen({ registry })
    server.onAny((client, type, payload) => client.send({ type, payload }))
    const peer = await V2Client.connect(url, { registry: createRegistry() })
    peer.send(message)
    expect(await peer.got(message.type)).toEqual(message.payload)
    expect(readFrameHeader(peer.frames[0] ?? new Uint8Array()).typeId).toBe(typeId)
  },
)

test('[VR11] questions are answered both ways, in and out of namespaces', async () => {
  const { server, url } = await listen()
  server.on('save', (_client, payload, ack) => ack(null, { saved: payload }))
  server.of('/admin').on('connection', (inside) => {
    inside.on('stats', (message, ack) => {
      inside.emit('news', message.payload)
      ack(null, 'from admin')
    })
  })
  const peer = await V2Client.connect(url)
  expect(await peer.ask('save', 1)).toEqual({ saved: 1 })
  expect(await peer.ask('stats', 2, '/admin')).toBe('from admin')
  expect(peer.log.find(({ type }) => type === 'news')).toEqual({ type: 'news', payload: 2, __ns: '/admin' })

  const answer = server.getClients()[0]?.request('confirm', { q: 1 })
  await peer.got('confirm')
  const question = peer.log.find(({ type }) => type === 'confirm')
  peer.send({ type: '__pp_ack', payload: { ackId: question?.__ackId ?? -1, args: [{ ok: 1 }, 'more'] } })
  expect(await answer).toEqual({ ok: 1 })
})

test('[VR11] refusals carry the codes that v2 clients know', async () => {
  const { server, url } = await listen({ maxMessagesPerSecond: 3 })
  server.useMessage((_client, message, next) => next(message.type === 'bad' ? new Error('No') : undefined))
  const peer = await V2Client.connect(url)
  peer.send({ type: 'x', __ns: '/nope' })
  peer.send({ type: 'bad' })
  for (let i = 0; i < 3; i++) peer.send({ type: 'n' })
  await peer.until(({ payload }) => (payload as { code?: string }).code === 'RATE_LIMIT_ERROR')
  const codes = peer.payloads('__pp_error').map((error) => (error as { code: string }).code)
  expect(codes.slice(0, 3)).toEqual(['NAMESPACE_ERROR', 'MIDDLEWARE_ERROR', 'RATE_LIMIT_ERROR'])
})

test('[VR12] a room is kept by whole arrays, markers of deletion, and the whole state where both would mislead', async () => {
  const { server, url } = await listen()
  interface State {
    phase: string
    list: unknown[]
    deep: { rows: { id: number; tags: string[] }[] }
    gone?: boolean
    slot: unknown
  }
  const room = server.room<State>('arena', {
    phase: 'waiting',
    list: [1, 2, 3, 4],
    deep: { rows: [{ id: 1, tags: [] }] },
    gone: true,
    slot: { old: 1 },
  })
  server.on('connection', (client) => void room.join(client))
  const peer = await V2Client.connect(url)
  await peer.got('__pp_room_state')
  const steps: ((draft: State) => void)[] = [
    (draft) => {
      draft.phase = 'playing'
      delete draft.gone
    },
    (draft) => void draft.list.splice(1, 2, 'x'),
    (draft) => void draft.deep.rows.push({ id: 2, tags: ['a'] }),
    (draft) => void (draft.deep.rows[0] as { tags: string[] }).tags.push('b'),
    (draft) => void (draft.slot = { fresh: 2 }),
    (draft) => void (draft.slot = [1, { __pp_deleted: true }]),
    (draft) => void (draft.slot = null),
  ]
  for (const [index, step] of steps.entries()) {
    const start = peer.log.length
    room.update(step)
    room.broadcast('step', index)
    await peer.got('step', start)
    expect(peer.rooms.get('arena')).toEqual(room.state)
  }
  expect(JSON.stringify(peer.payloads('__pp_room_delta'))).not.toMatch(/__pp_array_ops|__pp_value/)
  expect(peer.payloads('__pp_room_delta').slice(0, 2)).toEqual([
    { room: 'arena', delta: { phase: 'playing', gone: { __pp_deleted: true } } },
    { room: 'arena', delta: { list: [1, 'x', 4] } },
  ])
})

test('[VR11] presence comes as a list and then as changes; a shutdown is announced', async () => {
  const { server, url } = await listen({ presence: { syncInterval: 1 } })
  server.on('connection', (client) => server.presence.track(client, { name: client.handshake.token }))
  const first = await V2Client.connect(url, { token: 'Ada' })
  expect(await first.got('__pp_presence')).toMatchObject({ presences: [{ data: { name: 'Ada' } }] })
  const second = await V2Client.connect(url, { token: 'Bob' })
  const ada = server.getClients()[0] as PPServerClient
  expect(await first.got('__pp_presence_diff')).toMatchObject({
    changes: [{ type: 'join', data: { name: 'Bob' } }],
  })
  const [joined] = first.payloads('__pp_presence_diff') as { changes: { clientId: string }[] }[]
  second.close()
  await first.until(
    ({ payload }) =>
      JSON.stringify(payload) ===
      JSON.stringify({ changes: [{ type: 'leave', clientId: joined?.changes[0]?.clientId }] }),
  )
  expect(ada.connected).toBe(true)
  await server.shutdown()
  expect(first.payloads('__pp_shutdown')).toEqual([{ reason: 'Server shutting down', timeoutMs: 0 }])
  expect(await first.ended()).toMatchObject({ code: 1001, reason: 'Server shutting down' })
})
