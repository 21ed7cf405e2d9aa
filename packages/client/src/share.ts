// What came again keeps its identity, so that whoever compares by it sees only what is new.
import { isPlainObject } from '@painda/protocol'

/**
 * `after` with every part that equals the one in `before` replaced by it: what did not change keeps its identity. Items
 * of lists are compared place by place. Not the delta engine's `diff`: that would bring 15 kB into every page for this.
 */
export function share<T>(before: unknown, after: T): T {
  // What stands in for a part equals it.
  return shared(before, after) as T
}

function shared(before: unknown, after: unknown): unknown {
  if (before === after) return before
  if (Array.isArray(before) && Array.isArray(after)) {
    const items = after.map((item, index) => shared(before[index], item))
    if (items.length === before.length && items.every((item, index) => item === before[index])) return before
    return items.every((item, index) => item === after[index]) ? after : items
  }
  if (!isPlainObject(before) || !isPlainObject(after)) return after
  const keys = Object.keys(after)
  const result: { [key: string]: unknown } = {}
  let isBefore = keys.length === Object.keys(before).length
  let isAfter = true
  for (const key of keys) {
    const value = shared(Object.hasOwn(before, key) ? before[key] : undefined, after[key])
    result[key] = value
    isBefore &&= Object.hasOwn(before, key) && value === before[key]
    isAfter &&= value === after[key]
  }
  if (isBefore) return before
  return isAfter ? after : result
}
