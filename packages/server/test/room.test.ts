import { describe, expect, test } from 'vitest'
import { defineRoom, PPError, request, type, type StandardSchema } from '@painda/protocol'
import { refuse } from '../src/refuse.js'
import { createTestRooms, TICK, type TestMember, type TestRooms } from './room-kit.js'

interface Player {
  x: number
  coins: number
}

/** A validator that means it. */
const whole: StandardSchema<{ n: number }> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) =>
      typeof value === 'object' && value !== null && 'n' in value && Number.isInteger(value.n)
        ? { value: { n: Number(value.n) } }
        : { issues: [{ message: 'n must be a whole number' }] },
  },
}

const Arena = defineRoom({
  name: 'arena',
  state: () => ({ players: {} as Record<string, Player>, ticks: 0, log: [] as string[] }),
  messages: { move: type<{ dx: number }>(), strict: whole, slow: type<null>() },
  requests: {
    buy: request(type<{ cost: number }>(), type<{ coins: number }>()),
    checked: request(type<null>(), whole),
    later: request(type<null>(), type<string>()),
    free: request(type<number>()),
  },
  events: { boom: type<{ at: number }>(), hello: type<string>() },
})

function arena(kit: TestRooms = createTestRooms()) {
  const { rooms } = kit
  const released: (() => void)[] = []
  rooms.define(Arena, {
    onJoin({ state, client }) {
      state.players[client.id] = { x: 0, coins: 10 }
    },
    onLeave({ state, client }) {
      delete state.players[client.id]
    },
    messages: {
      move({ state, client }, { dx }) {
        const me = state.players[client.id]
        if (me) me.x += dx
      },
      strict({ state }, { n }) {
        state.log.push(`n=${n}`)
      },
      slow: () => new Promise<void>((resolve) => released.push(resolve)),
    },
    requests: {
      buy({ state, client, room }, { cost }) {
        const me = state.players[client.id]
        if (me === undefined || me.coins < cost) refuse('Too poor.')
        room.broadcast('boom', { at: cost })
        me.coins -= 1
        me.coins -= cost - 1
        return { coins: me.coins }
      },
      checked: () => ({ n: 0.5 }),
      later: () => Promise.resolve('done'),
      free: (_, depth) => [{ depth }],
    },
  })
  return { ...kit, released }
}

/** What a decoder puts on a delta beside what travelled. */
const OF_THE_DECODER = { state: undefined, before: undefined, touched: undefined }

async function joined(kit: TestRooms, id: string): Promise<TestMember> {
  const member = kit.member(id)
  await kit.join(member, { name: 'arena', room: 'a' })
  return member
}

