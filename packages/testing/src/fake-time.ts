// A Time that stands still until a test moves it: an hour of heartbeats passes in milliseconds, and always in the same
// way. Timers run in the order of their due times, then of their creation; whatever a timer woke settles before the
// next one runs.
import { PPError, type Time, type Undo } from '@painda/protocol'
import { flushMicrotasks } from './microtasks.js'

export interface FakeTimeOptions {
  /** What `now()` says at first. Default 0. */
  start?: number
}

export interface FakeTime extends Time {
  /**
   * Moves on by `ms` and runs every timer that becomes due, those created on the way included. What a timer throws is
   * thrown here, and the clock stays at that timer.
   * @throws PPError `INVALID_ARGUMENT` while another `advance` is still running
   */
  advance(ms: number): Promise<void>
  /** The same without a single promise settling in between: for code that has none. */
  advanceSync(ms: number): void
  /**
   * Moves from timer to timer until only those of `every` are left.
   * @throws PPError `INVALID_ARGUMENT` when that has not come to be after `limitMs` (default one hour)
   */
  runUntilIdle(limitMs?: number): Promise<void>
  /** Lets promises settle without moving the clock. */
  flushMicrotasks(): Promise<void>
  /** Timers that wait, repeating ones included; 0 after everything was closed. */
  readonly pending: number
}

interface Timer {
  id: number
  due: number
  /** Null for a timer that runs once. */
  repeat: { from: number; periodMs: number; count: number } | null
  run: () => void
}

/** 2030-01-01: a date that no test can take for today. */
const WALL_EPOCH = Date.UTC(2030, 0, 1)

/** Timers run at one and the same instant before we say that the code under test spins. */
const MAX_RUNS_PER_INSTANT = 100_000

export function createFakeTime({ start = 0 }: FakeTimeOptions = {}): FakeTime {
  /** Sorted by due time, then id. */
  const timers: Timer[] = []
  let now = start
  let lastId = 0
  let isAdvancing = false
  let runsAtInstant = 0

  /** The place of a timer in the list, or the place where it would have to go in. */
  function indexOf(timer: Timer): number {
    let low = 0
    let high = timers.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const other = timers[middle]
      if (other === undefined) break
      const isBefore = other.due < timer.due || (other.due === timer.due && other.id < timer.id)
      if (isBefore) low = middle + 1
      else high = middle
    }
    return low
  }

  function add(timer: Timer): Undo {
    timers.splice(indexOf(timer), 0, timer)
    return () => {
      const index = indexOf(timer)
      if (timers[index] === timer) timers.splice(index, 1)
      timer.repeat = null
    }
  }

  /** Runs the first timer when it is due by `target`. A repeating one is put back first, so that its run can undo it. */
  function runNext(target: number): boolean {
    const timer = timers[0]
    if (timer === undefined || timer.due > target) return false
    timers.shift()
    runsAtInstant = timer.due > now ? 1 : runsAtInstant + 1
    if (runsAtInstant > MAX_RUNS_PER_INSTANT) {
      throw new PPError('INVALID_ARGUMENT', `${MAX_RUNS_PER_INSTANT} timers ran at ${now} ms.`, {
        hint: 'Some timer starts itself again with a delay of 0, so the clock can never move.',
      })
    }
    now = Math.max(now, timer.due)
    if (timer.repeat !== null) {
      // Counted from where it began, never added up: 1000/60 ms keeps its phase for hours.
      timer.repeat.count++
      timer.due = timer.repeat.from + timer.repeat.count * timer.repeat.periodMs
      timers.splice(indexOf(timer), 0, timer)
    }
    timer.run()
    return true
  }

  async function alone(run: () => Promise<void>): Promise<void> {
    if (isAdvancing) {
      throw new PPError('INVALID_ARGUMENT', 'The fake time is already being advanced.', {
        hint: 'Await the call before, and do not advance from inside a timer.',
      })
    }
    isAdvancing = true
    try {
      await run()
    } finally {
      isAdvancing = false
    }
  }

  return {
    now: () => now,
    wallNow: () => WALL_EPOCH + Math.floor(now - start),
    after: (ms, run) => add({ id: ++lastId, due: now + delay(ms), repeat: null, run }),
    every(ms, run) {
      // Hosts make 1 ms of anything shorter; a period of 0 would never let the clock move.
      const repeat = { from: now, periodMs: Math.max(1, delay(ms)), count: 1 }
      return add({ id: ++lastId, due: now + repeat.periodMs, repeat, run })
    },
    advance: (ms) =>
      alone(async () => {
        const target = now + delay(ms)
        await flushMicrotasks()
        while (runNext(target)) await flushMicrotasks()
        now = target
        await flushMicrotasks()
      }),
    advanceSync(ms) {
      const target = now + delay(ms)
      while (runNext(target));
      now = target
    },
    runUntilIdle: (limitMs = 3_600_000) =>
      alone(async () => {
        const target = now + limitMs
        await flushMicrotasks()
        while (timers.some((timer) => timer.repeat === null)) {
          if (!runNext(target)) {
            throw new PPError('INVALID_ARGUMENT', `Timers are still waiting after ${limitMs} ms.`, {
              hint: 'Something starts itself again: use advance, or close it first.',
            })
          }
          await flushMicrotasks()
        }
      }),
    flushMicrotasks,
    get pending() {
      return timers.length
    },
  }
}

/** As setTimeout reads it: what is not a positive number means "next". */
function delay(ms: number): number {
  return ms > 0 ? ms : 0
}
