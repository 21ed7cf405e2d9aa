import type { PPError, Time } from '@painda/protocol'
import { createFakeTime } from '@painda/testing/fake-time'
import { expect, test } from 'vitest'
import { createHeartbeat } from '../src/heartbeat.js'

/** A heartbeat of 25 s whose timers run when the test lets them, as in a page that the host freezes. */
function createFrozenPage() {
  const time = createFakeTime()
  let held: (() => void)[] = []
  let isFrozen = false
  const pings: number[] = []
  const ends: PPError[] = []
  const own: Pick<Time, 'now' | 'wallNow' | 'every' | 'after'> = {
    ...time,
    now: () => time.now(),
    after: (ms, run) =>
      time.after(ms, () => {
        if (isFrozen) held.push(run)
        else run()
      }),
  }
  const heartbeat = createHeartbeat({
    time: own,
    heartbeatMs: 25_000,
    sendPing: (at) => void pings.push(at),
    onSilence: (error) => void ends.push(error),
    onPong: () => {},
  })
  return {
    time,
    heartbeat,
    pings,
    ends,
    answer(at: number) {
      heartbeat.heard()
      heartbeat.pong({ kind: 'pong', at, received: 0 })
    },
    freeze: () => void (isFrozen = true),
    /** Timers first: what came over the network meanwhile is read after them. */
    thaw() {
      isFrozen = false
      for (const run of held.splice(0)) run()
      held = []
    },
  }
}

test('[CB8] a page that was frozen for an hour asks once more before it calls the server silent', async () => {
  const page = createFrozenPage()
  page.answer(0)
  await page.time.advance(25_000)
  expect(page.pings).toEqual([0, 25_000])
  page.freeze()
  await page.time.advance(3_600_000)
  page.thaw()
  expect([page.ends.length, page.pings.length]).toEqual([0, 3])
  // The answer to the question of before the freeze has waited to be read.
  page.answer(25_000)
  await page.time.advance(30_000)
  page.answer(page.pings.at(-1)!)
  await page.time.advance(40_000)
  expect(page.ends).toEqual([])
  page.heartbeat.close()
  expect(page.time.pending).toBe(0)
})

test('[CB8] [HB2] after the freeze the question gets a heartbeat of time, and not for ever', async () => {
  const page = createFrozenPage()
  page.freeze()
  await page.time.advance(3_600_000)
  page.thaw()
  await page.time.advance(24_000)
  expect(page.ends).toEqual([])
  await page.time.advance(1_000)
  expect(page.ends).toMatchObject([{ code: 'PING_TIMEOUT' }])
})

test('[HB1] a busy connection is asked once a heartbeat, and silence in the middle of one is found in time', async () => {
  const page = createFrozenPage()
  for (let i = 0; i < 40; i++) {
    await page.time.advance(1_000)
    page.heartbeat.heard()
  }
  expect(page.pings).toEqual([0, 25_000])
  await page.time.advance(49_999)
  expect(page.ends).toEqual([])
  await page.time.advance(1)
  expect(page.ends).toHaveLength(1)
  expect(page.pings).toEqual([0, 25_000, 50_000, 75_000])
})
