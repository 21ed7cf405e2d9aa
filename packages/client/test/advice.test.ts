// Mistakes that TypeScript would have found and plain JavaScript does not: each is told once, in the console of whoever develops, and
// what is right is told nothing.
import { defineContract, defineRoom, request, type } from '@painda/protocol'
import type { PPError } from '@painda/protocol'
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { createFakeServer } from './fake-server.js'
import type { FakeServer } from './fake-server.js'
import type { ClientOptions, ContractShape, PPClient } from '../src/index.js'

const STATE = { count: 0, players: { a: { x: 1 }, b: { x: 2 } } }
const Arena = defineRoom({
  name: 'arena',
  state: () => STATE,
  messages: { move: type<number>() },
  requests: { buy: request(type<undefined>()) },
  events: { boom: type<number>() },
})
const contract = defineContract({
  rooms: { Arena },
  messages: { chat: type<string>() },
  events: { news: type<string>(), connected: type<string>() },
})

let told: string[] = []

beforeEach(() => {
  told = []
  vi.spyOn(console, 'warn').mockImplementation(
    (text: string) => void told.push(text.replace('[painda] ', '')),
  )
})

async function enter(server: FakeServer, client: PPClient) {
  const room = client.join(Arena)
  await client.ready
  await server.settle()
  const ackId = server.last.of('join').at(-1)?.ackId ?? 0
  server.last.say(
    { kind: 'joined', room: 'r1', ackId, name: 'arena', type: 'state' },
    { kind: 'snapshot', room: 'r1', version: 1, tick: 1, state: STATE },
  )
  await room.joined
  return room
}

test('a client without mistakes is told nothing', async () => {
  const server = createFakeServer()
  const client = server.client({ contract, autoConnect: false, getToken: () => 'secret' })
  client.on('connect', () => {})
  client.on('connected', () => {})
  client.on('news', () => {})
  client.connect()
  const room = await enter(server, client)
  client.join(Arena, { options: { name: 'Ada' }, how: 'create', spectate: false })
  room.on('boom', () => {})
  room.send('move', 1)
  room.request('buy').catch(() => {})
  client.emit('chat', 'hello')
  server.last.cut()
  await server.time.advance(20_000)
  expect(client.status().status).toBe('open')
  client.close()
  expect(told).toEqual([])
})

test('a room that waits in a page for a client that nobody connects is told', async () => {
  vi.stubGlobal('document', {})
  const server = createFakeServer()
  const client = server.client({ contract, autoConnect: false })
  client.join(Arena)
  await server.time.advance(2_999)
  expect(told).toEqual([])
  await server.time.advance(1)
  expect(told).toEqual([
    expect.stringContaining(
      'The room "arena" waits for a client that nobody connects: see client.connect().',
    ),
  ])
})

test('options that there are not are told, and a client without an address is refused', () => {
  const server = createFakeServer()
  const options = { tokn: 'x', reconectDelay: 5, autoConnect: false }
  server.client(options)
  expect(told).toEqual([
    'The options of PPClient have what no client knows: "tokn", "reconectDelay" (did you mean "reconnectDelay"?).',
  ])
  const wrong: object = { uri: 'ws://localhost:3000', url: undefined }
  expect(() => server.client(wrong)).toThrow('A client needs the address of its server.')
})

test('joining with what join does not know is told, and what is no room is refused', () => {
  const client = createFakeServer().client({ autoConnect: false })
  const options = { name: 'Ada' } as object
  client.room(Arena, options)
  client.room(Arena, options)
  expect(told).toEqual([
    'Joining "arena" with what join does not know: "name". What the room\'s onJoin is to get stands in options: { options: { … } }.',
  ])
  expect(() => Reflect.apply(client.join, client, [undefined])).toThrow('What is to be joined is no room.')
  const id: object = { id: new URLSearchParams().get('room') }
  expect(() => client.room(Arena, id)).toThrow('The id of a room is a text, and null is none.')
  const how: object = { how: 'joinbyid' }
  expect(() => client.room(Arena, how)).toThrow(
    'A room is not joined how: "joinbyid" (did you mean "joinById"?).',
  )
})

test('an activity that there is not is refused', () => {
  const client = createFakeServer().client({ autoConnect: false })
  expect(() => client.setActivity('online' as 'active')).toThrow(
    'Nobody is "online": one is active, idle, away.',
  )
})

