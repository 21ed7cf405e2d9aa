// Half an hour of bots alone, watched by one spectator: nothing fails, nothing grows.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createHarness } from '@painda/testing'
import { expect, test } from 'vitest'
import { defineArena } from '../src/server/arena.js'
import { createCrew } from '../src/server/crew.js'
import { Arena, contract } from '../src/shared/game.js'

const MINUTES = 30
/** What the heap may grow from the fifth minute to the last: less than a kilobyte per second of play. */
const MAX_GROWTH_BYTES = 1.5 * 1024 * 1024

test(
  'half an hour of bots alone: no error anywhere, and memory stays flat',
  { timeout: 600_000 },
  async () => {
    const errors: unknown[] = []
    const harness = createHarness({
      contract,
      setup(server) {
        server.on('error', (error) => void errors.push(error))
        defineArena(server, createCrew(server, 6))
      },
    })
    const host = harness.client({ name: 'host' })
    const first = host.join(Arena, { options: { name: 'host', color: 0 } })
    await harness.time.advance(500)
    const watcher = harness.client({ name: 'eve' })
    watcher.on('error', (error) => void errors.push(error))
    watcher.on('desync', (desync) => void errors.push(desync))
    const room = watcher.join(Arena, { id: first.id!, spectate: true })
    await harness.time.advance(500)
    first.leave()
    host.close()

    const heap: number[] = []
    for (let minute = 0; minute < MINUTES; minute++) {
      await harness.time.advance(60_000)
      if (minute === 5 || minute === MINUTES - 1) heap.push(heapUsed())
    }
    expect(errors).toEqual([])
    expect(Object.values(room.state!.players).filter(({ isBot }) => isBot)).toHaveLength(6)
    expect(room.state!.round).toBeGreaterThan(12)
    expect(harness.converged().problems ?? []).toEqual([])
    expect(heap[1]! - heap[0]!).toBeLessThan(MAX_GROWTH_BYTES)
    await harness.close()
  },
)

function heapUsed(): number {
  setFlagsFromString('--expose-gc')
  // The flag gives `gc` to contexts that are made after it.
  const collect = runInNewContext('gc') as () => void
  collect()
  collect()
  return process.memoryUsage().heapUsed
}
