// The fixed-step loop. Step k is due at t0 + k·T, counted from the start and never added up, so a late timer makes one
// step late and none of those after it. Rooms of one rate share one ticker and its one timer; a ticker that nobody
// waits for has no timer at all, which is why a hundred idle rooms cost nothing.
import type { Time, Undo } from '@painda/protocol'

/** After a stall this many steps are made up in one go; more would make the next stall. */
export const MAX_CATCH_UP_STEPS = 5

/** Sums of milliseconds in floating point miss k·T by less than this: what is that close to its time is due. */
export const SLACK_MS = 2e-6

export interface DueSteps {
  /** Steps to run now. */
  readonly run: number
  /** Steps given up, oldest first: their numbers pass, their work is never done. */
  readonly dropped: number
}

/** What to do at `now` when step `k` was the last one: a step is due from t0 + step·stepMs on. */
export function dueSteps(now: number, t0: number, k: number, stepMs: number): DueSteps {
  const due = Math.max(0, reachedStep(now, t0, stepMs) - k)
  const run = Math.min(due, MAX_CATCH_UP_STEPS)
  return { run, dropped: due - run }
}

function reachedStep(now: number, t0: number, stepMs: number): number {
  return Math.floor((now - t0 + SLACK_MS) / stepMs)
}

/** One participant's hold on a ticker. Step numbers are the ticker's and never repeat. */
export interface Beat {
  /** The step whose time has come most recently, whether or not anybody ran it. */
  reached(): number
  /** When step `k` is due, on the clock of Time. */
  dueAt(k: number): number
  /** The first step due at or after this time. */
  stepAt(at: number): number
  /** Run at each step after `last`, or no longer. Default: the one that was reached. */
  every(isOn: boolean, last?: number): void
  /** Run once at step `k`, or at the next one when it has passed. Replaces the wish before; null takes it back. */
  at(k: number | null): void
  leave(): void
}

export interface Ticker {
  /** `run` gets the step's number and how many were dropped before it. It must not throw. */
  enter(run: (step: number, dropped: number) => void): Beat
  readonly size: number
  close(): void
}

interface Entry {
  readonly run: (step: number, dropped: number) => void
  isEvery: boolean
  /** With `isEvery`: the last step it ran or passed. */
  last: number
  wish: number | null
  isGone: boolean
}

export function createTicker(time: Time, stepMs: number): Ticker {
  const t0 = time.now()
  const entries = new Set<Entry>()
  /** Those that wait for a step: the others cost nothing, however many they are. */
  const waiting = new Set<Entry>()
  let timer: { step: number; cancel: Undo } | null = null
  let isFiring = false

  const reached = (): number => reachedStep(time.now(), t0, stepMs)
  const dueAt = (step: number): number => t0 + step * stepMs
  const nextOf = (entry: Entry): number => (entry.isEvery ? entry.last + 1 : (entry.wish ?? Infinity))

  function changed(entry: Entry): void {
    const next = entry.isGone ? Infinity : nextOf(entry)
    if (next === Infinity) waiting.delete(entry)
    else waiting.add(entry)
    if (isFiring) return
    if (waiting.size === 0) disarm()
    else if (next < (timer?.step ?? Infinity)) arm(next)
  }

  function arm(step: number): void {
    if (timer?.step === step) return
    disarm()
    timer = { step, cancel: time.after(Math.max(0, dueAt(step) - time.now() - SLACK_MS / 2), fire) }
  }

  function disarm(): void {
    timer?.cancel()
    timer = null
  }

  function fire(): void {
    timer = null
    isFiring = true
    // Read once: steps that take longer than their time must not keep this loop going for ever.
    const now = time.now()
    for (const entry of [...waiting]) {
      if (entry.isEvery) runSteps(entry, now)
      else runWish(entry, reachedStep(now, t0, stepMs))
    }
    isFiring = false
    let next = Infinity
    for (const entry of waiting) next = Math.min(next, nextOf(entry))
    if (next !== Infinity) arm(next)
  }

  function runSteps(entry: Entry, now: number): void {
    const { run, dropped } = dueSteps(now, t0, entry.last, stepMs)
    entry.last += dropped
    for (let i = 0; i < run && entry.isEvery && !entry.isGone; i++) {
      entry.last++
      entry.run(entry.last, i === 0 ? dropped : 0)
    }
  }

  function runWish(entry: Entry, step: number): void {
    if (entry.isGone || entry.wish === null || entry.wish > step) return
    entry.wish = null
    waiting.delete(entry)
    entry.run(step, 0)
  }

  return {
    enter(run) {
      const entry: Entry = { run, isEvery: false, last: reached(), wish: null, isGone: false }
      entries.add(entry)
      return {
        reached,
        dueAt,
        stepAt: (at) => Math.ceil((at - t0 - SLACK_MS) / stepMs),
        every(isOn, last = reached()) {
          if (isOn && !entry.isEvery) entry.last = last
          entry.isEvery = isOn
          changed(entry)
        },
        at(k) {
          if (k === entry.wish) return
          entry.wish = k
          changed(entry)
        },
        leave() {
          entry.isGone = true
          entries.delete(entry)
          changed(entry)
        },
      }
    },
    get size() {
      return entries.size
    },
    close() {
      for (const entry of entries) entry.isGone = true
      entries.clear()
      waiting.clear()
      disarm()
    },
  }
}

export interface Tickers {
  /** The ticker of this step length, shared by all who ask for it. */
  enter(stepMs: number, run: (step: number, dropped: number) => void): Beat
  close(): void
}

export function createTickers(time: Time): Tickers {
  const byStep = new Map<number, Ticker>()
  return {
    enter(stepMs, run) {
      const ticker = byStep.get(stepMs) ?? createTicker(time, stepMs)
      byStep.set(stepMs, ticker)
      const beat = ticker.enter(run)
      return {
        ...beat,
        leave() {
          beat.leave()
          if (ticker.size === 0 && byStep.get(stepMs) === ticker) byStep.delete(stepMs)
        },
      }
    },
    close() {
      for (const ticker of byStep.values()) ticker.close()
      byStep.clear()
    },
  }
}
