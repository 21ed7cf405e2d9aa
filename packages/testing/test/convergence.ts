// Agreement, run by run: a server that changes a room in every way that JSON can change, members that come and go, lose
// their connection, read slowly or not at all, and see now this and now that of it. At rest every replica must be what
// its member may see, and none may have lost its way on the road, unless bytes were damaged.
import type { Desync, RoomHandle } from '@painda/client'
import { createRandom, defineContract, defineRoom, type Json, type Random } from '@painda/protocol'
import type { PPServer } from '@painda/server'
import { createHarness, formatDifference, type TestClient } from '../src/index.js'

interface Thing {
  x: number
  y: number
  name?: string
  hand?: Json
}

interface World {
  tree: { [key: string]: Json }
  list: Json[]
  things: Record<string, Thing>
  teams: Record<string, string>
}

/** Everything for everybody, rounded in places, and one hand for its owner. */
const Open = defineRoom({
  name: 'open',
  state: (): World => firstWorld(),
  sync: {
    'things.*.x': { quantize: 1 / 64 },
    'things.*.y': { quantize: 1 / 64 },
    'things.*.hand': { to: 'owner' },
  },
})

/** Each team sees its own things; players change teams. */
const Teams = defineRoom({ name: 'teams', state: (): World => firstWorld() })

const contract = defineContract({ rooms: { Open, Teams } })
type Contract = typeof contract

/** Longer than a session lives whose client never read its welcome. */
const UNHEARD_MS = 11_000

export interface RunOptions {
  seed: number
  /** Server steps. Default 40. */
  steps?: number
  /** Damages one message on its way down. */
  damage?: boolean
}

export interface RunReport {
  desyncs: Desync[]
  skipped: number
  viewChanges: number
}

/** @throws an Error that names the seed */
export async function runConvergence(options: RunOptions): Promise<RunReport> {
  try {
    return await run(options)
  } catch (thrown) {
    const text = thrown instanceof Error ? thrown.message : String(thrown)
    throw new Error(`convergence with seed ${options.seed}: ${text}`, { cause: thrown })
  }
}

async function run({ seed, steps = 40, damage = false }: RunOptions): Promise<RunReport> {
  const random = createRandom(seed)
  const shape = random.next() < 0.5 ? Open : Teams
  const desyncs: Desync[] = []
  let viewChanges = 0
  const harness = createHarness({
    contract,
    seed,
    ...(random.next() < 0.5 ? {} : { profile: random.pick(['lan', 'good', 'jit', 'spec'] as const) }),
    serverOptions: { maxMessagesPerSecond: 0 },
    clientOptions: { lingerMs: 0, reconnectDelay: 100, reconnectDelayMax: 500 },
    setup(server) {
      define(server)
      server.createRoom(shape, { id: 'r' })
    },
  })
  const { time, server } = harness
  const handles = new Map<TestClient<Contract>, RoomHandle>()
  for (let i = random.int(1, 3); i > 0; i--) {
    const client = harness.client()
    client.on('desync', (desync) => void desyncs.push(desync))
    enter(client)
  }

  function enter(client: TestClient<Contract>): void {
    const handle = client.join(shape, { id: 'r' })
    handle.joined.catch(() => {})
    handles.set(client, handle)
  }

  function comeOrGo(client: TestClient<Contract>): void {
    const handle = handles.get(client)
    if (handle === undefined) return enter(client)
    handle.leave()
    handles.delete(client)
  }

  function weather({ net }: TestClient<Contract>): void {
    switch (random.int(0, 6)) {
      case 0:
      case 1:
        return net.cut()
      case 2:
        return net.stall(random.int(20, 1_500), random.pick(['up', 'down', undefined] as const))
      case 3:
        return net.set({ bytesPerSecond: random.int(3_000, 60_000) })
      case 4:
        net.offline()
        if (random.next() < 0.5) net.cut()
        time.after(random.int(50, 1_500), () => net.online())
        return
      case 5:
        return net.cutAtByte(random.int(0, 3_000), random.pick(['up', 'down'] as const))
      default:
        return net.set({ bytesPerSecond: null, delayMs: random.int(1, 120) })
    }
  }

  function change(): void {
    // Who is here changes too, by the members' own word and by the server's.
    if (random.next() < 0.3)
      handles.get(random.pick(harness.clients))?.presence.update({ mood: json(random, 2) })
    const known = server.getClients()
    if (random.next() < 0.1 && known.length > 0)
      server.presence.track(random.pick(known), { seen: json(random, 1) })
    const room = server.getRoom('r')
    room?.update((draft) => {
      // Rooms of both kinds hold such a world.
      const world = draft as World
      for (let i = random.int(1, random.next() < 0.1 ? 40 : 4); i > 0; i--) mutate(world, random)
      const member = harness.clients[random.int(0, harness.clients.length - 1)]?.id
      if (member === null || member === undefined || random.next() > 0.2) return
      viewChanges++
      world.teams[member] = random.pick(['red', 'blue', 'none'])
      world.things[member] = { ...thing(random), hand: json(random, 2) }
    })
  }

  // A crowd that moves all the time, and somebody whose link is too narrow for it.
  if (random.next() < 0.4) {
    server.getRoom('r')?.update((draft) => {
      // Rooms of both kinds hold such a world.
      const { things } = draft as World
      for (let i = 0; i < 60; i++) things[`crowd${i}`] = thing(random)
    })
    random.pick(harness.clients).net.set({ bytesPerSecond: random.int(800, 4_000) })
  }
  for (let step = 0; step < steps; step++) {
    if (random.next() < 0.9) change()
    const client = random.pick(harness.clients)
    if (random.next() < 0.08) weather(client)
    if (random.next() < 0.05) comeOrGo(client)
    if (damage && step === Math.floor(steps / 2)) client.net.corruptNext('down', random.int(1, 3))
    if (random.next() < 0.9) await time.advance(random.int(0, random.next() < 0.1 ? 600 : 40))
  }
  await time.advance(1_600)
  for (const { net } of harness.clients) {
    net.online()
    net.set({ bytesPerSecond: null })
  }
  // A session whose client never heard of it ends ten seconds after the cut, which others are told within a second: not in the last one.
  if (damage) await time.advance(UNHEARD_MS)
  // A second of traffic: in it every hash is said once.
  for (let i = 0; i < 25; i++) {
    change()
    await time.advance(50)
  }
  // Lists of who is here say theirs once a second, and the server's own goes out that often: with a change in each.
  for (let i = 0; i < 3; i++) {
    for (const client of server.getClients()) server.presence.track(client, { i })
    for (const handle of handles.values()) handle.presence.update({ mood: i })
    await time.advance(1_000)
  }
  const problems: string[] = []
  if (damage) await time.advance(1_000)
  else await harness.settle()
  problems.push(...harness.converged().differences.map(formatDifference))
  if (!damage && desyncs.length > 0)
    problems.push(`${desyncs.length} replicas lost their way: ${say(desyncs)}`)
  const { statesSkipped } = server.getStats()
  if (problems.length > 0) throw new Error(problems.join('; '))
  await harness.close()
  return { desyncs, skipped: statesSkipped, viewChanges }
}

