// The decisions behind slow members: when a connection is behind, and how often a member then gets the state.
import { createRandom, defineRoom } from '@painda/protocol'
import { describe, expect, test } from 'vitest'
import { Gauge } from '../src/backpressure.js'
import { FULL_PACE, nextPace, type Pace } from '../src/pace.js'
import { createKit } from './peer-kit.js'
import { createTestRooms } from './room-kit.js'

describe('a gauge', () => {
  function createClock() {
    const clock = { at: 0 }
    return { clock, gauge: new Gauge(() => clock.at) }
  }

  test('[BP1] asks after 4 kB, or after two seconds for 1 kB, and not for less', () => {
    const { clock, gauge } = createClock()
    expect(gauge.sent(4_096)).toBe(true)
    gauge.asked(0)
    expect(gauge.sent(4_095)).toBe(false)
    clock.at = 1_999
    expect(gauge.sent(0)).toBe(false)
    clock.at = 2_000
    expect(gauge.sent(0)).toBe(true)
    gauge.asked(2_000)
    clock.at = 9_999
    expect(gauge.sent(1_023)).toBe(false)
  })

  test('[BP1] after four answers that met no queue it asks after 16 kB, or twenty seconds, until one meets one', () => {
    const { clock, gauge } = createClock()
    for (let asked = 0; asked < 4; asked++) {
      expect(gauge.sent(4_096)).toBe(true)
      gauge.asked(clock.at)
      expect(gauge.isQuiet).toBe(false)
      clock.at += 10
      gauge.answered(clock.at - 10)
    }
    expect(gauge.isQuiet).toBe(true)
    expect(gauge.grant(16_383, clock.at)).toBe(16_383)
    expect(gauge.grant(16_384, clock.at)).toBe(0)
    gauge.note(16_383)
    expect(gauge.grant(1, clock.at)).toBe(0)
    expect(gauge.sent(1)).toBe(true)
    gauge.asked(clock.at)
    clock.at += 10
    gauge.answered(clock.at - 10)
    const last = clock.at - 10
    // Short of a trickle all of it; then so much at a time, so that the clock is not asked for each frame.
    expect(gauge.grant(24, last + 20_000)).toBe(1_023)
    gauge.note(1_023)
    expect(gauge.grant(1, last + 19_999)).toBe(257)
    gauge.note(257)
    expect(gauge.grant(1, last + 20_000)).toBe(0)
    expect(gauge.sent(0)).toBe(false)
    clock.at = last + 20_000
    expect(gauge.sent(0)).toBe(true)
    gauge.asked(clock.at)
    clock.at += 41
    expect(gauge.answered(clock.at - 41)).toBe(41)
    expect(gauge.sent(4_096)).toBe(true)
  })

  test('[BP2] an answer later than the way by half of it is late, at the second look', () => {
    const { clock, gauge } = createClock()
    gauge.sent(5_000)
    gauge.asked(0)
    clock.at = 100
    expect(gauge.answered(0)).toBe(100)
    expect(gauge.unconfirmedBytes).toBe(0)
    gauge.sent(5_000)
    gauge.asked(100)
    clock.at = 250
    expect(gauge.isBehind(0)).toBe(false)
    clock.at = 251
    // After a stall of our own the answer may be the next thing that is read.
    expect(gauge.isBehind(0)).toBe(false)
    clock.at = 259
    expect(gauge.isBehind(0)).toBe(true)
    expect(gauge.answered(100)).toBe(159)
    expect(gauge.isBehind(0)).toBe(false)
  })

  test('[BP2] more than 16 kB in the socket is behind at once', () => {
    const { gauge } = createClock()
    expect(gauge.isBehind(16_384)).toBe(false)
    expect(gauge.isBehind(16_385)).toBe(true)
  })

  test('[BP2] a route that became longer is learned from a question that was alone on its way', () => {
    const { clock, gauge } = createClock()
    const roundTrip = (ms: number): boolean => {
      gauge.sent(5_000)
      const at = clock.at
      gauge.asked(at)
      clock.at += ms - 9
      gauge.isBehind(0)
      clock.at += 9
      const wasBehind = gauge.isBehind(0)
      gauge.answered(at)
      return wasBehind
    }
    expect(roundTrip(80)).toBe(false)
    expect(roundTrip(240)).toBe(true)
    expect(roundTrip(240)).toBe(false)
  })

  test('[BP2] a queue of old answers is no pace: a peer that then falls silent is behind', () => {
    const { clock, gauge } = createClock()
    for (let at = 0; at < 10; at++) {
      clock.at = at
      gauge.sent(5_000)
      gauge.asked(at)
    }
    clock.at = 50
    for (let at = 0; at < 5; at++) gauge.answered(at)
    clock.at = 75
    for (let at = 5; at < 9; at++) gauge.answered(at)
    gauge.sent(5_000)
    clock.at = 200
    gauge.isBehind(0)
    clock.at = 210
    expect(gauge.isBehind(0)).toBe(true)
  })

  test('[BP1] after a late answer it asks behind every frame, until one meets no queue or for a second', () => {
    const late = () => {
      const { clock, gauge } = createClock()
      gauge.sent(5_000)
      gauge.asked(0)
      clock.at = 10
      gauge.answered(0)
      gauge.sent(5_000)
      gauge.asked(10)
      clock.at = 60
      gauge.isBehind(0)
      gauge.answered(10)
      expect(gauge.sent(1)).toBe(true)
      gauge.asked(60)
      return { clock, gauge }
    }
    const { clock, gauge } = late()
    // Alone on its way, the late one made that 30 ms, and 30 more are no queue.
    clock.at = 121
    gauge.answered(60)
    expect(gauge.sent(1)).toBe(true)
    gauge.asked(121)
    clock.at = 181
    gauge.answered(121)
    expect(gauge.isQuiet).toBe(true)
    expect(gauge.sent(1)).toBe(false)

    const other = late()
    other.clock.at = 1_059
    expect(other.gauge.sent(1_024)).toBe(true)
    other.clock.at = 1_060
    expect(other.gauge.sent(0)).toBe(false)
  })

  test('[BP1] an answer to a question that was never asked is nothing', () => {
    const { clock, gauge } = createClock()
    gauge.sent(5_000)
    gauge.asked(0)
    clock.at = 10
    expect(gauge.answered(3)).toBeNull()
    expect(gauge.unconfirmedBytes).toBe(5_000)
  })

  test('a peer that never answers costs no memory', () => {
    const { clock, gauge } = createClock()
    for (clock.at = 0; clock.at < 100_000; clock.at++) if (gauge.sent(5_000)) gauge.asked(clock.at)
    // The first is still the one that is waited for, and the last is not kept.
    expect(gauge.isBehind(0)).toBe(false)
    clock.at += 10
    expect(gauge.isBehind(0)).toBe(true)
    expect(gauge.answered(99_999)).toBeNull()
  })
})

