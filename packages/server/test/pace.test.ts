import { expect, test } from 'vitest'
import { FULL_PACE, nextPace, type Pace } from '../src/pace.js'

const HZ = 60

/** The rate after each look, one every 50 ms; `isBehind` of the moment and the rate. */
function watch(
  seconds: number,
  isBehind: (at: number, rate: number) => boolean,
): { at: number; rate: number }[] {
  const changes: { at: number; rate: number }[] = []
  let pace: Pace = nextPace(FULL_PACE, 0, true, HZ)
  for (let at = 50; at <= seconds * 1_000; at += 50) {
    const before = HZ / pace.every
    pace = nextPace(pace, at, isBehind(at, before), HZ)
    if (HZ / pace.every !== before) changes.push({ at, rate: HZ / pace.every })
  }
  return changes
}

test('[BP4] a link that takes 40 a second is asked for 60 again after 3, 12 and then every 24 seconds, and each time for a moment', () => {
  const changes = watch(80, (_at, rate) => rate > 40)
  expect(changes.map(({ rate }) => rate)).toEqual([30, 60, 30, 60, 30, 60, 30, 60, 30])
  const tries = changes.filter(({ rate }) => rate === 60).map(({ at }) => at)
  const ends = changes.filter(({ rate }) => rate === 30).map(({ at }) => at)
  expect(tries.map((at, n) => at - (ends[n] ?? 0))).toEqual([3_000, 12_000, 24_000, 24_000])
  expect(tries.map((at, n) => (ends[n + 1] ?? 0) - at)).toEqual([50, 50, 50, 50])
})

test('[BP4] a link that got better is back at the full rate, step by step, three seconds each', () => {
  const changes = watch(20, (at, rate) => at < 3_000 && rate > 10)
  expect(changes.map(({ rate }) => rate)).toEqual([30, 20, 10, 20, 30, 60])
  const up = changes.slice(-3).map(({ at }) => at)
  expect(up.map((at, n) => at - (up[n - 1] ?? at))).toEqual([0, 3_000, 3_000])
})

test('[BP4] a try that held for three seconds counts: pressure after that is looked at for half a second again', () => {
  const changes = watch(11, (at, rate) => (at < 1_000 && rate > 40) || (at >= 8_000 && rate > 40))
  expect(changes.map(({ rate }) => rate)).toEqual([30, 60, 30])
  expect(changes[2]?.at).toBe(8_500)
})
