import { describe, expect, test } from 'vitest'
import { defineRoom, hashState, type } from '@painda/protocol'
import type { SyncRule, SyncTable } from '@painda/protocol'
import { refuse } from '../src/refuse.js'
import { createTestRooms, TICK, type TestMember } from './room-kit.js'

const Table = defineRoom({
  name: 'table',
  state: () => ({ seats: [] as string[], note: '' }),
  messages: { note: type<string>() },
  events: { bell: type<string>() },
})

/** A promise and the way to settle it, for hooks that wait until the test lets them go on. */
function gate() {
  let open = (): void => {}
  let fail: (error: Error) => void = () => {}
  const promise = new Promise<void>((resolve, reject) => {
    open = resolve
    fail = reject
  })
  return { promise, open, fail }
}

const codes = (member: TestMember) => member.of('ack').map((ack) => ack.error?.code)

describe('who gets in', () => {
  test('onAuth says no by false, by a refusal with a code, or by failing', async () => {
    const kit = createTestRooms()
    kit.rooms.define(Table, {
      onAuth(_, options) {
        if (options === 'false') return false
        if (options === 'refuse') refuse('Not today.', 'FORBIDDEN')
        if (options === 'throw') throw new Error('secret')
        return options !== 'later' || Promise.resolve(false)
      },
    })
    const ann = kit.member('ann')
    for (const options of ['false', 'refuse', 'throw', 'later']) {
      await kit.join(ann, { name: 'table', room: 't', options })
    }
    expect(codes(ann)).toEqual(['FORBIDDEN', 'FORBIDDEN', 'INTERNAL', 'FORBIDDEN'])
    expect(ann.of('ack')[1]?.error?.message).toBe('Not today.')
    expect(JSON.stringify(ann.log)).not.toContain('secret')
    // The room that each of them began ended with its only seat.
    expect(kit.rooms.list()).toEqual([])
    await kit.join(ann, { name: 'table', room: 't', options: 'please' })
    expect(kit.rooms.get('t')?.clients).toEqual([ann])
  })

  test('a full room says ROOM_FULL, a locked one ROOM_LOCKED, and joinOrCreate goes elsewhere', async () => {
    const kit = createTestRooms()
    kit.rooms.define(Table, { maxClients: 2 })
    const [ann, bob, cid, dan] = ['ann', 'bob', 'cid', 'dan'].map((id) => kit.member(id))
    if (!ann || !bob || !cid || !dan) throw new Error('four members')
    await kit.join(ann, { name: 'table', room: 't' })
    await kit.join(bob, { name: 'table', how: 'joinById', room: 't' })
    await kit.join(cid, { name: 'table', how: 'joinById', room: 't' })
    expect(codes(cid)).toEqual(['ROOM_FULL'])
    kit.rooms.leave(bob, 't')
    kit.rooms.get('t')?.lock()
    await kit.join(cid, { name: 'table', how: 'joinById', room: 't' })
    expect(codes(cid)).toEqual(['ROOM_FULL', 'ROOM_LOCKED'])
    await kit.join(cid, { name: 'table' })
    expect(kit.rooms.list()).toHaveLength(2)
    kit.rooms.get('t')?.unlock()
    kit.rooms.list()[1]?.lock()
    await kit.join(dan, { name: 'table' })
    expect(kit.rooms.get('t')?.clients).toEqual([ann, dan])
    expect(kit.rooms.listing('table').map(({ clients, isLocked }) => [clients, isLocked])).toEqual([
      [2, false],
      [1, true],
    ])
  })

  test('create makes a room of its own each time; a taken id is refused, and a room of another kind is not found by its id', async () => {
    const kit = createTestRooms()
    kit.rooms.define(Table, {})
    kit.rooms.define(defineRoom({ name: 'other', state: () => ({}) }), {})
    const ann = kit.member('ann')
    await kit.join(ann, { name: 'table', how: 'create' })
    await kit.join(ann, { name: 'table', how: 'create', room: 't' })
    await kit.join(ann, { name: 'table', how: 'create', room: 't' })
    await kit.join(ann, { name: 'other', how: 'joinById', room: 't' })
    await kit.join(ann, { name: 'other', room: 't' })
    expect(kit.rooms.listing('table')).toHaveLength(2)
    expect(codes(ann)).toEqual(['REFUSED', 'ROOM_NOT_FOUND', 'REFUSED'])
  })

  test('a client may be in so many rooms and no more, promised seats included', async () => {
    const kit = createTestRooms({ maxRoomsPerClient: 3 })
    const hold = gate()
    kit.rooms.define(Table, { onAuth: () => hold.promise })
    const ann = kit.member('ann')
    kit.membership.enter('event room', 'ann')
    const joins = [1, 2, 3, 4].map(() => kit.join(ann, { name: 'table', how: 'create' }))
    hold.open()
    await Promise.all(joins)
    expect(codes(ann)).toEqual(['TOO_MANY_ROOMS', 'TOO_MANY_ROOMS'])
    expect(kit.rooms.roomsOf(ann)).toHaveLength(2)
    await kit.join(ann, { how: 'join', room: 'event room' })
    expect(ann.of('joined').at(-1)).toMatchObject({ type: 'event' })
  })

  test('an event room can be joined while somebody is in it, and left again', async () => {
    const kit = createTestRooms()
    kit.membership.enter('chat', 'somebody')
    const ann = kit.member('ann')
    await kit.join(ann, { how: 'join', room: 'chat' })
    expect(ann.read()).toEqual([{ kind: 'joined', room: 'chat', ackId: 1, type: 'event' }])
    expect(kit.membership.has('chat', 'ann')).toBe(true)
    kit.rooms.leave(ann, 'chat')
    expect(kit.membership.has('chat', 'ann')).toBe(false)
    expect(ann.read()).toEqual([{ kind: 'left', room: 'chat', reason: 'left' }])
  })

  test('members of a typed room are members of the name space that broadcasts use', async () => {
    const kit = createTestRooms()
    kit.rooms.define(Table, {})
    const ann = kit.member('ann')
    await kit.join(ann, { name: 'table', room: 't' })
    expect([...kit.membership.members('t')]).toEqual(['ann'])
    kit.rooms.leave(ann, 't')
    expect(kit.membership.exists('t')).toBe(false)
  })
})