test('names that the contract does not have are told, each once', async () => {
  const server = createFakeServer()
  const client = server.client({ contract })
  const room = await enter(server, client)
  for (let i = 0; i < 3; i++) room.send('mvoe' as 'move', 1)
  room.request('bux' as 'buy').catch(() => {})
  room.on('bom' as 'boom', () => {})
  client.emit('caht' as 'chat', 'x')
  client.on('nwes' as 'news', () => {})
  client.on('disconect' as 'news', () => {})
  expect(told).toEqual([
    'The contract of room "arena" has no message "mvoe" (did you mean "move"?).',
    'The contract of room "arena" has no message "bux" (did you mean "buy"?).',
    'The contract of room "arena" has no event "bom" (did you mean "boom"?).',
    'The contract has no message "caht" (did you mean "chat"?).',
    'The contract has no event "nwes" (did you mean "news"?).',
    'client.on(\'disconect\') waits for a message of that name: did you mean "disconnect"?',
  ])
})

test('where a contract declares nothing of a kind, every name goes', async () => {
  const server = createFakeServer()
  const client = server.client<ContractShape>({ contract: defineContract({ rooms: { Arena } }) })
  await client.ready
  client.emit('anything')
  client.on('whatever', () => {})
  const room = client.join('r2')
  room.send('anything')
  room.on('whatever', () => {})
  expect(told).toEqual([])
})

describe('a server that is not reached', () => {
  class Socket extends EventTarget {
    static next: 'refused' | 'silent' = 'refused'
    binaryType = ''
    readyState = 0
    readonly bufferedAmount = 0
    constructor() {
      super()
      const isRefused = Socket.next === 'refused'
      queueMicrotask(() => {
        if (!isRefused) this.readyState = 1
        const event = isRefused
          ? Object.assign(new Event('close'), { code: 1006, reason: '' })
          : new Event('open')
        this.dispatchEvent(event)
      })
    }
    send(): void {}
    close(): void {}
  }

  function dial(url: string, next: 'refused' | 'silent') {
    Socket.next = next
    const server = createFakeServer()
    const { time } = server
    const options = { url, time, WebSocket: Socket as unknown as ClientOptions['WebSocket'] & object }
    const client = server.client({ ...options, connectTransport: undefined as never })
    onTestFinished(() => client.close())
    return time
  }

  test('the console says what to look at, once', async () => {
    const time = dial('ws://localhost:3001', 'refused')
    await time.advance(60_000)
    expect(told).toEqual([
      expect.stringContaining('No connection to ws://localhost:3001: is a PaindaProtocol server'),
    ])
  })

  test('something else that answers there is told apart', async () => {
    const time = dial('ws://localhost:3002', 'silent')
    await time.advance(10_000)
    expect(told).toEqual([expect.stringContaining('Something answers at ws://localhost:3002, but not as a')])
  })
})

test('contracts that differ: what each end has alone is told, unless somebody listens for errors', async () => {
  const mismatches = [
    { name: 'message "arena"."fire"', where: 'client' },
    { name: 'message "arena"."start"', where: 'server' },
    { name: 'request "arena"."buy"', where: 'both' },
  ] as const
  const server = createFakeServer()
  server.autoWelcome = () => ({ mismatches })
  const heard: string[] = []
  const listening = server.client({ contract })
  listening.on('error', ({ message }) => heard.push(message))
  await listening.ready
  expect(told).toEqual([])
  await server.client({ contract }).ready
  const message =
    'Client and server differ in message "arena"."fire" (client only), message "arena"."start" (server only), request "arena"."buy". Build both from the same contract.'
  expect(heard).toEqual([message])
  expect(told).toEqual([`SCHEMA_MISMATCH: ${message}`])
})

test('refusals that nobody waits for are told once for each type; those of a game’s own are not', async () => {
  const server = createFakeServer()
  const client = server.client()
  await client.ready
  for (const id of ['e1', 'e2'])
    server.last.say({
      kind: 'error',
      code: 'INTERNAL',
      message: `Failed (error ${id}).`,
      type: 'hit',
      room: 'r',
    })
  server.last.say({ kind: 'error', code: 'REFUSED', message: 'Not your turn.', type: 'hit', room: 'r' })
  await server.settle()
  expect(told).toEqual(['INTERNAL ("hit" of room "r"): Failed (error e1).'])
})

test('[CB5] what a listener throws is told in a process, also where a report would end it: in Bun and Deno', async () => {
  const ended = vi.fn()
  vi.stubGlobal('reportError', ended)
  const server = createFakeServer()
  const client = server.client()
  client.on('news', () => {
    throw new Error('of mine')
  })
  await client.ready
  server.last.say({ kind: 'event', type: 'news' })
  await server.settle()
  expect(told).toEqual([expect.stringMatching(/^INTERNAL: of mine Error: of mine\n\s+at /)])
  expect(ended).not.toHaveBeenCalled()
})

