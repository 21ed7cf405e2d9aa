// Other code for a running server: what goes on, what is replaced, and what is refused.
import {
  defineContract,
  defineRoom,
  request,
  type,
  type ContractShape,
  type LobbyState,
} from '@painda/protocol'
import { createHarness, type Harness, type TestClient } from '@painda/testing'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import {
  PPServer,
  silentLogger,
  type LobbyOptions,
  type Room,
  type RoomBehaviour,
  type Setup,
} from '../src/index.js'
import type { Member } from '../src/member.js'
import { shapeDifference } from '../src/state-shape.js'

interface Score {
  score: number
  ticks: number
}

const makeArena = (state: () => Score = () => ({ score: 0, ticks: 0 })) =>
  defineRoom({
    name: 'arena',
    state,
    messages: { hit: type<number>() },
    requests: { price: request(type<null>(), type<number>()) },
    events: { boom: type<string>() },
  })

const Arena = makeArena()
const contract = defineContract({ rooms: { Arena }, messages: { chat: type<string>() } })

type Behaviour = RoomBehaviour<typeof Arena, Member>

/** Rules of a build that counts a hit so many times. */
const rules = (factor: number, more: Partial<Behaviour> = {}): Behaviour => ({
  autoDisposeMs: Infinity,
  messages: { hit: ({ state }, by) => void (state.score += by * factor) },
  ...more,
})

type Server = PPServer<typeof contract>

async function play(first: Setup<Server>) {
  const harness = createHarness({
    contract,
    clients: 2,
    serverOptions: { logger: silentLogger },
    setup: (server) => void server.reload(first),
  })
  onTestFinished(() => harness.close())
  const rooms = harness.clients.map((client) => client.join(Arena))
  // Not `settle`: a room that ticks never rests.
  await harness.time.advance(500)
  const [ada, ben] = rooms
  if (ada === undefined || ben === undefined) throw new Error('Two clients were asked for.')
  return { harness, server: harness.server, ada, ben }
}

const defineWith =
  (behaviour: Behaviour, shape = Arena): Setup<Server> =>
  (server) =>
    server.define(shape, behaviour)

test('a room goes on with its state, its members and their sockets, and the next message meets the new rule', async () => {
  const onJoin = vi.fn()
  const onLeave = vi.fn()
  const { harness, server, ada, ben } = await play(defineWith(rules(1, { onJoin, onLeave })))
  const drops = vi.fn()
  for (const client of harness.clients) client.on('disconnect', drops)
  ada.send('hit', 3)
  await harness.settle()
  const [room] = server.rooms()
  expect(server.reload(defineWith(rules(10, { onJoin, onLeave })))).toEqual({
    rooms: 1,
    restarted: 0,
    notes: [],
  })
  ben.send('hit', 2)
  await harness.settle()
  expect(server.rooms()).toEqual([room])
  expect(ada.state).toEqual({ score: 23, ticks: 0 })
  expect(ben.state).toEqual({ score: 23, ticks: 0 })
  expect(room?.clients).toHaveLength(2)
  expect([onJoin, onLeave, drops].map(({ mock }) => mock.calls.length)).toEqual([2, 0, 0])
})

test('a tick runs once a step, of the new code and at its rate, and room time goes on', async () => {
  const count: Behaviour['tick'] = ({ state }) => void state.ticks++
  const { harness, server } = await play(defineWith(rules(1, { tick: count, tickHz: 10 })))
  const [room] = server.rooms()
  const state = room?.state as Score
  await harness.time.advance(1_000)
  const before = { ticks: state.ticks, tick: room?.tick ?? 0 }
  const times: number[] = []
  server.reload(
    defineWith(
      rules(1, {
        tickHz: 50,
        tick: ({ state: draft, now }, dtMs) => {
          draft.ticks += 100
          times.push(now(), dtMs)
        },
      }),
    ),
  )
  await harness.time.advance(1_000)
  const steps = times.length / 2
  expect(steps).toBeGreaterThanOrEqual(49)
  expect(steps).toBeLessThanOrEqual(51)
  expect(state.ticks - before.ticks).toBe(steps * 100)
  expect((room?.tick ?? 0) - before.tick).toBe(steps)
  const clock = times.filter((_, at) => at % 2 === 0)
  expect(clock).toEqual([...clock].sort((a, b) => a - b))
  expect(new Set(times.filter((_, at) => at % 2 === 1))).toEqual(new Set([20]))
})

