// The short form: ten seeds for every fault. The long one has two hundred.
import { describe, test } from 'vitest'
import { FAULTS, runFault } from './fault-matrix.js'
import { seedOf } from './seeds.js'

const SEEDS = 10

describe('with both directions busy nothing is doubled, nothing changes places, and what is lost is named', () => {
  test.each(FAULTS)('[RC2, RC3, RC7, RC8] %s', async (fault) => {
    for (let i = 0; i < SEEDS; i++) await runFault(fault, seedOf(i, 1_000))
  })
})
