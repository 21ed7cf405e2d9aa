// Mistakes that TypeScript would have found and plain JavaScript does not: each is told once, and what is right is told nothing.
import { defineContract, defineRoom, PPError, request, type } from '@painda/protocol'
import { get } from 'node:http'
import { afterEach, expect, test, vi } from 'vitest'
import { createAdvice } from '../src/advice.js'
import { PPServer, PPVirtualClient, silentLogger, type ServerOptions } from '../src/index.js'
import { createKit } from './peer-kit.js'

const Arena = defineRoom({
  name: 'arena',
  state: () => ({ count: 0, players: {} as { [id: string]: { x: number } } }),
  messages: { move: type<number>(), start: type<undefined>() },
  requests: { buy: request(type<undefined>()) },
  events: { boom: type<number>() },
})
const contract = defineContract({ rooms: { Arena }, messages: { chat: type<string>() } })

afterEach(() => vi.unstubAllEnvs())

function logging() {
  const told: string[] = []
  return { told, logger: { ...silentLogger, warn: (text: string) => void told.push(text) } }
}

/** A server, and a bot in a room of it once it is settled. */
function play(define: (server: PPServer) => void, options: ServerOptions = {}) {
  const { told, logger } = logging()
  const { server, time } = createKit({ contract, logger, ...options })
  define(server)
  const bot = new PPVirtualClient('bot', { time })
  bot.connect(server)
  const room = bot.join(Arena)
  const settle = async (): Promise<void> => {
    for (let step = 0; step < 5; step++) await time.advance(50)
  }
  // As plain JavaScript says it.
  const say = (message: string): void => room.send(message as 'start')
  return { server, time, told, bot, room, settle, say }
}

test('a game without mistakes is told nothing', async () => {
  const { server, told, bot, room, settle } = play((made) => {
    made.define(Arena, {
      tickHz: 20,
      tick: ({ state }) => void state.count++,
      onCreate: ({ room: own }) => void own.on('tick', () => {}),
      onJoin: ({ state, client }) => void (state.players[client.id] = { x: 0 }),
      messages: {
        // What an arrow function returns without being asked to.
        move: ({ state, client }, by) => (state.players[client.id] = { x: by }),
        async start({ state, room: own }) {
          await Promise.resolve()
          state.count = Math.max(own.state.count, 100)
          own.broadcast('boom', 1)
        },
      },
      requests: { buy: ({ state }) => Object.assign(state, { count: 7 }) && undefined },
    })
    made.on('connection', (client) => void client.once('chat', () => {}))
  })
  await settle()
  room.send('move', 1)
  room.send('start')
  bot.emit('chat', 'once heard')
  bot.emit('chat', 'not heard any more')
  await settle()
  const [own] = server.rooms()
  own?.update((draft) => Object.assign(draft, { count: own.state }) && draft)
  await settle()
  expect(told).toEqual([])
})

test('an option of the server that there is not is told, with the one that was meant', () => {
  const { told, logger } = logging()
  const options = { prot: 3000, maxPayload: 5, contract, logger }
  new PPServer(options)
  expect(told).toEqual([
    'The options of the server have what no server knows: "prot" (did you mean "port"?), "maxPayload" (did you mean "maxPayloadBytes"?).',
  ])
})

test('a server is attached to an HTTP server, not to the app of a framework, where nobody could ever connect', () => {
  const app = Object.assign(() => {}, { on: () => {}, off: () => {}, listen: () => {} })
  const ofBun = { fetch: () => {}, stop: () => {}, port: 3000 }
  for (const wrong of [app, ofBun, null, undefined, 3000]) {
    const attach = (): PPServer => PPServer.attachTo(wrong as never, { logger: silentLogger })
    expect(attach).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    expect(attach).toThrow('node:http')
  }
})

test('what a definition has and no room knows is told', () => {
  const behaviour = { onJion() {}, tickhz: 30, messages: { mvoe() {}, buy() {} } }
  const { told } = play((server) => server.define(Arena, behaviour as object))
  expect(told).toEqual([
    'The definition of room "arena" has what no room knows: "onJion" (did you mean "onJoin"?), "tickhz" (did you mean "tickHz"?).',
    'The handler of "mvoe" under messages of room "arena" is never called: the contract does not have it among the messages of the room (did you mean "move"?).',
    'The handler of "buy" under messages of room "arena" is never called: the contract has it among its requests, and its handler belongs there.',
  ])
})

test('the options of a room without definition are read the same way', () => {
  const { told } = play((server) => void server.room('board', {}, { maxClient: 3 } as object))
  expect(told).toEqual([
    'The options of room "board" have what no room knows: "maxClient" (did you mean "maxClients"?).',
  ])
})

