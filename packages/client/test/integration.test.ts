// The client against the real server over real sockets: the few things that only both together can show.
import { defineContract, defineRoom, request, type } from '@painda/protocol'
import { PPServer } from '@painda/server'
import { afterEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { PPClient } from '../src/index.js'
import type { ClientOptions, Recovery, RoomHandle, RoomShape } from '../src/index.js'

const Arena = defineRoom({
  name: 'arena',
  state: (): { players: { [id: string]: { x: number; coins: number } } } => ({ players: {} }),
  messages: { move: type<{ dx: number }>() },
  requests: { buy: request(type<{ price: number }>(), type<{ coins: number }>()) },
  events: { boom: type<{ at: number }>() },
  presence: type<{ name: string }>(),
})
const contract = defineContract({
  rooms: { Arena },
  messages: { note: type<string>() },
  requests: { double: request(type<number>(), type<number>()) },
  events: { news: type<string>() },
})
type Contract = typeof contract

const QUIET = { debug() {}, info() {}, warn() {}, error() {} }

const undos: (() => unknown)[] = []
afterEach(async () => {
  for (const undo of undos.splice(0).reverse()) await undo()
})

async function start(): Promise<{ server: PPServer<Contract>; url: string; join: typeof connect }> {
  const server = new PPServer({ port: 0, host: '127.0.0.1', contract, logger: QUIET })
  undos.push(() => server.close())
  server.define(Arena, {
    maxSpectators: 2,
    onJoin: ({ state, client }) => void (state.players[client.id] = { x: 0, coins: 10 }),
    onLeave: ({ state, client }) => void delete state.players[client.id],
    messages: {
      move: ({ state, client, room }, { dx }) => {
        const player = state.players[client.id]
        if (player === undefined) return
        player.x += dx
        room.broadcast('boom', { at: player.x })
      },
    },
    requests: {
      buy: ({ state, client }, { price }) => {
        const player = state.players[client.id]
        if (player === undefined || player.coins < price) throw new Error('secret')
        player.coins -= price
        return { coins: player.coins }
      },
    },
  })
  server.on('double', (_client, n, ack) => ack(null, n * 2))
  const { port } = await server.listening()
  const url = `ws://127.0.0.1:${port}`
  const connect = async (options: Partial<ClientOptions<Contract>> = {}): Promise<PPClient<Contract>> => {
    const client = new PPClient({ url, contract, WebSocket, reconnectDelay: 20, ...options })
    undos.push(() => client.close())
    await client.ready
    return client
  }
  return { server, url, join: connect }
}
declare function connect(options?: Partial<ClientOptions<Contract>>): Promise<PPClient<Contract>>

/** Resolves when the condition holds; asked after each change of the room. */
function until<Room extends RoomShape>(room: RoomHandle<Room>, isTrue: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const check = (): void => {
      if (!isTrue()) return
      undo()
      undoPresence()
      resolve()
    }
    const undo = room.subscribe(check)
    const undoPresence = room.presence.subscribe(check)
    check()
  })
}

