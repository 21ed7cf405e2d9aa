// From bytes to what a client holds: our immutable replica beside Colyseus' instances, changed in place.
import { createSlots, deepEqual } from '@painda/protocol'
import type { ViewSlots } from '@painda/protocol'
import { createColyseusWorld } from './colyseus.js'
import { createLine } from './line.js'
import { check, compare } from './measure.js'
import type { Figure } from './measure.js'
import { arena, crowd } from './worlds.js'
import type { World } from './worlds.js'

/** What becomes of the bytes: a whole replica, or the numbers of the declared fields in slots. */
type Into = 'replica' | 'slots'

function figure(
  what: string,
  into: Into,
  world: World,
  map: string,
  ticks: number,
  must: number,
  aim: number,
): Figure {
  const paths = `${map}.*`
  const line = createLine(world.state, {
    [`${paths}.x`]: { quantize: 1 / 16 },
    [`${paths}.y`]: { quantize: 1 / 16 },
  })
  const peer = createColyseusWorld(world.state, 1 / 16)
  // One client each, that lives through all rounds.
  const ours: Uint8Array[] = []
  const theirs: Uint8Array[] = []
  const codec = line.join()
  const slots = createSlots({ room: 'r', map, fields: ['x', 'y'] })
  slots.read(line.snapshot())
  const decodeTheirs = peer.join()
  for (let tick = 0; tick < ticks * (ROUNDS + Math.ceil(ROUNDS / 2)); tick++) {
    const writes = world.tick()
    line.write(writes)
    ours.push(line.encode())
    peer.write(writes)
    theirs.push(peer.encode().slice())
  }
  let replica: unknown
  let oursAt = 0
  let theirsAt = 0
  const [, ratio] = compare(
    [
      {
        name: 'colyseus',
        round: () => () => {
          for (const end = theirsAt + ticks; theirsAt < end; theirsAt++)
            decodeTheirs(theirs[theirsAt] ?? new Uint8Array())
        },
      },
      {
        name: 'painda',
        round: () => () => {
          for (const end = oursAt + ticks; oursAt < end; oursAt++) {
            const bytes = ours[oursAt] ?? new Uint8Array()
            if (into === 'slots') {
              slots.read(bytes)
              continue
            }
            const [message] = codec.decode(bytes)
            if (message?.kind === 'delta') replica = message.state
          }
        },
      },
    ],
    ticks,
    ROUNDS,
  )
  if (into === 'slots') check(isHeld(slots, line.tracker.state, map), `${what}: the slots`)
  else check(deepEqual(replica, line.tracker.state), `${what}: the replica`)
  return { what, ours: ratio?.ratio ?? 0, peer: 1, must, aim, note: `${ratio?.microseconds.toFixed(1)} µs` }
}

function isHeld(slots: ViewSlots, state: unknown, map: string): boolean {
  const entities = Object.entries(
    (state as Record<string, Record<string, { x: number; y: number }>>)[map] ?? {},
  )
  const [xs, ys] = [slots.column('x'), slots.column('y')]
  return entities.every(([id, { x, y }]) => {
    const handle = slots.handleOf(id)
    return xs[handle] === x && ys[handle] === y
  })
}

const ROUNDS = 31

/** Decodes enough ticks per round for a browser's coarse clock. */
export function decodeFigures(): Figure[] {
  return [
    figure('A', 'replica', arena(), 'players', 400, 0.6, 0.35),
    figure('B', 'replica', crowd(), 'entities', 40, 0.6, 0.35),
    figure('B, view slots in place', 'slots', crowd(), 'entities', 40, 0.2, 0.1),
  ]
}
