// From bytes to what a client holds: our immutable replica beside Colyseus' instances, changed in place.
import { deepEqual } from '@painda/protocol'
import type { Codec } from '@painda/protocol'
import { createColyseusWorld } from './colyseus.js'
import { createLine } from './line.js'
import { check, compare, printFigures } from './measure.js'
import type { Figure } from './measure.js'
import { arena, crowd } from './worlds.js'
import type { World } from './worlds.js'

const TICKS = 40

function figure(what: string, world: World, paths: string, must: number, aim: number): Figure {
  const line = createLine(world.state, {
    [`${paths}.x`]: { quantize: 1 / 16 },
    [`${paths}.y`]: { quantize: 1 / 16 },
  })
  const peer = createColyseusWorld(world.state, 1 / 16)
  // Each round decodes the same ticks with clients that joined before them.
  const joiners: { ours: Codec; theirs: (bytes: Uint8Array) => void }[] = []
  const rounds = 31 + 8
  for (let i = 0; i < rounds; i++) joiners.push({ ours: line.join(), theirs: peer.join() })
  const ours: Uint8Array[] = []
  const theirs: Uint8Array[] = []
  for (let tick = 0; tick < TICKS; tick++) {
    const writes = world.tick()
    line.write(writes)
    ours.push(line.encode())
    peer.write(writes)
    theirs.push(peer.encode().slice())
  }
  let replica: unknown
  let round = 0
  const [, ratio] = compare(
    [
      {
        name: 'colyseus',
        round() {
          const decode = joiners[round]?.theirs
          return () => {
            for (const bytes of theirs) decode?.(bytes)
          }
        },
      },
      {
        name: 'painda',
        round() {
          const codec = joiners[round++]?.ours
          return () => {
            for (const bytes of ours) {
              const [message] = codec?.decode(bytes) ?? []
              if (message?.kind === 'delta') replica = message.state
            }
          }
        },
      },
    ],
    TICKS,
  )
  check(deepEqual(replica, line.tracker.state), `${what}: the replica`)
  return { what, ours: ratio?.ratio ?? 0, peer: 1, must, aim, note: `${ratio?.microseconds.toFixed(1)} µs` }
}

printFigures('bytes to immutable replica, in Node (Colyseus in place = 1.0; asked for in Chromium)', [
  figure('A', arena(), 'players.*', 0.6, 0.35),
  figure('B', crowd(), 'entities.*', 0.6, 0.35),
])