describe('joining and what follows', () => {
  test('[RM1] a join is answered by joined, snapshot and presence, in this order', async () => {
    const kit = arena()
    const ann = await joined(kit, 'ann')
    const [first, second, third, ...rest] = ann.read()
    expect(first).toEqual({ kind: 'joined', room: 'a', ackId: 1, name: 'arena', type: 'state' })
    expect(second).toMatchObject({
      kind: 'snapshot',
      room: 'a',
      state: { players: { ann: { x: 0, coins: 10 } } },
    })
    expect(third).toMatchObject({ kind: 'presences', room: 'a', full: true, set: [{ clientId: 'ann' }] })
    expect(rest).toEqual([])
  })

  test('[RM1] what onJoin sends to the newcomer waits for its snapshot', async () => {
    const kit = createTestRooms()
    kit.rooms.define(Arena, {
      async onJoin({ room, client }) {
        room.emit(client, 'hello', 'early')
        await Promise.resolve()
        room.broadcast('hello', 'to all')
      },
    })
    const ann = await joined(kit, 'ann')
    expect(ann.kinds()).toEqual(['joined', 'snapshot', 'presences', 'hello', 'hello'])
  })

  test('[RM1] a refused join is answered by an ack with the error, and by nothing else', async () => {
    const kit = arena()
    const ann = kit.member('ann')
    await kit.join(ann, { how: 'joinById', name: 'arena', room: 'nowhere' })
    await kit.join(ann, { name: 'unheard' })
    await kit.join(ann, { how: 'join', room: 'nowhere' })
    expect(ann.of('ack').map((ack) => ack.error?.code)).toEqual(Array(3).fill('ROOM_NOT_FOUND'))
    expect(ann.log).toHaveLength(3)
  })

  test('[RM9] a newcomer between two ticks gets a snapshot of one version, and the next delta fits it', async () => {
    const kit = arena()
    const ann = await joined(kit, 'ann')
    ann.read()
    await kit.send(ann, { type: 'move', room: 'a', payload: { dx: 3 } })
    const bob = await joined(kit, 'bob')
    await kit.send(bob, { type: 'move', room: 'a', payload: { dx: 1 } })
    await kit.ticks(1)
    const state = { players: { ann: { x: 3, coins: 10 }, bob: { x: 1, coins: 10 } }, ticks: 0, log: [] }
    for (const member of [ann, bob]) {
      expect(member.state('a')).toEqual(state)
      expect(member.broken).toEqual([])
    }
  })

  test('[RM8] joining again is answered each time and enters once; one snapshot follows with the next tick', async () => {
    const kit = arena()
    let joins = 0
    const ann = await joined(kit, 'ann')
    ann.read()
    kit.rooms.get('a')?.on('join', () => joins++)
    await joined(kit, 'ann')
    await kit.join(ann, { how: 'join', room: 'a' })
    await kit.time.advance(TICK)
    expect(ann.kinds()).toEqual(['joined', 'joined', 'snapshot', 'presences'])
    expect(joins).toBe(0)
    expect(kit.rooms.get('a')?.clients).toEqual([ann])
  })
})

