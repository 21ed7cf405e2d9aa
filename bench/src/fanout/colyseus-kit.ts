// Colyseus as its documentation does it: a schema, a timestep that changes it, a patch rate of the same length. Numbers
// are float32, which holds the cells of all worlds exactly.
import { ArraySchema, Encoder, MapSchema, schema, t } from '@colyseus/schema'
import type { Json } from '@painda/protocol'
import type { Joined, Kit } from './job.js'
import { applyChanges } from './worlds.js'
import type { Item, Step } from './worlds.js'

const Player = schema(
  {
    name: t.string(),
    x: t.float32(),
    y: t.float32(),
    vx: t.float32(),
    vy: t.float32(),
    hp: t.uint8(),
    score: t.uint16(),
    alive: t.boolean(),
    weapon: t.string(),
  },
  'BenchPlayer',
)
const Seat = schema({ name: t.string(), x: t.float32(), y: t.float32(), score: t.uint16() }, 'BenchSeat')
const Entity = schema({ x: t.float32(), y: t.float32(), kind: t.string() }, 'BenchEntity')
const Row = schema({ id: t.string(), name: t.string(), count: t.uint8() }, 'BenchRow')
const Arena = schema({ tick: t.uint32(), players: t.map(Player) }, 'BenchArena')
const Lobby = schema({ tick: t.uint32(), players: t.map(Seat) }, 'BenchLobby')
const Crowd = schema({ tick: t.uint32(), entities: t.map(Entity) }, 'BenchCrowd')
const List = schema({ tick: t.uint32(), items: t.array(Row) }, 'BenchList')
const Nothing = schema({ tick: t.uint32() }, 'BenchNothing')

type Fields = Record<string, unknown>
/** What all of these classes offer; their own types differ in the fields only. */
interface SchemaObject {
  assign(fields: Fields): unknown
  toJSON(): Json
}
type SchemaClass = new () => SchemaObject

export const colyseus: Kit = {
  async serve(job, host) {
    const { Room, Server } = await import('@colyseus/core')
    const { WebSocketTransport } = await import('@colyseus/ws-transport')
    const states: SchemaObject[] = []
    // The crowd is larger than the default of 8 kB.
    Encoder.BUFFER_SIZE = 1024 * 1024

    class World extends Room {
      override maxClients = 100_000
      override autoDispose = false
      override onCreate({ room = 0 }: { room?: number }): void {
        const state = stateOf(host.start)
        states[room] = state
        this.state = state
        const { players } = state as unknown as { players?: MapSchema }
        this.onMessage('input', (_client, { slot, dx, dy }: { slot: string; dx: number; dy: number }) => {
          const player = players?.get(slot) as { x: number; y: number } | undefined
          if (player === undefined) return
          player.x += dx / 16
          player.y += dy / 16
          host.noteInput()
        })
        this.onMessage('echo', (_client, { n }: { n: number }) => ({ n }))
        if (!('hz' in job)) return
        this.patchRate = 1000 / job.hz
        if (job.kind !== 'world') return
        this.setTimestep(() => {
          const step = host.nextStep()
          if (step !== null) doStep(state, step)
        }, 1000 / job.hz)
      }
    }
    const transport = new WebSocketTransport({ server: host.http, maxPayload: 1024 * 1024 })
    const server = new Server({ transport, greet: false, gracefullyShutdown: false })
    server.define('world', World).filterBy(['room'])
    await server.listen(0, '127.0.0.1')
    return { expected: (room) => states[room]?.toJSON() ?? null }
  },

  async join(_job, url, { room: index, slot, isLight }, seen) {
    const { Client } = await import('@colyseus/sdk')
    const client = new Client(url.replace('ws:', 'http:'))
    const room = await client.joinOrCreate<SchemaObject & { tick: number }>('world', { room: index })
    await new Promise<void>((resolve) => room.onStateChange.once(() => resolve()))
    room.onStateChange((state) => seen(state.tick))
    if (isLight) room.connection.events.onmessage = () => {}
    const joined: Joined = {
      state: isLight ? null : () => room.state.toJSON(),
      input: (dx, dy) => room.send('input', { slot: `p${slot}`, dx, dy }),
      ask: async (n) => {
        const answer: { n: number } = await room.request('echo', { n })
        return answer.n
      },
      close: () => void room.leave(),
    }
    return joined
  },
}

function stateOf(start: Json): SchemaObject {
  // The scripts make their states of these parts.
  const from = start as {
    players?: Record<string, Fields>
    entities?: Record<string, Fields>
    items?: Item[]
  }
  const first = Object.values(from.players ?? {})[0]
  if (from.entities !== undefined) return filled(Crowd, { entities: mapOf(Entity, from.entities) })
  if (from.items !== undefined) {
    const items = new ArraySchema()
    for (const item of from.items) items.push(rowOf(item))
    return filled(List, { items })
  }
  if (from.players === undefined) return filled(Nothing, {})
  return first !== undefined && 'hp' in first
    ? filled(Arena, { players: mapOf(Player, from.players) })
    : filled(Lobby, { players: mapOf(Seat, from.players) })
}

function filled(Class: unknown, fields: Fields): SchemaObject {
  const made = new (Class as SchemaClass)()
  made.assign({ tick: 0, ...fields })
  return made
}

function mapOf(Class: unknown, entries: Record<string, Fields>): MapSchema {
  const map = new MapSchema()
  for (const [id, fields] of Object.entries(entries)) {
    const made = new (Class as SchemaClass)()
    made.assign(fields)
    map.set(id, made)
  }
  return map
}

function rowOf(item: Item): SchemaObject {
  const made = new (Row as unknown as SchemaClass)()
  made.assign({ ...item })
  return made
}

function doStep(state: SchemaObject, step: Step): void {
  const root = state as unknown as {
    tick: number
    players?: MapSchema
    entities?: MapSchema
    items?: ArraySchema
  }
  root.tick = step.tick
  const map = root.players ?? root.entities
  applyChanges(step.changes, (id) => map?.get(id) as Record<string, number> | undefined)
  const { list } = step
  if (list === null || root.items === undefined) return
  root.items.splice(list.insert.at, 0, rowOf(list.insert.item))
  root.items.splice(list.remove, 1)
  const [moved] = root.items.splice(list.move.from, 1)
  // An item that left a list cannot come back to it: another object with its fields can.
  if (moved !== undefined)
    root.items.splice(list.move.to, 0, rowOf((moved as SchemaObject).toJSON() as unknown as Item))
}
