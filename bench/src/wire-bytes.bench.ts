// Bytes per tick: the whole WebSocket payload, mean of 300 ticks, beside Colyseus' for the same writes.
import { compileSync, deepEqual } from '@painda/protocol'
import type { SyncTable } from '@painda/protocol'
import { createColyseusWorld } from './colyseus.js'
import { createLine } from './line.js'
import { check, printFigures } from './measure.js'
import { arena, crowd, inventory, rows } from './worlds.js'
import type { World } from './worlds.js'

const TICKS = 300

interface Sizes {
  ours: number
  colyseus: number
}

function measure(make: () => World, step?: number, paths: readonly string[] = []): Sizes {
  const world = make()
  const line = createLine(world.state, step === undefined ? {} : gridOf(paths, step))
  const peer = createColyseusWorld(world.state, step)
  let ours = 0
  let colyseus = 0
  for (let tick = 0; tick < TICKS; tick++) {
    const writes = world.tick()
    line.write(writes)
    const bytes = line.encode()
    ours += bytes.length
    line.decode(bytes)
    peer.write(writes)
    const theirs = peer.encode()
    colyseus += theirs.length
    peer.decode(theirs)
  }
  const { snapshotOf } = compileSync(step === undefined ? {} : gridOf(paths, step))
  check(deepEqual(line.replica(), snapshotOf(line.tracker.state)), `${world.name}: our replica`)
  return { ours: ours / TICKS, colyseus: colyseus / TICKS }
}

function gridOf(paths: readonly string[], step: number): SyncTable {
  return Object.fromEntries(paths.map((path) => [path, { quantize: step }]))
}

const positions = ['players.*.x', 'players.*.y']
const a = measure(arena)
const aQuantized = measure(arena, 1 / 16, positions)
const b = measure(crowd, 1 / 16, ['entities.*.x', 'entities.*.y'])
const c = measure(inventory)
const d = measure(rows)
const dNoisy = measure(() => rows(4, true))
const dQuantized = measure(rows, 0.01, ['rows.*.x', 'rows.*.y'])
const dNoisyQuantized = measure(() => rows(4, true), 0.01, ['rows.*.x', 'rows.*.y'])

printFigures('bytes per tick (Colyseus is the peer)', [
  { what: 'A, plain JSON, nothing declared', ours: a.ours, peer: a.colyseus, must: 115, aim: 100 },
  { what: 'A with quantize', ours: aQuantized.ours, peer: aQuantized.colyseus, must: 55, aim: 42 },
  { what: 'B with quantize', ours: b.ours, peer: b.colyseus, must: 4000, aim: 2500 },
  { what: 'C', ours: c.ours, peer: c.colyseus, must: 9, aim: 6 },
  { what: 'D, plain', ours: d.ours, peer: d.colyseus, must: 460, aim: 350 },
  {
    what: 'D, plain, sums with rounding errors',
    ours: dNoisy.ours,
    peer: dNoisy.colyseus,
    must: 460,
    aim: 350,
  },
  { what: 'D with quantize', ours: dQuantized.ours, peer: dQuantized.colyseus, must: 230, aim: 190 },
  {
    what: 'D with quantize, sums with rounding errors',
    ours: dNoisyQuantized.ours,
    peer: dNoisyQuantized.colyseus,
    must: 230,
    aim: 190,
  },
])