describe('many at once', () => {
  for (const isSlow of [false, true]) {
    test(`1,000 simultaneous joinOrCreate fill rooms of 4 without gap or overflow, hooks ${isSlow ? 'slow' : 'at once'}`, async () => {
      const kit = createTestRooms()
      let created = 0
      let most = 0
      const pause = (ms: number): Promise<void> => new Promise((resolve) => kit.time.after(ms, resolve))
      kit.rooms.define(Table, {
        maxClients: 4,
        onCreate() {
          created++
          if (isSlow) return pause(50)
        },
        onAuth: ({ client }) => (isSlow ? pause(client.id.length * 3).then(() => true) : true),
        onJoin({ state, client, room }) {
          most = Math.max(most, room.clients.length)
          state.seats.push(client.id)
          if (isSlow) return pause(20)
        },
      })
      const members = Array.from({ length: 1000 }, (_, i) => kit.member(`m${i}`))
      const joins = members.map((member) => kit.join(member, { name: 'table' }))
      await kit.time.advance(500)
      await Promise.all(joins)
      expect(created).toBe(250)
      expect(most).toBe(4)
      expect(kit.rooms.list().map((room) => room.clients.length)).toEqual(Array(250).fill(4))
      expect(members.every((member) => member.of('joined').length === 1)).toBe(true)
      await kit.ticks(2)
      for (const room of kit.rooms.list()) {
        for (const client of room.clients) expect(client.state(room.id)).toEqual(room.state)
      }
      for (const member of members) expect(member.broken).toEqual([])
    })
  }

  test('seats that onAuth refused are free for others', async () => {
    const kit = createTestRooms()
    kit.rooms.define(Table, { maxClients: 1, onAuth: async ({ client }) => client.id === 'good' })
    const bad = kit.member('bad')
    const good = kit.member('good')
    await Promise.all([kit.join(bad, { name: 'table' }), kit.join(good, { name: 'table' })])
    expect(codes(bad)).toEqual(['FORBIDDEN'])
    expect(kit.rooms.listing()).toMatchObject([{ clients: 1 }])
  })

  test('whoever waits for an onCreate that fails is told, and the room is gone', async () => {
    const kit = createTestRooms()
    const hold = gate()
    kit.rooms.define(Table, { onCreate: () => hold.promise })
    const ann = kit.member('ann')
    const bob = kit.member('bob')
    const joins = [kit.join(ann, { name: 'table' }), kit.join(bob, { name: 'table' })]
    hold.fail(new Error('no database'))
    await Promise.all(joins)
    expect([codes(ann), codes(bob)]).toEqual([['INTERNAL'], ['INTERNAL']])
    // It failed once, and both are told of that.
    expect(kit.errors).toEqual([expect.stringMatching(/^onCreate of room ".*" \(table\): no database$/)])
    expect(ann.of('ack')[0]?.error?.message).toContain('e1')
    expect(bob.of('ack')[0]?.error?.message).toContain('e1')
    expect(kit.rooms.list()).toEqual([])
    expect(kit.time.pending).toBe(0)
  })

  test('whoever waits for an onCreate that says no is told why, and nothing failed', async () => {
    const kit = createTestRooms()
    kit.rooms.define(Table, { onCreate: () => Promise.resolve().then(() => refuse('Closed for today.')) })
    const members = ['ann', 'bob'].map((id) => kit.member(id))
    await Promise.all(members.map((member) => kit.join(member, { name: 'table' })))
    for (const member of members)
      expect(member.of('ack')[0]?.error).toEqual({ code: 'REFUSED', message: 'Closed for today.' })
    expect(kit.errors).toEqual([])
  })

  test('an onCreate that throws at once refuses its maker and leaves nothing', async () => {
    const kit = createTestRooms()
    kit.rooms.define(Table, { onCreate: () => refuse('Closed for today.') })
    const ann = kit.member('ann')
    await kit.join(ann, { name: 'table' })
    expect(ann.of('ack')[0]?.error).toEqual({ code: 'REFUSED', message: 'Closed for today.' })
    expect(() => kit.rooms.create(Table)).toThrow('Closed for today.')
    expect(kit.rooms.list()).toEqual([])
    expect(kit.rooms.roomsOf(ann)).toEqual([])
  })

  test('the maker of a room gets in even when onCreate locks it', async () => {
    const kit = createTestRooms()
    kit.rooms.define(Table, { onCreate: ({ room }) => room.lock() })
    const ann = kit.member('ann')
    await kit.join(ann, { name: 'table' })
    expect(ann.kinds()).toEqual(['joined', 'snapshot', 'presences'])
  })
})

