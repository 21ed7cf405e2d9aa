import { describe, expect, test } from 'vitest'
import { defineRoom, hashState, type PresenceEntry, type StandardSchema } from '@painda/protocol'
import { createFakeTime } from '@painda/testing/fake-time'
import type { Outgoing } from '../src/outgoing.js'
import { createGlobalPresence } from '../src/presence.js'
import { createTestRooms, TestMember, TICK } from './room-kit.js'

const named: StandardSchema<{ name: string }> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) =>
      typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string'
        ? { value: { name: value.name } }
        : { issues: [{ message: 'a name is needed' }] },
  },
}
const Lounge = defineRoom({ name: 'lounge', state: () => ({}), presence: named })

async function lounge(...members: [id: string, userId?: string][]) {
  const kit = createTestRooms()
  kit.rooms.define(Lounge, {})
  const inside: TestMember[] = []
  for (const [id, userId] of members) {
    const member = kit.member(id, userId)
    await kit.join(member, { name: 'lounge', room: 'l' })
    inside.push(member)
  }
  await kit.ticks()
  for (const member of inside) member.read()
  return { ...kit, inside }
}

/** What a member's list shows, without the times. */
function shown(
  member: TestMember,
  room = 'l',
): Record<string, Pick<PresenceEntry, 'data' | 'connected' | 'connections'>> {
  member.read()
  const list = [...(member.presence.get(room)?.values() ?? [])]
  return Object.fromEntries(
    list.map(({ clientId, data, connected, connections }) => [clientId, { data, connected, connections }]),
  )
}

const hashOf = (entries: readonly PresenceEntry[]): number =>
  hashState(Object.fromEntries(entries.map((entry) => [entry.clientId, entry])))