test('a tick function that is gone stops, and one that is new begins', async () => {
  const count: Behaviour['tick'] = ({ state }) => void state.ticks++
  const { harness, server } = await play(defineWith(rules(1, { tick: count })))
  const state = server.rooms()[0]?.state as Score
  server.reload(defineWith(rules(1)))
  const stopped = state.ticks
  await harness.time.advance(500)
  expect(state.ticks).toBe(stopped)
  server.reload(defineWith(rules(1, { tick: count })))
  await harness.time.advance(500)
  expect(state.ticks).toBeGreaterThan(stopped + 25)
})

test('with onReload the timers and listeners of the code before are undone, and its own begin: nothing ticks twice', async () => {
  const told: string[] = []
  const build = (name: string): Setup<Server> => {
    const wind: Behaviour['onCreate'] = ({ room }) => {
      room.every(100, () => void told.push(name))
      room.setTimeout(() => void told.push(`${name} late`), 300)
      room.on('leave', () => void told.push(`${name} leave`))
    }
    return defineWith(rules(1, { onCreate: wind, onReload: (ctx) => wind(ctx, undefined) }))
  }
  const { harness, server, ada } = await play(build('old'))
  await harness.time.advance(150)
  expect(told.at(-1)).toBe('old')
  told.length = 0
  expect(server.reload(build('new')).notes).toEqual([])
  ada.leave()
  await harness.time.advance(450)
  expect(told.filter((word) => word === 'new')).toHaveLength(4)
  expect(told).toContain('new late')
  expect(told).toContain('new leave')
  expect(told.filter((word) => word.startsWith('old'))).toEqual([])
})

test('without onReload they go on as they are, and the answer says so', async () => {
  const ticked = vi.fn()
  const { harness, server } = await play(
    defineWith(rules(1, { onCreate: ({ room }) => void room.every(100, ticked) })),
  )
  const { notes } = server.reload(
    defineWith(rules(1, { onCreate: ({ room }) => void room.every(100, ticked) })),
  )
  expect(notes).toEqual([
    'Timers and listeners of "arena" go on with the code before: write onReload to set them anew.',
  ])
  ticked.mockClear()
  await harness.time.advance(1_000)
  expect(ticked.mock.calls.length).toBeLessThanOrEqual(10)
  expect(ticked.mock.calls.length).toBeGreaterThanOrEqual(9)
})

test('what the server itself listened to is replaced: handlers, middlewares, namespaces, and what setup has begun', async () => {
  const told: string[] = []
  const build =
    (name: string): Setup<Server> =>
    (server) => {
      server.define(Arena, rules(1))
      server.on('chat', (_client, text) => void told.push(`${name} ${text}`))
      server.onAny((_client, kind) => void told.push(`${name} any ${kind}`))
      server.useMessage((_client, _message, next) => {
        told.push(`${name} gate`)
        next()
      })
      server.of('/side').on('connection', (socket) => {
        socket.on('ask', () => void told.push(`${name} side`))
      })
      return () => void told.push(`${name} undone`)
    }
  const { harness, server } = await play(build('old'))
  const [client] = harness.clients
  server.reload(build('new'))
  client?.emit('chat', 'hi')
  await harness.settle()
  expect(told).toEqual(['old undone', 'new gate', 'new any chat', 'new hi'])
  client?.of('/side').emit('ask', null)
  await harness.settle()
  expect(told.at(-1)).toBe('new side')
})

test('what handlers of "connection" gave to clients stays theirs, and the answer says so', async () => {
  const build = (server: Server) => void server.on('connection', (client) => void client.on('chat', () => {}))
  const { server } = await play((one) => {
    one.define(Arena, rules(1))
    build(one)
  })
  const { notes } = server.reload((one) => {
    one.define(Arena, rules(1))
    build(one)
  })
  expect(notes).toEqual(['What "connection" gave to 2 clients goes on with the code before.'])
})

