import { expect, test } from 'vitest'
import { createRandom, type Time } from '@painda/protocol'
import { createFakeTime } from '@painda/testing/fake-time'
import { createTicker, createTickers, dueSteps, MAX_CATCH_UP_STEPS } from '../src/tick.js'

const T = 1000 / 60

test('step k is due at t0 + k·T, not a hair earlier', () => {
  expect(dueSteps(1000 + T - 0.001, 1000, 0, T)).toEqual({ run: 0, dropped: 0 })
  expect(dueSteps(1000 + T, 1000, 0, T)).toEqual({ run: 1, dropped: 0 })
  expect(dueSteps(1000 + T, 1000, 1, T)).toEqual({ run: 0, dropped: 0 })
  expect(dueSteps(1000 + 3.5 * T, 1000, 1, T)).toEqual({ run: 2, dropped: 0 })
})

test('rounding never loses a step: the 3,600,000th is due where multiplication says', () => {
  for (const k of [1, 3, 7, 59, 60, 1_000, 3_600_000]) {
    expect(dueSteps(12_345.678 + k * T, 12_345.678, k - 1, T)).toEqual({ run: 1, dropped: 0 })
  }
})

test('after a stall at most 5 steps are made up, and the rest is counted', () => {
  expect(MAX_CATCH_UP_STEPS).toBe(5)
  expect(dueSteps(5 * T, 0, 0, T)).toEqual({ run: 5, dropped: 0 })
  expect(dueSteps(8.2 * T, 0, 0, T)).toEqual({ run: 5, dropped: 3 })
})

test('a clock that goes back runs nothing twice', () => {
  expect(dueSteps(2 * T, 0, 9, T)).toEqual({ run: 0, dropped: 0 })
})

/** Every timer of it is late by up to 12 ms, as on a busy machine. */
function lateTime(seed: number) {
  const fake = createFakeTime({ start: 777.123 })
  const random = createRandom(seed)
  const time: Time = { ...fake, after: (ms, run) => fake.after(ms + random.next() * 12, run) }
  return { fake, time }
}

test('100,000 steps on late timers: none lost, none early, none later than its own timer', () => {
  const { fake, time } = lateTime(7)
  const ticker = createTicker(time, T)
  const seen = { steps: 0, dropped: 0, early: 0, latest: 0, outOfOrder: 0 }
  const beat = ticker.enter((step, dropped) => {
    seen.steps++
    seen.dropped += dropped
    if (step !== seen.steps) seen.outOfOrder++
    const late = fake.now() - beat.dueAt(step)
    if (late < -1e-3) seen.early++
    seen.latest = Math.max(seen.latest, late)
  })
  beat.every(true)
  // The last timer may be late as well.
  fake.advanceSync(100_000 * T + 12)
  expect(seen).toMatchObject({ steps: 100_000, dropped: 0, early: 0, outOfOrder: 0 })
  expect(seen.latest).toBeLessThanOrEqual(12)
})

test('a timer that fires early does not make a step early', () => {
  const fake = createFakeTime()
  // As Node does: whole milliseconds, at least one.
  const time: Time = { ...fake, after: (ms, run) => fake.after(Math.max(1, Math.floor(ms)), run) }
  const at: number[] = []
  const beat = createTicker(time, 2.5).enter(() => void at.push(fake.now()))
  beat.every(true)
  fake.advanceSync(10)
  expect(at).toEqual([3, 5, 8, 10])
})

test('a stall drops the oldest steps: numbers pass on, and the next step is on time again', () => {
  const fake = createFakeTime()
  let stallMs = 0
  const time: Time = { ...fake, after: (ms, run) => fake.after(ms + stallMs, run) }
  const seen: [step: number, dropped: number, at: number][] = []
  const beat = createTicker(time, 10).enter((step, dropped) => seen.push([step, dropped, fake.now()]))
  stallMs = 85
  beat.every(true)
  stallMs = 0
  fake.advanceSync(110)
  expect(seen.map(([step]) => step)).toEqual([5, 6, 7, 8, 9, 10, 11])
  expect(seen.map(([, dropped]) => dropped)).toEqual([4, 0, 0, 0, 0, 0, 0])
  expect(seen.at(-1)?.[2]).toBeCloseTo(110)
})

test('a ticker that nobody waits for has no timer', () => {
  const time = createFakeTime()
  const tickers = createTickers(time)
  const beats = Array.from({ length: 100 }, () => tickers.enter(T, () => {}))
  expect(time.pending).toBe(0)
  beats[3]?.at(40)
  expect(time.pending).toBe(1)
  time.advanceSync(41 * T)
  expect(time.pending).toBe(0)
})

test('rooms of one rate share one timer, and each hears every step', () => {
  const time = createFakeTime()
  const tickers = createTickers(time)
  const counts = new Map<number, number>()
  const beats = Array.from({ length: 100 }, (_, i) =>
    tickers.enter(T, () => void counts.set(i, (counts.get(i) ?? 0) + 1)),
  )
  for (const beat of beats) beat.every(true)
  expect(time.pending).toBe(1)
  time.advanceSync(60 * T)
  expect([...counts.values()]).toEqual(Array.from({ length: 100 }, () => 60))
  for (const beat of beats) beat.leave()
  expect(time.pending).toBe(0)
})

test('a wish for a step is granted once, at that step, and can be taken back', () => {
  const time = createFakeTime()
  const steps: number[] = []
  const beat = createTicker(time, 10).enter((step) => void steps.push(step))
  beat.at(7)
  beat.at(3)
  time.advanceSync(100)
  expect(steps).toEqual([3])
  beat.at(12)
  beat.at(null)
  time.advanceSync(100)
  expect(steps).toEqual([3])
})

test('one participant may leave while another runs', () => {
  const time = createFakeTime()
  const ticker = createTicker(time, 10)
  const seen: string[] = []
  const a = ticker.enter(() => {
    seen.push('a')
    b.leave()
  })
  const b = ticker.enter(() => void seen.push('b'))
  a.every(true)
  b.every(true)
  time.advanceSync(20)
  expect(seen).toEqual(['a', 'a'])
  ticker.close()
  expect(time.pending).toBe(0)
})
