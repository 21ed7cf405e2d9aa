// Who sees what of a room. Secrets are words that no packing can hide (no ASCII letters in them), so that a scan of the
// bytes finds them where they are: the owner's bytes are the control.
import { createRandom, defineRoom, hashState, type, type Random, type SyncTable } from '@painda/protocol'
import { describe, expect, test } from 'vitest'
import { createTestRooms, type TestMember, type TestRooms } from './room-kit.js'

interface Player {
  x: number
  миссия?: unknown
}

interface State {
  players: Record<string, Player>
  колода?: Record<string, unknown>
  phase: string
}

const SYNC = {
  'players.*.x': { quantize: 1 / 4 },
  'players.*.миссия': { to: 'owner' },
  колода: { to: ({ getTag }) => getTag('role') === 'dealer' },
} satisfies SyncTable

/** Without a function, which may say something else at any time, only those are asked about whose own has changed. */
const OWNERS = {
  'players.*.x': { quantize: 1 / 4 },
  'players.*.миссия': { to: 'owner' },
} satisfies SyncTable

const Table = defineRoom({
  name: 'table',
  state: (): State => ({ players: {}, phase: 'lobby' }),
  messages: { move: type<{ x: number }>() },
  requests: {},
  sync: SYNC,
})

async function createTable(...ids: string[]) {
  return createTableWith(SYNC, ids)
}

async function createTableWith(sync: SyncTable, ids: readonly string[]) {
  const kit = createTestRooms()
  const Shape = { ...Table, sync }
  kit.rooms.define(Shape, {
    sendHz: 60,
    messages: { move: ({ client, state }, { x }) => void (state.players[client.userId]!.x = x) },
  })
  const room = kit.rooms.create(Shape, { id: 't' })
  const members: TestMember[] = []
  for (const id of ids) members.push(await enter(kit, id))
  return { ...kit, room, members }
}

async function enter(
  kit: Pick<TestRooms, 'member' | 'join'>,
  id: string,
  userId?: string,
): Promise<TestMember> {
  const member = kit.member(id, userId)
  await kit.join(member, { how: 'join', room: 't' })
  return member
}

/** True when the word is anywhere in what was meant for the member: in its bytes, or in what they say. */
function hasHeard(member: TestMember, word: string): boolean {
  member.read()
  const needle = Buffer.from(word)
  return (
    member.bytes.some((bytes) => Buffer.from(bytes).includes(needle)) ||
    JSON.stringify(member.log).includes(word)
  )
}