test('a setup that throws changes nothing: the code before stays in charge', async () => {
  const said: string[] = []
  const { harness, server, ada } = await play((one) => {
    one.define(Arena, rules(1))
    one.on('chat', (_client, text) => void said.push(`old ${text}`))
  })
  const broken: Setup<Server> = (one) => {
    one.define(Arena, rules(100))
    one.on('chat', (_client, text) => void said.push(`new ${text}`))
    throw new Error('half way')
  }
  expect(() => server.reload(broken)).toThrow('half way')
  ada.send('hit', 1)
  harness.clients[0]?.emit('chat', 'hi')
  await harness.settle()
  expect(ada.state?.score).toBe(1)
  expect(said).toEqual(['old hi'])
  expect(server.reload(defineWith(rules(5)))).toMatchObject({ rooms: 1 })
  ada.send('hit', 1)
  await harness.settle()
  expect(ada.state?.score).toBe(6)
})

test('what an asynchronous handler of the code before has begun, it finishes', async () => {
  let finish = (): void => {}
  const slow: Partial<Behaviour> = {
    requests: {
      price: () => new Promise<number>((resolve) => (finish = () => resolve(1))),
    },
  }
  const { harness, server, ada } = await play(defineWith(rules(1, slow)))
  const first = ada.request('price', null)
  await harness.time.advance(10)
  server.reload(defineWith(rules(1, { requests: { price: () => 2 } })))
  finish()
  expect(await settled(harness, first)).toBe(1)
  expect(await settled(harness, ada.request('price', null))).toBe(2)
})

async function settled<T>(harness: Harness<typeof contract>, answer: Promise<T>): Promise<T> {
  await harness.settle()
  return answer
}

test('a definition that is gone keeps its rooms with the code before, makes no new one, and may come back', async () => {
  const { harness, server, ada } = await play(defineWith(rules(1)))
  expect(server.reload(() => {}).notes).toEqual([
    '"arena" is not defined any more: what it has of rooms (1) goes on with the code before.',
  ])
  ada.send('hit', 1)
  await harness.settle()
  expect(ada.state?.score).toBe(1)
  const late = harness.client({ name: 'late' }).join(Arena)
  await harness.settle()
  expect(late.error?.code).toBe('ROOM_NOT_FOUND')
  server.reload(defineWith(rules(7)))
  ada.send('hit', 1)
  await harness.settle()
  expect(ada.state?.score).toBe(8)
})

test('a join that asks again after the change meets the new capacity', async () => {
  const { harness, server } = await play(defineWith(rules(1, { maxClients: 2, mayChooseId: () => true })))
  const [room] = server.rooms()
  expect(room?.maxClients).toBe(2)
  server.reload(defineWith(rules(1, { maxClients: 3 })))
  const late = harness.client({ name: 'late' }).join(Arena)
  await harness.settle()
  expect(late.id).toBe(room?.id)
})

test('a view of the new code is what members see from then on', async () => {
  const { harness, server, ada } = await play(defineWith(rules(1, { view: (_client, state) => state })))
  server.reload(
    defineWith(
      rules(1, { view: (_client: Member, state: Score) => ({ ...state, score: state.score + 1_000 }) }),
    ),
  )
  await harness.settle()
  expect(ada.state?.score).toBe(1_000)
})

test('a room of the documented form keeps its state and takes the new view and listeners', async () => {
  const heard: string[] = []
  const build =
    (name: string): Setup<Server> =>
    (server) => {
      const room = server.room('hall', { seen: 0 }, { maxClients: name === 'old' ? 1 : 5 })
      room.on('join', () => void heard.push(name))
    }
  const harness = createHarness({
    clients: 2,
    serverOptions: { logger: silentLogger },
    setup: (server) => void server.reload(build('old') as Setup<PPServer>),
  })
  onTestFinished(() => harness.close())
  const [first, second] = harness.clients as [TestClient, TestClient]
  const hall = first.join<{ seen: number }>('hall')
  await harness.settle()
  harness.server.getRoom('hall')?.update((draft) => void Object.assign(draft, { seen: 4 }))
  expect(harness.server.reload(build('new') as Setup<PPServer>)).toEqual({
    rooms: 1,
    restarted: 0,
    notes: [],
  })
  second.join('hall')
  await harness.settle()
  expect(heard).toEqual(['old', 'new'])
  expect(hall.state).toEqual({ seen: 4 })
})

