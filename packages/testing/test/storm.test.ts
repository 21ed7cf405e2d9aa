// Agreement under seeded storms. A seed that ever failed stays here by its number.
import { expect, test } from 'vitest'
import { runStorm } from './storm.js'

const RUNS = 30
const base = Number(process.env['PP_SEED'] ?? '1')

test(`[RC2, RM2] ${RUNS} storms: at rest all agree, and every message has arrived once`, async () => {
  for (let i = 0; i < RUNS; i++) await runStorm({ seed: base * 1_000 + i })
})

test('[RC3, RC8] ten storms with restarts: at rest all agree, nothing has come twice', async () => {
  for (let i = 0; i < 10; i++) await runStorm({ seed: base * 1_000 + i, restarts: true })
})

test('[RC2] a storm in which a message is lost is noticed', async () => {
  const notices: string[] = []
  for (let i = 0; i < 5; i++) {
    await runStorm({ seed: base * 1_000 + i, sabotage: true }).catch((error: Error) =>
      notices.push(error.message),
    )
  }
  expect(notices.length).toBeGreaterThan(0)
  expect(notices.join()).toMatch(/storm with seed \d+ /)
})