describe('ticks and deltas', () => {
  test('[RM2] one tick is one delta, from the version before, and the same object for every member', async () => {
    const kit = arena()
    const ann = await joined(kit, 'ann')
    const bob = await joined(kit, 'bob')
    ann.read()
    bob.read()
    const shared: unknown[] = []
    for (const member of [ann, bob]) {
      const deliver = member.deliver.bind(member)
      member.deliver = (out) => {
        shared.push(out)
        deliver(out)
      }
    }
    const before = kit.rooms.get('a')?.version ?? 0
    for (let i = 0; i < 20; i++) await kit.send(ann, { type: 'move', room: 'a', payload: { dx: 1 } })
    await kit.ticks()
    // The decoder adds the states; what travelled is the rest.
    const deltas = ann
      .read()
      .flatMap((message) =>
        message.kind === 'delta' ? [{ ...message, delta: message.delta, ...OF_THE_DECODER }] : [],
      )
    expect(deltas).toEqual([
      {
        kind: 'delta',
        room: 'a',
        from: before,
        to: before + 1,
        tick: 1,
        delta: { players: { ann: { x: 20 } } },
      },
    ])
    expect(bob.read()).toContainEqual(expect.objectContaining({ from: before, to: before + 1 }))
    const [toAnn] = shared
    expect(shared.filter((out) => out === toAnn)).toHaveLength(2)
  })

  test('[RM4] a room that did not change sends nothing, and has no timer', async () => {
    const kit = arena()
    const ann = await joined(kit, 'ann')
    await kit.ticks(2)
    ann.read()
    const version = kit.rooms.get('a')?.version
    expect(kit.time.pending).toBe(0)
    await kit.ticks(600)
    expect(ann.read()).toEqual([])
    kit.rooms.get('a')?.update((draft) => {
      const state = draft as { ticks: number }
      state.ticks++
      state.ticks--
    })
    await kit.ticks(2)
    expect(ann.read()).toEqual([])
    expect(kit.rooms.get('a')?.version).toBe(version)
  })

  test('[RM3] an event follows the state of the tick it was sent in, though it was sent first', async () => {
    const kit = arena()
    const ann = await joined(kit, 'ann')
    await kit.ticks()
    ann.read()
    await kit.send(ann, { type: 'buy', room: 'a', ackId: 1, payload: { cost: 4 } })
    expect(ann.read()).toEqual([])
    await kit.ticks()
    expect(ann.kinds()).toEqual(['delta', 'boom'])
  })

  test('[RM3] an event of a tick function follows the state of that very tick', async () => {
    const kit = createTestRooms()
    kit.rooms.define(Arena, {
      tick({ state, room }) {
        room.broadcast('boom', { at: state.ticks + 1 })
        state.ticks++
      },
    })
    const ann = await joined(kit, 'ann')
    ann.read()
    await kit.ticks(3)
    const stream = ann.read().filter((message) => message.kind !== 'presences')
    expect(stream.map((message) => (message.kind === 'delta' ? message.delta : message))).toEqual([
      { ticks: 1 },
      { kind: 'event', type: 'boom', room: 'a', payload: { at: 1 } },
      { ticks: 2 },
      { kind: 'event', type: 'boom', room: 'a', payload: { at: 2 } },
      { ticks: 3 },
      { kind: 'event', type: 'boom', room: 'a', payload: { at: 3 } },
    ])
  })

  test('an event sent while nothing is unsent leaves at once', async () => {
    const kit = arena()
    const ann = await joined(kit, 'ann')
    const bob = await joined(kit, 'bob')
    await kit.ticks()
    ann.read()
    bob.read()
    kit.rooms.get('a')?.broadcast('hello', 'hi', { except: ann })
    kit.rooms.get('a')?.emit(ann, 'hello', 'you')
    expect(ann.read()).toEqual([{ kind: 'event', type: 'hello', payload: 'you', room: 'a' }])
    expect(bob.read()).toEqual([{ kind: 'event', type: 'hello', payload: 'hi', room: 'a' }])
  })

  test('who is left out of a broadcast is named as a client or by its id, alone or with others', async () => {
    const kit = arena()
    const [ann, bob, cid] = [await joined(kit, 'ann'), await joined(kit, 'bob'), await joined(kit, 'cid')]
    await kit.ticks()
    for (const member of [ann, bob, cid]) member.read()
    const room = kit.rooms.get('a')
    room?.broadcast('hello', 'not ann', { except: 'ann' })
    room?.broadcast('hello', 'neither', { except: ['ann', bob] })
    expect([ann, bob, cid].map((member) => member.of('event').map(({ payload }) => payload))).toEqual([
      [],
      ['not ann'],
      ['not ann', 'neither'],
    ])
  })

  test('an event whose name could not travel, or is reserved, is refused at the call', async () => {
    const kit = createTestRooms()
    const room = kit.rooms.room('r', {})
    const ann = kit.member('ann')
    const send = (type: string) => () => room.broadcast(type as never, {} as never)
    for (const isSomebodyIn of [false, true]) {
      expect(send('x'.repeat(257))).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
      expect(send('')).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
      expect(send('__pp_left')).toThrow(expect.objectContaining({ code: 'RESERVED_TYPE' }))
      if (isSomebodyIn) expect(() => room.emit(ann, '' as never, {} as never)).toThrow('A message type')
      room.join(ann)
    }
    expect(ann.of('event')).toEqual([])
  })

  test('sendHz lower than tickHz sends every n-th tick what the ticks between have changed', async () => {
    const kit = createTestRooms()
    kit.rooms.define(Arena, { tick: ({ state }) => void state.ticks++, tickHz: 60, sendHz: 20 })
    const ann = await joined(kit, 'ann')
    ann.read()
    await kit.ticks(9)
    expect(ann.of('delta').map(({ tick, delta }) => [tick, delta])).toEqual([
      [3, { ticks: 3 }],
      [6, { ticks: 6 }],
      [9, { ticks: 9 }],
    ])
  })

  test('a tick is given the fixed step, its own time and its number, also when it makes up for a stall', async () => {
    const kit = createTestRooms()
    const seen: [tick: number, now: number, dtMs: number][] = []
    const stall = createTestRooms()
    stall.rooms.define(Arena, {
      tickHz: 100,
      tick: ({ room, now }, dtMs) => void seen.push([room.tick, now(), dtMs]),
    })
    await joined(stall, 'ann')
    await stall.time.advance(30)
    expect(seen).toEqual([
      [1, 10, 10],
      [2, 20, 10],
      [3, 30, 10],
    ])
    void kit
  })

  test('a tick that throws is reported; the next one comes, and what the first had written is sent', async () => {
    const kit = createTestRooms()
    kit.rooms.define(Arena, {
      tick({ state }) {
        state.ticks++
        if (state.ticks === 1) throw new Error('no')
      },
    })
    const ann = await joined(kit, 'ann')
    await kit.ticks(2)
    expect(ann.state('a')).toMatchObject({ ticks: 2 })
    expect(kit.errors).toEqual(['tick of room "a" (arena): no'])
  })

  test('a tick listener makes the room step, and its undo lets it sleep again', async () => {
    const kit = arena()
    await joined(kit, 'ann')
    const room = kit.rooms.get('a')
    let steps = 0
    const undo = room?.on('tick', (dtMs) => {
      expect(dtMs).toBe(TICK)
      steps++
    })
    await kit.ticks(10)
    expect(steps).toBe(10)
    undo?.()
    await kit.ticks(10)
    expect(steps).toBe(10)
    expect(kit.time.pending).toBe(0)
  })

  test('the inspector hears of each tick, and costs nothing when nobody listens', async () => {
    const kit = arena()
    await joined(kit, 'ann')
    const seen: unknown[] = []
    kit.inspector.listen((event) => seen.push(event))
    await kit.ticks()
    expect(seen).toMatchObject([{ kind: 'tick', room: 'a', tick: 1, dropped: 0 }])
  })
})

