import { defineRoom, type } from '@painda/protocol'
import { expect, test } from 'vitest'
import { PPServer, PPVirtualClient, silentLogger } from '../src/index.js'
import { createFakeTime } from '@painda/testing/fake-time'

function setUp() {
  const time = createFakeTime()
  const server = new PPServer({ time, logger: silentLogger })
  return { time, server, bot: (id: string) => new PPVirtualClient(id, { time }) }
}

test('[VC1] a bot connects in one call, and what it sends right after it arrives in order', async () => {
  const { time, server, bot } = setUp()
  const seen: unknown[] = []
  server.use((client, next) => {
    seen.push(['middleware', client.id, client.handshake.ip])
    next()
  })
  server.on('n', (_client, n) => void seen.push(n))
  const one = server.inject(bot('AI_BOT_01'))
  for (const n of [1, 2, 3]) one.emit('n', n)
  await time.flushMicrotasks()
  expect(seen).toEqual([['middleware', 'AI_BOT_01', '127.0.0.1'], 1, 2, 3])
  expect(one.id).toBe('AI_BOT_01')
})

test('[VC1] an id that is taken becomes another one', async () => {
  const { time, server, bot } = setUp()
  const [one, two] = [bot('bot'), bot('bot')]
  one.connect(server)
  await time.flushMicrotasks()
  two.connect(server)
  await time.flushMicrotasks()
  expect(one.id).toBe('bot')
  expect(two.id).not.toBe('bot')
  expect(server.getClients()).toHaveLength(2)
})

test('[VC1] [RM18] nor does a bot get the name of a room: its own messages would go to everybody there', async () => {
  const { time, server, bot } = setUp()
  server.on('connection', (client) => client.join('hall'))
  const one = bot('one')
  one.connect(server)
  await time.flushMicrotasks()
  const hall = bot('hall')
  hall.connect(server)
  await time.flushMicrotasks()
  expect(hall.id).not.toBe('hall')
})

test('[VC2] rate limits and contracts hold for bots as for anybody, and requests go both ways', async () => {
  const { time, server, bot } = setUp()
  server.on('add', (_client, payload: { a: number; b: number }, ack) => ack(null, payload.a + payload.b))
  const one = bot('bot')
  one.on('name?', (_payload, ack) => ack?.(null, 'Ada'))
  one.connect(server)
  await time.flushMicrotasks()
  const sum = one.emitWithAck('add', { a: 1, b: 2 })
  const name = server.getClient('bot')?.request('name?')
  await time.flushMicrotasks()
  expect(await sum).toBe(3)
  expect(await name).toBe('Ada')
})

test('[VC3] a bot reads a room by reference and loses it when it leaves', async () => {
  const { time, server, bot } = setUp()
  const room = server.room('arena', { n: 1 })
  const one = bot('bot')
  one.connect(server)
  expect(one.roomState('arena')).toBeUndefined()
  const handle = one.join<{ n: number }>('arena')
  await time.advance(50)
  expect(one.roomState('arena')).toBe(room.state)
  expect(handle.state).toEqual({ n: 1 })
  room.update((draft) => void (draft.n = 2))
  await time.advance(50)
  expect(one.roomState<{ n: number }>('arena')?.n).toBe(2)
  expect(handle.state).toEqual({ n: 2 })
  handle.leave()
  await time.advance(50)
  expect(one.roomState('arena')).toBeUndefined()
})

test('[VC3] a bot without replicas is sent no state, and reads, hears and asks as any other', async () => {
  const { time, server } = setUp()
  const Sum = defineRoom({
    name: 'sum',
    state: () => ({ n: 0 }),
    requests: { add: { input: type<number>(), output: type<number>() } },
    events: { rung: type<number>() },
  })
  server.define(Sum, {
    requests: {
      add({ state, room }, by) {
        room.broadcast('rung', by)
        return (state.n += by)
      },
    },
  })
  const bot = new PPVirtualClient('bot', { time, replicas: false })
  const kinds: string[] = []
  bot.inspector.listen((event) => {
    if (event.kind === 'frame' && event.direction === 'in')
      kinds.push(...event.messages.map(({ kind }) => kind))
  })
  bot.connect(server)
  const handle = bot.join(Sum)
  const rung: number[] = []
  handle.on('rung', (by) => void rung.push(by))
  await time.advance(50)
  expect(handle.status).toBe('joined')
  const answer = handle.request('add', 5)
  await time.advance(50)
  expect(await answer).toBe(5)
  expect(rung).toEqual([5])
  expect(handle.state).toBeUndefined()
  expect(bot.roomState(handle.id ?? '')).toEqual({ n: 5 })
  expect(bot.roomState(handle.id ?? '')).toBe(server.rooms()[0]?.state)
  expect(kinds).not.toContain('snapshot')
  expect(kinds).not.toContain('delta')
})

test('[VC1] a thousand bots go through the whole pipeline, and closing leaves nothing', async () => {
  const { time, server, bot } = setUp()
  let heard = 0
  server.on('hi', (client) => {
    heard++
    client.join('lobby')
  })
  const bots = Array.from({ length: 1000 }, (_, i) => bot(`bot-${i}`))
  for (const one of bots) {
    one.connect(server)
    one.emit('hi')
  }
  await time.flushMicrotasks()
  expect(heard).toBe(1000)
  expect(server.getStats()).toMatchObject({ clients: 1000, connected: 1000, rooms: 1 })
  for (const one of bots) one.close()
  await time.flushMicrotasks()
  expect(server.getStats()).toMatchObject({ clients: 0, rooms: 0 })
  await server.close()
  expect(time.pending).toBe(0)
})

test('[VC1] nor do two bots that connect in the same turn share an id', async () => {
  const { time, server, bot } = setUp()
  server.use((_client, next) => void Promise.resolve().then(() => next()))
  const [one, two] = [bot('bot'), bot('bot')]
  one.connect(server)
  two.connect(server)
  await time.flushMicrotasks()
  expect(server.getClients()).toHaveLength(2)
  expect([one.id, two.id].filter((id) => id === 'bot')).toHaveLength(1)
})

test.each([undefined, 1000, 3000, 4000, 4500])(
  '[ER1] a client that the application closes stays away, whatever the code: %s',
  async (code) => {
    const { time, server, bot } = setUp()
    const one = bot('bot')
    const reasons: string[] = []
    one.on('disconnect', (reason) => void reasons.push(reason))
    one.connect(server)
    await time.flushMicrotasks()
    server.getClient('bot')?.close(code, 'cheated')
    await time.advance(60_000)
    expect(reasons).toEqual(['forced server disconnect'])
    expect(one.status()).toMatchObject({
      status: 'closed',
      error: { code: 'KICKED', message: expect.stringContaining('cheated') },
    })
    expect(server.getClients()).toEqual([])
  },
)