describe('in a room', () => {
  test('[PR1] the first list is full, later ones carry what changed, one per tick', async () => {
    const { rooms, ticks, inside, time } = await lounge(['ann'], ['bob'])
    const [ann, bob] = inside
    if (!ann || !bob) throw new Error('two members')
    expect(shown(bob)).toEqual({
      ann: { data: {}, connected: true, connections: 1 },
      bob: { data: {}, connected: true, connections: 1 },
    })
    for (let i = 0; i < 20; i++) rooms.presence(ann, 'l', { name: `Ann ${i}` })
    expect(bob.read()).toEqual([])
    await ticks()
    expect(bob.read()).toMatchObject([
      {
        kind: 'presences',
        room: 'l',
        full: false,
        set: [{ clientId: 'ann', data: { name: 'Ann 19' } }],
        gone: [],
      },
    ])
    await ticks(100)
    expect(bob.read()).toEqual([])
    expect(time.pending).toBe(0)
    rooms.leave(ann, 'l')
    await ticks()
    expect(bob.read()).toMatchObject([{ kind: 'presences', full: false, set: [], gone: ['ann'] }])
  })

  test('[PR1] of those who come at once each sees itself, the rest with the next tick, and one list serves all', async () => {
    const { rooms, ticks, member, join, inside } = await lounge(['ann'], ['bob'])
    const crowd: TestMember[] = []
    for (let i = 0; i < 30; i++) {
      const one = member(`c${i}`)
      await join(one, { name: 'lounge', room: 'l' })
      crowd.push(one)
      expect(shown(one)).toMatchObject({ ann: {}, bob: {}, [`c${i}`]: { connected: true } })
    }
    const [first, second] = crowd.slice(6)
    if (!first || !second || !inside[0]) throw new Error('members')
    // Gone before anybody was told that it came, but not before it was in the list that the others got.
    rooms.leave(first, 'l')
    rooms.leave(inside[0], 'l')
    rooms.presence(second, 'l', { name: 'Second' })
    await ticks()
    const stayed = crowd.filter((one) => one !== first)
    const names = ['bob', ...stayed.map(({ id }) => id)].sort()
    for (const one of [inside[1], ...stayed]) {
      if (!one) throw new Error('a member')
      expect(Object.keys(shown(one)).sort()).toEqual(names)
      expect(shown(one)[second.id]?.data).toEqual({ name: 'Second' })
    }
    const full = stayed.map((one) => one.of('presences').filter((message) => message.full))
    expect(new Set(full.map((lists) => lists.length))).toEqual(new Set([1]))
    // Short lists are made for each; from nine on one is made for all.
    expect(full.map(([list]) => list?.set.length)).toEqual([3, 4, 5, 6, 7, 8, ...Array<number>(23).fill(9)])
    const later = member('later')
    await join(later, { name: 'lounge', room: 'l' })
    expect(later.of('presences')).toMatchObject([{ full: true, set: { length: 31 } }])
  })

  test('[PR1] in a list of more than eight, who comes and goes is told four times a second, what is said with the next tick', async () => {
    const { rooms, time, ticks, member, join, inside } = await lounge(['ann'], ['bob'])
    const [ann, bob] = inside
    if (!ann || !bob) throw new Error('two members')
    const enter = (id: string): Promise<void> => join(member(id), { name: 'lounge', room: 'l' })
    for (let i = 0; i < 8; i++) await enter(`c${i}`)
    await ticks()
    expect(bob.read()).toMatchObject([{ full: false, set: { length: 8 } }])
    let told = 0
    for (let i = 0; i < 60; i++) {
      await enter(`d${i}`)
      await ticks()
      told += bob.read().length
    }
    expect(told).toBeGreaterThanOrEqual(3)
    expect(told).toBeLessThanOrEqual(4)
    await ticks(16)
    expect(Object.keys(shown(bob))).toHaveLength(70)
    // A word of one takes along what waits.
    await ticks(16)
    await enter('e0')
    await ticks()
    expect(bob.read()).toMatchObject([{ set: [{ clientId: 'e0' }], gone: [] }])
    await enter('e1')
    await ticks()
    expect(bob.read()).toEqual([])
    rooms.presence(ann, 'l', { name: 'Ann' })
    await ticks()
    expect(bob.read()).toMatchObject([
      { set: [{ clientId: 'e1' }, { clientId: 'ann', data: { name: 'Ann' } }] },
    ])
    rooms.leave(ann, 'l')
    await ticks()
    expect(bob.read()).toEqual([])
    await ticks(16)
    expect(bob.read()).toMatchObject([{ full: false, set: [], gone: ['ann'] }])
    expect(time.pending).toBe(0)
  })

  test('what is all that leaves in a tick goes the short way, and shares a frame with state that is not', async () => {
    const { rooms, ticks, member, join } = createTestRooms()
    rooms.define(Lounge, {})
    const posted: string[][] = []
    const lane = {
      isClear: true,
      post(outs: readonly Outgoing[]): boolean {
        posted.push(outs.map(({ message }) => message.kind))
        return true
      },
    }
    const ann = Object.assign(member('ann'), { lane })
    const bob = member('bob')
    for (const one of [ann, bob]) await join(one, { name: 'lounge', room: 'l' })
    await ticks()
    expect(posted).toEqual([['presences']])
    for (const one of [ann, bob]) one.read()
    rooms.presence(bob, 'l', { name: 'Bob' })
    rooms.get('l')?.update((state) => Object.assign(state, { n: 1 }))
    lane.isClear = false
    await ticks()
    expect(posted).toHaveLength(1)
    expect(ann.kinds()).toEqual(['delta', 'presences'])
    expect(bob.kinds()).toEqual(['delta', 'presences'])
  })

  test('[PR2] a client writes its own presence only, and only what the contract allows', async () => {
    const { rooms, ticks, inside, errors } = await lounge(['ann'], ['bob'])
    const [ann, bob] = inside
    if (!ann || !bob) throw new Error('two members')
    const hostile = JSON.parse('{"name":"x","__proto__":{"admin":true}}') as unknown
    for (const data of [
      undefined,
      null,
      7,
      { nick: 'x' },
      { name: 'x'.repeat(5000) },
      hostile,
      { name: NaN },
    ]) {
      rooms.presence(ann, 'l', data)
    }
    expect(ann.of('error').map((error) => error.code)).toEqual(Array(7).fill('INVALID_PAYLOAD'))
    rooms.presence(ann, 'l', { name: 'Ann', clientId: 'bob', extra: 1 })
    await ticks()
    expect(shown(bob)).toEqual({
      ann: { data: { name: 'Ann' }, connected: true, connections: 1 },
      bob: { data: {}, connected: true, connections: 1 },
    })
    expect(errors).toEqual([])
  })

  test('[PR3] a dropped session stays with connected: false; one that ended is gone', async () => {
    const { rooms, ticks, inside } = await lounge(['ann'], ['bob'])
    const [ann, bob] = inside
    if (!ann || !bob) throw new Error('two members')
    ann.connected = false
    rooms.dropped(ann)
    await ticks()
    expect(shown(bob)['ann']).toEqual({ data: {}, connected: false, connections: 0 })
    ann.connected = true
    rooms.resumed(ann, null)
    await ticks()
    expect(shown(bob)['ann']).toEqual({ data: {}, connected: true, connections: 1 })
    rooms.ended(ann)
    await ticks()
    expect(shown(bob)['ann']).toBeUndefined()
  })

  test('[PR4] two tabs of one user are one entry with two connections; closing one keeps the user', async () => {
    const { rooms, ticks, inside } = await lounge(['tab1', 'ann'], ['tab2', 'ann'], ['bob'])
    const [tab1, tab2, bob] = inside
    if (!tab1 || !tab2 || !bob) throw new Error('three members')
    rooms.presence(tab2, 'l', { name: 'Ann' })
    await ticks()
    expect(shown(bob)).toEqual({
      ann: { data: { name: 'Ann' }, connected: true, connections: 2 },
      bob: { data: {}, connected: true, connections: 1 },
    })
    tab1.connected = false
    rooms.dropped(tab1)
    await ticks()
    expect(shown(bob)['ann']).toMatchObject({ connected: true, connections: 1 })
    rooms.ended(tab2)
    await ticks()
    expect(shown(bob)['ann']).toMatchObject({ connected: false, connections: 0 })
    rooms.ended(tab1)
    await ticks()
    expect(Object.keys(shown(bob))).toEqual(['bob'])
    expect(rooms.get('l')?.presence.list()).toHaveLength(1)
  })

  test('the server merges fields of a member’s presence, and hears of changes', async () => {
    const { rooms, ticks, inside } = await lounge(['ann'])
    const [ann] = inside
    if (!ann) throw new Error('one member')
    const presence = rooms.get('l')?.presence
    const lists: number[] = []
    const undo = presence?.onChange((entries) => lists.push(entries.length))
    presence?.update(ann, { name: 'Ann' })
    await ticks()
    expect(presence?.get('ann')?.data).toEqual({ name: 'Ann' })
    expect(lists).toEqual([1])
    undo?.()
    expect(() => presence?.update(ann, { name: 7 })).toThrow('invalid')
  })

  test('a list once handed out stays as it was', async () => {
    const { rooms, inside } = await lounge(['ann'])
    const [ann] = inside
    if (!ann) throw new Error('one member')
    const before = rooms.get('l')?.presence.list()
    rooms.presence(ann, 'l', { name: 'Ann' })
    expect(before).toMatchObject([{ data: {} }])
  })
})

