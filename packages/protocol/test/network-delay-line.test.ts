import { expect, test } from 'vitest'
import {
  createDelayLine,
  createRandom,
  mergeSettings,
  NETWORK_PROFILES,
  PERFECT_LINK,
  type DelayLine,
  type DirectionSettings,
  type LinkPatch,
} from '../src/index.js'

function settings(patch: LinkPatch): DirectionSettings {
  return mergeSettings(PERFECT_LINK, patch).up
}

function line(patch: LinkPatch, seed = 1, stallSeed = 2): DelayLine {
  return createDelayLine({
    settings: settings(patch),
    start: 0,
    jitter: createRandom(seed),
    stalls: createRandom(stallSeed),
  })
}

/** Delays of messages sent every `everyMs` for a minute. */
function delays(of: DelayLine, everyMs = 1000 / 30): number[] {
  const found: number[] = []
  for (let at = 0; at < 60_000; at += everyMs) found.push(of.offer(at, 100).arrives - at)
  return found
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

test('[NW1] arrival is departure plus delay, and never less than 1 ms later', () => {
  expect(line({ delayMs: 50 }).offer(10, 100)).toEqual({ departs: 10, arrives: 60 })
  expect(line({}).offer(10, 100)).toEqual({ departs: 10, arrives: 11 })
  expect(
    Math.min(...delays(line({ delayMs: 2, jitter: { form: 'gaussian', ms: 50 } }))),
  ).toBeGreaterThanOrEqual(1)
})

test('[NW2] nothing overtakes: each arrival is at least 0.01 ms after the one before', () => {
  const wild = line({ delayMs: 100, jitter: { form: 'gaussian', ms: 80 }, bytesPerSecond: 50_000 })
  let last = -Infinity
  for (let i = 0; i < 5_000; i++) {
    const { arrives } = wild.offer(i * 3, 100)
    expect(arrives - last).toBeGreaterThanOrEqual(0.0099)
    last = arrives
  }
})

test.for([
  ['uniform', 100, 17.3],
  ['exponential', 130, 30],
  ['gaussian', 100, 30],
] as const)(
  '[NW3] %s jitter of 30 has its own mean and spread',
  ([form, expectedMean, expectedDeviation]) => {
    // Far apart, so that the order of arrivals does not bend the distribution.
    const far = line({ delayMs: 100, jitter: { form, ms: 30 } })
    const values: number[] = []
    for (let i = 0; i < 20_000; i++) values.push(far.offer(i * 1_000, 10).arrives - i * 1_000)
    const average = mean(values)
    const deviation = Math.sqrt(mean(values.map((value) => (value - average) ** 2)))
    expect(average).toBeGreaterThan(expectedMean - 1)
    expect(average).toBeLessThan(expectedMean + 1)
    expect(deviation).toBeGreaterThan(expectedDeviation * 0.96)
    expect(deviation).toBeLessThan(expectedDeviation * 1.04)
  },
)

test('[NW4] bandwidth makes bytes queue: 40 kB at 40 kB/s have left after a second', () => {
  const slow = line({ delayMs: 25, bytesPerSecond: 40_000 })
  for (let i = 0; i < 9; i++) slow.offer(0, 4_000)
  expect(slow.offer(0, 4_000)).toEqual({ departs: 1_000, arrives: 1_025 })
  expect(slow.freeAt).toBe(1_000)
  expect(slow.offer(5_000, 4_000)).toEqual({ departs: 5_100, arrives: 5_125 })
})

test('[NW5] stalls come per slot of time, whatever is sent, and release everything at their end', () => {
  const { settings: spec } = NETWORK_PROFILES.spec
  const stalls = { delayMs: 1, stalls: spec.stalls ?? null }
  const ends = (everyMs: number): Set<number> => {
    const found = new Set<number>()
    const one = line(stalls)
    for (let at = 0; at < 60_000; at += everyMs) {
      const { arrives } = one.offer(at, 10)
      // Later than its natural arrival by more than the gap to a neighbour: released by a stall.
      if (arrives - at > 40) found.add(Math.round(arrives))
    }
    return found
  }
  const often = ends(1)
  const seldom = ends(20)
  expect(often.size).toBeGreaterThan(10)
  for (const end of seldom) expect([...often].some((other) => Math.abs(other - end) <= 1)).toBe(true)
})

test('[NW5] spec stalls 2 % of the slots for 80 to 250 ms', () => {
  const { stalls } = NETWORK_PROFILES.spec.settings
  const every = delays(line({ delayMs: 1, stalls: stalls ?? null }), 1)
  const stalledShare = every.filter((delay) => delay > 2).length / every.length
  // 2 % of 20 slots a second, 165 ms each: 6.6 % of the time, less what overlaps.
  expect(stalledShare).toBeGreaterThan(0.04)
  expect(stalledShare).toBeLessThan(0.09)
  expect(Math.max(...every)).toBeGreaterThan(150)
})

test('[NW5] a stall that began before stalls were switched off goes on to its end', () => {
  const one = line({ stalls: { chance: 1, slotMs: 50, minMs: 200, maxMs: 200 } })
  one.configure(510, settings({ stalls: null }))
  expect(one.offer(520, 1).arrives).toBe(700)
  expect(one.offer(800, 1).arrives).toBe(801)
})

test('[NW5] settings that would stall for ever let go after a minute', () => {
  const stuck = line({ stalls: { chance: 1, slotMs: 50, minMs: 100, maxMs: 100 } })
  expect(stuck.offer(0, 1).arrives).toBe(60_001)
})

test('[NW6] switching stalls or the form of jitter leaves the other streams as they were', () => {
  const plain = line({ delayMs: 100, jitter: { form: 'uniform', ms: 30 } })
  const changed = line({ delayMs: 100, jitter: { form: 'uniform', ms: 30 } })
  changed.offer(0, 10)
  plain.offer(0, 10)
  changed.configure(100, settings({ delayMs: 100, jitter: { form: 'gaussian', ms: 5 } }))
  changed.offer(1_000, 10)
  plain.offer(1_000, 10)
  changed.configure(2_000, settings({ delayMs: 100, jitter: { form: 'uniform', ms: 30 } }))
  expect(changed.offer(3_000, 10)).toEqual(plain.offer(3_000, 10))

  const stalls = { chance: 0.5, slotMs: 50, minMs: 80, maxMs: 90 }
  const always = line({ stalls })
  const later = line({})
  later.configure(30_000, settings({ stalls }))
  always.configure(30_000, settings({ stalls }))
  const from31 = (one: DelayLine): number[] =>
    [31_000, 31_200, 31_500, 32_000].map((at) => one.offer(at, 1).arrives)
  expect(from31(later)).toEqual(from31(always))
})

test('[NW7] the same seeds give the same arrivals, others give others', () => {
  const spec = NETWORK_PROFILES.spec.settings
  expect(delays(line(spec, 7, 8))).toEqual(delays(line(spec, 7, 8)))
  expect(delays(line(spec, 7, 8))).not.toEqual(delays(line(spec, 9, 8)))
  expect(delays(line(spec, 7, 8))).not.toEqual(delays(line(spec, 7, 9)))
})
