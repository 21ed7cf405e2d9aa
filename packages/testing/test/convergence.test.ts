// The short form; the long one has ten thousand runs.
import { expect, test } from 'vitest'
import { createHarness } from '../src/index.js'
import { Board, contract, defineBoard } from './board.js'
import { runConvergence } from './convergence.js'
import { seedOf } from './seeds.js'
import { recordFrames } from './frames.js'

const RUNS = 300
const STEPS = 20
/** Ten seconds alone; machines that also do other things need several times that. */
const TIMEOUT_MS = 240_000

test(
  `[RM2, RM13, BP2, VW5, VW6] ${RUNS} rooms under mutations, cuts, stalls, joins and changing views: at rest every replica is the server's view`,
  async () => {
    let skipped = 0
    let viewChanges = 0
    for (let i = 0; i < RUNS; i++) {
      const report = await runConvergence({ seed: seedOf(i, 10_000), steps: STEPS })
      skipped += report.skipped
      viewChanges += report.viewChanges
    }
    // Otherwise this says nothing about slow members and changing views.
    expect(skipped).toBeGreaterThan(RUNS / 2)
    expect(viewChanges).toBeGreaterThan(RUNS)
  },
  TIMEOUT_MS,
)

test(
  '[RM13] [PR6] fifty rooms with a damaged message each: healed by the next hash at the latest',
  async () => {
    let noticed = 0
    for (let i = 0; i < 50; i++) {
      const { desyncs } = await runConvergence({ seed: seedOf(i, 10_000), steps: STEPS, damage: true })
      noticed += desyncs.length
    }
    expect(noticed).toBeGreaterThan(0)
  },
  TIMEOUT_MS,
)

// Once its client was told "joined" of a room whose name had a wrong letter.
test('[FB12] a damaged answer to a join leaves nobody in a room who does not know it', async () => {
  await runConvergence({ seed: 11_000_340, damage: true })
})

// Its client then names a version of the view before: once it was sent deltas of a view that it had never heard of.
test('[VW6] a connection lost in the moment that a member sees another view costs a snapshot, and not the session', async () => {
  await runConvergence({ seed: 10_093 })
})

test(
  '[RM11, RM13] a flipped byte is noticed within a second of traffic, healed in one round trip, and its place is named',
  async () => {
    let byHash = 0
    for (let seed = 1; seed <= 80; seed++) {
      const harness = createHarness({ contract, seed, setup: defineBoard, clients: 1 })
      const [client] = harness.clients
      const room = client!.join(Board)
      await harness.settle()
      const server = harness.server.getRoom(room.id ?? '')
      const write = (key: string, value: number): void =>
        // Every room here is a Board.
        server?.update((draft) => void ((draft as { cells: Record<string, number> }).cells[key] = value))
      for (let n = 0; n < 20; n++) write(`cell${n}`, n)
      await harness.settle()

      const reports: { at: number; why: string; path: string | null }[] = []
      let isOpen = true
      client!.on('desync', ({ why, path }) => void reports.push({ at: harness.time.now(), why, path }))
      client!.on('disconnect', () => void (isOpen = false))
      client!.net.corruptNext('down')
      write('cell7', 12_345)
      await harness.time.advance(100)
      const [wrong] = harness.converged().differences
      const damagedAt = harness.time.now()
      const frames = recordFrames(client!)
      for (let n = 0; n < 40; n++) {
        write(`other${n % 3}`, n)
        await harness.time.advance(25)
      }
      // A second of traffic, a round trip of 2 ms, and the tick that answers.
      await harness.time.advance(20)
      expect(harness.converged().differences, `seed ${seed}`).toEqual([])

      if (wrong !== undefined && isOpen) {
        expect(reports.length, `seed ${seed}`).toBe(1)
        const asked = frames.all.find(({ messages }) => messages.some(({ kind }) => kind === 'resync'))
        expect(asked?.at ?? Infinity).toBeLessThan(damagedAt + 1_000)
        const healed = frames.all.find(({ messages }) => messages.some(({ kind }) => kind === 'snapshot'))
        expect((healed?.at ?? Infinity) - (asked?.at ?? 0), `seed ${seed}`).toBeLessThan(2 + 1_000 / 60 + 2)
        if (reports[0]?.why === 'hash') {
          byHash++
          expect(reports[0].path, `seed ${seed}`).toBe(wrong.path)
        }
        expect(harness.server.getStats().desyncs).toBe(1)
      }
      await harness.close()
    }
    expect(byHash).toBeGreaterThan(3)
  },
  TIMEOUT_MS,
)