describe('a pace', () => {
  function run(sendRate: number, looks: readonly (readonly [from: number, to: number, isBehind: boolean])[]) {
    let pace: Pace = FULL_PACE
    const changes: { at: number; every: number }[] = []
    for (const [from, to, isBehind] of looks) {
      for (let at = from; at < to; at += 10) {
        const next = nextPace(pace, at, isBehind, sendRate)
        if (next.every !== pace.every) changes.push({ at, every: next.every })
        pace = next
      }
    }
    return { changes, pace }
  }

  test('[BP4] of 60 goes to 30, 20 and 10 a second, half a second each, and no further', () => {
    expect(run(60, [[0, 5_000, true]]).changes).toEqual([
      { at: 500, every: 2 },
      { at: 1_000, every: 3 },
      { at: 1_500, every: 6 },
    ])
  })

  test('[BP4] goes up one step for three clean seconds, and is forgotten three seconds after the last', () => {
    const { changes, pace } = run(60, [
      [0, 1_100, true],
      [1_100, 10_100, false],
    ])
    expect(changes.slice(2)).toEqual([
      { at: 4_090, every: 2 },
      { at: 7_090, every: 1 },
    ])
    expect(pace).toEqual(FULL_PACE)
  })

  test('[BP4] single stalls change nothing, however many', () => {
    const stalls = Array.from({ length: 20 }, (_, i) => [i * 800, i * 800 + 250, true] as const)
    expect(run(60, stalls).changes).toEqual([])
  })

  test.each([
    [30, [2, 3]],
    [20, [2]],
    [10, []],
    [25, [2, 3]],
  ])('[BP4] of a room that sends %i times a second has its own steps', (sendRate, every) => {
    expect(run(sendRate, [[0, 5_000, true]]).changes.map((change) => change.every)).toEqual(every)
  })
})

test('[BP6] a member that asks for snapshots all the time gets four and then two a second', async () => {
  const kit = createTestRooms()
  const room = kit.rooms.room('a', { n: 0 })
  const ann = kit.member('ann')
  await kit.join(ann, { how: 'join', room: 'a' })
  const before = ann.of('snapshot').length
  for (let tick = 0; tick < 180; tick++) {
    kit.rooms.resync(ann, { kind: 'resync', room: 'a', version: 0, why: 'gap' })
    room.update((draft) => void draft.n++)
    await kit.ticks()
  }
  const asked = ann.of('snapshot').length - before
  expect(asked).toBeGreaterThanOrEqual(8)
  expect(asked).toBeLessThanOrEqual(10)
  await kit.ticks(60)
  expect(ann.state('a')).toEqual({ n: 180 })
  expect(ann.broken).toEqual([])
})

