import { expect, test } from 'vitest'
import { createFakeTime } from '../src/fake-time.js'

test('[TM1] time stands still until it is advanced, and the wall clock moves along', async () => {
  const time = createFakeTime({ start: 500 })
  const wall = time.wallNow()
  expect(time.now()).toBe(500)
  await time.advance(250)
  expect(time.now()).toBe(750)
  expect(time.wallNow()).toBe(wall + 250)
  expect(createFakeTime().wallNow()).toBe(wall)
})

test('[TM2] timers run in the order of their due times, then of their creation', async () => {
  const time = createFakeTime()
  const ran: string[] = []
  time.after(20, () => ran.push(`c@${time.now()}`))
  time.after(10, () => ran.push(`a@${time.now()}`))
  time.after(10, () => ran.push(`b@${time.now()}`))
  await time.advance(20)
  expect(ran).toEqual(['a@10', 'b@10', 'c@20'])
  expect(time.pending).toBe(0)
})

test('[TM2] a timer that is not due yet waits, to the fraction of a millisecond', async () => {
  const time = createFakeTime()
  let runs = 0
  time.after(10.5, () => runs++)
  await time.advance(10.4)
  expect(runs).toBe(0)
  await time.advance(0.2)
  expect(runs).toBe(1)
})

test('[TM3] a timer created while advancing runs in the same advance when it is due', async () => {
  const time = createFakeTime()
  const ran: number[] = []
  const again = (): void => {
    ran.push(time.now())
    if (ran.length < 4) time.after(10, again)
  }
  time.after(10, again)
  await time.advance(35)
  expect(ran).toEqual([10, 20, 30])
  expect(time.now()).toBe(35)
})

test('[TM4] promises settle between two timers, forty awaits deep', async () => {
  const time = createFakeTime()
  const ran: string[] = []
  time.after(10, () => {
    void (async () => {
      for (let i = 0; i < 40; i++) await Promise.resolve(i)
      ran.push('chain')
    })()
  })
  time.after(10, () => ran.push('second'))
  await time.advance(10)
  expect(ran).toEqual(['chain', 'second'])
})

test('[TM4] a timer set by an awaiting function starts at the moment that woke it', async () => {
  const time = createFakeTime()
  const sleep = (ms: number): Promise<void> => new Promise((resolve) => void time.after(ms, resolve))
  const seen: number[] = []
  const job = (async () => {
    for (let i = 0; i < 5; i++) {
      await sleep(10)
      seen.push(time.now())
    }
  })()
  await time.advance(100)
  await job
  expect(seen).toEqual([10, 20, 30, 40, 50])
})

test('[TM5] every keeps its phase over an hour of 60 Hz, and its undo ends it from inside', async () => {
  const time = createFakeTime()
  let runs = 0
  const undo = time.every(1000 / 60, () => runs++)
  // Half a millisecond more: 216,000 times 1000/60 is a hair above the hour.
  time.advanceSync(3_600_000.5)
  expect(runs).toBe(216_000)
  undo()
  undo()
  expect(time.pending).toBe(0)

  let twice = 0
  const stop = time.every(5, () => {
    twice++
    if (twice === 2) stop()
  })
  await time.advance(100)
  expect(twice).toBe(2)
})

test('[TM6] an undone timer never runs, also when a timer of the same instant undoes it', async () => {
  const time = createFakeTime()
  let ran = false
  time.after(10, () => undo())
  const undo = time.after(10, () => (ran = true))
  await time.advance(20)
  expect(ran).toBe(false)
  expect(time.pending).toBe(0)
})

test('[TM7] runUntilIdle ends when only repeating timers are left, and says so when it cannot', async () => {
  const time = createFakeTime()
  let beats = 0
  time.every(10, () => beats++)
  time.after(35, () => {})
  await time.runUntilIdle()
  expect([time.now(), beats, time.pending]).toEqual([35, 3, 1])

  const forever = (): void => void time.after(10, forever)
  forever()
  await expect(time.runUntilIdle(1_000)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
})

test('[TM8] what a timer throws reaches the test, and the clock stays there', async () => {
  const time = createFakeTime()
  time.after(10, () => {
    throw new Error('boom')
  })
  await expect(time.advance(50)).rejects.toThrow('boom')
  expect(time.now()).toBe(10)
  await time.advance(40)
  expect(time.now()).toBe(50)
})

test('[TM9] two advances at once, and timers that never let the clock move, are refused', async () => {
  const time = createFakeTime()
  const first = time.advance(10)
  await expect(time.advance(10)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  await first
  const spin = (): void => void time.after(0, spin)
  spin()
  expect(() => time.advanceSync(1)).toThrow(/never move/)
})
