// The long form: two hundred seeds for every fault.
import { describe, test } from 'vitest'
import { FAULTS, runFault } from './fault-matrix.js'
import { seedOf } from './seeds.js'

const SEEDS = 200

describe('with both directions busy nothing is doubled, nothing changes places, and what is lost is named', () => {
  test.each(FAULTS)('[RC2, RC3, RC7, RC8] %s, 200 times', async (fault) => {
    for (let i = 0; i < SEEDS; i++) await runFault(fault, seedOf(i, 100_000))
  })
})
