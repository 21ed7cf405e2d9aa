// Random games: whatever is written, whoever comes and goes, and however late the ticks are, every member's replica is
// what the server has, and it got there by messages that fit.
import { expect, test } from 'vitest'
import { createRandom, defineRoom, type, type Random } from '@painda/protocol'
import { createTestRooms, TICK, type TestMember } from './room-kit.js'

interface Chaos {
  map: Record<string, { x: number; tags: string[] }>
  list: { id: number; n: number }[]
  grid: number[][]
  note: string | null
}

const Chaos = defineRoom({
  name: 'chaos',
  state: (): Chaos => ({
    map: {},
    list: [],
    grid: [
      [0, 0],
      [0, 0],
    ],
    note: null,
  }),
  messages: { poke: type<number>() },
  requests: { ask: { input: type<number>(), output: type<number>() } },
  events: { poked: type<number>() },
})

/** One random change; small keys, so that things are hit, removed and made anew. */
function mutate(state: Chaos, random: Random): void {
  const key = `k${random.int(0, 5)}`
  switch (random.int(0, 9)) {
    case 0:
      state.map[key] = { x: random.int(0, 3), tags: [] }
      break
    case 1:
      delete state.map[key]
      break
    case 2: {
      const entry = state.map[key]
      if (entry) entry.x = random.int(0, 3)
      break
    }
    case 3:
      state.map[key]?.tags.push(key)
      break
    case 4:
      state.list.splice(random.int(0, state.list.length), random.int(0, 2), { id: random.int(0, 99), n: 0 })
      break
    case 5: {
      const item = state.list[random.int(0, Math.max(0, state.list.length - 1))]
      if (item) item.n++
      break
    }
    case 6:
      state.list.reverse()
      break
    case 7: {
      const row = state.grid[random.int(0, 1)]
      if (row) row[random.int(0, 1)] = random.int(0, 2)
      break
    }
    case 8: {
      // A new object written and then changed before the tick: what leaves must be what it is then.
      const item = { id: random.int(0, 99), n: 1 }
      state.list.push(item)
      const last = state.list.at(-1)
      if (last) last.n = random.int(0, 9)
      break
    }
    default:
      state.note = random.int(0, 1) === 0 ? null : key
  }
}

async function play(seed: number): Promise<void> {
  const random = createRandom(seed)
  const kit = createTestRooms()
  const tickHz = random.pick([20, 60])
  let isOver = false
  kit.rooms.define(Chaos, {
    autoDisposeMs: Infinity,
    tickHz,
    sendHz: random.pick([tickHz, tickHz / 2, tickHz / 4]),
    ...(random.int(0, 1) === 0
      ? {}
      : {
          tick({ state }) {
            if (!isOver && random.int(0, 3) === 0) mutate(state, random)
          },
        }),
    onJoin({ state }) {
      if (random.int(0, 1) === 0) mutate(state, random)
      return random.int(0, 2) === 0 ? Promise.resolve() : undefined
    },
    onLeave: ({ state }) => mutate(state, random),
    messages: {
      poke({ state, room }, n) {
        room.broadcast('poked', n)
        for (let i = 0; i < n; i++) mutate(state, random)
      },
    },
    requests: {
      ask({ state }, n) {
        mutate(state, random)
        return n
      },
    },
  })
  const room = kit.rooms.create(Chaos, { id: 'c' })
  const everybody: TestMember[] = Array.from({ length: 6 }, (_, i) => kit.member(`m${i}`))
  const inside = new Set<TestMember>()
  const promised: [member: TestMember, version: number][] = []
  /** With a listener a tick makes a delta, without one only bytes: members must not notice which. */
  let unlisten: (() => void) | null = null

  for (let step = 0; step < 120; step++) {
    const member = random.pick(everybody)
    const isIn = inside.has(member)
    switch (random.int(0, 9)) {
      case 0:
      case 1:
        if (!isIn) {
          await kit.join(member, { name: 'chaos', how: 'joinById', room: 'c' })
          inside.add(member)
        }
        break
      case 2:
        if (!isIn) break
        if (random.int(0, 1) === 0) kit.rooms.leave(member, 'c')
        else kit.rooms.ended(member)
        inside.delete(member)
        member.read()
        member.replicas.delete('c')
        break
      case 3:
        if (!isIn || !member.connected) break
        member.connected = false
        kit.rooms.dropped(member)
        break
      case 4:
        if (!isIn || member.connected) break
        member.connected = true
        kit.rooms.resumed(member, null)
        break
      case 5:
        if (isIn) kit.rooms.resync(member, { kind: 'resync', room: 'c', version: 0, why: 'gap' })
        break
      case 6:
        room.update((draft) => mutate(draft, random))
        break
      case 7: {
        if (!isIn) break
        const answer = await kit.send(member, { type: 'ask', room: 'c', ackId: step, payload: step })
        promised.push([member, answer?.version ?? NaN])
        break
      }
      default:
        await kit.send(member, { type: 'poke', room: 'c', payload: random.int(0, 4) })
    }
    if (random.int(0, 2) === 0) await kit.time.advance(random.next() * 3 * TICK)
    if (random.int(0, 5) === 0) member.read()
    if (random.int(0, 9) !== 0) continue
    unlisten?.()
    unlisten = unlisten === null ? kit.inspector.listen(() => {}) : null
  }
  for (const member of inside) {
    if (member.connected) continue
    member.connected = true
    kit.rooms.resumed(member, null)
  }
  isOver = true
  await kit.time.advance(1000)
  for (const member of everybody) {
    member.read()
    expect(member.broken, `seed ${seed}`).toEqual([])
    if (!inside.has(member)) continue
    const replica = member.replicas.get('c')
    expect(replica?.state, `seed ${seed}`).toEqual(room.state)
    expect(replica?.version, `seed ${seed}`).toBe(room.version)
    expect([...(member.presence.get('c')?.keys() ?? [])].sort()).toEqual(
      [...inside].map(({ id }) => id).sort(),
    )
  }
  for (const [, version] of promised) expect(room.version).toBeGreaterThanOrEqual(version)
  expect(kit.errors).toEqual([])
}

test('[RM2, RM9, RM10] 150 random games: every replica equals the state, and every delta fitted', async () => {
  const first = Number(process.env['PP_SEED']) * 1000
  for (let seed = first; seed < first + 150; seed++) await play(seed)
})