describe('the global list', () => {
  function world(ids: string[], syncInterval?: number) {
    const time = createFakeTime()
    const members = ids.map((id) => new TestMember(id))
    const errors: unknown[] = []
    const presence = createGlobalPresence({
      time,
      members: () => members,
      onError: (thrown) => void errors.push(thrown),
      ...(syncInterval === undefined ? {} : { syncInterval }),
    })
    return { time, members, presence, errors }
  }

  test('goes to everybody once per interval, whole the first time, then what changed', async () => {
    const { time, members, presence } = world(['ann', 'bob'])
    const [ann, bob] = members
    if (!ann || !bob) throw new Error('two members')
    presence.track(ann, { name: 'Ann', cursor: { x: 0 } })
    presence.update('ann', { cursor: { x: 5 } })
    expect(presence.list()).toMatchObject([{ clientId: 'ann', data: { name: 'Ann', cursor: { x: 5 } } }])
    await time.advance(999)
    expect(bob.read()).toEqual([])
    await time.advance(1)
    expect(bob.read()).toMatchObject([{ kind: 'presences', full: true, set: [{ clientId: 'ann' }] }])
    presence.track(bob, { name: 'Bob' })
    presence.untrack('ann')
    await time.advance(1000)
    expect(bob.read()).toMatchObject([{ full: false, set: [{ clientId: 'bob' }], gone: ['ann'] }])
    await time.advance(60_000)
    expect(bob.read()).toEqual([])
    expect(time.pending).toBe(0)
  })

  test('[PR1] who connects later gets the whole list, and again after a resume', async () => {
    const { time, members, presence } = world(['ann'], 100)
    const [ann] = members
    if (!ann) throw new Error('one member')
    presence.greet(ann)
    expect(ann.read()).toEqual([])
    presence.track(ann, { n: 1 })
    await time.advance(100)
    const bob = new TestMember('bob')
    members.push(bob)
    presence.greet(bob)
    expect(bob.read()).toMatchObject([{ full: true, set: [{ clientId: 'ann' }] }])
    presence.update(ann, { n: 2 })
    await time.advance(100)
    expect(bob.read()).toMatchObject([{ full: false }])
    bob.connected = false
    presence.dropped(bob)
    presence.update(ann, { n: 3 })
    await time.advance(100)
    expect(bob.read()).toEqual([])
    bob.connected = true
    presence.resumed(bob)
    presence.greet(bob)
    expect(bob.read()).toMatchObject([{ full: true, set: [{ data: { n: 3 } }] }])
  })

  test('[PR1] who comes back to a list that is empty by now is told so', async () => {
    const { time, members, presence } = world(['ann', 'bob'], 100)
    const [ann, bob] = members
    if (!ann || !bob) throw new Error('two members')
    presence.track(ann, {})
    await time.advance(100)
    bob.connected = false
    presence.dropped(bob)
    presence.untrack(ann)
    await time.advance(100)
    bob.connected = true
    presence.resumed(bob)
    presence.greet(bob)
    expect(bob.of('presences').at(-1)).toMatchObject({ full: true, set: [] })
    expect(Object.keys(shown(bob, ''))).toEqual([])
  })

  test('an entry is changed and ended by the name that it shows; a session by its own', () => {
    const { presence } = world([])
    const [tab1, tab2, namesake] = [
      ['s1', 'ann'],
      ['s2', 'ann'],
      ['s3', 's1'],
    ].map(([id = '', user]) => new TestMember(id, user))
    for (const tab of [tab1!, tab2!, namesake!]) presence.track(tab, {})
    presence.update('ann', { mood: 'good' })
    expect(presence.get('ann')).toMatchObject({ data: { mood: 'good' }, connections: 2 })
    presence.untrack('s1')
    expect(presence.get('ann')).toMatchObject({ connections: 1 })
    presence.track(tab1!, {})
    presence.untrack('ann')
    expect(presence.list()).toMatchObject([{ clientId: 's1', connections: 1 }])
    presence.update('nobody', {})
    presence.untrack('nobody')
    expect(presence.list()).toHaveLength(1)
  })

  test('[PR4] track names the user where the token does not; the token’s word wins', () => {
    const { presence } = world([])
    const anonymous = new TestMember('s1')
    const known = new TestMember('s2', 'user-7')
    presence.track(anonymous, { tab: 1 }, { userId: 'user-7' })
    presence.track(known, { tab: 2 }, { userId: 'somebody else' })
    expect(presence.list()).toMatchObject([{ clientId: 'user-7', data: { tab: 2 }, connections: 2 }])
    presence.ended(known)
    expect(presence.get('s1')).toMatchObject({ clientId: 'user-7', connections: 1 })
    presence.ended(anonymous)
    expect(presence.list()).toEqual([])
  })

  test('[PR3] a dropped client stays in the list until its session ends', () => {
    const { presence, members } = world(['ann'])
    const [ann] = members
    if (!ann) throw new Error('one member')
    presence.track(ann, {})
    presence.dropped(ann)
    expect(presence.get('ann')).toMatchObject({ connected: false, connections: 0 })
    presence.resumed(ann)
    expect(presence.get('ann')).toMatchObject({ connected: true, connections: 1 })
    presence.ended(ann)
    expect(presence.get('ann')).toBeUndefined()
  })

  test('[PR3] whoever is tracked while its connection is lost is not shown as connected', () => {
    const { presence, members } = world(['ann'])
    const [ann] = members
    if (!ann) throw new Error('one member')
    presence.track(ann, { at: 1 })
    ann.connected = false
    presence.dropped(ann)
    presence.track(ann, { at: 2 })
    expect(presence.get('ann')).toMatchObject({ data: { at: 2 }, connected: false, connections: 0 })
    ann.connected = true
    presence.resumed(ann)
    expect(presence.get('ann')).toMatchObject({ connected: true, connections: 1 })
  })

  test('a listener hears the whole list; one that throws is reported', async () => {
    const { time, presence, members, errors } = world(['ann'], 50)
    const [ann] = members
    if (!ann) throw new Error('one member')
    const sizes: number[] = []
    presence.onChange(() => {
      throw new Error('no')
    })
    presence.onChange((list) => sizes.push(list.length))
    presence.track(ann, {})
    await time.advance(50)
    expect(sizes).toEqual([1])
    expect(errors).toHaveLength(1)
    presence.update('ann', {})
    presence.close()
    expect(time.pending).toBe(0)
  })

  test('what is no small JSON is refused, and what the caller keeps is not shared', () => {
    const { presence, members } = world(['ann'])
    const [ann] = members
    if (!ann) throw new Error('one member')
    expect(() => presence.track(ann, { at: new Date() })).toThrow('plain JSON')
    expect(() => presence.track(ann, 'x'.repeat(4097))).toThrow('4096')
    const mine = { cursor: { x: 1 } }
    presence.track(ann, mine)
    mine.cursor.x = 2
    expect(presence.get('ann')?.data).toEqual({ cursor: { x: 1 } })
    presence.update('nobody', { a: 1 })
    expect(presence.list()).toHaveLength(1)
  })

  test('[PR7] the server’s own list: with its next interval, to whom asked, once', async () => {
    const { time, presence, members } = world(['ann', 'bob'])
    const [ann, bob] = members
    if (!ann || !bob) throw new Error('two members')
    presence.track(ann, { n: 1 })
    await time.advance(1_000)
    for (const member of [ann, bob]) member.read()
    for (let i = 0; i < 50; i++) presence.resync(bob)
    presence.update('ann', { n: 2 })
    await time.advance(1_000)
    const hash = hashOf(presence.list())
    expect(bob.read()).toMatchObject([
      { kind: 'presences', full: false, set: [{ data: { n: 2 } }], hash },
      { kind: 'presences', full: true, set: [{ data: { n: 2 } }], hash },
    ])
    expect(ann.read()).toMatchObject([{ full: false }])
    presence.resync(bob)
    await time.advance(1_000)
    expect(bob.read()).toMatchObject([{ full: true }])
    presence.resync(bob)
    presence.ended(bob)
    presence.close()
    expect(time.pending).toBe(0)
  })
})