describe('a lobby', () => {
  const Duel = defineRoom({ name: 'duel', state: () => ({ round: 0 }) })

  function open(first: Setup<PPServer>) {
    const server = new PPServer({ logger: silentLogger })
    onTestFinished(() => server.close())
    server.define(Arena, { autoDisposeMs: Infinity })
    server.define(Duel, { autoDisposeMs: Infinity })
    server.createRoom(Arena, { id: 'a' })
    server.createRoom(Duel, { id: 'd' })
    server.reload(first)
    const shown = (): string[] => {
      const lobby = server.rooms().find(({ id }) => id === 'lobby')
      return Object.keys((lobby?.state as LobbyState | undefined)?.rooms ?? {}).sort()
    }
    return { server, shown }
  }

  const listing =
    (options?: LobbyOptions<Member>): Setup<PPServer> =>
    (server) =>
      void server.lobby('lobby', options)

  test('that has ended after a reload is not written to any more', async () => {
    const { server } = open(listing())
    const lobby = server.getRoom('lobby')
    server.reload(() => {})
    await lobby?.dispose()
    const update = vi.spyOn(lobby as Room, 'update')
    server.createRoom(Arena, { id: 'b' })
    expect(update).not.toHaveBeenCalled()
  })

  test('shows what the new code says', () => {
    const { server, shown } = open(listing({ name: 'arena' }))
    expect(shown()).toEqual(['a'])
    expect(server.reload(listing({ name: 'duel' })).rooms).toBe(1)
    expect(shown()).toEqual(['d'])
    server.createRoom(Duel, { id: 'e' })
    expect(shown()).toEqual(['d', 'e'])
    server.reload(listing())
    expect(shown()).toEqual(['a', 'd', 'e'])
  })

  test('stays as it was when setup throws, and when it is asked for a second time without a reload', () => {
    const { server, shown } = open(listing({ name: 'arena' }))
    const broken: Setup<PPServer> = (one) => {
      one.lobby('lobby', { name: 'duel' })
      throw new Error('half way')
    }
    expect(() => server.reload(broken)).toThrow('half way')
    server.createRoom(Duel, { id: 'e' })
    server.createRoom(Arena, { id: 'b' })
    expect(shown()).toEqual(['a', 'b'])
    expect(server.lobby('lobby')).toBe(server.getRoom('lobby'))
    expect(shown()).toEqual(['a', 'b'])
  })

  test('lets in whom the new code lets in', async () => {
    const harness = createHarness({
      clients: 1,
      serverOptions: { logger: silentLogger },
      setup: (server) => void server.reload(listing({ auth: () => false }) as Setup<PPServer>),
    })
    onTestFinished(() => harness.close())
    const [client] = harness.clients as [TestClient]
    const before = client.join('lobby')
    await harness.settle()
    expect(before.error?.code).toBe('FORBIDDEN')
    harness.server.reload(listing({ auth: () => true }) as Setup<PPServer>)
    const after = client.join('lobby')
    await harness.settle()
    expect(after.state).toEqual({ rooms: {} })
  })
})

test('timers that a room without a definition was given outside of setup go on, and the answer names the room', () => {
  const server = new PPServer({ logger: silentLogger })
  onTestFinished(() => server.close())
  const setup: Setup<PPServer> = (one) => void one.room('hall', { seen: 0 }).every(100, () => {})
  server.reload(setup)
  expect(server.reload(setup).notes).toEqual([])
  server.getRoom('hall')?.every(100, () => {})
  expect(server.reload(setup).notes).toEqual([
    'Timers and listeners that "hall" was given outside of setup go on with the code before.',
  ])
})

test.each<[name: string, shape: typeof Arena, more: Partial<Behaviour>, told: RegExp]>([
  ['another state', makeArena(() => ({ score: 0, ticks: 0, lives: 3 }) as Score), {}, /shape at "lives"/],
  ['another kind of value', makeArena(() => ({ score: 'none', ticks: 0 }) as never), {}, /shape at "score"/],
  [
    'another message',
    { ...Arena, messages: { ...Arena.messages, jump: type<null>() } } as typeof Arena,
    {},
    /message "arena"."jump"/,
  ],
  ['other eyes', { ...Arena, sync: { score: { to: () => true } } } as typeof Arena, {}, /sync "arena"/],
  [
    'a view where there was none',
    Arena,
    { view: (_client, state) => state },
    /shows its state in another way/,
  ],
])('%s is refused with its name, and the code before stays', async (_name, shape, more, told) => {
  const { harness, server, ada } = await play(defineWith(rules(1)))
  expect(() => server.reload(defineWith(rules(100, more), shape))).toThrow(
    expect.objectContaining({ code: 'CONTRACT_MISMATCH', message: expect.stringMatching(told) }),
  )
  ada.send('hit', 1)
  await harness.settle()
  expect(ada.state?.score).toBe(1)
})