describe('messages and requests', () => {
  test('[RM5] an answer names the version in which the request took effect', async () => {
    const kit = arena()
    const ann = await joined(kit, 'ann')
    await kit.ticks()
    const version = kit.rooms.get('a')?.version ?? NaN
    const answer = await kit.send(ann, { type: 'buy', room: 'a', ackId: 1, payload: { cost: 4 } })
    expect(answer).toEqual({ data: { coins: 6 }, version: version + 1 })
    await kit.ticks()
    expect(ann.replicas.get('a') ?? ann.state('a')).toBeDefined()
    ann.read()
    expect(ann.replicas.get('a')).toMatchObject({
      version: version + 1,
      state: { players: { ann: { coins: 6 } } },
    })
    expect(await kit.send(ann, { type: 'later', room: 'a', ackId: 2 })).toEqual({
      data: 'done',
      version: version + 1,
    })
  })

  test('[RM10] a version that an answer names comes, even when nothing differs in the end', async () => {
    const kit = arena()
    const ann = await joined(kit, 'ann')
    await kit.ticks()
    ann.read()
    const answer = await kit.send(ann, { type: 'buy', room: 'a', ackId: 1, payload: { cost: 0 } })
    await kit.ticks()
    expect(ann.of('delta').at(-1)).toMatchObject({ to: answer?.version, delta: {} })
    expect(ann.broken).toEqual([])
  })

  test('[EV3] what a handler refuses is told; what it throws is not', async () => {
    const kit = arena()
    const ann = await joined(kit, 'ann')
    const poor = await kit.send(ann, { type: 'buy', room: 'a', ackId: 1, payload: { cost: 400 } })
    expect(poor).toEqual({ error: { code: 'REFUSED', message: 'Too poor.' } })
    const broken = await kit.send(ann, { type: 'buy', room: 'a', ackId: 2, payload: null })
    expect(broken?.error?.code).toBe('INTERNAL')
    expect(broken?.error?.message).toContain('e1')
    expect(broken?.error?.message).not.toContain('null')
    expect(kit.errors).toHaveLength(1)
  })

  test('[EV3] an answer that breaks the contract is the server’s fault and told as one', async () => {
    const kit = arena()
    const ann = await joined(kit, 'ann')
    const answer = await kit.send(ann, { type: 'checked', room: 'a', ackId: 1, payload: null })
    expect(answer?.error?.code).toBe('INTERNAL')
    expect(kit.errors[0]).toContain('breaks the contract')
  })

  test('an answer of which the contract says nothing is whatever the handler returns', async () => {
    const kit = arena()
    const ann = await joined(kit, 'ann')
    const answer = await kit.send(ann, { type: 'free', room: 'a', ackId: 1, payload: 3 })
    expect(answer?.data).toEqual([{ depth: 3 }])
  })

  test('[EV3] a write that is not JSON reaches nobody and ends at the server', async () => {
    const kit = createTestRooms()
    kit.rooms.define(Arena, {
      messages: {
        move({ state }) {
          state.log.push(new Date() as unknown as string)
        },
      },
    })
    const ann = await joined(kit, 'ann')
    const answer = await kit.send(ann, { type: 'move', room: 'a', ackId: 1, payload: { dx: 1 } })
    expect(answer?.error?.code).toBe('INTERNAL')
    await kit.ticks(2)
    expect(ann.state('a')).toEqual(kit.rooms.get('a')?.state)
    expect(ann.of('delta')).toEqual([])
  })

  test('[EV5] a payload that the validator refuses reaches no handler', async () => {
    const kit = arena()
    const ann = await joined(kit, 'ann')
    ann.read()
    const answer = await kit.send(ann, { type: 'strict', room: 'a', ackId: 1, payload: { n: 0.5 } })
    expect(answer?.error?.code).toBe('INVALID_PAYLOAD')
    expect(await kit.send(ann, { type: 'strict', room: 'a', payload: 'no' })).toBeUndefined()
    expect(ann.read()).toMatchObject([{ kind: 'error', code: 'INVALID_PAYLOAD', type: 'strict', room: 'a' }])
    await kit.send(ann, { type: 'strict', room: 'a', payload: { n: 2, more: 1 } })
    expect(kit.rooms.get('a')?.state).toMatchObject({ log: ['n=2'] })
    expect(kit.errors).toEqual([])
  })

  test('[EV6] a type nobody handles is answered when it asks, and ignored otherwise', async () => {
    const kit = arena()
    const ann = await joined(kit, 'ann')
    ann.read()
    for (const unknown of ['nothing', 'constructor', '__proto__', 'toString']) {
      const answer = await kit.send(ann, { type: unknown, room: 'a', ackId: 1 })
      expect(answer?.error?.code).toBe('UNKNOWN_TYPE')
      await kit.send(ann, { type: unknown, room: 'a' })
    }
    expect(ann.read()).toEqual([])
    expect(kit.errors).toEqual([])
  })

  test('[RM7] a message from somebody outside is refused', async () => {
    const kit = arena()
    const ann = await joined(kit, 'ann')
    const eve = kit.member('eve')
    const answer = await kit.send(eve, { type: 'move', room: 'a', ackId: 1, payload: { dx: 1 } })
    expect(answer?.error?.code).toBe('NOT_IN_ROOM')
    await kit.send(eve, { type: 'move', room: 'a', payload: { dx: 1 } })
    await kit.send(eve, { type: 'move', room: 'no such room', payload: { dx: 1 } })
    kit.rooms.presence(eve, 'a', {})
    kit.rooms.resync(eve, { kind: 'resync', room: 'a', version: 0, why: 'gap' })
    expect(eve.of('error').map((error) => error.code)).toEqual(Array(4).fill('NOT_IN_ROOM'))
    expect(ann.state('a')).toMatchObject({ players: { ann: { x: 0 } } })
  })

  test('a request without a question is handled; a message that asks gets an empty answer', async () => {
    const kit = arena()
    const ann = await joined(kit, 'ann')
    await kit.send(ann, { type: 'buy', room: 'a', payload: { cost: 1 } })
    const answer = await kit.send(ann, { type: 'move', room: 'a', ackId: 3, payload: { dx: 1 } })
    expect(answer).toEqual({ version: (kit.rooms.get('a')?.version ?? NaN) + 1 })
    expect(kit.rooms.get('a')?.state).toMatchObject({ players: { ann: { x: 1, coins: 9 } } })
  })
})

