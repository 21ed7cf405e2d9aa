// The long form: more storms, longer ones.
import { test } from 'vitest'
import { runStorm } from './storm.js'

const base = Number(process.env['PP_SEED'] ?? '1')

test('[RC2] 300 storms of 300 steps: at rest all agree, and every message has arrived once', async () => {
  for (let i = 0; i < 300; i++) await runStorm({ seed: base * 100_000 + i, steps: 300 })
})

test('[RC3, RC8] 150 storms with restarts: at rest all agree, nothing has come twice', async () => {
  for (let i = 0; i < 150; i++) await runStorm({ seed: base * 100_000 + i, steps: 300, restarts: true })
})