test('in a page the state of a room is frozen, whole and after each change', async () => {
  vi.stubGlobal('document', {})
  const server = createFakeServer()
  const room = await enter(server, server.client())
  const before = room.state
  expect(() => Object.assign(room.state?.players.a ?? {}, { x: 5 })).toThrow(TypeError)
  server.last.say({ kind: 'delta', room: 'r1', from: 1, to: 2, tick: 2, delta: { players: { b: { x: 9 } } } })
  await server.settle()
  expect(room.state?.players.b.x).toBe(9)
  expect(room.state?.players.a).toBe(before?.players.a)
  expect(() => Object.assign(room.state?.players.b ?? {}, { x: 5 })).toThrow(TypeError)
  expect(() => Object.assign(room.state ?? {}, { count: 5 })).toThrow(TypeError)
})

test('a payload that would arrive empty is told', async () => {
  const server = createFakeServer()
  const client = server.client()
  await client.ready
  client.emit('save', { points: new Map([['ada', 1]]) })
  client.emit('save', Promise.resolve(1))
  client.emit('save', new ArrayBuffer(2))
  client.emit('save', { error: new TypeError('of mine') })
  client.emit('save', {})
  expect(told).toEqual([
    expect.stringContaining('A Map travels as {}'),
    expect.stringContaining('A Promise travels as {}'),
    expect.stringContaining('An ArrayBuffer travels as {}'),
    expect.stringContaining('An Error travels as {}'),
  ])
})

test('what follows the payload of an emit is told, with the way to an answer', async () => {
  const client = createFakeServer().client()
  const emit = (...args: unknown[]): unknown => Reflect.apply(client.emit, client, args)
  emit('hit', 1)
  emit('hit', 1, 2)
  emit('save', {}, () => {})
  expect(told).toEqual([
    "client.emit('hit') takes one payload, and what follows it is dropped: put all of it into one.",
    "client.emit('save') takes one payload, and what follows it is dropped: for an answer ask with request(type, payload).",
  ])
})

test('what is sent to a room after it was left is told, but not after the room has ended', async () => {
  const server = createFakeServer()
  const ended = await enter(server, server.client())
  server.last.say({ kind: 'left', room: 'r1', reason: 'disposed' })
  await server.settle()
  ended.send('move', 1)
  expect(told).toEqual([])
  const room = await enter(server, server.client())
  room.leave()
  room.send('move', 1)
  room.send('move', 2)
  expect(told).toEqual(['"move" was sent to the room "arena" after it was left, and dropped.'])
})

test('a getToken that fails is told, unless somebody listens for errors; a token that the server refuses is not', async () => {
  const server = createFakeServer()
  const getToken = () => Promise.reject(new TypeError('no storage'))
  const listening = server.client({ getToken, reconnect: false })
  listening.on('error', () => {})
  await server.settle()
  expect(told).toEqual([])
  server.client({ getToken, reconnect: false })
  await server.settle()
  expect(told).toEqual(['getToken failed. TypeError: no storage'])
  server.autoWelcome = null
  server.client({ getToken: () => 'old' })
  await server.settle()
  server.last.say({ kind: 'error', code: 'UNAUTHORIZED', message: 'Log in first.', fatal: true })
  await server.settle()
  expect(told).toHaveLength(1)
})

test('a name that no server reads is refused at the call: it cost the connection, and the next one too', async () => {
  const server = createFakeServer()
  const client = server.client()
  await client.ready
  const long = 'x'.repeat(257)
  const none = expect.objectContaining({ code: 'INVALID_ARGUMENT' })
  expect(() => client.emit(long)).toThrow(none)
  expect(() => void client.request(long)).toThrow(none)
  expect(() => client.of(long).emit('a')).toThrow(none)
  expect(() => client.of(5 as never).emit('a')).toThrow(none)
  await server.settle()
  expect([server.last.of('event'), client.status().status]).toEqual([[], 'open'])
})

test('a token that is none, or longer than servers read, is never said', async () => {
  const server = createFakeServer()
  const errors: (PPError | null)[] = []
  for (const token of ['x'.repeat(8_193), { jwt: 'x' } as never]) {
    const client = server.client({ getToken: () => token })
    await server.settle()
    errors.push(client.status().error)
    client.close()
  }
  const failed = {
    code: 'UNAUTHORIZED',
    cause: { message: 'A token is a text of at most 8192 characters.' },
  }
  expect(errors).toMatchObject([failed, failed])
  expect(server.peers).toHaveLength(0)
})

test('in production nothing is told', () => {
  vi.stubEnv('NODE_ENV', 'production')
  onTestFinished(() => void vi.unstubAllEnvs())
  createFakeServer().client({ never: 1, autoConnect: false } as object)
  expect(told).toEqual([])
})