describe('leaving', () => {
  function table() {
    const kit = createTestRooms()
    const left: string[] = []
    kit.rooms.define(Table, {
      onJoin: ({ state, client }) => void state.seats.push(client.id),
      onLeave({ state, client, room }, reason) {
        state.seats.splice(state.seats.indexOf(client.id), 1)
        left.push(`${client.id} ${reason}`)
        room.broadcast('bell', client.id)
      },
      onDispose: () => void left.push('disposed'),
    })
    return { ...kit, left }
  }

  test('[RM6] left is the last word: after leave, after a kick, and with the room', async () => {
    const kit = table()
    const [ann, bob, cid] = ['ann', 'bob', 'cid'].map((id) => kit.member(id))
    if (!ann || !bob || !cid) throw new Error('three members')
    for (const member of [ann, bob, cid]) await kit.join(member, { name: 'table', room: 't' })
    const room = kit.rooms.get('t')
    room?.emit(bob, 'bell', 'you are out')
    room?.kick(bob)
    kit.rooms.leave(ann, 't')
    await kit.ticks(3)
    await room?.dispose()
    await kit.ticks(3)
    expect(ann.read().at(-1)).toEqual({ kind: 'left', room: 't', reason: 'left' })
    expect(bob.read().slice(-2)).toMatchObject([
      { type: 'bell', payload: 'you are out' },
      { kind: 'left', room: 't', reason: 'kicked' },
    ])
    expect(cid.read().at(-1)).toEqual({ kind: 'left', room: 't', reason: 'disposed' })
    expect(kit.left).toEqual(['bob kicked', 'ann left', 'cid disposed', 'disposed'])
    expect(kit.time.pending).toBe(0)
  })

  test('whoever is kicked or banned is a client: by an id nobody was meant, without a word', async () => {
    const kit = table()
    const ann = kit.member('ann')
    await kit.join(ann, { name: 'table', room: 't' })
    const room = kit.rooms.get('t')
    const none = expect.objectContaining({ code: 'INVALID_ARGUMENT' })
    expect(() => room?.kick('ann' as never)).toThrow(none)
    expect(() => room?.ban(undefined as never)).toThrow(none)
    expect(() => room?.leave('ann' as never)).toThrow(none)
    expect(room?.clients).toEqual([ann])
  })

  test('[RM6, RM12] a kick in the middle of a tick lets its last event out first', async () => {
    const kit = createTestRooms()
    kit.rooms.define(Table, {
      autoDisposeMs: Infinity,
      tick({ room, state }) {
        state.note = 'changed'
        for (const client of room.clients) {
          room.emit(client, 'bell', 'bye')
          room.kick(client)
        }
      },
    })
    const ann = kit.member('ann')
    await kit.join(ann, { name: 'table', room: 't' })
    ann.read()
    await kit.ticks(3)
    expect(ann.kinds()).toEqual(['bell', 'left'])
  })

  test('a session that ends leaves all its rooms and is told nothing', async () => {
    const kit = table()
    const ann = kit.member('ann')
    const bob = kit.member('bob')
    await kit.join(ann, { name: 'table', room: 't' })
    await kit.join(bob, { name: 'table', room: 't' })
    await kit.join(ann, { name: 'table', room: 'u' })
    ann.read()
    kit.rooms.ended(ann)
    await kit.ticks(2)
    expect(ann.read()).toEqual([])
    expect(kit.left).toEqual(['ann ended', 'ann ended', 'disposed'])
    expect(kit.rooms.roomsOf(ann)).toEqual([])
    expect(kit.rooms.list().map((room) => room.id)).toEqual(['t'])
    expect(bob.state('t')).toMatchObject({ seats: ['bob'] })
  })

  test('leaving what one is not in is answered, and does nothing', () => {
    const kit = table()
    const ann = kit.member('ann')
    kit.rooms.leave(ann, 'nowhere')
    expect(ann.read()).toEqual([{ kind: 'left', room: 'nowhere', reason: 'left' }])
    expect(kit.left).toEqual([])
  })

  test('a client that leaves during its own onAuth is refused, and onLeave is not called', async () => {
    const kit = createTestRooms()
    const hold = gate()
    const hooks: string[] = []
    kit.rooms.define(Table, {
      onAuth: () => hold.promise,
      onJoin: () => void hooks.push('join'),
      onLeave: () => void hooks.push('leave'),
    })
    const ann = kit.member('ann')
    const join = kit.join(ann, { name: 'table', room: 't' })
    kit.rooms.leave(ann, 't')
    hold.open()
    await join
    expect(hooks).toEqual([])
    expect(codes(ann)).toEqual([expect.stringMatching(/REFUSED|ROOM_NOT_FOUND/)])
    expect(kit.rooms.list()).toEqual([])
  })

  test('a session that ends during its own onJoin gets its onLeave when that is done', async () => {
    const kit = createTestRooms()
    const hold = gate()
    const hooks: string[] = []
    kit.rooms.define(Table, {
      async onJoin() {
        await hold.promise
        hooks.push('join')
      },
      onLeave: (_, reason) => void hooks.push(`leave ${reason}`),
    })
    const ann = kit.member('ann')
    const join = kit.join(ann, { name: 'table', room: 't' })
    kit.rooms.ended(ann)
    hold.open()
    await join
    expect(hooks).toEqual(['join', 'leave ended'])
    expect(kit.rooms.list()).toEqual([])
  })

  test('who is kicked during its own onJoin is told so, and why, and onLeave hears of a kick', async () => {
    const kit = createTestRooms()
    const hooks: string[] = []
    kit.rooms.define(Table, {
      async onJoin({ room, client }, options) {
        if (options === 'later') await Promise.resolve()
        if (client.id === 'ann') room.kick(client, { reason: 'Be nice.' })
        else room.ban(client)
      },
      onLeave: ({ client }, reason) => void hooks.push(`${client.id} ${reason}`),
    })
    const [ann, bob] = [kit.member('ann'), kit.member('bob')]
    await kit.join(ann, { name: 'table' })
    await kit.join(bob, { name: 'table', options: 'later' })
    expect(ann.of('ack')).toMatchObject([{ error: { code: 'KICKED', message: 'Be nice.' } }])
    expect(bob.of('ack')).toMatchObject([{ error: { code: 'KICKED', message: 'banned' } }])
    expect(hooks).toEqual(['ann kicked', 'bob kicked'])
    expect(kit.errors).toEqual([])
  })

  test('a throwing onLeave or listener is reported, and the others hear', async () => {
    const kit = createTestRooms()
    kit.rooms.define(Table, {
      onLeave: () => Promise.reject(new Error('late')),
    })
    const ann = kit.member('ann')
    await kit.join(ann, { name: 'table', room: 't' })
    let heard = 0
    kit.rooms.get('t')?.on('leave', () => {
      throw new Error('now')
    })
    kit.rooms.get('t')?.on('leave', () => heard++)
    kit.rooms.leave(ann, 't')
    await kit.time.flushMicrotasks()
    expect(heard).toBe(1)
    expect(kit.errors).toEqual(['A listener of room "t" (table): now', 'onLeave of room "t" (table): late'])
  })
})

