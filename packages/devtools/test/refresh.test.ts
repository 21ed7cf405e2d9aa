import { expect, test } from 'vitest'
import { createRefresh } from '../src/overlay/refresh.js'

/** A screen of which time passes by hand; a drawing takes `drawMs`. */
function createScreen(drawMs: number) {
  let now = 1_000
  let frames: ((at: number) => void)[] = []
  let timers: { at: number; run: () => void }[] = []
  const drawn: number[] = []
  const refresh = createRefresh(
    {
      performance: { now: () => now },
      requestAnimationFrame: (run) => frames.push(run),
      cancelAnimationFrame: () => (frames = []),
      setTimeout: (run, ms) => timers.push({ at: now + ms, run }),
      clearTimeout: () => (timers = []),
    },
    () => {
      drawn.push(now)
      now += drawMs
    },
  )
  return {
    refresh,
    drawn,
    waiting: () => frames.length + timers.length,
    async pass(ms: number, perFrame = 0): Promise<void> {
      for (const end = now + ms; now < end; now += 16) {
        for (let event = 0; event < perFrame; event++) refresh.request()
        const due = timers.filter(({ at }) => at <= now)
        timers = timers.filter(({ at }) => at > now)
        for (const { run } of due) run()
        for (const run of frames.splice(0)) run(now)
        // Where the cost of a drawing is read.
        await Promise.resolve()
        await Promise.resolve()
      }
    },
  }
}

test('what comes alone is drawn in the next frame, and nothing is asked of the browser until more comes', async () => {
  const { refresh, drawn, waiting, pass } = createScreen(0.1)
  refresh.request()
  await pass(32)
  expect(drawn).toEqual([1_000])
  await pass(1_000)
  expect([drawn.length, waiting()]).toEqual([1, 0])
})

test('a cheap stream is drawn ten times a second, a dear one four times, a flood of dear ones once', async () => {
  const count = async (drawMs: number, perFrame: number): Promise<number> => {
    const { drawn, pass } = createScreen(drawMs)
    await pass(5_000, perFrame)
    return drawn.length / 5
  }
  expect(await count(0.1, 1)).toBeGreaterThan(8)
  const dear = await count(6, 1)
  expect(dear).toBeGreaterThan(3)
  expect(dear).toBeLessThan(5)
  expect(await count(6, 16)).toBeLessThan(1.7)
})

test('closed, nothing is drawn any more', async () => {
  const { refresh, drawn, pass } = createScreen(1)
  refresh.request()
  refresh.close()
  await pass(1_000)
  expect(drawn).toEqual([])
})
