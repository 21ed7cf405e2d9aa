// A clock that runs as the machine's and can be put forward.
import { expect, test } from 'vitest'
import { installJumpClock } from '../src/playwright/jump-clock.js'

/** A host of its own, so that this process keeps its time. */
function createHost() {
  const ran: string[] = []
  const started = performance.now()
  const host = {
    performance: { now: () => performance.now() - started },
    Date: { now: () => Date.now() },
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
    setInterval: globalThis.setInterval,
    clearInterval: globalThis.clearInterval,
  } as unknown as Parameters<typeof installJumpClock>[0]
  const clock = installJumpClock(host)
  const note = (name: string) => (): void => void ran.push(name)
  return { host, clock, ran, note }
}

test('what is due by then runs at once, in the order of the due times, and the rest later', () => {
  const { host, clock, ran, note } = createHost()
  host.setTimeout(note('two minutes'), 120_000)
  host.setTimeout(note('one minute'), 60_000)
  const late = host.setTimeout(note('an hour'), 3_600_000)
  const [before, wallBefore] = [host.performance.now(), host.Date.now()]
  clock.skip(120_000)
  expect(ran).toEqual(['one minute', 'two minutes'])
  expect(host.performance.now() - before).toBeGreaterThanOrEqual(120_000)
  expect(host.Date.now() - wallBefore).toBeGreaterThanOrEqual(120_000)
  clock.skip(3_600_000)
  expect(ran).toEqual(['one minute', 'two minutes', 'an hour'])
  host.clearTimeout(late as never)
})

test('a repeated timer runs once for a jump and goes on', () => {
  const { host, clock, ran, note } = createHost()
  const every = host.setInterval(note('beat'), 30_000)
  clock.skip(100_000)
  expect(ran).toEqual(['beat'])
  clock.skip(30_000)
  expect(ran).toEqual(['beat', 'beat'])
  host.clearInterval(every as never)
  clock.skip(30_000)
  expect(ran).toEqual(['beat', 'beat'])
})

test('a timer that was stopped never runs, neither does one that an earlier one stopped', () => {
  const { host, clock, ran, note } = createHost()
  const second = host.setTimeout(note('second'), 2_000)
  host.setTimeout(() => host.clearTimeout(second as never), 1_000)
  const third = host.setTimeout(note('third'), 3_000) as NodeJS.Timeout
  expect(third.unref().hasRef()).toBe(false)
  host.clearTimeout(third as never)
  clock.skip(10_000)
  expect(ran).toEqual([])
})

test('a timer that is refreshed waits its whole time again', () => {
  const { host, clock, ran, note } = createHost()
  const timer = host.setTimeout(note('idle'), 10_000) as NodeJS.Timeout
  clock.skip(6_000)
  timer.refresh()
  clock.skip(6_000)
  expect(ran).toEqual([])
  clock.skip(6_000)
  expect(ran).toEqual(['idle'])
})

test('without a jump timers run by the machine', async () => {
  const { host, ran, note } = createHost()
  await new Promise<void>((resolve) => {
    host.setTimeout(note('first'), 1)
    host.setTimeout((word: never) => void ran.push(word), 2, 'second')
    host.setTimeout(resolve, 5)
  })
  expect(ran).toEqual(['first', 'second'])
})

test("stopping one of the machine's own timers works as before", () => {
  const { host, ran, note } = createHost()
  const own = globalThis.setTimeout(note('own'), 1)
  host.clearTimeout(own as never)
  host.clearTimeout(undefined as never)
  expect(ran).toEqual([])
})