describe('hashes', () => {
  test('[PR6] a full list names its hash, and changes at least once a second', async () => {
    const kit = await lounge(['ann'], ['bob'])
    const [ann, bob] = kit.inside
    if (!ann || !bob) throw new Error('two members')
    const seen: (number | null)[] = []
    for (let i = 0; i < 130; i++) {
      kit.rooms.presence(ann, 'l', { name: `Ann ${i}` })
      await kit.ticks()
      for (const message of bob.read()) {
        if (message.kind !== 'presences') continue
        expect([undefined, hashOf(kit.rooms.get('l')?.presence.list() ?? [])]).toContain(message.hash)
        seen.push(message.hash === undefined ? null : kit.time.now())
      }
    }
    const times = seen.filter((at) => at !== null)
    expect(seen).toHaveLength(130)
    expect(times.length).toBeGreaterThanOrEqual(2)
    expect(times.length).toBeLessThanOrEqual(4)
    const cyd = kit.member('cyd')
    await kit.join(cyd, { name: 'lounge', room: 'l' })
    const full = cyd.read().find((message) => message.kind === 'presences')
    expect(full).toMatchObject({ full: true, hash: hashOf(kit.rooms.get('l')?.presence.list() ?? []) })
  })

  test('[PR6] whoever left is out of the hash, and who is called like a prototype is in', async () => {
    const kit = await lounge(['ann'], ['s1', '__proto__'], ['s2', 'constructor'])
    const [ann] = kit.inside
    if (!ann) throw new Error('a member')
    kit.rooms.leave(ann, 'l')
    const dan = kit.member('dan')
    await kit.join(dan, { name: 'lounge', room: 'l' })
    const full = dan.read().find((message) => message.kind === 'presences')
    const list = kit.rooms.get('l')?.presence.list() ?? []
    expect(list.map(({ clientId }) => clientId)).toEqual(['__proto__', 'constructor', 'dan'])
    expect(full).toMatchObject({ hash: hashOf(list) })
  })

  test('[PR7] who asks gets what changed and then the whole list, and no state', async () => {
    const kit = await lounge(['ann'], ['bob'])
    const [ann, bob] = kit.inside
    if (!ann || !bob) throw new Error('two members')
    kit.rooms.resync(bob, { kind: 'resync', room: 'l', version: 0, why: 'presence' })
    kit.rooms.presence(ann, 'l', { name: 'Ann' })
    expect(bob.read()).toEqual([])
    await kit.ticks()
    expect(bob.read()).toMatchObject([
      { kind: 'presences', full: false, set: [{ clientId: 'ann' }] },
      {
        kind: 'presences',
        full: true,
        set: [{ clientId: 'ann', data: { name: 'Ann' } }, { clientId: 'bob' }],
      },
    ])
    expect(ann.read()).toMatchObject([{ kind: 'presences', full: false }])
    kit.rooms.presence(ann, 'l', { name: 'Ann 2' })
    await kit.ticks()
    expect(bob.read()).toMatchObject([{ kind: 'presences', full: false }])
    await kit.ticks(3)
    expect(kit.time.pending).toBe(0)
  })

  test('[PR7] [BP6] a flood of such questions gets a few answers', async () => {
    const kit = await lounge(['ann'], ['bob'])
    const bob = kit.inside[1]
    if (bob === undefined) throw new Error('two members')
    let lists = 0
    for (let i = 0; i < 600; i++) {
      kit.rooms.resync(bob, { kind: 'resync', room: 'l', version: 0, why: 'presence' })
      await kit.ticks()
      lists += bob.read().filter((message) => message.kind === 'presences').length
    }
    // Ten seconds: the burst of four, and two a second.
    expect(lists).toBeLessThanOrEqual(4 + 2 * 10 + 1)
    expect(lists).toBeGreaterThan(4)
  })
})

test('a room asleep is woken by presence for one tick, not longer', async () => {
  const { rooms, inside, time } = await lounge(['ann'])
  const [ann] = inside
  if (!ann) throw new Error('one member')
  rooms.presence(ann, 'l', { name: 'A' })
  expect(time.pending).toBe(1)
  await time.advance(2 * TICK)
  expect(time.pending).toBe(0)
})
