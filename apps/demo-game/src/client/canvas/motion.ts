// Remote motion: positions arrive 30 times a second and are shown a little late, between the two that surround the
// moment. Samples are stamped with the server's tick, so that a stall followed by a burst changes nothing but the delay.
import type { Point } from '../../shared/game.js'

/** How far behind the newest possible position everybody else is shown: three ticks, one late frame is not seen. */
const DELAY_MS = 100

/** Enough for a second of stall; older samples are never asked for. */
const MAX_SAMPLES = 40

/** How fast the estimate of the fastest arrival gives way, so that it follows a clock that drifts or a route that got longer. */
const CREEP_MS = 0.2

export interface Sample {
  tick: number
  positions: ReadonlyMap<string, Point>
}

export interface Motion {
  /** Takes the positions of a frame. `nowMs` is any steady clock, the same one in `at`. */
  push(sample: Sample, nowMs: number): void
  /** Where a player is shown now; undefined for who is not there. */
  at(id: string, nowMs: number): Point | undefined
  /** Forgets everything: after a new snapshot old and new positions must not be joined by a line. */
  reset(): void
}

export function createMotion(tickMs: number, delayMs = DELAY_MS): Motion {
  let samples: Sample[] = []
  /** Clock minus server time of the fastest arrival so far: what the network adds at its best. */
  let offsetMs = Infinity

  return {
    push(sample, nowMs) {
      const newest = samples.at(-1)
      // A restarted room counts from zero again.
      if (newest !== undefined && sample.tick < newest.tick) samples = []
      else if (newest !== undefined) samples.push(...restBetween(newest, sample))

      if (samples.at(-1)?.tick === sample.tick) samples.pop()
      samples.push(sample)
      if (samples.length > MAX_SAMPLES) samples.splice(0, samples.length - MAX_SAMPLES)

      const arrival = nowMs - sample.tick * tickMs
      offsetMs = samples.length === 1 ? arrival : Math.min(arrival, offsetMs + CREEP_MS)
    },
    at: (id, nowMs) => sampleAt(samples, id, (nowMs - offsetMs - delayMs) / tickMs),
    reset() {
      samples = []
    },
  }
}

/** The position at a (fractional) tick: between its neighbours, at rest before the first and after the last. */
export function sampleAt(samples: readonly Sample[], id: string, tick: number): Point | undefined {
  let index = samples.length - 1
  while (index > 0 && (samples[index]?.tick ?? 0) > tick) index -= 1

  const before = samples[index]
  const after = samples[index + 1]
  const from = before?.positions.get(id)
  const to = after?.positions.get(id)
  if (before === undefined || after === undefined || from === undefined || to === undefined) return from ?? to

  const share = Math.min(1, Math.max(0, (tick - before.tick) / (after.tick - before.tick)))
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share }
}

/** No frame means nothing moved: without a second stamp of the old position, a start after a pause would look like a slide. */
function restBetween(newest: Sample, next: Sample): Sample[] {
  return next.tick - newest.tick > 1 ? [{ tick: next.tick - 1, positions: newest.positions }] : []
}
