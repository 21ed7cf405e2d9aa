// Socket.IO as its users do it: one room per game, and a delta of their own as JSON. WebSocket from the start, no long
// polling, no compression.
import type { Json } from '@painda/protocol'
import { Server } from 'socket.io'
import { io } from 'socket.io-client'
import { everyStep } from './bare-kit.js'
import type { Joined, Kit } from './job.js'
import { doStep, eachChange, mapsOf, NO_CHANGES } from './worlds.js'
import type { Item, Player, Step } from './worlds.js'

/** What a tick changed. */
interface Delta {
  t: number
  m?: Record<string, Record<string, number>>
  l?: Step['list']
}
interface Tree {
  tick: number
  players?: Record<string, Player>
  entities?: Record<string, Player>
  items?: Item[]
}

export const socketIo: Kit = {
  async serve(job, host) {
    const server = new Server(host.http, { transports: ['websocket'], perMessageDeflate: false })
    const count = job.kind === 'lobby' || job.kind === 'storm' ? job.rooms : 1
    const rooms = Array.from({ length: count }, () => ({
      state: structuredClone(host.start) as unknown as Tree,
      moved: new Set<string>(),
    }))
    server.on('connection', (socket) => {
      const index = Number(socket.handshake.query['room'])
      const room = rooms[index]
      if (room === undefined) return
      void socket.join(`room-${index}`)
      socket.emit('state', room.state)
      socket.on('echo', (n: number, ack: (n: number) => void) => ack(n))
      socket.on('input', ({ slot, dx, dy }: { slot: string; dx: number; dy: number }) => {
        const player = room.state.players?.[slot]
        if (player === undefined) return
        player.x += dx / 16
        player.y += dy / 16
        room.moved.add(slot)
        host.noteInput()
      })
    })
    if ('hz' in job) {
      everyStep(job.hz, () => {
        if (job.kind === 'world') {
          const step = host.nextStep()
          const state = rooms[0]?.state
          if (step === null || state === undefined) return
          doStep(state, step)
          server.to('room-0').emit('delta', deltaOf(step))
          return
        }
        rooms.forEach(({ state, moved }, index) => {
          if (moved.size === 0) return
          const m = Object.fromEntries([...moved].map((id) => [id, place(state.players?.[id])]))
          server.to(`room-${index}`).emit('delta', { t: 0, m } satisfies Delta)
          moved.clear()
        })
      })
    }
    return { expected: (room) => rooms[room]?.state as unknown as Json }
  },

  async join(_job, url, { room, slot, isLight }, seen) {
    const socket = io(url.replace('ws:', 'http:'), {
      transports: ['websocket'],
      forceNew: true,
      query: { room: String(room) },
      reconnection: false,
      timeout: 60_000,
    })
    let state: Tree = { tick: 0 }
    await new Promise<void>((resolve, reject) => {
      socket.on('connect_error', reject)
      socket.on('state', (whole: Tree) => {
        state = whole
        resolve()
      })
      socket.on('delta', ({ t, m, l }: Delta) => {
        state.tick = t
        const map = state[mapsOf(state as unknown as Json)]
        for (const [id, fields] of Object.entries(m ?? {})) Object.assign(map?.[id] ?? {}, fields)
        if (l !== undefined) doStep(state, { tick: t, changes: NO_CHANGES, list: l })
        seen(t)
      })
    })
    // Above the engine's own pings, below the parser.
    if (isLight) socket.io.engine.off('data')
    const joined: Joined = {
      state: isLight ? null : () => state as unknown as Json,
      input: (dx, dy) => void socket.emit('input', { slot: `p${slot}`, dx, dy }),
      ask: (n) => socket.emitWithAck('echo', n) as Promise<number>,
      close: () => void socket.disconnect(),
    }
    return joined
  },
}

function deltaOf({ tick, changes, list }: Step): Delta {
  if (list !== null) return { t: tick, l: list }
  const m: Record<string, Record<string, number>> = {}
  eachChange(changes, (id, name, value) => {
    const entity = (m[id] ??= {})
    entity[name] = value
  })
  return { t: tick, m }
}

function place(player: Player | undefined): Record<string, number> {
  return { x: player?.x ?? 0, y: player?.y ?? 0 }
}