describe('where rooms may begin anew, a state of another shape', () => {
  const Hall = defineRoom({ name: 'hall', state: () => ({ score: 0 }), messages: { hit: type<number>() } })
  const both = defineContract({ rooms: { Arena, Hall } })
  const Other = makeArena(() => ({ score: 7, ticks: 0, lives: 3 }) as Score)
  const setup =
    (shape = Arena, after = () => {}): Setup<PPServer<typeof both>> =>
    (server) => {
      server.define(Hall, { messages: { hit: ({ state }, by) => void (state.score += by) } })
      server.define(shape, rules(1))
      after()
    }

  async function playBoth() {
    const harness = createHarness({
      contract: both,
      clients: 2,
      serverOptions: { logger: silentLogger },
      setup: (server) => void server.reload(setup()),
    })
    onTestFinished(() => harness.close())
    const [ada, ben] = harness.clients
    if (ada === undefined || ben === undefined) throw new Error('Two clients were asked for.')
    const [arena, hall] = [ada.join(Arena), ben.join(Hall)]
    await harness.settle()
    arena.send('hit', 1)
    hall.send('hit', 2)
    await harness.settle()
    return { harness, server: harness.server, ada, ben, arena, hall }
  }

  test('ends the rooms of that definition; whoever was in them comes back to new ones, and the others notice nothing', async () => {
    const { harness, server, ada, ben, arena, hall } = await playBoth()
    const [room, hallId, benId] = [arena.id, hall.id, ben.id]
    const outcomes: string[] = []
    ada.on('recovery', ({ outcome }) => outcomes.push(outcome))
    let drops = 0
    ben.on('disconnect', () => drops++)

    const told = server.reload(setup(Other), { contract: both, restartRooms: true })
    expect(told).toMatchObject({ rooms: 1, restarted: 1 })
    expect(told.notes).toEqual([
      'The state of the room "arena" has another shape at "lives". 1 room began anew; clients come back.',
    ])
    await harness.time.advance(5_000)
    expect(arena.state).toEqual({ score: 7, ticks: 0, lives: 3 })
    expect(arena.id).not.toBe(room)
    expect(outcomes).toEqual(['expired'])
    hall.send('hit', 3)
    await harness.settle()
    expect([hall.state?.score, hall.id, ben.id, drops]).toEqual([5, hallId, benId, 0])
    expect(server.rooms()).toHaveLength(2)
  })

  test('is taken back when setup throws later on, and the rooms go on as they were', async () => {
    const { harness, server, arena } = await playBoth()
    const room = arena.id
    const failing = setup(Other, () => {
      throw new Error('no')
    })
    expect(() => server.reload(failing, { restartRooms: true })).toThrow('no')
    arena.send('hit', 4)
    await harness.settle()
    expect([arena.state?.score, arena.id]).toEqual([5, room])
    // A room that is made now is of the code before.
    expect(server.createRoom(Arena).state).toEqual({ score: 0, ticks: 0 })
  })

  test('another message is refused there too: what it is called on the wire is settled with each connection', async () => {
    const { server } = await playBoth()
    const shape = { ...Arena, messages: { ...Arena.messages, jump: type<null>() } } as typeof Arena
    expect(() => server.reload(setup(shape), { restartRooms: true })).toThrow(
      expect.objectContaining({ code: 'CONTRACT_MISMATCH' }),
    )
  })
})

test('a function that decides who sees what is refused when it is another one, whatever it says', () => {
  const shaped = (to: () => boolean) => ({ ...Arena, sync: { score: { to } } })
  const server = new PPServer({ logger: silentLogger })
  onTestFinished(() => server.close())
  const yes = (): boolean => true
  server.reload((one) => one.define(shaped(yes), {}))
  server.reload((one) => one.define(shaped(yes), {}))
  expect(() =>
    server.reload((one) =>
      one.define(
        shaped(() => true),
        {},
      ),
    ),
  ).toThrow(/decided by other code/)
})

