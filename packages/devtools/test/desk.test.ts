// The game master's desk: a page and a dev server without Vite between them, and a game in memory.
// @vitest-environment node
import { createInspector, defineContract, defineRoom, request, type } from '@painda/protocol'
import { createHarness } from '@painda/testing'
import { afterEach, expect, test } from 'vitest'
import { createDeskLane, type Seen, type Wish } from '../src/desk-lane.js'
import { createHook } from '../src/hook.js'
import { memberRows } from '../src/members.js'
import { joinOptionsOf, repertoireOf } from '../src/repertoire.js'
import { createRowList } from '../src/row-list.js'
import { createRowBuilder } from '../src/rows.js'
import type { Hot } from '../src/server-lane.js'
import { compareNow } from '../src/server-now.js'
import type { FollowedMember, FollowedRoom } from '../src/server-stream.js'
import { createDesk, type Desk } from '../src/vite/desk.js'

interface Player {
  name: string
  steps: number
  hand: string
}

const Table = defineRoom({
  name: 'table',
  state: () => ({ players: {} as Record<string, Player> }),
  messages: { step: type<{ by: number }>() },
  requests: { ask: request(type<unknown>(), type<unknown>()) },
  sync: { 'players.*.hand': { to: 'owner' } },
})
const contract = defineContract({ rooms: { Table } })

const undos: (() => unknown)[] = []
afterEach(async () => {
  for (const undo of undos.splice(0).reverse()) await undo()
})

type Server = ReturnType<typeof createHarness<typeof contract>>['server']

function setup(server: Server): void {
  server.define(Table, {
    tickHz: 20,
    tick() {},
    onJoin({ client, state }, options) {
      const name = String(Reflect.get(Object(options), 'name'))
      state.players[client.id] = { name, steps: 0, hand: `the cards of ${client.id}` }
    },
    onLeave: ({ client, state }) => void delete state.players[client.id],
    messages: {
      step({ client, state }, { by }) {
        const player = state.players[client.id]
        if (player !== undefined) player.steps += by
      },
    },
    requests: { ask: () => null },
  })
}

/** Two players at a table, and the inspector of the first one's page. */
async function build() {
  let isLineUp = true
  let made: Desk | null = null as Desk | null
  const harness = createHarness({
    contract,
    clients: 2,
    setup(server) {
      made ??= createDesk(server.time)
      made.attach(server)
      setup(server)
    },
  })
  if (made === null) throw new Error('A harness has a server from the start.')
  // A closure has written it.
  const desk: Desk = made
  const listeners = new Map<string, (data: unknown) => void>()
  let told = 0
  const tell = (event: string, data: unknown = null) => {
    told++
    listeners.get(event)?.(JSON.parse(JSON.stringify(data)))
  }
  const page = {}
  const hot: Hot = {
    on: (event, listener) => void listeners.set(event, listener),
    send(event, sent) {
      if (!isLineUp) throw new Error('send was called before connect')
      const data: unknown = JSON.parse(JSON.stringify(sent))
      if (event === 'painda:desk') desk.watch(page, tell)
      if (event === 'painda:look') desk.look(data, tell)
      if (event === 'painda:act') desk.act(data, tell)
    },
  }
  const lane = createDeskLane({ hot, time: harness.time })
  const hook = createHook()
  const [ada, ben] = harness.clients
  if (ada === undefined || ben === undefined) throw new Error('There are two.')
  hook.attach(ada)
  const table = ada.join(Table, { how: 'joinOrCreate', options: { name: 'Ada', avatar: 7 } })
  await harness.settle()
  const id = table.id ?? ''
  ben.join(Table, { id, options: { name: 'Ben' } })
  await harness.settle()
  undos.push(
    () => harness.close(),
    () => desk.close(),
    () => lane.close(),
  )
  const act = async (wish: Omit<Wish, 'room'>) => {
    const done = lane.act({ room: id, ...wish })
    await harness.time.advance(200)
    return done
  }
  const rows = createRowList(hook.recorder, createRowBuilder(0))
  return {
    desk,
    harness,
    lane,
    hook,
    ada,
    ben,
    table,
    id,
    act,
    rows,
    told: () => told,
    cutLine: () => (isLineUp = false),
    tell,
  }
}

