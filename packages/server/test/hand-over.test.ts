// A server that takes the place of another one goes on with its rooms: what comes along, what does not, and what is said of that.
import { createRandom, defineContract, defineRoom, type } from '@painda/protocol'
import { createFakeTime } from '@painda/testing/fake-time'
import { expect, onTestFinished, test } from 'vitest'
import { PPServer, silentLogger, type HandedRoom, type RoomBehaviour, type RoomStore } from '../src/index.js'
import type { Member } from '../src/member.js'

const makeArena = (state: object = { score: 0, players: {} as Record<string, number> }, more: object = {}) =>
  defineRoom({
    name: 'arena',
    // Of every shape that a test asks for.
    state: () => structuredClone(state) as { score: number; players: Record<string, number> },
    messages: { hit: type<number>(), ...more },
  })

const Arena = makeArena()
type Behaviour = RoomBehaviour<typeof Arena, Member>

const RULES: Behaviour = {
  onJoin: ({ state, client }) => void (state.players[client.id] = 0),
  onLeave: ({ state, client }) => void delete state.players[client.id],
  messages: { hit: ({ state }, by) => void (state.score += by) },
}

function start(behaviour: Behaviour = RULES, shape = Arena, more: { roomStore?: RoomStore } = {}) {
  const time = createFakeTime()
  const contract = defineContract({ rooms: { Arena: shape } })
  const server = new PPServer({ time, contract, logger: silentLogger, random: createRandom(1), ...more })
  const errors: string[] = []
  server.on('error', ({ message, cause }) => void errors.push(`${message} ${String(cause)}`))
  server.define(shape, behaviour)
  onTestFinished(() => server.close())
  return { server, time, errors }
}

/** It ends at its own pace, on a clock that somebody must move. */
async function end({
  server,
  time,
}: Pick<ReturnType<typeof start>, 'server' | 'time'>): Promise<HandedRoom[]> {
  const over = server.handOver()
  await time.advance(10_000)
  return over
}

/** What is left of one room with that many points. */
async function handed(behaviour: Behaviour = RULES, id = 'a'): Promise<HandedRoom[]> {
  const first = start({ autoDisposeMs: Infinity, ...behaviour })
  first.server.createRoom(Arena, { id }).update((state) => void (state.score = 7))
  return end(first)
}

test('a room comes along with state, metadata and privacy, and begins with onRestore', async () => {
  const first = start({ autoDisposeMs: Infinity })
  const room = first.server.createRoom(Arena, { id: 'a' })
  room.update((state) => void (state.score = 7))
  room.metadata = { map: 'ice' }
  room.isPrivate = true
  await first.server.createRoom(Arena, { id: 'over' }).dispose()
  first.server.room('plain', { n: 0 })
  const rooms = await end(first)
  expect(JSON.parse(JSON.stringify(rooms))).toEqual(rooms)
  expect(rooms.map(({ id }) => id)).toEqual(['a'])
  expect(await end(first), 'asked again').toEqual(rooms)
  const closed = start({ autoDisposeMs: Infinity })
  closed.server.createRoom(Arena, { id: 'a' })
  await closed.server.close()
  expect(await end(closed), 'of a server that was closed').toEqual([])

  const calls: string[] = []
  const { server } = start({
    onCreate: () => void calls.push('create'),
    onRestore: ({ state }) => void calls.push(`restore ${state.score}`),
  })
  expect(server.takeOver(rooms)).toEqual({ rooms: 1, restarted: 0, notes: [] })
  expect(calls).toEqual(['restore 7'])
  expect(server.getRoom('a')).toMatchObject({
    state: { score: 7 },
    metadata: { map: 'ice' },
    isPrivate: true,
  })
})

test('a room that nobody comes back to ends as it would have when they had left', async () => {
  const rooms = await handed()
  const { server, time } = start()
  server.takeOver(rooms)
  await time.advance(119_000)
  expect(server.getRoom('a')).toBeDefined()
  await time.advance(2_000)
  expect(server.getRoom('a')).toBeUndefined()
})

test('a first state of another shape begins anew, and the answer names the path', async () => {
  const rooms = [...(await handed()), ...(await handed(RULES, 'b'))]
  const { server } = start(RULES, makeArena({ score: 0, players: {}, lives: 3 }))
  expect(server.takeOver(rooms)).toEqual({
    rooms: 0,
    restarted: 2,
    notes: ['The state of the room "arena" has another shape at "lives".'],
  })
  expect(server.rooms()).toEqual([])
})

test('timers and listeners end with their server: without onRestore the room begins anew, with it it sets its own', async () => {
  const wind: Behaviour['onCreate'] = ({ room, state }) => void room.every(1_000, () => state.score++)
  const rooms = await handed({ onCreate: wind })
  const without = start({ onCreate: wind })
  expect(without.server.takeOver(rooms)).toMatchObject({
    rooms: 0,
    restarted: 1,
    notes: [expect.stringContaining('write onRestore') as string],
  })
  const { server, time } = start({ onRestore: (ctx) => wind(ctx, undefined) })
  expect(server.takeOver(rooms)).toMatchObject({ rooms: 1 })
  await time.advance(3_500)
  expect(server.getRoom('a')?.state).toMatchObject({ score: 10 })
})

test('what is not defined any more, is there already or is no room is left out, and the others go on', async () => {
  const rooms = [...(await handed()), ...(await handed(RULES, 'b')), ...(await handed(RULES, 'c'))]
  const { server, errors } = start({
    onRestore({ room }) {
      if (room.id === 'c') throw new Error('not like this')
    },
  })
  server.createRoom(Arena, { id: 'a' })
  const [first] = rooms
  if (first === undefined) throw new Error('Three were handed over.')
  const odd = [
    { ...first, id: 'd', name: 'gone' },
    { ...first, id: 'e', state: [] },
    null as unknown as HandedRoom,
  ]
  expect(server.takeOver([...rooms, ...odd])).toEqual({
    rooms: 1,
    restarted: 5,
    notes: ['The room "a" has been made already.', '"gone" is not defined any more.'],
  })
  expect(server.rooms().map(({ id }) => id)).toEqual(['a', 'b'])
  expect(errors).toHaveLength(3)
})

test('a room that persists is taken over once, and not a second time from the store', async () => {
  const saved = new Map<string, unknown>()
  const roomStore: RoomStore = {
    // What was saved is a room.
    load: async () => [...saved.values()] as HandedRoom[],
    save: async (room) => void saved.set(room.id, structuredClone(room)),
    remove: async (id) => void saved.delete(id),
  }
  const restored: string[] = []
  const behaviour: Behaviour = {
    persist: true,
    autoDisposeMs: Infinity,
    onRestore: ({ room }) => void restored.push(room.id),
  }
  const first = start(behaviour, Arena, { roomStore })
  first.server.createRoom(Arena, { id: 'a' }).update((state) => void (state.score = 7))
  const rooms = await end(first)
  expect([...saved.keys()]).toEqual(['a'])
  const { server } = start(behaviour, Arena, { roomStore })
  const loading = server.restoreRooms()
  expect(server.takeOver(rooms)).toMatchObject({ rooms: 1 })
  expect(await loading).toEqual([])
  expect(restored).toEqual(['a'])
  expect([...saved.keys()]).toEqual(['a'])
})