describe('falling behind and coming back', () => {
  test('[RM2, RM11] a resync is answered by one snapshot with the next tick, however often it is asked', async () => {
    const kit = arena()
    const ann = await joined(kit, 'ann')
    const bob = await joined(kit, 'bob')
    await kit.ticks()
    ann.read()
    bob.read()
    for (let i = 0; i < 50; i++) kit.rooms.resync(ann, { kind: 'resync', room: 'a', version: 0, why: 'gap' })
    await kit.send(bob, { type: 'move', room: 'a', payload: { dx: 5 } })
    kit.rooms.get('a')?.broadcast('hello', 'after')
    expect(ann.read()).toEqual([])
    await kit.ticks()
    expect(ann.kinds()).toEqual(['snapshot', 'presences', 'hello'])
    expect(bob.kinds()).toEqual(['delta', 'hello'])
    expect(ann.state('a')).toEqual(bob.state('a'))
  })

  test('[PR1] a resumed session gets snapshot and full presence of its rooms, and then deltas again', async () => {
    const kit = arena()
    const ann = await joined(kit, 'ann')
    const bob = await joined(kit, 'bob')
    await kit.ticks()
    ann.read()
    ann.connected = false
    kit.rooms.dropped(ann)
    await kit.send(bob, { type: 'move', room: 'a', payload: { dx: 5 } })
    kit.rooms.get('a')?.broadcast('hello', 'kept')
    await kit.ticks()
    expect(ann.kinds()).toEqual(['hello'])
    await kit.send(bob, { type: 'move', room: 'a', payload: { dx: 5 } })
    ann.connected = true
    kit.rooms.resumed(ann, null)
    const [snapshot, presence, ...rest] = ann.read()
    expect(snapshot).toMatchObject({ kind: 'snapshot', state: { players: { bob: { x: 10 } } } })
    expect(presence).toMatchObject({ kind: 'presences', full: true })
    expect(rest).toEqual([])
    await kit.send(bob, { type: 'move', room: 'a', payload: { dx: 5 } })
    await kit.ticks()
    expect(ann.state('a')).toEqual(bob.state('a'))
    expect(ann.broken).toEqual([])
    expect(kit.rooms.roomsOf(ann)).toEqual(['a'])
  })

  test('a session that drops during an asynchronous onJoin is in when it comes back', async () => {
    const kit = createTestRooms()
    let release = (): void => {}
    const hooks: string[] = []
    kit.rooms.define(Arena, {
      onJoin: () => new Promise<void>((resolve) => (release = resolve)),
      onDrop: () => void hooks.push('drop'),
      onResume: () => void hooks.push('resume'),
    })
    const ann = kit.member('ann')
    const join = kit.join(ann, { name: 'arena', room: 'a' })
    ann.connected = false
    kit.rooms.dropped(ann)
    release()
    await join
    expect(ann.kinds()).toEqual(['joined'])
    ann.connected = true
    kit.rooms.resumed(ann, null)
    expect(ann.kinds()).toEqual(['snapshot', 'presences'])
    expect(hooks).toEqual(['drop', 'resume'])
  })
})

