// A fake clock that moves on while somebody works, as a real one does.
import type { Time } from '@painda/protocol'
import { createFakeTime, type FakeTime } from '@painda/testing/fake-time'

/** Its clock is the fake one's, and what was worked. */
export interface BusyTime extends Time {
  readonly fake: FakeTime
  work(ms: number): void
}

export function createBusyTime(): BusyTime {
  const fake = createFakeTime()
  let worked = 0
  return {
    fake,
    work: (ms) => void (worked += ms),
    now: () => fake.now() + worked,
    wallNow: () => fake.wallNow() + worked,
    after: (ms, run) => fake.after(ms, run),
    every: (ms, run) => fake.every(ms, run),
  }
}
