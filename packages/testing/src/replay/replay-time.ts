// A Time that a recording drives. It jumps to where the recording says, and a timer that is due waits until it is told to run: a host
// that was late in the recording is late again, and a tick never runs before an input that came before it.
import type { Time, Undo } from '@painda/protocol'
import { flushMicrotasks } from '../microtasks.js'

export interface ReplayTime extends Time {
  /** Never goes back. No timer runs. */
  moveTo(ms: number): void
  /** Runs what is due, those included that become due meanwhile; promises settle after each. */
  runDue(): Promise<void>
}

interface Timer {
  readonly id: number
  due: number
  readonly periodMs: number | null
  readonly run: () => void
}

export function createReplayTime(): ReplayTime {
  const timers = new Set<Timer>()
  let now = 0
  let lastId = 0

  function add(ms: number, periodMs: number | null, run: () => void): Undo {
    const timer: Timer = { id: ++lastId, due: now + Math.max(0, ms), periodMs, run }
    timers.add(timer)
    return () => void timers.delete(timer)
  }

  function takeDue(limit: number): Timer | null {
    let first: Timer | null = null
    for (const timer of timers) {
      if (timer.due > now || timer.id > limit) continue
      if (first === null || timer.due < first.due || (timer.due === first.due && timer.id < first.id))
        first = timer
    }
    if (first === null) return null
    if (first.periodMs === null) timers.delete(first)
    // One that is late does not make up for what it has missed, as with a host's.
    else first.due += (Math.floor((now - first.due) / first.periodMs) + 1) * first.periodMs
    return first
  }

  return {
    now: () => now,
    wallNow: () => Math.floor(now),
    after: (ms, run) => add(ms, null, run),
    every: (ms, run) => add(Math.max(1, ms), Math.max(1, ms), run),
    moveTo(ms) {
      now = Math.max(now, ms)
    },
    async runDue() {
      // A timer of no time that starts itself again would run for ever: what is made from here on waits for the next call.
      const limit = lastId
      for (let timer = takeDue(limit); timer !== null; timer = takeDue(limit)) {
        timer.run()
        await flushMicrotasks()
      }
    },
  }
}
