// How often a member gets the state: as often as the room sends, less while its connection is behind, and again more once
// it has kept up for a while.

/** Half a second: shorter pressure is a stall or a burst, and skipping over it is enough. */
const SLOW_DOWN_AFTER_MS = 500
const SPEED_UP_AFTER_MS = 3000
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
}

export const FULL_PACE: Pace = {
  every: 1,
  level: 0,
  isClean: true,
  pressedSince: -Infinity,
  pressedAt: -Infinity,
  changedAt: -Infinity,
}

/** The pace after one more look. `sendRate`: how often a second the room sends. */
export function nextPace(pace: Pace, now: number, isBehind: boolean, sendRate: number): Pace {
  return isBehind ? pressed(pace, now, sendRate) : relieved(pace, now, sendRate)
}

function pressed(pace: Pace, now: number, sendRate: number): Pace {
  const goesOn = now - pace.pressedAt < GAP_MS
  const next = { ...pace, isClean: false, pressedAt: now, pressedSince: goesOn ? pace.pressedSince : now }
  const isLong = now - Math.max(next.pressedSince, next.changedAt) >= SLOW_DOWN_AFTER_MS
  return isLong && next.level < lowerRates(sendRate).length ? at(next, next.level + 1, now, sendRate) : next
}

function relieved(pace: Pace, now: number, sendRate: number): Pace {
  if (pace.isClean || now - Math.max(pace.pressedAt, pace.changedAt) < SPEED_UP_AFTER_MS) return pace
  return pace.level === 0 ? FULL_PACE : at(pace, pace.level - 1, now, sendRate)
}

function at(pace: Pace, level: number, now: number, sendRate: number): Pace {
  const rate = lowerRates(sendRate)[level - 1] ?? sendRate
  return { ...pace, level, every: Math.ceil(sendRate / rate - EPSILON), changedAt: now }
}

/** 60 times a second is 1000 / 16.666…: what a division leaves is no step more. */
const EPSILON = 1e-6

function lowerRates(sendRate: number): readonly number[] {
  return LOWER_RATES.filter((rate) => rate < sendRate - EPSILON)
}