describe('the end of a room', () => {
  test('a room of a definition ends with its last member; one that the server made waits for its first', async () => {
    const kit = createTestRooms()
    const ended: string[] = []
    kit.rooms.define(Table, { onDispose: ({ room }) => void ended.push(room.id) })
    const room = kit.rooms.create(Table, { id: 't' })
    await kit.time.advance(10_000)
    expect(kit.rooms.get('t')).toBe(room)
    const ann = kit.member('ann')
    await kit.join(ann, { name: 'table' })
    expect(room.clients).toEqual([ann])
    kit.rooms.leave(ann, 't')
    await kit.time.flushMicrotasks()
    expect(ended).toEqual(['t'])
    expect(kit.rooms.get('t')).toBeUndefined()
  })

  test('with a grace time a room waits for somebody to come back, each time anew', async () => {
    const kit = createTestRooms()
    kit.rooms.define(Table, { autoDisposeMs: 1000 })
    const ann = kit.member('ann')
    for (let i = 0; i < 3; i++) {
      await kit.join(ann, { name: 'table', room: 't' })
      kit.rooms.leave(ann, 't')
      await kit.time.advance(999)
      expect(kit.rooms.get('t')).toBeDefined()
    }
    await kit.time.advance(1)
    expect(kit.rooms.get('t')).toBeUndefined()
  })

  test('a grace time that began twice ends once: nobody is in the room when it ends', async () => {
    const kit = createTestRooms()
    kit.rooms.define(Table, {
      maxClients: 1,
      onFull: 'queue',
      autoDisposeMs: 1000,
      onAuth: ({ client }) => client.id !== 'eve',
    })
    const [ann, eve, bob] = ['ann', 'eve', 'bob'].map((id) => kit.member(id)) as [
      TestMember,
      TestMember,
      TestMember,
    ]
    await kit.join(ann, { name: 'table', room: 't' })
    await kit.join(eve, { name: 'table', room: 't' })
    // Eve gets the seat, and is refused, before the end of the call that freed it.
    kit.rooms.leave(ann, 't')
    await kit.time.advance(500)
    await kit.join(bob, { name: 'table', room: 't' })
    await kit.time.advance(1000)
    expect(kit.rooms.get('t')?.clients).toEqual([bob])
    kit.rooms.leave(bob, 't')
    await kit.time.advance(1000)
    expect(kit.rooms.list()).toEqual([])
  })

  test('a join that meets an ending room is refused by id, and gets a new room otherwise', async () => {
    const kit = createTestRooms()
    const hold = gate()
    const life: string[] = []
    kit.rooms.define(Table, {
      onCreate: () => void life.push('create'),
      async onDispose() {
        life.push('dispose begins')
        await hold.promise
        life.push('dispose ends')
      },
    })
    const ann = kit.member('ann')
    await kit.join(ann, { name: 'table', room: 't' })
    const first = kit.rooms.get('t')
    kit.rooms.leave(ann, 't')
    await kit.join(ann, { name: 'table', how: 'joinById', room: 't' })
    expect(codes(ann)).toEqual(['ROOM_NOT_FOUND'])
    ann.read()
    const bob = kit.member('bob')
    const joins = [kit.join(ann, { name: 'table', room: 't' }), kit.join(bob, { name: 'table', room: 't' })]
    await kit.time.flushMicrotasks()
    expect(life).toEqual(['create', 'dispose begins'])
    hold.open()
    await Promise.all(joins)
    expect(life).toEqual(['create', 'dispose begins', 'dispose ends', 'create'])
    expect(kit.rooms.get('t')).not.toBe(first)
    expect(kit.rooms.get('t')?.clients).toEqual([ann, bob])
    expect(ann.kinds()).toEqual(['joined', 'snapshot', 'presences'])
  })

  test('a join under way when its room ends is refused', async () => {
    const kit = createTestRooms()
    const hold = gate()
    kit.rooms.define(Table, { onAuth: () => hold.promise })
    const ann = kit.member('ann')
    const join = kit.join(ann, { name: 'table', room: 't' })
    const disposed = kit.rooms.get('t')?.dispose()
    hold.open()
    await Promise.all([join, disposed])
    expect(codes(ann)).toEqual(['ROOM_NOT_FOUND'])
    expect(kit.rooms.roomsOf(ann)).toEqual([])
  })

  test('dispose twice ends once; hooks come in order; an end during onCreate waits for it', async () => {
    const kit = createTestRooms()
    const hold = gate()
    const life: string[] = []
    kit.rooms.define(Table, {
      async onCreate() {
        await hold.promise
        life.push('created')
      },
      onDispose: () => void life.push('onDispose'),
    })
    const room = kit.rooms.create(Table)
    room.on('dispose', () => life.push('dispose'))
    const ends = [room.dispose(), room.dispose()]
    hold.open()
    await Promise.all(ends)
    expect(life).toEqual(['created', 'dispose', 'onDispose'])
  })

  test('onDispose comes after asynchronous onLeave hooks', async () => {
    const kit = createTestRooms()
    const hold = gate()
    const life: string[] = []
    kit.rooms.define(Table, {
      async onLeave() {
        await hold.promise
        life.push('left')
      },
      onDispose: () => void life.push('disposed'),
    })
    const ann = kit.member('ann')
    await kit.join(ann, { name: 'table', room: 't' })
    kit.rooms.leave(ann, 't')
    await kit.time.flushMicrotasks()
    expect(life).toEqual([])
    hold.open()
    await kit.time.flushMicrotasks()
    expect(life).toEqual(['left', 'disposed'])
  })

  test('onDispose comes after an onJoin that is at work, and the onLeave that it is owed', async () => {
    const kit = createTestRooms()
    const holds = [gate(), gate()]
    const life: string[] = []
    kit.rooms.define(Table, {
      async onJoin() {
        await holds[0]?.promise
        life.push('joined')
      },
      async onLeave(_, reason) {
        await holds[1]?.promise
        life.push(reason)
      },
      onDispose: () => void life.push('onDispose'),
    })
    const ann = kit.member('ann')
    const join = kit.join(ann, { name: 'table', room: 't' })
    await kit.time.flushMicrotasks()
    const disposed = kit.rooms.get('t')?.dispose()
    for (const hold of holds) {
      await kit.time.flushMicrotasks()
      hold.open()
    }
    await Promise.all([join, disposed])
    expect(life).toEqual(['joined', 'disposed', 'onDispose'])
    expect(codes(ann)).toEqual(['ROOM_NOT_FOUND'])
  })

  test.each(['onJoin', 'onLeave', 'onDispose'] as const)(
    'an %s that waits for the end of its room is left behind after a minute, and reported',
    async (hook) => {
      const kit = createTestRooms()
      const life: string[] = []
      kit.rooms.define(Table, {
        onDispose: () => void life.push('disposed'),
        [hook]: ({ room }: { room: { dispose(): Promise<void> } }) =>
          room.dispose().then(() => life.push(`${hook} ends`)),
      })
      const ann = kit.member('ann')
      const join = kit.join(ann, { name: 'table', room: 't' })
      await kit.time.flushMicrotasks()
      kit.rooms.leave(ann, 't')
      await kit.time.advance(59_999)
      expect(life).not.toContain(`${hook} ends`)
      expect(kit.errors).toEqual([])
      await kit.time.advance(1)
      await join
      expect(life.at(-1)).toBe(`${hook} ends`)
      expect(life).toHaveLength(hook === 'onDispose' ? 1 : 2)
      expect(kit.errors).toEqual([
        `${hook} of room "t" (table): It did not end within 60000 ms, and its room ended without it. A hook that awaits room.dispose() waits for itself.`,
      ])
      expect([kit.rooms.list(), kit.time.pending]).toEqual([[], 0])
    },
  )

  test('close ends every room and stops every timer, twice without harm', async () => {
    const kit = createTestRooms()
    kit.rooms.define(Table, { tick() {} })
    const ann = kit.member('ann')
    await kit.join(ann, { name: 'table', room: 't' })
    kit.rooms.room('lobby', { n: 0 }).every(10, () => {})
    expect(kit.time.pending).toBeGreaterThan(0)
    kit.rooms.close()
    kit.rooms.close()
    await kit.time.flushMicrotasks()
    expect(kit.time.pending).toBe(0)
    expect(ann.of('left')).toEqual([{ kind: 'left', room: 't', reason: 'disposed' }])
    expect(kit.rooms.list()).toEqual([])
  })
})