function define(server: PPServer<Contract>): void {
  server.define(Open, { autoDisposeMs: Infinity })
  server.define(Teams, {
    autoDisposeMs: Infinity,
    viewKey: ({ id }) => teamOf(server, id),
    view: ({ id }, state) => viewOf(state, teamOf(server, id)),
  })
}

function teamOf(server: PPServer<Contract>, id: string): string {
  // Rooms of both kinds hold such a world.
  const world = server.getRoom('r')?.state as World | undefined
  return world?.teams[id] ?? 'none'
}

function viewOf({ tree, list, things, teams }: World, team: string): object {
  const mine = Object.entries(things).filter(([id]) => (teams[id] ?? 'none') === team)
  return team === 'none' ? { tree, list } : { team, list, things: Object.fromEntries(mine) }
}

function firstWorld(): World {
  return { tree: { a: { b: [1, 2, 3] } }, list: [1, 'two', { three: 3 }], things: {}, teams: {} }
}

const KEYS = ['a', 'b', 'c', 'd', 'e', 'ключ', 'a b', '0'] as const

function mutate({ tree, list, things }: World, random: Random): void {
  switch (random.int(0, 11)) {
    case 0:
    case 1: {
      const parent = walk(tree, random)
      parent[random.pick(KEYS)] = json(random, 3)
      return
    }
    case 2: {
      const parent = walk(tree, random)
      delete parent[random.pick(KEYS)]
      return
    }
    case 3: {
      // Moved, or shared for a moment: what stands in two places is copied.
      const from = walk(tree, random)
      const key = random.pick(KEYS)
      const value = from[key]
      if (value === undefined) return
      delete from[key]
      tree[random.pick(KEYS)] = value
      return
    }
    case 4:
      if (list.length > 30) list.splice(random.int(0, 10), 15)
      return void list.splice(random.int(0, list.length), random.int(0, 2), json(random, 2))
    case 5:
      if (random.next() < 0.3) list.reverse()
      else if (list.length > 0) list.splice(random.int(0, list.length - 1), 1)
      return
    case 6: {
      const index = random.int(0, Math.max(0, list.length - 1))
      if (list.length > 0) list[index] = json(random, 1)
      return
    }
    case 7:
      things[`t${random.int(0, 12)}`] = thing(random)
      return
    case 8:
      delete things[`t${random.int(0, 12)}`]
      return
    default:
      for (const one of Object.values(things)) {
        one.x += random.next() - 0.5
        if (random.next() < 0.3) one.y = -one.y
      }
  }
}

/** An object somewhere in the tree. */
function walk(tree: World['tree'], random: Random): World['tree'] {
  let at = tree
  for (let depth = random.int(0, 3); depth > 0; depth--) {
    const next = at[random.pick(KEYS)]
    if (typeof next !== 'object' || next === null || Array.isArray(next)) return at
    // Of JSON's containers only objects are left.
    at = next as World['tree']
  }
  return at
}

function thing(random: Random): Thing {
  const named = random.next() < 0.3 ? { name: `n${random.int(0, 99)}` } : {}
  return { x: random.next() * 100, y: random.int(-50, 50), ...named }
}

function json(random: Random, depth: number): Json {
  const kind = random.int(0, depth > 0 ? 8 : 5)
  switch (kind) {
    case 0:
      return null
    case 1:
      return random.next() < 0.5
    case 2:
      return random.int(-1_000, 1_000)
    case 3:
      return random.next() * 1e6
    case 4:
    case 5:
      return random.pick(['', 'x', 'größer', '🎲', 'y'.repeat(random.int(0, 200))])
    case 6:
      return Array.from({ length: random.int(0, 5) }, () => json(random, depth - 1))
    default: {
      const keys = Array.from({ length: random.int(0, 4) }, () => random.pick(KEYS))
      return Object.fromEntries(keys.map((key) => [key, json(random, depth - 1)]))
    }
  }
}

function say(desyncs: readonly Desync[]): string {
  return desyncs.map(({ why, have, got, path }) => `${why} ${have}→${got} at ${path}`).join()
}