test.each([0, 1, 2, 3, 4, 5])(
  '[BP4] a member that took nothing for two seconds and %i ticks has its state in the tick in which it does again',
  async (more) => {
    const kit = createTestRooms()
    const room = kit.rooms.room('a', { n: 0 })
    let isSlow = false
    const ann = kit.member('ann')
    Object.defineProperty(ann, 'isBehind', { get: () => isSlow })
    await kit.join(ann, { how: 'join', room: 'a' })
    await kit.ticks(2)
    room.on('tick', () => room.update((draft) => void draft.n++))
    isSlow = true
    await kit.ticks(120 + more)
    const before = (ann.state('a') as { n: number }).n
    isSlow = false
    await kit.ticks()
    expect(ann.state('a')).toEqual({ n: room.state.n })
    expect(room.state.n).toBeGreaterThan(before + 100)
    expect(ann.broken).toEqual([])
  },
)

test('[BP2] a member that was late for a moment gets the others’ bytes again with the first state that it misses none before', async () => {
  const kit = createTestRooms()
  const room = kit.rooms.room('a', { n: 0 })
  let isSlow = false
  const [ann, bob] = [kit.member('ann'), kit.member('bob')]
  Object.defineProperty(ann, 'isBehind', { get: () => isSlow })
  for (const member of [ann, bob]) await kit.join(member, { how: 'join', room: 'a' })
  room.on('tick', () => room.update((draft) => void draft.n++))
  await kit.ticks(2)
  isSlow = true
  await kit.ticks()
  isSlow = false
  await kit.ticks()
  for (const member of [ann, bob]) member.read()
  const union = ann.of('delta').at(-1)
  expect((union?.to ?? 0) - (union?.from ?? 0)).toBe(2)
  // It is watched for seconds; what it costs meanwhile is a look, and no encoding of its own.
  for (let tick = 0; tick < 60; tick++) {
    await kit.ticks()
    for (const member of [ann, bob]) member.read()
    expect(ann.bytes.at(-1)).toBe(bob.bytes.at(-1))
  }
  expect(ann.state('a')).toEqual({ n: room.state.n })
  expect(ann.broken).toEqual([])
})

test('[BP2] a member that was late for a moment goes the short way again with the first state that it misses none before', async () => {
  const kit = createTestRooms()
  const room = kit.rooms.room('a', { n: 0 })
  let isSlow = false
  let posts = 0
  const lane = {
    get isClear() {
      return !isSlow
    },
    post: () => (posts++, true),
  }
  const ann = Object.assign(kit.member('ann'), { lane })
  Object.defineProperty(ann, 'isBehind', { get: () => isSlow })
  await kit.join(ann, { how: 'join', room: 'a' })
  await kit.ticks(20)
  room.on('tick', () => room.update((draft) => void draft.n++))
  posts = 0
  await kit.ticks()
  expect(posts).toBe(1)
  isSlow = true
  await kit.ticks()
  isSlow = false
  // The state that it missed, and the one of this tick.
  await kit.ticks()
  expect(posts).toBe(1)
  await kit.ticks(10)
  expect(posts).toBe(11)
})

test('[BP4] pressure that comes and goes within half a second lowers its rate, though it has all it missed in between', async () => {
  const kit = createTestRooms()
  const room = kit.rooms.room('a', { n: 0 })
  let isSlow = false
  const ann = kit.member('ann')
  Object.defineProperty(ann, 'isBehind', { get: () => isSlow })
  await kit.join(ann, { how: 'join', room: 'a' })
  room.on('tick', () => room.update((draft) => void draft.n++))
  const statesOf = async (ticks: number): Promise<number> => {
    ann.read()
    const before = ann.of('delta').length
    await kit.ticks(ticks)
    ann.read()
    return ann.of('delta').length - before
  }
  expect(await statesOf(60)).toBe(60)
  for (let round = 0; round < 4; round++) {
    isSlow = true
    await kit.ticks(10)
    isSlow = false
    await kit.ticks(5)
  }
  expect(await statesOf(60)).toBe(30)
  // Three seconds after the last pressure, and for good.
  await kit.ticks(180)
  expect(await statesOf(60)).toBe(60)
  expect(ann.broken).toEqual([])
})