describe('with the real server', () => {
  test('two clients see each other move, paid requests are answered, refusals keep their secret', async () => {
    const { join } = await start()
    const [ada, bob] = await Promise.all([join(), join()])
    const [a, b] = [ada.join(Arena), bob.join(Arena)]
    await Promise.all([a.joined, b.joined])
    expect(a.id).toBe(b.id)
    const booms: number[] = []
    b.on('boom', ({ at }) => booms.push(b.state?.players[ada.id ?? '']?.x === at ? at : NaN))
    a.send('move', { dx: 3 })
    await until(b, () => b.state?.players[ada.id ?? '']?.x === 3)
    expect(booms).toEqual([3])
    await expect(a.request('buy', { price: 4 })).resolves.toEqual({ coins: 6 })
    await expect(a.request('buy', { price: 40 })).rejects.toMatchObject({
      code: 'INTERNAL',
      message: expect.not.stringContaining('secret'),
    })
    await expect(ada.request('double', 21)).resolves.toBe(42)
    await until(b, () => b.state?.players[ada.id ?? '']?.coins === 6)
    await until(a, () => a.version === b.version)
    expect(a.state).toEqual(b.state)
  })

  test('[RP3] who looked on plays as soon as a handle asks for that, and the other way round', async () => {
    const { join } = await start()
    const [ann, bob] = [await join(), await join()]
    const room = ann.join(Arena)
    const { id } = await room.joined
    const seats = (): unknown => Object.keys(room.state?.players ?? {})
    const looking = bob.join(Arena, { id: id ?? '', spectate: true })
    await looking.joined
    expect(seats()).toEqual([ann.id])
    const playing = bob.join(Arena, { id: id ?? '' })
    await playing.joined
    await until(room, () => bob.id !== null && room.state?.players[bob.id] !== undefined)
    playing.send('move', { dx: 2 })
    await until(playing, () => playing.state?.players[bob.id ?? '']?.x === 2)
    expect([looking.status, playing.status]).toEqual(['left', 'joined'])
    await bob.join(Arena, { id: id ?? '', spectate: true }).joined
    await until(room, () => room.state?.players[bob.id ?? ''] === undefined)
    expect([playing.status, seats()]).toEqual(['left', [ann.id]])
  })

  test('presence: own data is seen by the other, and gone with the end', async () => {
    const { server, join } = await start()
    const [ada, bob] = await Promise.all([join(), join()])
    const [a, b] = [ada.join(Arena), bob.join(Arena)]
    await Promise.all([a.joined, b.joined])
    a.presence.update({ name: 'Ada' })
    const { id } = ada
    const ofAda = () => b.presence.get(id ?? '')
    await until(b, () => ofAda()?.data.name === 'Ada')
    await until(b, () => b.presence.self !== null)
    expect(b.presence.others().map(({ clientId }) => clientId)).toEqual([id])
    ada.close()
    await until(b, () => ofAda() === undefined)
    expect(server.getClients()).toHaveLength(1)
  })

  test('[RC3] after a cut the session goes on: same id, same room, messages of both ends once and in order', async () => {
    const { server, join } = await start()
    const sockets: WebSocket[] = []
    class Kept extends WebSocket {
      constructor(url: string, protocols: string[]) {
        super(url, protocols)
        sockets.push(this)
      }
    }
    const heard: string[] = []
    const told: string[] = []
    server.on('note', (_client, text) => void heard.push(text))
    const client = await join({ WebSocket: Kept })
    client.on('news', (text) => told.push(text))
    const room = client.join(Arena)
    await room.joined
    const { id } = client
    const recovered = new Promise<Recovery>((resolve) => client.once('recovery', resolve))
    client.emit('note', 'before')
    sockets[0]?.terminate()
    client.emit('note', 'while')
    const answer = client.request('double', 4)
    room.send('move', { dx: 5 })
    server.emit('news', 'one')
    server.emit('news', 'two')
    const recovery = await recovered
    expect(['resumed', 'snapshot']).toContain(recovery.outcome)
    await expect(answer).resolves.toBe(8)
    await until(room, () => room.status === 'joined' && room.state?.players[id ?? '']?.x === 5)
    expect([client.id, heard, told, sockets.length]).toEqual([id, ['before', 'while'], ['one', 'two'], 2])
    expect(room.stale).toBe(false)
  })

  test('[HS4] [HS5] a server with another contract version refuses for good', async () => {
    const { url } = await start()
    const client = new PPClient({ url, WebSocket, contract: { ...contract, version: '2' } })
    undos.push(() => client.close())
    await expect(client.ready).rejects.toMatchObject({ code: 'CONTRACT_MISMATCH' })
    expect(client.status().status).toBe('closed')
  })

  test('a room that the server puts the client into is there under its id', async () => {
    const { server, url } = await start()
    const lobby = server.room('lobby-1', { phase: 'waiting' })
    server.on('connection', (joining) => void lobby.join(joining))
    const client = new PPClient(url, { WebSocket })
    undos.push(() => client.close())
    const room = client.join<{ phase: string }>('lobby-1')
    await room.joined
    expect(room.state).toEqual({ phase: 'waiting' })
    lobby.update((state) => void (state.phase = 'playing'))
    await until(room, () => room.state?.phase === 'playing')
    expect(room.store.getState()).toBe(room.state)
  })
})