test('the page is told of every member’s round trip, send rate and outbox, and only while somebody looks', async () => {
  const { harness, lane, table, id, ada, ben, told } = await build()
  await harness.time.advance(3_000)
  expect(told()).toBe(0)
  const unwatch = lane.watch()
  for (let step = 0; step < 40; step++) {
    table.send('step', { by: 1 })
    await harness.time.advance(50)
  }
  expect(lane.members.map(({ id: member, room }) => [member, room])).toEqual([
    [ada.id, id],
    [ben.id, id],
  ])
  const [, theirs] = lane.members
  expect(theirs).toMatchObject({ role: 'player', isConnected: true, isBehind: false, bufferedBytes: 0 })
  expect(theirs?.states).toBeGreaterThan(15)
  expect(theirs?.bytes).toBeGreaterThan(2 * (theirs?.states ?? 0))
  unwatch()
  await harness.time.advance(10_000)
  const before = told()
  await harness.time.advance(10_000)
  expect([told() - before, lane.members]).toEqual([0, []])
})

test('a room is seen with the eyes of another player, and as the server has it', async () => {
  const { lane, id, ada, ben, harness } = await build()
  const seen = lane.look(id, ben.id)
  await harness.time.advance(10)
  const theirs = await seen
  expect(theirs).toMatchObject({ problem: null, state: { players: { [ben.id ?? '']: { hand: /cards/ } } } })
  expect(JSON.stringify(theirs)).not.toContain(`the cards of ${ada.id}`)
  const whole = await lane.look(id, null)
  expect(JSON.stringify(whole)).toContain(`the cards of ${ada.id}`)
  expect(await lane.look(id, 'c_nobody')).toEqual({ problem: 'Nobody of that id is in the room.' })
  expect(await lane.look('r_none', null)).toEqual({ problem: 'The game server has no such room.' })
})

test('a state goes to the page as the text that its size was measured by, and what is no state is a problem', async () => {
  const { desk, id, harness } = await build()
  const answers: unknown[] = []
  desk.look({ ask: 1, room: id, client: null }, (_event, data) => answers.push(data))
  expect(answers).toEqual([
    {
      ask: 1,
      version: expect.any(Number),
      tick: expect.any(Number),
      state: expect.stringContaining('"Ada"'),
    },
  ])
  for (const state of ['{"players":', { players: {} }, undefined]) {
    const listeners = new Map<string, (data: unknown) => void>()
    const hot: Hot = {
      on: (event, listener) => void listeners.set(event, listener),
      send: (_event, data) =>
        listeners.get('painda:seen')?.({ ask: Reflect.get(Object(data), 'ask'), version: 1, tick: 1, state }),
    }
    const odd = createDeskLane({ hot, time: harness.time })
    expect(await odd.look(id, null)).toEqual({ problem: expect.any(String) })
  }
})

test('the server now and this page now are compared at the very same version, whatever is on its way', async () => {
  const { lane, table, id, ada, harness } = await build()
  const { time } = harness
  ada.net.set({ delayMs: 120 })
  table.send('step', { by: 3 })
  await time.advance(150)
  const room = ada.rooms().find((one) => one.id === id)
  if (room === undefined) throw new Error('She is in.')
  // The server has taken the step; the page does not know of it yet.
  expect(harness.server.getRoom(id)?.version).toBeGreaterThan(room.version)
  const asked = compareNow({ desk: lane, inspector: ada.inspector, room, clientId: ada.id ?? '', time })
  await time.advance(3_000)
  const compared = await asked
  if (compared.problem !== null) throw new Error(compared.problem)
  expect(compared.page).toEqual(compared.server)
})

