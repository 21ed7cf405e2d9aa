// Our contender: PPServer with rooms of a contract, PPClient with its replicas.
import { PPClient } from '@painda/client'
import type { RoomHandle } from '@painda/client'
import { createWireCodec, defineContract, defineRoom, request } from '@painda/protocol'
import type { Json, Message, RoomShape, StandardSchema } from '@painda/protocol'
import { PPServer, silentLogger } from '@painda/server'
import { WebSocket } from 'ws'
import type { Joined, Kit } from './job.js'
import { doStep } from './worlds.js'
import type { Player } from './worlds.js'

interface State {
  tick: number
  players: Record<string, Player>
}

function any<T>(): StandardSchema<T, T> {
  return { '~standard': { version: 1, vendor: 'bench', validate: (value) => ({ value: value as T }) } }
}

const GRID = { quantize: 1 / 16 }
const World = defineRoom({
  name: 'world',
  state: (): State => ({ tick: 0, players: {} }),
  messages: { input: any<{ slot: string; dx: number; dy: number }>() },
  requests: { echo: request(any<{ n: number }>(), any<{ n: number }>()) },
  sync: {
    'players.*.x': GRID,
    'players.*.y': GRID,
    'entities.*.x': GRID,
    'entities.*.y': GRID,
  },
})
const contract = defineContract({ rooms: { World } })

export const ours: Kit = {
  async serve(job, host) {
    const server = PPServer.attachTo(host.http, {
      path: '/',
      contract,
      logger: silentLogger,
      maxConnectionsPerIp: 1_000_000,
      maxMessagesPerSecond: 0,
    })
    // The definition's state is typed for the lobby; every script's state has a tick.
    const Played: RoomShape = { ...World, state: () => structuredClone(host.start) as object }
    const isStepped = job.kind === 'world'
    server.define(Played as typeof World, {
      tickHz: job.kind === 'world' || job.kind === 'lobby' ? job.hz : 20,
      autoDisposeMs: Infinity,
      ...(isStepped
        ? {
            tick({ state }) {
              const step = host.nextStep()
              if (step !== null) doStep(state, step)
            },
          }
        : {}),
      messages: {
        input({ state }, { slot, dx, dy }) {
          const player = state.players[slot]
          if (player === undefined) return
          player.x += dx / 16
          player.y += dy / 16
          host.noteInput()
        },
      },
      requests: { echo: (_, { n }) => ({ n }) },
    })
    const count = job.kind === 'lobby' || job.kind === 'storm' ? job.rooms : 1
    const rooms = Array.from({ length: count }, (_, room) =>
      server.createRoom(Played as typeof World, { id: `room-${room}` }),
    )
    return { expected: (room) => rooms[room]?.state as unknown as Json }
  },

  async join(_job, url, { room, slot, isLight }, seen) {
    if (isLight) return joinLight(url, `room-${room}`)
    const client = new PPClient(url, { contract, WebSocket, connectTimeoutMs: 60_000 })
    const handle: RoomHandle<typeof World> = client.join(World, { id: `room-${room}` })
    handle.subscribe(() => {
      const { state } = handle
      if (state !== undefined) seen(state.tick)
    })
    await handle.joined
    const joined: Joined = {
      state: () => handle.state as unknown as Json,
      input: (dx, dy) => handle.send('input', { slot: `p${slot}`, dx, dy }),
      ask: async (n) => (await handle.request('echo', { n })).n,
      close: () => client.close(),
    }
    return joined
  },
}

/** Says the first words and answers pings, as the server would take it for gone or slow otherwise. */
function joinLight(url: string, room: string): Promise<Joined> {
  const socket = new WebSocket(url, ['painda.v3'], { perMessageDeflate: false })
  const codec = createWireCodec()
  const ping = codec.encode({ kind: 'ping', at: 0, received: 0 })
  /** Frames that begin like one of these may hold a ping: it alone, or behind something else. */
  const firstBytes = new Set([ping[0], codec.pack([ping, ping])[0]?.[0]])
  const say = (message: Message): void => socket.send(codec.encode(message))
  let isIn = false
  return new Promise((resolve, reject) => {
    socket.on('error', reject)
    socket.on('open', () => {
      say({ kind: 'hello', version: 3 })
      say({ kind: 'join', ackId: 1, how: 'join', room })
    })
    socket.on('message', (data: Buffer) => {
      if (isIn && !firstBytes.has(data[0])) return
      for (const message of codec.decode(data)) {
        if (message.kind === 'ping') say({ kind: 'pong', at: message.at, received: 0 })
        if (message.kind !== 'snapshot') continue
        isIn = true
        resolve({ state: null, close: () => socket.terminate() })
      }
    })
  })
}
