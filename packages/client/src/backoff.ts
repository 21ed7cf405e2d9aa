// How long to wait before the next attempt: twice as long each time, up to a cap, spread so that a thousand clients of a
// restarted server do not come back in the same millisecond.
import type { Random } from '@painda/protocol'

export interface BackoffOptions {
  /** The wait before the first retry, milliseconds. */
  baseMs: number
  /** The longest wait, before the spread. */
  maxMs: number
}

/** A fifth to either side: the documented spread. */
const SPREAD = 0.2

/** Past this the cap has long been reached; a larger exponent would only overflow. */
const MAX_DOUBLINGS = 30

/** Milliseconds to wait before retry `attempt`, which counts from 1. */
export function nextDelay(
  attempt: number,
  { baseMs, maxMs }: BackoffOptions,
  random: Pick<Random, 'next'>,
): number {
  const doublings = Math.min(Math.max(0, attempt - 1), MAX_DOUBLINGS)
  const delay = Math.min(maxMs, baseMs * 2 ** doublings)
  // The cap is spread too: a herd that waits at the cap is still a herd.
  return delay * (1 - SPREAD + 2 * SPREAD * random.next())
}
