// The difference of two JSON trees, as a delta. The tracker uses the same walk: it passes a `DiffContext` through which
// a tree that was changed in place still shows what stood in it before.
import { PPError } from '../errors.js'
import { isForbiddenKey, MAX_DEPTH, type Json } from '../json.js'
import { diffArray } from './array.js'
import type { DiffContext } from './context.js'
import { emptyDelta, literal, looksLikeMarker, PP_DELETED, type Delta } from './delta.js'
import { isRecord, tooDeep, type JsonRecord } from './value.js'

/** An object with more keys than this is probably a map by id: a delta of it names other keys each time. */
const MAP_LIKE_KEYS = 16

/** An emptied object travels as a new value from this many lost keys on, not as a list of deletions. */
export const REPLACE_EMPTIED_KEYS = 4

/**
 * What turns `before` into `after`; undefined when nothing differs. Both must be JSON; the delta shares parts of `after`,
 * so treat it as read-only. Undefined values of objects count as absent, −0 as 0.
 * @throws PPError `STATE_NOT_JSON` for a forbidden key, or more than `MAX_DEPTH` levels.
 */
export function diff(before: unknown, after: unknown): Delta | undefined {
  return before === after ? undefined : diffValue(before, after, undefined, 0)
}

/** Undefined when equal. `depth` is how many containers stand above the two values. */
export function diffValue(
  before: unknown,
  after: unknown,
  context: DiffContext | undefined,
  depth: number,
): Delta | undefined {
  if (typeof after !== 'object' || after === null) return before === after ? undefined : toJson(after)
  if (before === after) return context?.changeOf(after, depth)
  if (Array.isArray(after)) {
    if (Array.isArray(before))
      return diffArrays(context === undefined ? before : context.before(before), after, context, depth)
  } else if (isRecord(before)) {
    // JSON's containers are arrays and objects; `after` is no array.
    return diffRecords(before, after as JsonRecord, context, depth)
  }
  return newValue(toJson(after), context)
}

/** The delta that puts `value` where no object stands. */
export function newValue(value: Json, context: DiffContext | undefined): Delta {
  if (typeof value !== 'object' || value === null) return value
  return literal(context === undefined ? value : context.take(value))
}

/** The delta that puts `value`, an object, in the place of another object. */
export function replacement(value: Json, context: DiffContext | undefined): Delta {
  return { __pp_value: context === undefined ? value : context.take(value) }
}

/** `before`: the items as they were. */
export function diffArrays(
  before: readonly unknown[],
  after: readonly unknown[],
  context: DiffContext | undefined,
  depth: number,
): Delta | undefined {
  if (depth >= MAX_DEPTH) throw tooDeep()
  const ops = diffArray(before, after, context, (was, is) => diffValue(was, is, context, depth + 1))
  if (ops === undefined) return undefined
  return ops === 'all' ? newValue(toJson(after), context) : { __pp_array_ops: ops }
}

function diffRecords(
  before: JsonRecord,
  after: JsonRecord,
  context: DiffContext | undefined,
  depth: number,
): Delta | undefined {
  if (depth >= MAX_DEPTH) throw tooDeep()
  const old = context === undefined ? before : context.before(before)
  const keys = Object.keys(after)
  let shared = 0
  let delta: Record<string, Delta> | undefined
  for (const key of keys) {
    const was = old[key]
    const is = after[key]
    if (was === is) {
      // Same memory: equal, unless the tree is being compared with its own past.
      if (is !== undefined) shared++
      if (context === undefined || typeof is !== 'object' || is === null) continue
    } else if (was === undefined || typeof was === 'function') {
      // Not there before (JSON holds no functions: one means a method of Object.prototype shone through).
      if (is === undefined) continue
      delta ??= emptyDelta(keys.length > MAP_LIKE_KEYS)
      delta[allowed(key)] = newValue(toJson(is), context)
      continue
    } else if (is === undefined) continue
    else shared++
    const change = diffValue(was, is, context, depth + 1)
    if (change === undefined) continue
    delta ??= emptyDelta(keys.length > MAP_LIKE_KEYS)
    delta[allowed(key)] = change
  }
  const oldKeys = Object.keys(old)
  if (oldKeys.length > shared) {
    if (shared === 0 && oldKeys.length >= REPLACE_EMPTIED_KEYS) return replacement(after as Json, context)
    for (const key of oldKeys) {
      if (isOwnValue(after[key]) || !isOwnValue(old[key])) continue
      delta ??= emptyDelta(oldKeys.length > MAP_LIKE_KEYS)
      delta[allowed(key)] = PP_DELETED
    }
  }
  if (delta === undefined) return undefined
  return looksLikeMarker(delta) ? replacement(after as Json, context) : delta
}

function isOwnValue(value: unknown): boolean {
  return value !== undefined && typeof value !== 'function'
}

/** A key that may be written into a delta. */
export function allowed(key: string): string {
  if (!isForbiddenKey(key)) return key
  throw new PPError(
    'STATE_NOT_JSON',
    `The key "${key}" reaches an object's prototype and cannot be in state.`,
  )
}

/** The trees are JSON by promise (`diff`) or by check (tracker); nothing is left to look at. */
function toJson(value: unknown): Json {
  return value as Json
}
