// Numbers in their smallest exact form. A number of a game is mostly a whole number, a fraction of a power of two
// (positions on a grid) or of a power of ten (money, percentages); each is a whole number over a known divisor.

/** The divisors, by code. 0 is a whole number; 1 … 8 are 2, 4 … 256; 9 … 12 are 10 … 10,000. */
export const DIVISORS: readonly number[] = [1, 2, 4, 8, 16, 32, 64, 128, 256, 10, 100, 1000, 10_000]
/** Not a whole number over any of the divisors. */
export const NO_DIVISOR = -1
const FIRST_DECIMAL = 9

/** Numerators stay below this, so that differences of two are exact and bit widths stay below 52. */
export const MAX_NUMERATOR = 2 ** 50

/** The code of the smallest divisor over which `value` is a whole number, and exactly so; else `NO_DIVISOR`. */
export function divisorOf(value: number): number {
  const large = value * 256
  if (large === Math.floor(large) && large < MAX_NUMERATOR && large > -MAX_NUMERATOR) {
    if (value === Math.floor(value)) return 0
    let code = 8
    let numerator = large
    while (numerator % 2 === 0) {
      numerator /= 2
      code--
    }
    return code
  }
  for (let code = FIRST_DECIMAL; code < DIVISORS.length; code++) {
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

/** One code for two: dyadic ones nest, and so do decimal ones; whole numbers fit into both. */
export function commonDivisor(a: number, b: number): number {
  if (a === b || b === 0) return a
  if (a === 0) return b
  if (a < 0 || b < 0) return NO_DIVISOR
  if (a < FIRST_DECIMAL === b < FIRST_DECIMAL) return a > b ? a : b
  // Halves and quarters are decimals too; whether these are is for the caller to try.
  return a > b ? a : b
}

export function numeratorOf(value: number, code: number): number {
  return Math.round(value * (DIVISORS[code] ?? 1))
}

export function fromNumerator(numerator: number, code: number): number {
  return numerator / (DIVISORS[code] ?? 1)
}