describe('marks', () => {
  test('[VW1] what is marked for its owner reaches the owner and nobody else, by any way it may change', async () => {
    const { room, ticks, members, ...kit } = await createTable('ann', 'bob')
    const [ann, bob] = members as [TestMember, TestMember]
    const write = async (recipe: (state: State) => void): Promise<void> => {
      room.update(recipe)
      await ticks()
    }
    await write(
      (state) => void (state.players = { ann: { x: 1, миссия: { цель: 'тайна-1' } }, bob: { x: 2 } }),
    )
    await write((state) => void ((state.players['ann']!.миссия as { цель: string }).цель = 'тайна-2'))
    await write((state) => void (state.players['ann'] = { x: 3, миссия: ['тайна-3'] }))
    await write((state) => void (state.players['ann']!.миссия as string[]).push('тайна-4'))
    await write((state) => void delete state.players['ann']!.миссия)
    await write((state) => void Object.assign(state.players['ann']!, { миссия: 'тайна-5' }))
    await write((state) => void delete state.players['ann'])
    await write((state) => void (state.players = { ...state.players, ann: { x: 4, миссия: 'тайна-6' } }))
    await write((state) => void (state.players['bob'] = state.players['ann']!))
    for (const n of [1, 2, 3, 4, 5, 6]) expect(hasHeard(ann, `тайна-${n}`), `ann heard ${n}`).toBe(true)
    // In the end Ann's object stands at Bob's key too: then its mission is his.
    for (const n of [1, 2, 3, 4, 5]) expect(hasHeard(bob, `тайна-${n}`), `bob heard ${n}`).toBe(false)
    expect(bob.state('t')).toEqual({
      players: { ann: { x: 4 }, bob: { x: 4, миссия: 'тайна-6' } },
      phase: 'lobby',
    })
    expect(ann.state('t')).toEqual({
      players: { ann: { x: 4, миссия: 'тайна-6' }, bob: { x: 4 } },
      phase: 'lobby',
    })
    expect([...ann.broken, ...bob.broken, ...kit.errors]).toEqual([])
  })

  test('[VW2] one whose user becomes known while it is here sees what is marked for the user with the next secret that changes', async () => {
    const kit = await createTableWith(OWNERS, ['tab'])
    const tab = kit.members[0]!
    const other = await enter(kit, 'dan')
    kit.room.update((state) => {
      state.players['ann'] = { x: 0, миссия: 'for ann' }
      state.players['dan'] = { x: 0, миссия: 1 }
    })
    await kit.ticks()
    expect(tab.state('t')).toMatchObject({ players: { ann: { x: 0 } } })
    Object.assign(tab, { userId: 'ann' })
    kit.room.update((state) => void (state.players['dan']!.миссия = 2))
    await kit.ticks()
    expect(tab.state('t')).toMatchObject({ players: { ann: { x: 0, миссия: 'for ann' } } })
    expect(other.state('t')).toMatchObject({ players: { dan: { миссия: 2 } } })
  })

  test('[VW1] a key that only a mark names is in no dictionary of others', async () => {
    const { room, ticks, members } = await createTable('ann', 'bob')
    const [ann, bob] = members as [TestMember, TestMember]
    room.update((state) => void (state.players['ann'] = { x: 1, миссия: { пароль: 1 } }))
    await ticks()
    expect([hasHeard(ann, 'миссия'), hasHeard(ann, 'пароль')]).toEqual([true, true])
    expect([hasHeard(bob, 'миссия'), hasHeard(bob, 'пароль')]).toEqual([false, false])
  })

  test('[VW1] a snapshot for somebody new, and one that heals, are without it too', async () => {
    const kit = await createTable('ann')
    kit.room.update((state) => void (state.players['ann'] = { x: 1, миссия: 'тайна' }))
    await kit.ticks()
    const bob = await enter(kit, 'bob')
    kit.rooms.resync(bob, { kind: 'resync', room: 't', version: 0, why: 'hash' })
    await kit.ticks()
    kit.rooms.dropped(bob)
    kit.room.update((state) => void (state.players['ann']!.миссия = 'тайна-2'))
    await kit.ticks()
    kit.rooms.resumed(bob, [['t', kit.room.version]])
    kit.rooms.resumed(bob, null)
    await kit.ticks()
    expect(bob.of('snapshot').length).toBeGreaterThan(2)
    expect(hasHeard(bob, 'тайна')).toBe(false)
    expect(hasHeard(kit.members[0]!, 'тайна-2')).toBe(true)
  })

  test('[VW1] a list on the way to a mark is hidden whole', async () => {
    const { room, ticks, members } = await createTable('ann')
    // Written by somebody who does not know the contract's types.
    room.update((state) => void Object.assign(state, { players: [{ x: 1, миссия: 'тайна' }] }))
    await ticks()
    expect(members[0]!.state('t')).toEqual({ phase: 'lobby' })
    room.update((state) => void (state.players = { ann: { x: 1 } }))
    await ticks()
    expect(members[0]!.state('t')).toEqual({ players: { ann: { x: 1 } }, phase: 'lobby' })
  })

  test('[VW2] an own part is a line of its own, with versions and hashes that fit it alone', async () => {
    const { room, ticks, members } = await createTable('ann')
    const ann = members[0]!
    for (let n = 0; n < 3; n++) {
      room.update((state) => void (state.players['ann'] = { x: n, миссия: { n } }))
      await ticks(61)
    }
    ann.read()
    const own = ann.log.filter((message) => 'scope' in message && message.scope === 'own')
    expect(own.map(({ kind }) => kind)).toEqual(['snapshot', 'delta', 'delta'])
    expect(own).toMatchObject([{ version: 0 }, { from: 0, to: 1 }, { from: 1, to: 2 }])
    expect(own[2]).toMatchObject({ hash: hashState({ players: { ann: { миссия: { n: 2 } } } }) })
    const shared = ann.of('delta').filter(({ scope }) => scope === undefined)
    expect(shared.at(-1)?.hash).toBe(hashState({ players: { ann: { x: 2 } }, phase: 'lobby' }))
  })

  test('[VW2] two sessions of one user see what is marked for the user, and each what is marked for itself', async () => {
    const kit = await createTable()
    const [tab1, tab2] = [await enter(kit, 'tab-1', 'ann'), await enter(kit, 'tab-2', 'ann')]
    kit.room.update((state) => {
      state.players['ann'] = { x: 0, миссия: 'ours' }
      state.players['tab-1'] = { x: 0, миссия: 'mine' }
    })
    await kit.ticks()
    const rest = { phase: 'lobby' }
    expect(tab1.state('t')).toEqual({
      players: { ann: { x: 0, миссия: 'ours' }, 'tab-1': { x: 0, миссия: 'mine' } },
      ...rest,
    })
    expect(tab2.state('t')).toEqual({
      players: { ann: { x: 0, миссия: 'ours' }, 'tab-1': { x: 0 } },
      ...rest,
    })
  })

  test('[VW3] the own part follows the snapshot that took it away, in the same frame', async () => {
    const kit = await createTable('ann')
    const ann = kit.members[0]!
    kit.room.update((state) => void (state.players['ann'] = { x: 1, миссия: 'm' }))
    await kit.ticks()
    ann.read()
    kit.rooms.resync(ann, { kind: 'resync', room: 't', version: 0, why: 'gap' })
    await kit.ticks()
    expect(ann.kinds()).toEqual(['snapshot', 'snapshot', 'presences'])
    expect(ann.log.slice(-3)).toMatchObject([{ kind: 'snapshot' }, { scope: 'own' }, {}])
    kit.rooms.dropped(ann)
    kit.room.update((state) => void (state.phase = 'play'))
    await kit.ticks()
    kit.rooms.resumed(ann, [['t', ann.replicas.get('t')!.version]])
    expect(ann.kinds()).toEqual(['delta', 'snapshot', 'presences'])
    expect(ann.state('t')).toEqual({ players: { ann: { x: 1, миссия: 'm' } }, phase: 'play' })
  })

  test('[VW4] a secret that changes sends nothing to others, and what is shared is one encoding for all', async () => {
    const kit = await createTable('ann', 'bob', 'cyd')
    const [ann, bob, cyd] = kit.members as [TestMember, TestMember, TestMember]
    for (const { id } of kit.members)
      kit.room.update((state) => void (state.players[id] = { x: 0, миссия: { n: 0 } }))
    await kit.ticks()
    for (const member of kit.members) member.read()
    kit.room.update((state) => void ((state.players['ann']!.миссия as { n: number }).n = 1))
    await kit.ticks()
    expect([ann.kinds(), bob.kinds(), cyd.kinds()]).toEqual([['delta'], [], []])
    kit.room.update((state) => void (state.players['ann']!.x = 1))
    await kit.ticks()
    for (const member of kit.members) expect(member.kinds()).toEqual(['delta'])
    expect(ann.bytes.at(-1)).toBe(bob.bytes.at(-1))
    expect(bob.bytes.at(-1)).toBe(cyd.bytes.at(-1))
  })

  test('[VW1] a function decides by tags, and is asked again when the room is told to', async () => {
    const kit = await createTable('ann', 'bob')
    const [ann, bob] = kit.members as [TestMember, TestMember]
    const tags = new Map<string, unknown>()
    ann.getTag = (tag: string) => tags.get(tag)
    kit.room.update((state) => void (state.колода = { верх: 'туз' }))
    await kit.ticks()
    expect([hasHeard(ann, 'туз'), hasHeard(bob, 'туз')]).toEqual([false, false])
    tags.set('role', 'dealer')
    kit.room.refreshViews()
    await kit.ticks()
    expect(ann.state('t')).toMatchObject({ колода: { верх: 'туз' } })
    tags.clear()
    kit.room.refreshViews()
    await kit.ticks()
    expect(ann.state('t')).toEqual({ players: {}, phase: 'lobby' })
    expect(hasHeard(bob, 'туз')).toBe(false)
  })

  test('a function that throws shows nothing, and is reported', async () => {
    const kit = createTestRooms()
    const room = kit.rooms.room('t', { a: 1, b: 2 } as Record<string, number>, {
      sync: {
        b: {
          to: () => {
            throw new Error('no idea')
          },
        },
      },
    })
    const ann = await enter(kit, 'ann')
    room.update((state) => void (state['b'] = 3))
    await kit.ticks()
    expect(ann.state('t')).toEqual({ a: 1 })
    expect(kit.errors[0]).toContain('A function of "to" of room "t": no idea')
  })

  test('a function that says a promise shows nothing, and is reported: a promise is true of everybody', async () => {
    const kit = createTestRooms()
    const to = (() => Promise.resolve(false)) as unknown as () => boolean
    kit.rooms.room('t', { a: 1, b: 2 } as Record<string, number>, { sync: { b: { to } } })
    const ann = await enter(kit, 'ann')
    await kit.ticks()
    expect(ann.state('t')).toEqual({ a: 1 })
    expect(kit.errors[0]).toContain('A function of "to" says true or false, and at once.')
  })

  test('[VW1] whatever is done to a state, each member sees what is shared and what is its own, and no more', async () => {
    for (let seed = 1; seed <= 80; seed++) {
      const ids = ['ann', 'bob', 'cyd']
      const kit = await createTableWith(seed % 2 === 0 ? SYNC : OWNERS, ids)
      const random = createRandom(seed)
      for (let step = 0; step < 25; step++) {
        kit.room.update((state) => mutate(state, random, seed * 1000 + step))
        await kit.ticks()
        if (random.next() < 0.1)
          kit.rooms.resync(kit.members[0]!, { kind: 'resync', room: 't', version: 0, why: 'gap' })
        if (random.next() < 0.1) comeBack(kit, kit.members[1]!)
        if (random.next() < 0.2) kit.members[2]!.isBehind = !kit.members[2]!.isBehind
      }
      kit.members[2]!.isBehind = false
      // A snapshot that was asked for may have to wait for its turn.
      await kit.ticks(240)
      for (const member of kit.members) {
        expect(member.state('t'), `seed ${seed}, ${member.id}`).toEqual(
          expectedFor(kit.room.state as State, member.id),
        )
        expect(member.broken, `seed ${seed}`).toEqual([])
        for (const id of ids.filter((other) => other !== member.id))
          expect(hasHeard(member, `тайна ${id}`), `seed ${seed}: ${member.id} of ${id}`).toBe(false)
      }
      expect(kit.errors).toEqual([])
    }
  })
})