test.each([
  ['a hook that is no function', [Arena, { onJoin: true }], 'onJoin of room "arena" is no function.'],
  ['a handler that is none', [Arena, { messages: { move: {} } }], 'The handler of "move" of room "arena"'],
  ['a name in place of the room', ['arena', {}], 'What is defined is no room of a contract.'],
  ['hooks in place of the room', [{ onJoin() {} }], 'What is defined is no room of a contract.'],
])('%s is refused where it is written', (_what, args, message) => {
  const { server } = createKit()
  const define = (): unknown => Reflect.apply(server.define, server, args)
  expect(define).toThrow(PPError)
  expect(define).toThrow(message)
})

test('[EV6] a message to a room that is dropped is told in the log, once for each type and definition', async () => {
  const { told, say, settle } = play((server) => server.define(Arena, { messages: { move() {} } }))
  await settle()
  for (let i = 0; i < 3; i++) say('mvoe')
  say('start')
  await settle()
  expect(told).toEqual([
    '"mvoe" was sent to room "arena" and dropped: it knows no such message (did you mean "move"?).',
    '"start" was sent to room "arena" and dropped: its definition has no handler for it under messages.',
  ])
})

test('[EV6] so is one outside of rooms, unless plugins, middleware or listeners to all see messages', async () => {
  const { server, bot, told, settle } = play((made) => {
    made.define(Arena, {})
    made.on('chat', () => {})
  })
  await settle()
  bot.emit('caht')
  await settle()
  const undo = server.useMessage((_client, _message, next) => next())
  bot.emit('elsewhere')
  await settle()
  undo()
  server.onAny(() => {})
  bot.emit('heard')
  await settle()
  expect(told).toEqual([
    'Nobody handles the message "caht", and it was dropped: server.on knows no such type.',
  ])
})

test('a room that is not defined, and a definition that is joined like an id, are told', async () => {
  const Areana = defineRoom({ name: 'areana', state: () => ({}) })
  const { bot, told, settle } = play((server) => server.define(Arena, {}))
  bot.join(Areana)
  bot.join('arena')
  bot.join('gone')
  await settle()
  expect(told).toEqual([
    'A client wants a room "areana", and this server defines none of that name (did you mean "arena"?): server.define(…).',
    'A client joins "arena" as if that were a room: join(Room), with the definition itself, finds or makes one.',
  ])
})

test('an asynchronous tick is told', async () => {
  const { told, settle } = play((server) => server.define(Arena, { async tick() {} }))
  await settle()
  expect(told).toEqual([expect.stringContaining('is asynchronous: the next one does not wait for it')])
})

test('a state that is returned as from a reducer is told, by handlers and by room.update', async () => {
  const { server, told, say, settle } = play((made) =>
    made.define(Arena, { messages: { start: ({ state }) => ({ ...state, count: 1 }) } }),
  )
  await settle()
  say('start')
  await settle()
  const reduce = (state: object): object => ({ ...state, count: 2 })
  server.rooms()[0]?.update((draft) => void reduce(draft))
  expect(told).toHaveLength(1)
  server.rooms()[0]?.update(reduce)
  expect(told).toEqual([
    expect.stringContaining('The handler of "start" returns a state, which nobody reads'),
    expect.stringContaining('The function of room.update returns a state, which nobody reads'),
  ])
})

test('rooms that are to survive a restart, without a place where they could be kept, are told', async () => {
  const { server, told, settle } = play((made) => made.define(Arena, { persist: true }))
  await settle()
  server.createRoom(Arena)
  expect(told).toEqual([
    'A definition has persist, and the server has no roomStore: none of its rooms is saved.',
  ])
})

test('a definition needs no hooks', async () => {
  const { told, room, settle } = play((made) => made.define(Arena))
  await settle()
  expect([room.status, told]).toEqual(['joined', []])
})

test('what a room without a definition answers is its own affair: nothing too', async () => {
  const { server, told, bot, settle } = play((made) => made.define(Arena, {}))
  server.room('board', {}, { requests: { reset() {} } })
  const board = bot.join('board')
  await settle()
  void board.request('reset')
  await settle()
  expect(told).toEqual([])
})

test('a room with a state that begins under the name of an event room is told', async () => {
  const { server, told, settle } = play((made) => made.define(Arena, {}))
  await settle()
  server.socketsJoin('lobby')
  server.room('lobby', {})
  server.room('lobby', {})
  server.room('other', {})
  server.socketsJoin('other')
  server.room('other', {})
  expect(told).toEqual([expect.stringContaining('The room "lobby" begins with a state, and who is in')])
})

test('what follows the payload of client.emit is told', async () => {
  const { server, told, settle } = play((made) => made.define(Arena, {}))
  await settle()
  const [client] = server.getClients()
  if (client !== undefined) Reflect.apply(client.emit, client, ['hit', 1, () => {}])
  expect(told).toEqual([
    "client.emit('hit') takes one payload, and what follows it is dropped: for an answer ask with request(type, payload).",
  ])
})

