// The documented form of a change that has happened: for two immutable trees that share what did not change, so that it
// costs what stands beside the changes, not what stands below. `diff` is for trees that share nothing, and finds more.
import type { Json } from '../json.js'
import { emptyDelta, literal, looksLikeMarker, PP_DELETED } from './delta.js'
import type { ArrayOp, Delta } from './delta.js'
import { isRecord, own } from './value.js'

/** What leads from `before` to `after`, both JSON; undefined when they are equal. */
export function deltaBetween(before: unknown, after: unknown): Delta | undefined {
  if (before === after) return undefined
  if (Array.isArray(before) && Array.isArray(after)) return betweenLists(before, after)
  // A tree's values are JSON.
  if (!isRecord(before) || !isRecord(after)) return literal(after as Json)
  const delta = betweenRecords(before, after)
  // Data that changed under a marker's name would be read as the marker.
  return delta !== undefined && looksLikeMarker(delta) ? { __pp_value: after as Json } : delta
}

function betweenRecords(
  before: Record<string, unknown>,
  after: Record<string, unknown>,
): Record<string, Delta> | undefined {
  let delta: Record<string, Delta> | undefined
  let kept = 0
  // `for in`, as in `value.ts`: twice as fast as a list of keys. What is inherited under a name equals no JSON value.
  for (const key in after) {
    const value = after[key]
    if (value === before[key]) {
      kept++
      continue
    }
    const old = own(before, key)
    if (old !== undefined) kept++
    const change = deltaBetween(old, value)
    if (change !== undefined) (delta ??= emptyDelta(true))[key] = change
  }
  for (const _key in before) kept--
  if (kept === 0) return delta
  for (const key in before) if (own(after, key) === undefined) (delta ??= emptyDelta(true))[key] = PP_DELETED
  return delta
}

function betweenLists(before: readonly unknown[], after: readonly unknown[]): Delta | undefined {
  const ops: ArrayOp[] = []
  if (before.length === after.length) {
    for (const [index, item] of after.entries()) {
      const old = before[index]
      const delta = deltaBetween(old, item)
      if (delta === undefined) continue
      // As above.
      if (isRecord(item) && isRecord(old)) ops.push({ op: 'patch', index, delta })
      else ops.push({ op: 'set', index, value: item as Json })
    }
  } else {
    const shorter = Math.min(before.length, after.length)
    let start = 0
    while (start < shorter && before[start] === after[start]) start++
    let end = 0
    while (end < shorter - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++
    const items = after.slice(start, after.length - end) as Json[]
    ops.push({ op: 'splice', index: start, deleteCount: before.length - start - end, items })
  }
  return ops.length === 0 ? undefined : { __pp_array_ops: ops }
}