/** A page whose room goes through `versions` while the server answers, and a server that shows it the one it is asked for. */
async function compare(versions: readonly number[], shown: (last: number) => number) {
  const { lane, hook, ada, harness } = await build()
  // The capture is paused: nothing is recorded, and the comparison must not need it.
  hook.recorder.capturing = false
  const stateOf = (version: number) => ({ steps: version })
  const [joined] = ada.rooms()
  if (joined === undefined) throw new Error('She is in.')
  const room = { key: 'table', id: joined.id, version: 0, status: 'joined', stale: false, state: stateOf(0) }
  let asked = 0
  const look = async (): Promise<Seen> => {
    asked++
    const base = room.version
    for (const step of versions) {
      // As a client does it: a frame is told of before it is taken in.
      ada.inspector.emit({ kind: 'error', at: 0, peer: 'server', code: 'INTERNAL', message: 'any event' })
      room.version = base + step
      room.state = stateOf(room.version)
    }
    const version = shown(room.version)
    return { problem: null, version, tick: version, state: stateOf(version) }
  }
  const desk = { ...lane, look }
  const compared = compareNow({ desk, inspector: ada.inspector, room, clientId: 'c_1', time: harness.time })
  await harness.time.advance(15_000)
  return { compared: await compared, asked }
}

test('with the capture paused the server now is compared with the very version that the page had, as at any time', async () => {
  const { compared, asked } = await compare([1, 2, 3], (last) => last - 1)
  expect(compared).toEqual({ problem: null, version: 2, server: { steps: 2 }, page: { steps: 2 } })
  expect(asked).toBe(1)
})

test('a version that the page never had is no verdict, but asked about a few times and then said', async () => {
  const { compared, asked } = await compare([1, 4], (last) => last - 1)
  expect(compared).toEqual({ problem: expect.stringContaining('The page never had version 23') })
  expect(asked).toBe(6)
})

test('a player is kicked, and a lost connection comes back to the same session', async () => {
  const { act, ben, harness } = await build()
  const session = ben.id
  expect(await act({ what: 'drop', client: ben.id ?? '' })).toBeNull()
  expect(ben.status().status).not.toBe('open')
  await harness.settle()
  expect([ben.status().status, ben.id]).toEqual(['open', session])
  expect(await act({ what: 'kick', client: ben.id ?? '' })).toBeNull()
  expect(ben.rooms().filter(({ status }) => status === 'joined')).toEqual([])
  expect(await act({ what: 'kick', client: ben.id ?? '' })).toBe('Nobody of that id is in the room.')
  expect(await act({ what: 'drop', client: 'c_nobody' })).toBe('Nobody of that id is in the room.')
})

test('a zombie’s connection is dead, neither end knows, and its client finds out and comes back', async () => {
  const { act, ben, harness, table, id } = await build()
  expect(await act({ what: 'zombie', client: ben.id ?? '' })).toBeNull()
  table.send('step', { by: 5 })
  await harness.time.advance(1_000)
  expect(ben.status().status).toBe('open')
  expect(harness.server.getClient(ben.id ?? '')?.connected).toBe(true)
  expect(JSON.stringify(ben.rooms().find((room) => room.id === id)?.state)).not.toContain('"steps":5')
  // Heartbeats find it out.
  await harness.settle()
  expect(ben.status().status).toBe('open')
  expect(JSON.stringify(ben.rooms().find((room) => room.id === id)?.state)).toContain('"steps":5')
})

