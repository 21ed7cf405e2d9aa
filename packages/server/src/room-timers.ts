// Timers on a room's clock. They run inside ticks, so that what they write is sent with that tick and a replay meets
// them at the same place; the room asks when the next one is due and wakes for it.
import type { Undo } from '@painda/protocol'
import { runGuarded } from './faults.js'

export interface RoomTimers {
  setTimeout(run: () => unknown, ms: number): Undo
  every(ms: number, run: () => unknown): Undo
  /** Runs what is due by `now`, each timer at most once. */
  runDue(now: number): void
  /** When the next one is due; Infinity without any. */
  nextDue(): number
  clear(): void
}

interface Timer {
  due: number
  /** Null for a timer that runs once. */
  readonly repeat: { readonly from: number; readonly periodMs: number } | null
  readonly run: () => unknown
}

/** Sums of milliseconds in floating point miss a tick's time by less than this. */
const SLACK_MS = 1e-6

export function createRoomTimers({
  now,
  onChange,
  onError,
}: {
  now: () => number
  /** A timer came or went: ask for `nextDue` again. */
  onChange: () => void
  onError: (thrown: unknown) => void
}): RoomTimers {
  const timers = new Set<Timer>()

  function add(timer: Timer): Undo {
    timers.add(timer)
    onChange()
    return () => {
      if (timers.delete(timer)) onChange()
    }
  }

  return {
    setTimeout: (run, ms) => add({ due: now() + delay(ms), repeat: null, run }),
    every(ms, run) {
      const from = now()
      // A period of 0 means "each tick"; a millisecond is shorter than any tick.
      const periodMs = Math.max(1, delay(ms))
      return add({ due: from + periodMs, repeat: { from, periodMs }, run })
    },
    runDue(at) {
      const due = [...timers].filter((timer) => timer.due <= at + SLACK_MS).sort((a, b) => a.due - b.due)
      for (const timer of due) {
        // One that ran before may have undone this one.
        if (!timers.has(timer)) continue
        if (timer.repeat === null) timers.delete(timer)
        else timer.due = nextRepeat(timer.repeat, at)
        runGuarded(timer.run, onError)
      }
    },
    nextDue() {
      let next = Infinity
      for (const timer of timers) next = Math.min(next, timer.due)
      return next
    },
    clear() {
      timers.clear()
    },
  }
}

/** Counted from where it began, so that a period that is no multiple of the tick does not drift. */
function nextRepeat({ from, periodMs }: { from: number; periodMs: number }, at: number): number {
  return from + (Math.floor((at - from + SLACK_MS) / periodMs) + 1) * periodMs
}

/** As a host's setTimeout reads it: what is not a positive number means "next". */
function delay(ms: number): number {
  return ms > 0 ? ms : 0
}