describe('the documented form', () => {
  interface Lobby {
    phase: string
    score: Record<string, number>
  }
  const first = (): Lobby => ({ phase: 'waiting', score: {} })

  test('join gives the full state at once, update the change with the next tick; the room stays', async () => {
    const kit = createTestRooms()
    const lobby = kit.rooms.room<Lobby>('lobby-1', first(), { maxClients: 2, tickRate: 16 })
    const heard: string[] = []
    lobby.on('join', (client) => heard.push(`${client.id} in`))
    lobby.on('leave', (client) => heard.push(`${client.id} out`))
    const ann = kit.member('ann')
    expect(lobby.join(ann)).toBe(true)
    expect(ann.read().slice(0, 2)).toEqual([
      { kind: 'joined', room: 'lobby-1', type: 'state' },
      { kind: 'snapshot', room: 'lobby-1', version: 0, tick: 0, state: first(), hash: hashState(first()) },
    ])
    lobby.update((draft) => {
      draft.phase = 'playing'
      draft.score['ann'] = 10
    })
    expect(lobby.state.phase).toBe('playing')
    expect(ann.of('delta')).toEqual([])
    await kit.time.advance(16)
    expect(ann.of('delta')).toMatchObject([
      { from: 0, to: 1, delta: { phase: 'playing', score: { ann: 10 } } },
    ])
    lobby.leave(ann)
    await kit.time.advance(60_000)
    expect(kit.rooms.get('lobby-1')).toBe(lobby)
    expect(heard).toEqual(['ann in', 'ann out'])
    expect(kit.time.pending).toBe(0)
  })

  test('many updates within a tick are one delta; repeating the call returns the first room', async () => {
    const kit = createTestRooms()
    const lobby = kit.rooms.room<Lobby>('lobby-1', first())
    expect(kit.rooms.room('lobby-1', { phase: 'other', score: {} })).toBe(lobby)
    const ann = kit.member('ann')
    lobby.join(ann)
    for (let i = 0; i < 100; i++) lobby.update((draft) => void (draft.score['ann'] = i))
    await kit.ticks()
    expect(ann.of('delta').map(({ delta }) => delta)).toEqual([{ score: { ann: 99 } }])
  })

  test('the first state is copied: changing it afterwards changes no room', () => {
    const kit = createTestRooms()
    const mine = first()
    const lobby = kit.rooms.room<Lobby>('lobby-1', mine)
    mine.phase = 'mine'
    expect(lobby.state.phase).toBe('waiting')
    expect(() => kit.rooms.room('bad', { at: new Date() })).toThrow('not JSON')
    expect(kit.rooms.get('bad')).toBeUndefined()
  })

  test.each<unknown>([undefined, null, 0, ''])(
    'an answer of %j lets nobody in, from auth and, but for nothing at all, onAuth',
    async (answer) => {
      const kit = createTestRooms()
      const says = (() => answer) as () => boolean
      const saysLater = (async () => answer) as () => Promise<boolean>
      kit.rooms.room('now', first(), { auth: says })
      kit.rooms.room('later', first(), { auth: saysLater })
      kit.rooms.define(Table, { onAuth: says })
      const ann = kit.member('ann')
      for (const room of ['now', 'later']) await kit.join(ann, { how: 'join', room })
      await kit.join(ann, { name: 'table' })
      expect(codes(ann)).toEqual(['FORBIDDEN', 'FORBIDDEN', ...(answer === undefined ? [] : ['FORBIDDEN'])])
    },
  )

  test('a client joins by itself when auth agrees; join: "server" forbids it; a full room tells onFull', async () => {
    const kit = createTestRooms()
    const full: string[] = []
    kit.rooms.room('open', first(), { maxClients: 1, onFull: (client) => full.push(client.id) })
    kit.rooms.room('guarded', first(), { auth: (_, options) => options === 'sesame' })
    kit.rooms.room('pushed', first(), { join: 'server' })
    const ann = kit.member('ann')
    const bob = kit.member('bob')
    for (const room of ['open', 'guarded', 'pushed']) await kit.join(ann, { how: 'join', room })
    await kit.join(ann, { how: 'join', room: 'guarded', options: 'sesame' })
    await kit.join(bob, { how: 'join', room: 'open' })
    expect(ann.of('joined').map(({ room }) => room)).toEqual(['open', 'guarded'])
    expect(codes(ann)).toEqual(['FORBIDDEN', 'FORBIDDEN'])
    expect(codes(bob)).toEqual(['ROOM_FULL'])
    expect(kit.rooms.get('open')?.join(bob)).toBe(false)
    expect(full).toEqual(['bob', 'bob'])
    kit.rooms.get('pushed')?.join(bob)
    expect(kit.rooms.get('pushed')?.clients).toEqual([bob])
  })

  test('syncOnJoin: false gives the first state with the next tick, one encoding for all newcomers', async () => {
    const kit = createTestRooms()
    const lobby = kit.rooms.room<Lobby>('lobby-1', first(), { syncOnJoin: false })
    const ann = kit.member('ann')
    const bob = kit.member('bob')
    lobby.join(ann)
    lobby.broadcast('bell', 'first')
    lobby.join(bob)
    lobby.update((draft) => void (draft.phase = 'on'))
    expect([ann.kinds(), bob.kinds()]).toEqual([['joined'], ['joined']])
    await kit.ticks()
    expect(ann.kinds()).toEqual(['snapshot', 'presences', 'bell'])
    expect(bob.kinds()).toEqual(['snapshot', 'presences'])
    lobby.update((draft) => void (draft.phase = 'off'))
    await kit.ticks()
    expect(ann.state('lobby-1')).toEqual({ phase: 'off', score: {} })
    expect([ann.broken, bob.broken]).toEqual([[], []])
  })

  test('30, 60 and 120 milliseconds per tick are warned of; what is no rate is refused', () => {
    const kit = createTestRooms()
    for (const tickRate of [16, TICK, 30, 60, 120]) kit.rooms.room(`r${tickRate}`, {}, { tickRate })
    expect(kit.warnings).toHaveLength(3)
    expect(kit.warnings[1]).toContain('17 ticks per second')
    for (const tickRate of [0, -1, NaN, Infinity, 0.5]) {
      expect(() => kit.rooms.room(`bad${tickRate}`, {}, { tickRate })).toThrow('milliseconds per tick')
    }
    for (const tickHz of [0, NaN, Infinity, 2000]) {
      expect(() => kit.rooms.define(Table, { tickHz })).toThrow('times per second')
    }
  })

  test('what would keep its rooms from beginning, or everybody out, is refused where it is written', () => {
    const kit = createTestRooms()
    for (const limit of ['maxClients', 'maxSpectators', 'maxQueue', 'autoDisposeMs']) {
      for (const value of [-1, NaN, '4'])
        expect(() => kit.rooms.define(Table, { [limit]: value })).toThrow(
          `${limit} of the room "table" is ${value}`,
        )
    }
    expect(() => kit.rooms.room('r', {}, { maxClients: NaN })).toThrow('maxClients of the room "r" is NaN')
    for (const [path, rule] of [
      ['note', { to: 'owner' }],
      ['note', { quantize: 0 }],
    ] as const) {
      const wrong = defineRoom({ name: 'wrong', state: () => ({}), sync: { [path]: rule } })
      expect(() => kit.rooms.define(wrong, {})).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    }
    expect(kit.rooms.list()).toEqual([])
  })

  test('a mark that is misspelled is refused: it would hide nothing', () => {
    const kit = createTestRooms()
    for (const rule of [{ too: 'owner' }, { to: 'ownr' }, 'owner', null]) {
      const sync = { 'players.*.hand': rule as SyncRule }
      const wrong = defineRoom({ name: 'wrong', state: () => ({}), sync })
      expect(() => kit.rooms.define(wrong, {})).toThrow('"players.*.hand"')
    }
    // The other way to write a table; a path without a rule says where a map is.
    const right: SyncTable = [
      [['players', '*', 'hand'], { to: () => false }],
      ['players', {}],
    ]
    kit.rooms.define(defineRoom({ name: 'right', state: () => ({}), sync: right }), {})
  })

  test('an id that could not travel is refused: whoever got it would lose the connection', () => {
    const kit = createTestRooms()
    kit.rooms.define(Table, {})
    for (const id of ['', 'x'.repeat(257), 7 as unknown as string, '__proto__', '\ud800']) {
      const refused = expect.objectContaining({ code: 'INVALID_ARGUMENT' }) as Error
      expect(() => kit.rooms.room(id, {})).toThrow(refused)
      expect(() => kit.rooms.create(Table, { id })).toThrow(refused)
    }
    expect(kit.rooms.room('x'.repeat(256), {}).id).toHaveLength(256)
  })

  test('an id belongs to one kind of room; a definition’s name to one definition', () => {
    const kit = createTestRooms()
    kit.rooms.define(Table, {})
    kit.rooms.create(Table, { id: 't' })
    expect(() => kit.rooms.room('t', {})).toThrow('one of the definition "table"')
    expect(() => kit.rooms.create(Table, { id: 't' })).toThrow('exists already')
    expect(() => kit.rooms.define(Table, {})).toThrow('defined already')
    expect(() => kit.rooms.create(defineRoom({ name: 'unknown', state: () => ({}) }))).toThrow('not defined')
  })

  test('a server-side join during application code is shown the finished state', async () => {
    const kit = createTestRooms()
    const lobby = kit.rooms.room<Lobby>('lobby-1', first())
    const ann = kit.member('ann')
    lobby.update((draft) => {
      draft.phase = 'half'
      lobby.join(ann)
      draft.phase = 'whole'
    })
    expect(ann.state('lobby-1')).toEqual({ phase: 'whole', score: {} })
    await kit.ticks(2)
    expect(ann.of('delta')).toEqual([])
  })
})
