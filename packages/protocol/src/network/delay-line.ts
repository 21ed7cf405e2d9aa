// The arithmetic of one direction of a link: bytes offered at one time, their arrival at another. No timers and no
// clock of its own, so that a simulation can run a minute of weather in a loop; the engine uses the very same one.
import type { Random } from '../random.js'
import type { DirectionSettings, Jitter } from './settings.js'

/** Nothing arrives sooner than this: no real link is faster, and no delivery may happen inside its own send. */
export const MIN_DELAY_MS = 1
/** Between two arrivals: one ordered stream, nothing overtakes and nothing coincides. */
const ORDER_GAP_MS = 0.01
/** Stalls can join into a longer one; settings that would never let go are cut here. */
const MAX_STALL_MS = 60_000
/** Slots pass at this pace while stalls are off, so that switching them on meets the same weather. */
const DEFAULT_SLOT_MS = 50

export interface Passage {
  /** When the last byte has left the sender. */
  departs: number
  arrives: number
}

export interface DelayLine {
  /** Sends `bytes` from `now` on, or from when what was offered before has left. `now` must never go back. */
  offer(now: number, bytes: number): Passage
  /** When the sender has put everything offered so far on the wire. */
  readonly freeAt: number
  /** From `now` on with these settings; what was offered before keeps its passage. */
  configure(now: number, settings: DirectionSettings): void
}

export interface DelayLineOptions {
  settings: DirectionSettings
  /** When the weather begins. */
  start: number
  jitter: Random
  stalls: Random
}

export function createDelayLine({ settings, start, jitter, stalls }: DelayLineOptions): DelayLine {
  let current = settings
  let freeAt = start
  let lastArrival = -Infinity
  let nextSlotAt = start
  let stalledUntil = -Infinity

  /** Draws every slot that has begun by `until`: the n-th slot always gets the n-th pair of numbers. */
  function drawSlots(until: number): void {
    while (nextSlotAt <= until) {
      const chance = stalls.next()
      const length = stalls.next()
      const rule = current.stalls
      if (rule !== null && chance < rule.chance) {
        stalledUntil = Math.max(stalledUntil, nextSlotAt + rule.minMs + length * (rule.maxMs - rule.minMs))
      }
      nextSlotAt += rule?.slotMs ?? DEFAULT_SLOT_MS
    }
  }

  /** What would arrive in a stall is released at its end, unless another stall has begun by then. */
  function release(arrival: number): number {
    const latest = arrival + MAX_STALL_MS
    let at = arrival
    for (;;) {
      drawSlots(at)
      if (stalledUntil <= at || at >= latest) return at
      at = Math.min(stalledUntil, latest)
    }
  }

  return {
    get freeAt() {
      return freeAt
    },
    offer(now, bytes) {
      const rate = current.bytesPerSecond
      const departs = Math.max(now, freeAt) + (rate === null ? 0 : (bytes / rate) * 1000)
      const delay = Math.max(MIN_DELAY_MS, current.delayMs + sampleJitter(current.jitter, jitter))
      freeAt = departs
      lastArrival = release(Math.max(departs + delay, lastArrival + ORDER_GAP_MS))
      return { departs, arrives: lastArrival }
    },
    configure(now, next) {
      drawSlots(now)
      current = next
    },
  }
}

/** Takes two numbers whatever the form, so that another form leaves the rest of the stream as it was. */
function sampleJitter({ form, ms }: Jitter, random: Random): number {
  const u = random.next()
  const v = random.next()
  if (form === 'uniform') return (2 * u - 1) * ms
  if (form === 'exponential') return -ms * Math.log(1 - u)
  // Box and Muller: two uniform numbers make one normal number.
  if (form === 'gaussian') return ms * Math.sqrt(-2 * Math.log(1 - u)) * Math.cos(2 * Math.PI * v)
  return 0
}
