// The long form: more storms, longer ones.
import { test } from 'vitest'
import { seedOf } from './seeds.js'
import { runStorm } from './storm.js'

test('[RC2] 300 storms of 300 steps: at rest all agree, and every message has arrived once', async () => {
  for (let i = 0; i < 300; i++) await runStorm({ seed: seedOf(i, 100_000), steps: 300 })
})

test('[RC3, RC8] 150 storms with restarts: at rest all agree, nothing has come twice', async () => {
  for (let i = 0; i < 150; i++) await runStorm({ seed: seedOf(i, 100_000), steps: 300, restarts: true })
})
