import { createRandom } from '@painda/protocol'
import { describe, expect, test } from 'vitest'
import { nextDelay } from '../src/backoff.js'

const options = { baseMs: 1_000, maxMs: 10_000 }
const fixed = (value: number) => ({ ...createRandom(1), next: () => value })

describe('backoff', () => {
  test('[CB1] the wait doubles from the base to the cap', () => {
    const waits = [1, 2, 3, 4, 5, 6, 1_000].map((attempt) => nextDelay(attempt, options, fixed(0.5)))
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 10_000])
  })

  test('[CB1] the spread is a fifth to either side, at the cap too', () => {
    expect([nextDelay(1, options, fixed(0)), nextDelay(9, options, fixed(0))]).toEqual([800, 8_000])
    const random = createRandom(7)
    for (let i = 0; i < 1_000; i++) {
      const wait = nextDelay(3, options, random)
      expect(wait).toBeGreaterThanOrEqual(3_200)
      expect(wait).toBeLessThanOrEqual(4_800)
    }
  })
})
