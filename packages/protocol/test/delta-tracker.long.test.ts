import fc from 'fast-check'
import { test } from 'vitest'
import { commits, runCommits, state } from './delta-program.js'

test('[TK1] after every commit a replica equals the state, in thousands of programs', () => {
  const numRuns = Number(process.env['PP_RUNS'] ?? 5_000)
  fc.assert(fc.property(state, commits, runCommits), { numRuns, seed: Number(process.env['PP_SEED']) })
})
