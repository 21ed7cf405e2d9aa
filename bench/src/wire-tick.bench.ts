// A server's tick: 200 writes on 100 of 1,000 entities, changed in place and encoded once. Colyseus is 1.0.
import { compileSync, createTracker, createViewEncoder, deepEqual } from '@painda/protocol'
import type { Json } from '@painda/protocol'
import type { MapSchema } from '@colyseus/schema'
import { enablePatches, produceWithPatches, setAutoFreeze } from 'immer'
import { pack } from 'msgpackr'
import { createColyseusWorld } from './colyseus.js'
import { check, compare, printFigures } from './measure.js'
import { crowd, write } from './worlds.js'

const TICKS = 40
/** Enough of them for a room's first minute to be over: then everything is compiled. */
const ROUNDS = 151

interface Entity {
  x: number
  y: number
}
interface Crowd {
  entities: Record<string, Entity>
}
interface Step {
  readonly id: string
  readonly x: number
  readonly y: number
}

/** What all do: ticks of 100 entities, both axes each. The same list again and again would write nothing new. */
function script(): { state: Json; ticks: Step[][] } {
  const world = crowd(2, 100)
  const ticks: Step[][] = []
  for (let tick = 0; tick < TICKS; tick++) {
    const writes = world.tick()
    const steps: Step[] = []
    for (let i = 0; i < writes.length; i += 2) {
      const [x, y] = [writes[i], writes[i + 1]]
      if (x?.kind !== 'set' || y?.kind !== 'set') throw new Error('a crowd only moves')
      steps.push({ id: String(x.path[1]), x: Number(x.value), y: Number(y.value) })
    }
    ticks.push(steps)
  }
  return { state: world.state, ticks }
}

const { state, ticks } = script()

function ours(isDeclared: boolean) {
  const sync = compileSync(
    isDeclared ? { 'entities.*.x': { quantize: 1 / 16 }, 'entities.*.y': { quantize: 1 / 16 } } : {},
  )
  const tracker = createTracker(state as unknown as Crowd, { sync })
  const view = createViewEncoder(1, sync.patterns)
  view.snapshot({ kind: 'snapshot', room: 'r', version: 0, tick: 0, state: tracker.state })
  let version = 0
  return {
    tracker,
    tick(steps: readonly Step[]): number {
      const { entities } = tracker.draft
      for (const { id, x, y } of steps) {
        const entity = entities[id]
        if (entity === undefined) continue
        entity.x = x
        entity.y = y
      }
      version++
      const bytes = view.commit(tracker, { from: version - 1, to: version, tick: version })
      return bytes?.length ?? 0
    },
  }
}

function colyseus(step?: number) {
  const world = createColyseusWorld(state, step)
  const root = world.root as unknown as { entities: MapSchema<Entity> }
  return {
    tick(steps: readonly Step[]): number {
      const { entities } = root
      for (const { id, x, y } of steps) {
        const entity = entities.get(id)
        if (entity === undefined) continue
        entity.x = x
        entity.y = y
      }
      return world.encode().length
    },
  }
}

function immer() {
  enablePatches()
  setAutoFreeze(false)
  let current = structuredClone(state) as unknown as Crowd
  return {
    tick(steps: readonly Step[]): number {
      const [next, patches] = produceWithPatches(current, (draft) => {
        for (const { id, x, y } of steps) {
          const entity = draft.entities[id]
          if (entity === undefined) continue
          entity.x = x
          entity.y = y
        }
      })
      current = next
      return pack(patches).length
    },
  }
}

const peer = colyseus()
const peerQuantized = colyseus(1 / 16)
const plain = ours(false)
const declared = ours(true)
const other = immer()

function contender(name: string, { tick }: { tick(steps: readonly Step[]): number }) {
  return {
    name,
    round: () => () => {
      let bytes = 0
      for (const steps of ticks) bytes += tick(steps)
      check(bytes > 0, name)
    },
  }
}

const expected = structuredClone(state)
for (const steps of ticks) {
  const writes = steps.flatMap(({ id, x, y }) => [
    { kind: 'set' as const, path: ['entities', id, 'x'], value: x },
    { kind: 'set' as const, path: ['entities', id, 'y'], value: y },
  ])
  write(expected, writes)
}

const [, plainRatio] = compare([contender('colyseus', peer), contender('plain', plain)], TICKS, ROUNDS)
const [, declaredRatio] = compare(
  [contender('colyseus', peerQuantized), contender('declared', declared)],
  TICKS,
  ROUNDS,
)
const [, immerRatio] = compare([contender('colyseus', peer), contender('immer', other)], TICKS, 11)
check(deepEqual(plain.tracker.state, expected), 'the tracked state')
check(deepEqual(declared.tracker.state, expected), 'the tracked state with a contract')

const microseconds = (ratio: { microseconds: number } | undefined) => `${ratio?.microseconds.toFixed(1)} µs`
printFigures('server tick, 200 writes on 100 of 1,000 (Colyseus = 1.0)', [
  {
    what: 'plain',
    ours: plainRatio?.ratio ?? 0,
    peer: 1,
    must: 1.6,
    aim: 1.1,
    note: microseconds(plainRatio),
  },
  {
    what: 'with a contract',
    ours: declaredRatio?.ratio ?? 0,
    peer: 1,
    must: 1,
    aim: 0.6,
    note: microseconds(declaredRatio),
  },
])
console.log(`  immer with patches, packed: ${immerRatio?.ratio.toFixed(1)} times Colyseus`)