function comeBack({ rooms }: TestRooms, member: TestMember): void {
  member.read()
  const version = member.replicas.get('t')?.version ?? 0
  rooms.dropped(member)
  rooms.resumed(member, rooms.canContinue(member, [['t', version]]) ? [['t', version]] : null)
}

function mutate(state: State, random: Random, n: number): void {
  const ids = ['ann', 'bob', 'cyd']
  const id = ids[Math.floor(random.next() * 3)]!
  const secret = (owner: string): unknown =>
    random.next() < 0.5 ? `тайна ${owner} ${n}` : { [`тайна ${owner}`]: [n] }
  const player = state.players[id]
  const dice = random.next()
  if (player === undefined || dice < 0.1) state.players[id] = { x: n / 7, миссия: secret(id) }
  else if (dice < 0.2) delete state.players[id]
  else if (dice < 0.5) player.x += 0.3
  else if (dice < 0.6 && typeof player.миссия === 'object') Object.assign(player.миссия ?? {}, { now: [n] })
  else if (dice < 0.7) player.миссия = secret(id)
  else if (dice < 0.75) delete player.миссия
  else if (dice < 0.85) state.players = Object.fromEntries(Object.entries(state.players).reverse())
  else if (dice < 0.9)
    state.players = Object.fromEntries(ids.map((one) => [one, { x: n, миссия: secret(one) }]))
  else state.phase = `phase ${n}`
}

