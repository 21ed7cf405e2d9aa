// What both forms of the soak hold its report to.
import { expect } from 'vitest'
import type { SoakReport } from './soak.js'

/** What may come and go by itself: caches of the engine, strings that are shared. */
const SLACK_MIB = 12

export function expectFlat({ early, late, wrong, left, ...counts }: SoakReport): void {
  expect(Math.min(counts.joins, counts.cuts, counts.goodbyes, counts.moves)).toBeGreaterThan(50)
  expect(wrong).toEqual([])
  expect(late.heapMiB).toBeLessThan(early.heapMiB * 1.1 + SLACK_MIB)
  // Whoever was just cut or let go has a timer more or less.
  expect(late.handles).toBeLessThan(early.handles * 1.1 + 20)
  expect(left).toEqual({ sessions: 0, members: 0, players: 0 })
}
