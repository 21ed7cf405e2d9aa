// How often a member gets the state: as often as the room sends, less while its connection is behind, and again more once
// it has kept up for a while.

/** Half a second: shorter pressure is a stall or a burst, and skipping over it is enough. */
const SLOW_DOWN_AFTER_MS = 500
const SPEED_UP_AFTER_MS = 3000
/** A step up that fails is a queue of a tenth of a second: the next try comes so many times later, up to a bound. */
const PATIENCE = 4
const MAX_PATIENCE_MS = 24_000
/** Pressure that was gone for this long begins anew. */
const GAP_MS = 500
/** Times per second. */
const LOWER_RATES = [30, 20, 10] as const

export interface Pace {
  /** Every n-th send of the room is its turn. */
  readonly every: number
  /** Steps down from the room's own rate. */
  readonly level: number
  /** True at the room's own rate with nothing behind for long enough: there is nothing to watch. */
  readonly isClean: boolean
  readonly pressedSince: number
  readonly pressedAt: number
  readonly changedAt: number
  /** When it was raised, if that was the last change. */
  readonly raisedAt: number
  /** How long it stays after a step down. */
  readonly patienceMs: number
}

export const FULL_PACE: Pace = {
  every: 1,
  level: 0,
  isClean: true,
  pressedSince: -Infinity,
  pressedAt: -Infinity,
  changedAt: -Infinity,
  raisedAt: -Infinity,
  patienceMs: SPEED_UP_AFTER_MS,
}

/** The pace after one more look. `sendRate`: how often a second the room sends. */
export function nextPace(pace: Pace, now: number, isBehind: boolean, sendRate: number): Pace {
  return isBehind ? pressed(pace, now, sendRate) : relieved(pace, now, sendRate)
}

function pressed(pace: Pace, now: number, sendRate: number): Pace {
  const goesOn = now - pace.pressedAt < GAP_MS
  const next = { ...pace, isClean: false, pressedAt: now, pressedSince: goesOn ? pace.pressedSince : now }
  if (next.level >= lowerRates(sendRate).length) return next
  const lower = (patienceMs: number): Pace => at({ ...next, patienceMs }, next.level + 1, now, sendRate)
  // Raised a moment ago, and too much: there is no need to look for long.
  if (now - pace.raisedAt < SPEED_UP_AFTER_MS)
    return lower(Math.min(MAX_PATIENCE_MS, PATIENCE * pace.patienceMs))
  const isLong = now - Math.max(next.pressedSince, next.changedAt) >= SLOW_DOWN_AFTER_MS
  return isLong ? lower(pace.patienceMs) : next
}

function relieved(pace: Pace, now: number, sendRate: number): Pace {
  const isProven = pace.raisedAt === pace.changedAt
  const waitMs = isProven ? SPEED_UP_AFTER_MS : pace.patienceMs
  if (pace.isClean || now - Math.max(pace.pressedAt, pace.changedAt) < waitMs) return pace
  if (pace.level === 0) return FULL_PACE
  const patienceMs = isProven ? SPEED_UP_AFTER_MS : pace.patienceMs
  return { ...at(pace, pace.level - 1, now, sendRate), patienceMs, raisedAt: now }
}

function at(pace: Pace, level: number, now: number, sendRate: number): Pace {
  const rate = lowerRates(sendRate)[level - 1] ?? sendRate
  return { ...pace, level, every: Math.ceil(sendRate / rate - EPSILON), changedAt: now, raisedAt: -Infinity }
}

/** 60 times a second is 1000 / 16.666…: what a division leaves is no step more. */
const EPSILON = 1e-6

function lowerRates(sendRate: number): readonly number[] {
  return LOWER_RATES.filter((rate) => rate < sendRate - EPSILON)
}