test('a request whose contract promises an answer, and whose handler returns none, is told', async () => {
  const Shop = defineRoom({
    name: 'shop',
    state: () => ({}),
    requests: { buy: request(type<number>(), type<{ coins: number }>()), wait: request(type<undefined>()) },
  })
  const { server, told, bot, settle } = play((made) => made.define(Arena, {}))
  const forgetful: object = { buy: (_ctx: unknown, n: number) => void { coins: n }, wait() {} }
  server.define(Shop, { requests: forgetful })
  const shop = bot.join(Shop)
  await settle()
  for (const n of [1, 2]) shop.request('buy', n).catch(() => {})
  shop.request('wait').catch(() => {})
  await settle()
  expect(told).toEqual([
    'The handler of "buy" of room "shop" returns nothing, and what it returns is the answer. Where there is none, write request(input) in the contract.',
  ])
})

test.each([
  ['a handler', (): void => {}],
  [
    'somebody outside',
    (server: PPServer) => void Object.assign(server.rooms()[0]?.state ?? {}, { count: 5 }),
  ],
])('a write into room.state by %s is told', async (who, write) => {
  const { server, told, say, settle } = play((made) =>
    made.define(Arena, {
      messages: {
        start: ({ room }) => void (who === 'a handler' && Object.assign(room.state, { count: 5 })),
      },
    }),
  )
  await settle()
  say('start')
  await settle()
  write(server)
  await settle()
  expect(told).toEqual([expect.stringContaining('which is for reading: nobody is sent it.')])
})

test('a handler that does not end is told when messages wait behind it', async () => {
  const { told, time, say, settle } = play(
    (server) => server.define(Arena, { messages: { start: () => new Promise(() => {}), move() {} } }),
    { ackTimeout: 2_000 },
  )
  await settle()
  say('start')
  say('move')
  await time.advance(1_900)
  say('move')
  await settle()
  expect(told).toEqual([])
  say('move')
  await settle()
  expect(told).toEqual([expect.stringContaining('The handler of "start" has not ended for 2000 ms')])
})

test('names of events: those of a room are a closed list, those of the server and its clients are told', async () => {
  const { server, told, settle } = play((made) => made.define(Arena, {}))
  await settle()
  expect(() => server.rooms()[0]?.on('joined' as 'join', () => {})).toThrow(
    'A room has no event "joined" (did you mean "join"?).',
  )
  server.rooms()[0]?.broadcast('bom' as 'boom', 1)
  server.on('conection', () => {})
  server.getClients()[0]?.on('disconnected', () => {})
  expect(told).toEqual([
    'The contract of room "arena" has no event "bom" (did you mean "boom"?).',
    'server.on(\'conection\') waits for a message of that name: did you mean "connection"?',
    'client.on(\'disconnected\') waits for a message of that name: did you mean "disconnect"?',
  ])
})

test('a write into room.state beside one into the state is told too', async () => {
  const { told, say, settle } = play((made) =>
    made.define(Arena, {
      messages: {
        start({ state, room }) {
          state.count++
          Object.assign(Reflect.get(room.state, 'players'), { ghost: { x: 1 } })
        },
      },
    }),
  )
  await settle()
  for (let second = 0; second < 3; second++) {
    say('start')
    for (let step = 0; step < 5; step++) await settle()
  }
  expect(told).toEqual([expect.stringContaining('which is for reading: nobody is sent it.')])
})

test('a WebSocket at the wrong path, and a page that may not connect, are told', async () => {
  const { told, logger } = logging()
  const server = new PPServer({ port: 0, host: '127.0.0.1', path: '/game', logger })
  const { port } = await server.listening()
  const upgrade = async (path: string, origin: string): Promise<void> => {
    const headers = {
      origin,
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    }
    await new Promise<void>((resolve) => {
      const asked = get({ host: '127.0.0.1', port, path, headers })
      asked.on('response', () => resolve())
      asked.on('upgrade', (_response, socket) => {
        socket.on('close', () => resolve()).resume()
        socket.end()
      })
    })
  }
  await upgrade('/', 'http://127.0.0.1')
  await upgrade('/game', 'http://evil.example')
  await server.close()
  expect(told).toEqual([
    'A WebSocket asked for the path "/"; this server takes them at "/game".',
    'A page of http://evil.example was refused: see the option allowedOrigins; it takes pages of its own host name.',
  ])
})

test('each is told once, so many of them, and in production none', () => {
  const { told, logger } = logging()
  const advise = createAdvice(logger)
  advise('first')
  advise('first')
  for (let i = 0; i < 100; i++) advise(`more ${i}`)
  advise('another text of a cause', 'more 1')
  expect(told).toHaveLength(32)
  expect(new Set(told).size).toBe(32)

  vi.stubEnv('NODE_ENV', 'production')
  createAdvice(logger)('nobody develops here')
  expect(told).toHaveLength(32)
})
