// Numbers in their smallest exact form. A number of a game is mostly a whole number, a fraction of a power of two
// (positions on a grid) or of a power of ten (money, percentages); each is a whole number over a known divisor.
import { ensure, malformed } from '../malformed.js'

/** The divisors, by code. 0 is a whole number; 1 … 8 are 2, 4 … 256; 9 … 12 are 10 … 10,000. */
export const DIVISORS: readonly number[] = [1, 2, 4, 8, 16, 32, 64, 128, 256, 10, 100, 1000, 10_000]
/** Not a whole number over any of the divisors. */
export const NO_DIVISOR = -1
const FIRST_DECIMAL = 9

/** Numerators stay below this, so that differences of two are exact and bit widths stay below 52. */
export const MAX_NUMERATOR = 2 ** 50

/** The code of the smallest divisor over which `value` is a whole number, and exactly so; else `NO_DIVISOR`. */
export function divisorOf(value: number): number {
  // Over a divisor of 256 too, so that columns of fractions keep room below `MAX_NUMERATOR`.
  const isLarge = Math.abs(value * 256) >= MAX_NUMERATOR
  for (let code = isLarge ? FIRST_DECIMAL : 0; code < DIVISORS.length; code++) {
    if (isOver(value, code)) return code
  }
  return NO_DIVISOR
}

/** True when `numeratorOf(value, code) / divisor` gives back `value`, bit by bit. */
export function isOver(value: number, code: number): boolean {
  const divisor = DIVISORS[code] ?? 1
  const numerator = Math.round(value * divisor)
  return numerator / divisor === value && numerator < MAX_NUMERATOR && numerator > -MAX_NUMERATOR
}

/**
 * Fills `into` with the first `count` values over their common divisor, and says its code; `guess` is tried first.
 * `NO_DIVISOR`: there is none.
 */
export function numeratorsOf(values: Float64Array, count: number, guess: number, into: Float64Array): number {
  if (guess !== NO_DIVISOR && fill(values, count, guess, into)) return guess
  let code = 0
  for (let i = 0; i < count; i++) {
    const own = divisorOf(values[i] ?? 0)
    if (own === NO_DIVISOR) return NO_DIVISOR
    // Dyadic divisors nest, and so do decimal ones. Halves and quarters are decimals too: that is what the check is for.
    if (own > code) code = own
  }
  fill(values, count, code, into)
  for (let i = 0; i < count; i++) if (!isOver(values[i] ?? 0, code)) return NO_DIVISOR
  return code
}

/** True when all are whole over the divisor, and not over the next coarser one: a guess must not cost bits. */
function fill(values: Float64Array, count: number, code: number, into: Float64Array): boolean {
  const divisor = DIVISORS[code] ?? 1
  const spare = spareOf(code)
  let isFine = false
  let isWhole = true
  for (let i = 0; i < count; i++) {
    const value = values[i] ?? 0
    const numerator = Math.round(value * divisor)
    into[i] = numerator
    if (numerator / divisor !== value || numerator >= MAX_NUMERATOR || numerator <= -MAX_NUMERATOR)
      isWhole = false
    if (!isFine && numerator % spare !== 0) isFine = true
  }
  return isWhole && (isFine || code === 0)
}

/** What all numerators are multiples of when the next coarser divisor would do; whole numbers have none. */
export function spareOf(code: number): number {
  if (code === 0) return Infinity
  return code < FIRST_DECIMAL ? 2 : 10
}

export function numeratorOf(value: number, code: number): number {
  return Math.round(value * (DIVISORS[code] ?? 1))
}

/** The divisor of a code from a peer. */
export function divisorAt(code: number): number {
  const divisor = DIVISORS[code]
  if (divisor === undefined) throw malformed('divisor')
  return divisor
}

/** 2 to the power of a width (0 … 53): by a shift where it can be one, since a power is a call into C. */
export function powerOf(width: number): number {
  return width < 31 ? 1 << width : 2 ** width
}

/** A step of `step` numerators over `divisor` from `before`. @throws PPError `MALFORMED_FRAME` where that is NaN. */
export function stepped(before: number, divisor: number, step: number): number {
  const value = (Math.round(before * divisor) + step) / divisor
  ensure(value === value, 'step')
  return value
}

/** Whole numbers of either sign as whole numbers from 0, small ones small: 0, −1, 1, −2 … become 0, 1, 2, 3 … */
export function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value
}

export function unzigzag(value: number): number {
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2
}
