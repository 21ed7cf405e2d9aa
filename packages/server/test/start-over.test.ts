// Rooms in which things come and go under names of their own, for hours: a view starts over now and then, and nobody notices.
import { createRandom, defineRoom, type SyncTable } from '@painda/protocol'
import { expect, test } from 'vitest'
import { createTestRooms, type TestMember } from './room-kit.js'

interface Shot {
  x: number
  by: string
  plan?: string
}

interface State {
  shots: Record<string, Shot>
  rounds: number
}

const SYNC = { 'shots.*.plan': { to: ({ id }, [name]) => name?.endsWith(id) === true } } satisfies SyncTable
const Range = defineRoom({ name: 'range', state: (): State => ({ shots: {}, rounds: 0 }) })

const IDS = ['ann', 'bob', 'cyd'] as const
const MARKED = { ...Range, sync: SYNC }

/** `marked`: each sees its own plans. `fog`: Cyd sees its own shots only. */
type Kind = 'plain' | 'marked' | 'fog'

function createGame(kind: Kind) {
  const kit = createTestRooms()
  const shape = kind === 'marked' ? MARKED : Range
  const view = (id: string, { shots, rounds }: State): State => {
    const seen = Object.entries(shots).filter(([, { by }]) => id !== 'cyd' || by === id)
    return { shots: Object.fromEntries(seen), rounds }
  }
  kit.rooms.define(shape, {
    sendHz: 60,
    ...(kind === 'fog' ? { viewKey: ({ id }) => id, view: ({ id }, state: State) => view(id, state) } : {}),
  })
  const room = kit.rooms.create(shape, { id: 't' })
  const expectedFor = (id: string): State => {
    const state = room.state as State
    if (kind !== 'marked') return kind === 'fog' ? view(id, state) : state
    const shots = Object.entries(state.shots).map(([name, { plan, ...shot }]) => {
      return [name, name.endsWith(id) && plan !== undefined ? { ...shot, plan } : shot] as const
    })
    return { shots: Object.fromEntries(shots), rounds: state.rounds }
  }
  return { ...kit, room, expectedFor }
}

/** So many shots are fired, half of those in the air move, and the oldest are gone. */
function shoot({ shots }: State, count: number, nextName: () => string): void {
  for (let n = 0; n < count; n++) {
    const by = IDS[n % IDS.length] ?? 'ann'
    shots[`${nextName()}${by}`] = { x: n, by, ...(n % 2 === 0 ? { plan: `p${n}` } : {}) }
  }
  const names = Object.keys(shots)
  for (const name of names.slice(0, -60)) delete shots[name]
  for (const name of names.slice(-30)) shots[name]!.x += 0.5
}

/** How often it was told of the room as a whole. */
const wholes = (member: TestMember): number =>
  member.of('snapshot').filter(({ scope }) => scope === undefined).length

test.each(['plain', 'marked', 'fog'] as const)(
  '[WB1] [WB2] members of a %s room hold what they should while its views start over, whoever is late, away or new',
  async (kind) => {
    for (let seed = 1; seed <= 3; seed++) {
      const kit = createGame(kind)
      const { room, ticks } = kit
      const random = createRandom(seed)
      const members = IDS.map((id) => kit.member(id))
      const away = new Set<TestMember>()
      let named = 0
      for (const member of members) await kit.join(member, { how: 'join', room: 't' })
      const [ann, bob, cyd] = members as [TestMember, TestMember, TestMember]
      for (let step = 0; step < 100; step++) {
        room.update((state) => shoot(state as State, random.int(20, 80), () => `s${named++}-`))
        await ticks(random.int(1, 3))
        const dice = random.next()
        if (dice < 0.1) bob.isBehind = !bob.isBehind
        else if (dice < 0.15) kit.rooms.resync(cyd, { kind: 'resync', room: 't', version: 0, why: 'gap' })
        else if (dice < 0.25 && !away.has(cyd)) {
          cyd.read()
          kit.rooms.dropped(cyd)
          away.add(cyd)
        } else if (dice < 0.4 && away.delete(cyd)) {
          const held: [string, number][] = [['t', cyd.replicas.get('t')!.version]]
          kit.rooms.resumed(cyd, kit.rooms.canContinue(cyd, held) ? held : null)
        }
        expect(ann.state('t'), `seed ${seed}, step ${step}`).toEqual(kit.expectedFor('ann'))
      }
      bob.isBehind = false
      if (away.has(cyd)) kit.rooms.resumed(cyd, null)
      await ticks(240)
      const newcomer = kit.member('dan')
      await kit.join(newcomer, { how: 'join', room: 't' })
      for (const member of [...members, newcomer]) {
        expect(member.state('t'), `seed ${seed}, ${member.id}`).toEqual(kit.expectedFor(member.id))
        expect(member.broken, `seed ${seed}, ${member.id}`).toEqual([])
      }
      expect(kit.errors).toEqual([])
      // Five thousand names have passed, and none of them made Ann lose step.
      expect(wholes(ann), `seed ${seed}`).toBeGreaterThanOrEqual(4)
    }
  },
)

test('who joins after hours gets what there is, not the names of what was', async () => {
  const kit = createGame('plain')
  const ann = kit.member('ann')
  await kit.join(ann, { how: 'join', room: 't' })
  let named = 0
  const sizes: number[] = []
  for (let step = 0; step < 600; step++) {
    kit.room.update((state) => shoot(state as State, 20, () => `s${named++}-`))
    await kit.ticks()
    ann.read()
    if (step % 25 !== 24) continue
    const newcomer = kit.member('')
    await kit.join(newcomer, { how: 'join', room: 't' })
    expect(newcomer.state('t')).toEqual(ann.state('t'))
    sizes.push(newcomer.bytes.reduce((sum, { length }) => sum + length, 0))
    kit.rooms.leave(newcomer, 't')
  }
  // A state of 60 shots is 800 bytes; a thousand names are 6 kB. Without start-overs it is 90 kB in the end, and grows.
  expect(Math.max(...sizes)).toBeLessThan(12_000)
  // What the start-overs cost: 12,000 names took 70 kB.
  const whole = ann.of('snapshot').length
  expect(whole).toBeGreaterThan(8)
  expect(whole).toBeLessThan(13)
})