/** Written out by hand: what a member may see. */
function expectedFor(state: State, id: string): unknown {
  const players = Object.entries(state.players).map(([key, { x, миссия }]) => {
    const shown = { x: Math.round(x * 4) / 4 }
    return [key, key === id && миссия !== undefined ? { ...shown, миссия } : shown]
  })
  return { players: Object.fromEntries(players), phase: state.phase }
}

describe('view()', () => {
  const Fog = defineRoom({
    name: 'fog',
    state: (): { units: Record<string, { team: string; x: number }>; секрет: string } => ({
      units: {},
      секрет: 'тайна',
    }),
    requests: {},
  })

  function createFog(asked: string[] = []) {
    const kit = createTestRooms()
    const teams = new Map<string, string>([
      ['ann', 'red'],
      ['bob', 'red'],
      ['cyd', 'blue'],
      ['dan', 'all'],
    ])
    kit.rooms.define(Fog, {
      viewKey: ({ id }) => teams.get(id) ?? id,
      view({ id }, state) {
        asked.push(id)
        const team = teams.get(id)
        if (team === 'all') return state
        const units = Object.entries(state.units).filter(([, unit]) => unit.team === team)
        return { units: Object.fromEntries(units) }
      },
    })
    const room = kit.rooms.create(Fog, { id: 't' })
    return { ...kit, room, teams }
  }

  test('a viewKey that is no text shares nothing, and is reported: as texts all promises are one', async () => {
    const kit = createTestRooms()
    kit.rooms.define(Fog, {
      view: ({ id }) => ({ own: id }),
      viewKey: (async ({ id }: { id: string }) => id) as unknown as () => string,
    })
    kit.rooms.create(Fog, { id: 't' })
    const [ann, bob] = [await enter(kit, 'ann'), await enter(kit, 'bob')]
    await kit.ticks()
    expect([ann.state('t'), bob.state('t')]).toEqual([{ own: 'ann' }, { own: 'bob' }])
    expect(kit.errors[0]).toContain('viewKey() must return a text.')
  })

  test('[VW5] a member gets what the function shows it, as changes of that', async () => {
    const { room, ticks, ...kit } = createFog()
    const [ann, bob, cyd, dan] = [
      await enter(kit, 'ann'),
      await enter(kit, 'bob'),
      await enter(kit, 'cyd'),
      await enter(kit, 'dan'),
    ]
    room.update(
      (state) => void Object.assign(state.units, { a: { team: 'red', x: 1 }, b: { team: 'blue', x: 2 } }),
    )
    await ticks()
    expect(ann.state('t')).toEqual({ units: { a: { team: 'red', x: 1 } } })
    expect(cyd.state('t')).toEqual({ units: { b: { team: 'blue', x: 2 } } })
    expect(dan.state('t')).toEqual(room.state)
    for (const member of [ann, bob, cyd, dan]) member.read()
    room.update((state) => void (state.units['a']!.x = 5))
    await ticks()
    expect([ann.kinds(), bob.kinds(), cyd.kinds(), dan.kinds()]).toEqual([
      ['delta'],
      ['delta'],
      [],
      ['delta'],
    ])
    expect(ann.of('delta').at(-1)?.delta).toEqual({ units: { a: { x: 5 } } })
    expect(ann.bytes.at(-1)).toBe(bob.bytes.at(-1))
    expect([hasHeard(ann, 'тайна'), hasHeard(cyd, 'секрет'), hasHeard(dan, 'тайна')]).toEqual([
      false,
      false,
      true,
    ])
  })

  test('[VW5] a view is made once for all of its key, and not at all while nothing changes', async () => {
    const asked: string[] = []
    const { room, ticks, ...kit } = createFog(asked)
    for (const id of ['ann', 'bob', 'cyd']) await enter(kit, id)
    asked.length = 0
    await ticks(5)
    expect(asked).toEqual([])
    room.update((state) => void (state.units['a'] = { team: 'red', x: 1 }))
    await ticks(5)
    expect(asked).toEqual(['ann', 'cyd'])
  })

  test('[VW6] a member that changes its view starts with the whole of the other one', async () => {
    const { room, ticks, teams, ...kit } = createFog()
    const ann = await enter(kit, 'ann')
    const cyd = await enter(kit, 'cyd')
    room.update(
      (state) => void Object.assign(state.units, { a: { team: 'red', x: 1 }, b: { team: 'blue', x: 2 } }),
    )
    await ticks()
    ann.read()
    teams.set('ann', 'blue')
    room.refreshViews()
    await ticks()
    expect(ann.kinds()).toEqual(['snapshot'])
    expect(ann.state('t')).toEqual(cyd.state('t'))
    room.update((state) => void (state.units['b']!.x = 3))
    await ticks()
    expect(ann.state('t')).toEqual({ units: { b: { team: 'blue', x: 3 } } })
    expect(ann.broken).toEqual([])
  })

  test('[VW6] nor does it go on by a delta when its view changed while it was away', async () => {
    const { room, ticks, teams, ...kit } = createFog()
    const ann = await enter(kit, 'ann')
    await ticks()
    const { version } = (ann.read(), ann.replicas.get('t')!)
    kit.rooms.dropped(ann)
    teams.set('ann', 'blue')
    room.update((state) => void (state.units['b'] = { team: 'blue', x: 2 }))
    await ticks()
    expect(kit.rooms.canContinue(ann, [['t', version]])).toBe(false)
    kit.rooms.resumed(ann, null)
    expect(ann.state('t')).toEqual({ units: { b: { team: 'blue', x: 2 } } })
  })

  test('[VW5] an answer that is no JSON changes nothing for those who had one, and is reported', async () => {
    const kit = createTestRooms()
    let answer: unknown = { ok: 1 }
    // The function's own fault, so its type is lied about.
    const room = kit.rooms.room('t', { n: 0 }, { view: () => answer as object })
    const ann = await enter(kit, 'ann')
    for (const wrong of [null, 7, [1], { when: new Date(0) }]) {
      answer = wrong
      room.update((state) => void state.n++)
      await kit.ticks()
    }
    expect(kit.errors).toHaveLength(4)
    expect(kit.errors[0]).toContain('view() of room "t"')
    answer = { ok: 2 }
    room.update((state) => void state.n++)
    await kit.ticks()
    expect(ann.state('t')).toEqual({ ok: 2 })
    expect(ann.broken).toEqual([])
  })

  test('[VW1] marks hold in what the function answers, too', async () => {
    const kit = createTestRooms()
    const state = { players: { ann: { x: 1, card: 'тайна' }, bob: { x: 2, card: 'другая' } } }
    kit.rooms.room('t', state, {
      sync: { 'players.*.card': { to: 'owner' } },
      view: (_client, { players }) => ({ players }),
    })
    const [ann, bob] = [await enter(kit, 'ann'), await enter(kit, 'bob')]
    expect(ann.state('t')).toEqual({ players: { ann: { x: 1, card: 'тайна' }, bob: { x: 2 } } })
    expect([hasHeard(bob, 'тайна'), hasHeard(ann, 'другая')]).toEqual([false, false])
  })

  test('[VW7] an answer names the version of the view that its asker sees', async () => {
    const kit = createTestRooms()
    const Ask = defineRoom({
      name: 'ask',
      state: () => ({ n: 0, hidden: 0 }),
      requests: { go: { input: type<number>(), output: type<number>() } },
    })
    kit.rooms.define(Ask, {
      view: (_client, { n }) => ({ n }),
      requests: {
        go({ state }, by) {
          state.hidden++
          return (state.n += by)
        },
      },
    })
    const room = kit.rooms.create(Ask, { id: 't' })
    const ann = await enter(kit, 'ann')
    for (let n = 0; n < 3; n++) {
      room.update((state) => void state.hidden++)
      await kit.ticks()
    }
    const answers = [
      await kit.send(ann, { type: 'go', payload: 1, room: 't', ackId: 1 }),
      (await kit.ticks(), await kit.send(ann, { type: 'go', payload: 0, room: 't', ackId: 2 })),
    ]
    await kit.ticks()
    expect(answers).toMatchObject([{ version: 1 }, { version: 2 }])
    ann.read()
    // The second changed nothing that is seen; whoever waits for its version gets it all the same.
    expect(ann.replicas.get('t')).toMatchObject({ version: 2, state: { n: 1 } })
  })
})