test('[BP2] a member of a room at rest costs no look: only those who are behind are asked', async () => {
  const kit = createTestRooms()
  const room = kit.rooms.room('a', { n: 0 })
  let looks = 0
  let isSlow = false
  const members = Array.from({ length: 20 }, (_, i) => {
    const member = kit.member(`m${i}`)
    Object.defineProperty(member, 'isBehind', { get: () => (looks++, isSlow && i === 0) })
    return member
  })
  for (const member of members) await kit.join(member, { how: 'join', room: 'a' })
  room.on('tick', () => {})
  await kit.ticks(10)
  looks = 0
  await kit.ticks(10)
  expect(looks).toBe(0)
  isSlow = true
  room.update((draft) => void draft.n++)
  await kit.ticks()
  // Each member once, and the one that is behind again in the same tick.
  expect(looks).toBe(21)
  await kit.ticks(10)
  expect(looks).toBe(31)
})

test('[BP1] a ping rides in the frame that it asks about', async () => {
  const kit = createKit()
  const peer = await kit.join()
  const client = kit.server.getClients()[0]
  client?.emit('big', 'x'.repeat(5_000))
  await kit.settle()
  expect(peer.frames.at(-1)?.map(({ kind }) => kind)).toEqual(['event', 'ping'])
  expect(client?.unconfirmedBytes).toBeGreaterThan(5_000)
  const ping = peer.log.at(-1)
  peer.say({ kind: 'pong', at: ping?.kind === 'ping' ? ping.at : -1, received: 0 })
  await kit.settle()
  expect(client?.unconfirmedBytes).toBe(0)
  await kit.server.close()
})

test('[BP1] state that many get at once is counted and asked about like what one gets', async () => {
  const kit = createKit()
  const random = createRandom(3)
  kit.server.define(defineRoom({ name: 'table', state: () => ({ text: '' }) }), {
    mayChooseId: () => true,
    tickHz: 20,
    tick({ state }) {
      state.text = Array.from({ length: 100 }, () => random.int(1_000, 9_999)).join('')
    },
  })
  const peer = await kit.join()
  /** Bytes from one question to the next. */
  const asked: number[] = []
  let fresh = 0
  peer.transport.onMessage((frame) => {
    fresh += frame.byteLength
    const ping = peer.frames.at(-1)?.find(({ kind }) => kind === 'ping')
    if (ping?.kind !== 'ping') return
    asked.push(fresh)
    fresh = 0
    peer.say({ kind: 'pong', at: ping.at, received: peer.received })
  })
  peer.say({ kind: 'join', ackId: 1, how: 'joinOrCreate', name: 'table', room: 'a' })
  await kit.settle()
  const client = kit.server.getClients()[0]
  for (let tick = 0; tick < 600; tick++) {
    // In between, something goes the usual way.
    if (tick % 50 === 25) client?.emit('chat', 'x'.repeat(100))
    await kit.time.advance(50)
    // Frames of several messages are counted without what holds them together.
    if (asked.length > 0) expect(fresh - (client?.unconfirmedBytes ?? 0)).toBeLessThan(16)
  }
  for (const bytes of asked.slice(1, 4)) expect(Math.abs(bytes - 4_096 - 300)).toBeLessThan(300)
  const calm = asked.slice(4)
  for (const bytes of calm) expect(Math.abs(bytes - 16_384 - 300)).toBeLessThan(300)
  expect(calm.length).toBeGreaterThan(10)
  await kit.server.close()
})

test('[BP1] the pong of a heartbeat confirms what went the short way before it', async () => {
  const kit = createKit({ heartbeatInterval: 1_000 })
  kit.server.define(defineRoom({ name: 'table', state: () => ({ n: 0 }) }), {
    mayChooseId: () => true,
    tickHz: 20,
    tick: ({ state }) => void state.n++,
  })
  const peer = await kit.join()
  peer.say({ kind: 'join', ackId: 1, how: 'joinOrCreate', name: 'table', room: 'a' })
  await kit.settle()
  const client = kit.server.getClients()[0]
  let pongs = 0
  for (let tick = 0; tick < 60; tick++) {
    await kit.time.advance(50)
    const [ping] = peer.frames.at(-1) ?? []
    if (ping?.kind !== 'ping') continue
    expect(client?.unconfirmedBytes).toBeGreaterThan(100)
    peer.say({ kind: 'pong', at: ping.at, received: peer.received })
    await kit.settle()
    expect(client?.unconfirmedBytes).toBe(0)
    pongs++
  }
  expect(pongs).toBeGreaterThan(0)
  await kit.server.close()
})
