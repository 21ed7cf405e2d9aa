// Whether two first states are of one shape: the same keys with the same kinds of values. What they hold may differ.
import { isPlainObject } from '@painda/protocol'

/**
 * The first path at which they differ, null when they do not. `null` and empty collections go with anything of their kind; of
 * lists only items that both have are compared.
 */
export function shapeDifference(before: unknown, after: unknown): string | null {
  const path = differenceAt(before, after)
  return path === null ? null : path.join('.')
}

function differenceAt(before: unknown, after: unknown): string[] | null {
  if (before === null || after === null) return null
  if (Array.isArray(before) && Array.isArray(after)) {
    const both = Math.min(before.length, after.length)
    return firstOf(Array.from({ length: both }, (_, at) => [String(at), before[at], after[at]]))
  }
  if (isPlainObject(before) && isPlainObject(after)) {
    const [mine, theirs] = [Object.keys(before), Object.keys(after)]
    if (mine.length === 0 || theirs.length === 0) return null
    const lonely =
      theirs.find((key) => !Object.hasOwn(before, key)) ?? mine.find((key) => !Object.hasOwn(after, key))
    if (lonely !== undefined) return [lonely]
    return firstOf(mine.map((key) => [key, before[key], after[key]]))
  }
  const isSame = typeof before === typeof after && Array.isArray(before) === Array.isArray(after)
  return isSame ? null : []
}

function firstOf(
  pairs: readonly (readonly [key: string, before: unknown, after: unknown])[],
): string[] | null {
  for (const [key, before, after] of pairs) {
    const below = differenceAt(before, after)
    if (below !== null) return [key, ...below]
  }
  return null
}
