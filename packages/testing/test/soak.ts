// A long ordinary day: players and bots come, play, change rooms, lose their connections, come back and leave for good.
// Nothing of them may stay behind: not in the heap, not as a timer or a socket, not in a room. The same day runs on fake
// time over the in-memory network, and in real time over real sockets.
import { PPClient, type RoomHandle } from '@painda/client'
import { createRandom, deepEqual, defineRoom, type } from '@painda/protocol'
import type { Random, Time, Transport } from '@painda/protocol'
import { PPVirtualClient, type PPServer } from '@painda/server'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

export interface SoakWorld {
  readonly server: PPServer
  readonly time: Time
  /** What the clients' connections need. */
  player(name: string): { client: PPClient; cut(): void }
  /** Lets this much time pass, and everything that is due happen. */
  advance(ms: number): Promise<void>
  /** Timers and sockets that are open now. */
  countHandles(): number
}

export interface SoakOptions {
  readonly clients: number
  readonly ms: number
  readonly seed: number
  /** Of the server's sessions: how long it waits for a client that was cut. */
  readonly retentionMs: number
}

export interface Levels {
  readonly heapMiB: number
  readonly handles: number
}

export interface SoakReport {
  /** With everybody there, after the first third and at the end. */
  readonly early: Levels
  readonly late: Levels
  /** How often things happened: a soak in which nothing does is worth nothing. */
  readonly joins: number
  readonly cuts: number
  readonly goodbyes: number
  readonly moves: number
  /** Replicas that showed something else than the server at rest. */
  readonly wrong: readonly string[]
  /** What was left when everybody had gone. */
  readonly left: { readonly sessions: number; readonly members: number; readonly players: number }
}

const STEP_MS = 250
const PER_ROOM = 25

const Field = defineRoom({
  name: 'field',
  state: () => ({ players: {} as Record<string, { x: number; y: number }> }),
  messages: { move: type<{ dx: number; dy: number }>() },
})

interface Guest {
  readonly client: PPClient
  readonly cut: () => void
  room: RoomHandle<typeof Field>
}

/** What rooms do with their members; call it once per server. */
export function defineField(server: PPServer): void {
  server.define(Field, {
    autoDisposeMs: Infinity,
    onJoin: ({ state, client }) => void (state.players[client.id] = { x: 0, y: 0 }),
    onLeave: ({ state, client }) => void delete state.players[client.id],
    messages: {
      move({ state, client }, { dx, dy }) {
        const player = state.players[client.id]
        if (player === undefined) return
        player.x += dx
        player.y += dy
      },
    },
  })
}

export async function runSoak(world: SoakWorld, options: SoakOptions): Promise<SoakReport> {
  const { server, advance } = world
  const random = createRandom(options.seed)
  const roomIds = Array.from({ length: Math.ceil(options.clients / PER_ROOM) }, (_, at) => `field-${at}`)
  const rooms = roomIds.map((id) => server.createRoom(Field, { id }))
  const guests = new Set<Guest>()
  const counts = { joins: 0, cuts: 0, goodbyes: 0, moves: 0 }
  let names = 0

  function enter(client: PPClient): RoomHandle<typeof Field> {
    counts.joins++
    const room = client.join(Field, { id: random.pick(roomIds) })
    // Whoever leaves while on the way in is told so by this promise.
    room.joined.catch(() => {})
    return room
  }

  function come(): void {
    const name = `guest-${names++}`
    const { client, cut } = names % 2 === 0 ? world.player(name) : bot(server, name, world.time)
    guests.add({ client, cut, room: enter(client) })
  }

  function act(guest: Guest, chance: Random): void {
    const dice = chance.next()
    if (dice < 0.01) {
      counts.goodbyes++
      guest.client.close()
      guests.delete(guest)
    } else if (dice < 0.02) {
      counts.cuts++
      guest.cut()
    } else if (dice < 0.04) {
      guest.room.leave()
      guest.room = enter(guest.client)
    } else if (dice < 0.06) {
      counts.moves++
      guest.room.send('move', { dx: chance.int(-9, 9), dy: chance.int(-9, 9) })
    }
  }

  async function live(ms: number): Promise<void> {
    // By the clock: on a busy machine a step takes longer than it should.
    const end = world.time.now() + ms
    while (world.time.now() < end) {
      for (const guest of guests) act(guest, random)
      // Not all at once in the beginning either.
      for (let i = 0; i < 50 && guests.size < options.clients; i++) come()
      await advance(STEP_MS)
    }
  }

  async function levels(): Promise<Levels> {
    await advance(options.retentionMs + 5_000)
    return { heapMiB: heapMiB(), handles: world.countHandles() }
  }

  await live(options.ms / 3)
  const early = await levels()
  await live((options.ms * 2) / 3)
  const late = await levels()
  const wrong = [...guests].flatMap(({ client, room }) => {
    const truth = server.getRoom(room.id ?? '')?.state
    return deepEqual(room.state, truth) ? [] : [`${client.id} in ${room.id}`]
  })

  for (const { client } of guests) client.close()
  guests.clear()
  await advance(options.retentionMs + 5_000)
  const left = {
    sessions: server.getClients().length,
    members: rooms.reduce((sum, { clients }) => sum + clients.length, 0),
    players: rooms.reduce((sum, { state }) => sum + Object.keys(state.players).length, 0),
  }
  for (const room of rooms) await room.dispose()
  return { early, late, ...counts, wrong, left }
}

/** A bot whose pipe can be cut. */
function bot(server: PPServer, name: string, time: Time): { client: PPClient; cut(): void } {
  let pipe: Transport | null = null
  const client = new PPVirtualClient(name, { time, lingerMs: 0 })
  client.connect({
    acceptTransport(transport, info) {
      pipe = transport
      server.acceptTransport(transport, info)
    },
    getRoom: (id) => server.getRoom(id),
  })
  return { client, cut: () => pipe?.terminate() }
}

setFlagsFromString('--expose-gc')
// Only a context made after the flag has the function.
const collect = runInNewContext('gc') as () => void

function heapMiB(): number {
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return (heapUsed + arrayBuffers) / 2 ** 20
}
