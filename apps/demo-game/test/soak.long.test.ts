// Half an hour of bots alone, watched by one spectator: nothing fails, nothing grows.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createRandom } from '@painda/protocol'
import { PPServer, PPVirtualClient } from '@painda/server'
import { createFakeTime } from '@painda/testing'
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
    const time = createFakeTime()
    const server = new PPServer({ contract, time, random: createRandom(3) })
    server.on('error', (error) => void errors.push(error))
    const rooms = defineArena(server, createCrew(server, 6))
    // A room of one's own stays open while somebody watches.
    const arena = server.createRoom(Arena)
    const watcher = new PPVirtualClient('eve', { time, random: createRandom(4), contract })
    watcher.on('error', (error) => void errors.push(error))
    watcher.on('desync', (desync) => void errors.push(desync))
    watcher.connect(server)
    const room = watcher.join(Arena, { id: arena.id, spectate: true })
    await time.advance(2_000)

    const heap: number[] = []
    for (let minute = 0; minute < MINUTES; minute++) {
      await time.advance(60_000)
      if (minute === 5 || minute === MINUTES - 1) heap.push(heapUsed())
    }
    expect(errors).toEqual([])
    expect(Object.values(room.state!.players).filter(({ isBot }) => isBot)).toHaveLength(6)
    expect(room.state!.round).toBeGreaterThan(12)
    expect(rooms.size).toBe(1)
    expect(heap[1]! - heap[0]!).toBeLessThan(MAX_GROWTH_BYTES)
    watcher.close()
    await server.close()
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