test('a bot joins as the page did and does what its player has done, until it is kicked', async () => {
  const { act, rows, table, id, hook, harness, desk } = await build()
  for (const by of [1, 2]) table.send('step', { by })
  await harness.settle()
  rows.update()
  const [{ source } = { source: 0 }] = hook.clients()
  const options = joinOptionsOf(rows.all, source, id)
  const repertoire = repertoireOf(rows.all, source, id)
  expect([options, repertoire]).toEqual([
    { name: 'Bot', avatar: 7 },
    [
      { type: 'step', payload: { by: 1 } },
      { type: 'step', payload: { by: 2 } },
    ],
  ])
  expect(await act({ what: 'bot', options, repertoire })).toBeNull()
  const bot = 'bot-inspector-1'
  await harness.time.advance(3_000)
  const { players } = Object(harness.server.getRoom(id)?.state) as { players: Record<string, Player> }
  expect(players[bot]).toMatchObject({ name: 'Bot' })
  expect(players[bot]?.steps).toBeGreaterThan(4)
  expect(await act({ what: 'kick', client: bot })).toBeNull()
  await harness.time.advance(2_000)
  expect(harness.server.getClient(bot)).toBeUndefined()
  // Another one goes with the desk.
  await act({ what: 'bot' })
  expect(harness.server.getClient('bot-inspector-2')).toBeDefined()
  desk.close()
  await harness.time.advance(100)
  expect(harness.server.getClient('bot-inspector-2')).toBeUndefined()
})

/** Another server of the same process, and how a bot comes to a room of it. */
function startAnother({ desk, harness, lane }: Awaited<ReturnType<typeof build>>) {
  const next = createHarness({ contract, setup })
  undos.push(() => next.close())
  desk.attach(next.server)
  const room = next.server.createRoom(Table)
  const advance = async (ms: number) => {
    for (let step = 0; step < 10; step++) {
      await harness.time.advance(ms / 10)
      await next.time.advance(ms / 10)
    }
  }
  return {
    room,
    server: next.server,
    advance,
    async hire() {
      const hired = lane.act({ what: 'bot', room: room.id })
      await advance(200)
      return hired
    },
  }
}

test('bots go with their server at once: the one that was started after it has places for others', async () => {
  const built = await build()
  const { act, harness } = built
  for (let count = 0; count < 32; count++) expect(await act({ what: 'bot' })).toBeNull()
  expect(await act({ what: 'bot' })).toBe('There are 32 bots already.')
  const ended = harness.server.shutdown({ timeoutMs: 0, spreadMs: 0 })
  await harness.time.advance(50)
  await ended
  const next = startAnother(built)
  expect([await next.hire(), next.room.clients.length]).toEqual([null, 1])
})

test('a second server of the same process leaves the bots of the first one alone, and has its own', async () => {
  const built = await build()
  const { act, harness } = built
  expect(await act({ what: 'bot' })).toBeNull()
  const next = startAnother(built)
  expect(await next.hire()).toBeNull()
  await next.advance(10_000)
  const connected = () => [
    harness.server.getClient('bot-inspector-1')?.connected,
    next.server.getClient('bot-inspector-2')?.connected,
  ]
  expect(connected()).toEqual([true, true])
  await next.server.close()
  await next.advance(10_000)
  expect(connected()).toEqual([true, undefined])
})

test('a bot that the room does not take says why', async () => {
  const { act, harness, id } = await build()
  harness.server.getRoom(id)?.lock()
  expect(await act({ what: 'bot' })).toMatch(/locked/i)
})

test('what a page says is looked at: other words, other types and no room are an answer, not a fault', async () => {
  const { desk, act, id } = await build()
  const answers: unknown[] = []
  for (const asked of [null, 7, [], { room: {} }, { ask: 'x', what: 'kick', room: id, client: ['a'] }])
    desk.act(asked, (_event, data) => answers.push(data))
  desk.look(undefined, (_event, data) => answers.push(data))
  expect(answers).toHaveLength(6)
  expect(answers.every((answer) => typeof Reflect.get(Object(answer), 'problem') === 'string')).toBe(true)
  expect(await act({ what: '__proto__' as Wish['what'], client: 'p1' })).toMatch(/There is no/)
})

