// The long form: ten thousand runs.
import { expect, test } from 'vitest'
import { runConvergence } from './convergence.js'
import { seedOf } from './seeds.js'

const RUNS = 10_000
/** Nine minutes on a machine with nothing else to do. */
const TIMEOUT_MS = 1_800_000

test(
  `[RM2, RM13, BP2, VW5, VW6] ${RUNS} rooms under mutations, cuts, stalls, joins and changing views: at rest every replica is the server's view`,
  {
    timeout: TIMEOUT_MS,
  },
  async () => {
    let skipped = 0
    for (let i = 0; i < RUNS; i++) skipped += (await runConvergence({ seed: seedOf(i, 1_000_000) })).skipped
    expect(skipped).toBeGreaterThan(RUNS / 2)
  },
)

test('[RM13] [PR6] a thousand rooms with a damaged message each: healed by the next hash at the latest', async () => {
  let noticed = 0
  for (let i = 0; i < 1_000; i++) {
    noticed += (await runConvergence({ seed: seedOf(i, 1_000_000), damage: true })).desyncs.length
  }
  expect(noticed).toBeGreaterThan(100)
})