test('the same shape made anew is taken with its validators, in rooms and outside of them', async () => {
  const most = (limit: number) => ({
    '~standard': {
      version: 1 as const,
      vendor: 'test',
      validate: (value: unknown): { value: number } | { issues: { message: string }[] } =>
        Number(value) <= limit ? { value: Number(value) } : { issues: [{ message: `over ${limit}` }] },
    },
  })
  const make = (limit: number) => {
    const Hall = defineRoom({ name: 'hall', state: () => ({ sum: 0 }), messages: { add: most(limit) } })
    return { Hall, contract: defineContract({ rooms: { Hall }, messages: { say: most(limit) } }) }
  }
  const said: unknown[] = []
  const setupOf =
    ({ Hall }: ReturnType<typeof make>): Setup<PPServer> =>
    (server) => {
      server.define(Hall, { messages: { add: ({ state }, by) => void (state.sum += Number(by)) } })
      server.on('say', (_client, number) => void said.push(number))
    }
  const [before, after] = [make(1), make(10)]
  const harness = createHarness<ContractShape>({
    contract: before.contract,
    clients: 1,
    serverOptions: { logger: silentLogger },
    clientOptions: { contract: after.contract },
    setup: (server) => void server.reload(setupOf(before)),
  })
  onTestFinished(() => harness.close())
  const [client] = harness.clients
  const hall = client?.join(after.Hall)
  await harness.settle()
  harness.server.reload(setupOf(after), { contract: after.contract })
  hall?.send('add', 7)
  client?.emit('say', 7)
  await harness.settle()
  expect(hall?.state).toEqual({ sum: 7 })
  expect(said).toEqual([7])
  const other = defineContract({ rooms: { Hall: after.Hall } })
  expect(() => harness.server.reload(setupOf(after), { contract: other })).toThrow(
    /contract has changed: message "say"/,
  )
})

test('what setup keeps is there in the next call', () => {
  const server = new PPServer({ logger: silentLogger })
  onTestFinished(() => server.close())
  const seen: unknown[] = []
  const setup: Setup<PPServer> = (_server, kept) => {
    seen.push(kept['runs'])
    kept['runs'] = Number(kept['runs'] ?? 0) + 1
  }
  server.reload(setup)
  server.reload(setup)
  expect(seen).toEqual([undefined, 1])
})

test('the end of an asynchronous setup is awaited: its undo counts, and what it throws is reported', async () => {
  const undone = vi.fn()
  const server = new PPServer({ logger: silentLogger })
  onTestFinished(() => server.close())
  const failed = new Promise((resolve) => server.on('error', resolve))
  server.reload(async () => undone)
  await Promise.resolve()
  server.reload(async () => {
    throw new Error('no database')
  })
  expect(undone).toHaveBeenCalledOnce()
  expect(await failed).toMatchObject({ code: 'INTERNAL', message: expect.stringContaining('no database') })
})

test('what cannot be undone is refused in a setup, and so is a definition of somebody else', () => {
  const server = new PPServer({ logger: silentLogger })
  onTestFinished(() => server.close())
  server.define(Arena, {})
  expect(() => server.reload((one) => one.define(Arena, {}))).toThrow(/defined already/)
  expect(() => server.reload((one) => void one.register({ name: 'metrics', install: () => {} }))).toThrow(
    /cannot be replaced/,
  )
  expect(() => server.reload((one) => void one.reload(() => {}))).toThrow(/must not call reload/)
})

test('shapes of states: keys and kinds count, values and the items of a collection that is empty do not', () => {
  expect(shapeDifference({ a: 1, b: [1, 2] }, { a: 9, b: [3] })).toBeNull()
  expect(shapeDifference({ a: {} }, { a: { x: 1 } })).toBeNull()
  expect(shapeDifference({ a: null }, { a: { x: 1 } })).toBeNull()
  expect(shapeDifference({ a: [{ x: 1 }] }, { a: [{ x: 1, y: 2 }] })).toBe('a.0.y')
  expect(shapeDifference({ a: 1 }, { b: 1 })).toBe('b')
  expect(shapeDifference({ a: { x: 1 } }, { a: [] })).toBe('a')
})
