// Agreement under seeded storms. A seed that ever failed stays here by its number.
import { expect, test } from 'vitest'
import { seedOf } from './seeds.js'
import { runStorm } from './storm.js'

const RUNS = 30
/** Two seconds alone; machines that also do other things need several times that. */
const TIMEOUT_MS = 60_000

test(
  `[RC2] ${RUNS} storms: at rest all agree, and every message has arrived once`,
  async () => {
    for (let i = 0; i < RUNS; i++) await runStorm({ seed: seedOf(i, 1_000) })
  },
  TIMEOUT_MS,
)

test(
  '[RC3, RC8] ten storms with restarts: at rest all agree, nothing has come twice',
  async () => {
    for (let i = 0; i < 10; i++) await runStorm({ seed: seedOf(i, 1_000), restarts: true })
  },
  TIMEOUT_MS,
)

// Each of these once set a timer that rounding had left nothing of, and the clock stood still.
test('[HB1] storms whose heartbeats fell on a fraction too short to move the clock', async () => {
  await runStorm({ seed: 100_126, steps: 300 })
  await runStorm({ seed: 100_025, steps: 300, restarts: true })
})

test('[RC11] a storm whose player never spoke, came back, was cut at once and stayed away for sixteen seconds', async () => {
  await runStorm({ seed: 3_183_597_422, steps: 300 })
})

test('[RC2] a storm in which a message is lost is noticed', async () => {
  const notices: string[] = []
  for (let i = 0; i < 5; i++) {
    await runStorm({ seed: seedOf(i, 1_000), sabotage: true }).catch((error: Error) =>
      notices.push(error.message),
    )
  }
  expect(notices.length).toBeGreaterThan(0)
  expect(notices.join()).toMatch(/storm with seed \d+ /)
})