test('what the game’s own code throws is an answer to the page, and nothing of the dev server’s', async () => {
  const { desk } = await build()
  const member = { id: 'c_1' } as FollowedMember
  const room = {
    id: 'r_broken',
    clients: [member],
    spectators: [],
    shownTo() {
      throw new Error('The view is broken.')
    },
    kick() {
      throw new Error('Leaving is broken.')
    },
    // Nothing else of it is asked for.
  } as unknown as FollowedRoom
  desk.attach({
    inspector: createInspector(),
    rooms: () => [room],
    getClients: () => [member],
    acceptTransport: () => {},
  })
  const answers: unknown[] = []
  const reply = (event: string, data: object): void => void answers.push([event, data])
  desk.look({ ask: 1, room: 'r_broken', client: 'c_1' }, reply)
  desk.act({ ask: 2, what: 'kick', room: 'r_broken', client: 'c_1' }, reply)
  expect(answers).toEqual([
    ['painda:seen', { ask: 1, problem: 'The game server: The view is broken.' }],
    ['painda:acted', { ask: 2, problem: 'The game server: Leaving is broken.' }],
  ])
})

test('a dev server that is gone, or says nothing, is an answer too', async () => {
  const { lane, id, harness, tell, cutLine } = await build()
  const silent = createDeskLane({ hot: { on: () => {}, send: () => {} }, time: harness.time })
  const asked = silent.look(id, null)
  await harness.time.advance(5_000)
  expect(await asked).toEqual({ problem: 'The dev server does not answer.' })
  cutLine()
  tell('vite:ws:disconnect')
  expect(await lane.act({ what: 'kick', room: id, client: 'p1' })).toBe('The dev server does not answer.')
})

test('a crowd is matched with what the server knows of it in one walk, at either end', async () => {
  const { desk } = await build()
  let looks = 0
  const ids = Array.from({ length: 300 }, (_, n) => `c_${n}`)
  const member = (id: string) => ({ id, userId: id }) as FollowedMember
  const spectators = ids.map(member)
  spectators.includes = () => {
    throw new Error('Nobody is looked for among all.')
  }
  // Its members are all that is asked for.
  const room = { id: 'crowd', clients: [member('c_first')], spectators } as unknown as FollowedRoom
  desk.attach({
    inspector: createInspector(),
    rooms: () => [room],
    getClients: () => [],
    acceptTransport: () => {},
  })
  const facts = desk.sessions().filter((one) => one.room === 'crowd')
  expect([facts.length, facts[0]?.role, facts[300]?.role]).toEqual([301, 'player', 'spectator'])
  const counted = facts.map((fact) =>
    Object.defineProperty({ ...fact }, 'id', { get: () => (looks++, fact.id), enumerable: true }),
  )
  expect(memberRows(ids.map(entry), counted, {})).toHaveLength(301)
  expect(looks).toBeLessThan(10 * counted.length)
})

test('who is listed stands beside what the server knows, a row per session, the unlisted last', () => {
  const fact = (id: string, userId = id) => ({
    room: 'r',
    id,
    userId,
    role: 'player' as const,
    isConnected: true,
    rtt: 1,
    frames: 0,
    states: 0,
    bytes: 0,
    bufferedBytes: 0,
    unconfirmedBytes: 0,
    isBehind: false,
  })
  const rows = memberRows(
    [entry('ada'), entry('c_2'), entry('gone')],
    [fact('c_9'), fact('c_1', 'ada'), fact('c_3', 'ada'), fact('c_2')],
    { players: { c_9: { name: 'Nine' } } },
  )
  expect(rows.map(({ id, name, facts }) => [id, name, facts !== null])).toEqual([
    ['c_1', 'ada', true],
    ['c_3', 'ada', true],
    ['c_2', 'c_2', true],
    ['gone', 'gone', false],
    ['c_9', 'Nine', true],
  ])
})

/** Of a room's presence. */
function entry(clientId: string) {
  return { clientId, data: {}, joinedAt: 0, updatedAt: 0, connected: true, connections: 1 }
}