describe('the room’s clock', () => {
  test('timers run at the first tick that is due then, change the state, and wake a sleeping room', async () => {
    const kit = arena()
    const ann = await joined(kit, 'ann')
    await kit.ticks()
    ann.read()
    const room = kit.rooms.get('a')
    const at: number[] = []
    room?.setTimeout(() => {
      at.push(kit.time.now())
      room.update((draft) => void (draft as { log: string[] }).log.push('rang'))
    }, 1000)
    expect(kit.time.pending).toBe(1)
    await kit.time.advance(2000)
    expect(at).toHaveLength(1)
    expect(at[0]).toBeGreaterThanOrEqual(1000 + TICK - 1e-3)
    expect(at[0]).toBeLessThan(1000 + 2 * TICK)
    expect(ann.of('delta').at(-1)).toMatchObject({ delta: { log: expect.anything() } })
    expect(kit.time.pending).toBe(0)
  })

  test('a repeating timer keeps its phase, runs at most once a tick, and can be undone', async () => {
    const kit = arena()
    await joined(kit, 'ann')
    const room = kit.rooms.get('a')
    let often = 0
    let slow = 0
    const undo = room?.every(1, () => often++)
    room?.every(100, () => slow++)
    await kit.time.advance(60 * TICK)
    expect(often).toBe(60)
    expect(slow).toBe(10)
    undo?.()
    await kit.time.advance(60 * TICK)
    expect(often).toBe(60)
    expect(slow).toBe(20)
  })

  test('a timer that throws is reported, and the others run', async () => {
    const kit = arena()
    await joined(kit, 'ann')
    let ran = 0
    const room = kit.rooms.get('a')
    room?.setTimeout(() => {
      throw new Error('no')
    }, 10)
    room?.setTimeout(() => ran++, 10)
    await kit.ticks(3)
    expect(ran).toBe(1)
    expect(kit.errors).toEqual(['A timer of room "a" (arena): no'])
  })

  test('what timers, listeners and updates fail with later is reported, and ends nothing', async () => {
    const kit = arena()
    await joined(kit, 'ann')
    const room = kit.rooms.get('a')
    const failing = (what: string) => () => Promise.reject(new Error(what))
    room?.setTimeout(failing('once'), 10)
    const undo = room?.every(10, failing('every'))
    const undoTick = room?.on('tick', failing('tick'))
    await kit.ticks()
    undo?.()
    undoTick?.()
    room?.update(failing('update'))
    await kit.ticks()
    expect(kit.errors).toEqual([
      'A timer of room "a" (arena): once',
      'A timer of room "a" (arena): every',
      'A listener of room "a" (arena): tick',
      'update of room "a" (arena): update',
    ])
    expect(room?.clients).toHaveLength(1)
  })

  test('timers die with their room', async () => {
    const kit = arena()
    const ann = await joined(kit, 'ann')
    let ran = 0
    kit.rooms.get('a')?.every(10, () => ran++)
    kit.rooms.leave(ann, 'a')
    await kit.time.advance(1000)
    expect(ran).toBe(0)
    expect(kit.time.pending).toBe(0)
  })

  test('the clock never goes back, also when ticks come late', async () => {
    const kit = createTestRooms()
    let clock = (): number => 0
    const seen: number[] = []
    kit.rooms.define(Arena, {
      onCreate: ({ now }) => void (clock = now),
      tick: ({ now }) => void seen.push(now()),
    })
    await joined(kit, 'ann')
    for (let i = 0; i < 300; i++) {
      await kit.time.advance(7.3)
      seen.push(clock())
    }
    expect(seen).toEqual([...seen].sort((a, b) => a - b))
  })

  test('one seed, one game: each room has its own generator', async () => {
    const draw = async () => {
      const kit = createTestRooms()
      const drawn: number[] = []
      kit.rooms.define(Arena, { onCreate: ({ random }) => void drawn.push(random.next(), random.next()) })
      await kit.join(kit.member('ann'), { name: 'arena' })
      await kit.join(kit.member('bob'), { name: 'arena', how: 'create' })
      return drawn
    }
    const first = await draw()
    expect(await draw()).toEqual(first)
    expect(new Set(first).size).toBe(4)
  })
})

test('what update throws comes out at the caller, and only there', async () => {
  const kit = arena()
  await joined(kit, 'ann')
  const room = kit.rooms.get('a')
  expect(() =>
    room?.update(() => {
      throw new PPError('REFUSED', 'mine')
    }),
  ).toThrow('mine')
  expect(kit.errors).toEqual([])
})
