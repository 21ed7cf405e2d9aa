// The difference of two JSON trees, as a delta. The tracker uses the same walk: it passes a `DiffContext` through which
// a tree that was changed in place still shows what stood in it before.
import { PPError } from '../errors.js'
import { isForbiddenKey, MAX_DEPTH, type Json } from '../json.js'
import type { IsChanged } from './align.js'
import { diffArray } from './array.js'
import type { DiffContext } from './context.js'
import { emptyDelta, literal, looksLikeMarker, PP_DELETED, type Delta } from './delta.js'
import { isRecord, tooDeep, type JsonRecord } from './value.js'

/** An object with more keys than this is probably a map by id: a delta of it names other keys each time. */
const MAP_LIKE_KEYS = 16

/** Up to here objects keep their fields in order; beyond, V8 holds them as dictionaries, where Object.values is slow. */
const NARROW_KEYS = 128

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
function diffValue(
  before: unknown,
  after: unknown,
  context: DiffContext | undefined,
  depth: number,
): Delta | undefined {
  if (typeof after !== 'object' || after === null) {
    if (before === after) return undefined
    if (typeof after !== 'number' || context?.round === undefined) return toJson(after)
    const rounded = context.round(after)
    return typeof before === 'number' && context.round(before) === rounded ? undefined : rounded
  }
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
function newValue(value: Json, context: DiffContext | undefined): Delta {
  if (typeof value === 'number') return context?.round?.(value) ?? value
  if (typeof value !== 'object' || value === null) return value
  return literal(context === undefined ? value : context.take(value))
}

/** The delta that puts `value`, an object, in the place of another object. */
export function replacement(value: Json, context: DiffContext | undefined): Delta {
  return { __pp_value: context === undefined ? value : context.take(value) }
}

/** `before`: the items as they were. `isChanged`: of an item that is in both, where it is known in another way than by `context`. */
export function diffArrays(
  before: readonly unknown[],
  after: readonly unknown[],
  context: DiffContext | undefined,
  depth: number,
  isChanged: IsChanged | undefined = context?.at('*').isChanged,
): Delta | undefined {
  if (depth >= MAX_DEPTH) throw tooDeep()
  const items = context?.at('*')
  const round = items?.round
  const ops = diffArray(
    round === undefined ? before : before.map((item) => roundItem(item, round)),
    round === undefined ? after : after.map((item) => roundItem(item, round)),
    items,
    isChanged,
    (was, is) => diffValue(was, is, items, depth + 1),
  )
  if (ops === undefined) return undefined
  return ops === 'all' ? newValue(toJson(after), context) : { __pp_array_ops: ops }
}

function roundItem(item: unknown, round: (value: number) => number): unknown {
  return typeof item === 'number' ? round(item) : item
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
  const oldKeys = Object.keys(old)
  const delta =
    keys.length <= NARROW_KEYS && haveSameOrder(keys, oldKeys)
      ? diffFields(keys, Object.values(old), Object.values(after), context, depth)
      : diffByName(old, oldKeys, after, keys, context, depth)
  if (delta === undefined) return undefined
  return delta === 'replace' || looksLikeMarker(delta) ? replacement(toJson(after), context) : delta
}

type Fields = Record<string, Delta>

function haveSameOrder(keys: readonly string[], oldKeys: readonly string[]): boolean {
  if (keys.length !== oldKeys.length) return false
  for (let i = 0; i < keys.length; i++) if (keys[i] !== oldKeys[i]) return false
  return true
}

/** The usual case: the same fields in the same order. Comparing two lists of values spares looking up each name. */
function diffFields(
  keys: readonly string[],
  old: readonly unknown[],
  values: readonly unknown[],
  context: DiffContext | undefined,
  depth: number,
): Fields | undefined {
  let delta: Fields | undefined
  for (let i = 0; i < values.length; i++) {
    const is = values[i]
    if (old[i] === is && (context === undefined || typeof is !== 'object' || is === null)) continue
    const key = keys[i] ?? ''
    const change = diffField(old[i], is, context?.at(key), depth + 1)
    if (change === undefined) continue
    delta ??= emptyDelta(keys.length > MAP_LIKE_KEYS)
    delta[allowed(key)] = change
  }
  return delta
}

function diffByName(
  old: JsonRecord,
  oldKeys: readonly string[],
  after: JsonRecord,
  keys: readonly string[],
  context: DiffContext | undefined,
  depth: number,
): Fields | 'replace' | undefined {
  let delta: Fields | undefined
  let shared = 0
  for (const key of keys) {
    const is = after[key]
    const was = old[key]
    if (isValue(was) && isValue(is)) shared++
    if (was === is && (context === undefined || typeof is !== 'object' || is === null)) continue
    const change = diffField(was, is, context?.at(key), depth + 1)
    if (change === undefined) continue
    delta ??= emptyDelta(keys.length > MAP_LIKE_KEYS)
    delta[allowed(key)] = change
  }
  if (oldKeys.length === shared) return delta
  if (shared === 0 && oldKeys.length >= REPLACE_EMPTIED_KEYS) return 'replace'
  for (const key of oldKeys) {
    if (!isValue(old[key]) || isValue(after[key])) continue
    const change = diffField(old[key], undefined, context?.at(key), depth + 1)
    if (change === undefined) continue
    delta ??= emptyDelta(oldKeys.length > MAP_LIKE_KEYS)
    delta[allowed(key)] = change
  }
  return delta
}

/** What happened under one key; undefined stands for "no such key". */
export function diffField(
  was: unknown,
  is: unknown,
  context: DiffContext | undefined,
  depth: number,
): Delta | undefined {
  const secrecy = context?.secrecy
  if (secrecy !== undefined) {
    secrecy.touch()
    if (secrecy.hides(was)) was = undefined
    if (secrecy.hides(is)) is = undefined
  }
  if (!isValue(is)) return isValue(was) ? PP_DELETED : undefined
  return isValue(was) ? diffValue(was, is, context, depth) : newValue(toJson(is), context)
}

/** JSON holds no functions: one means that a method of Object.prototype shone through where there is no such key. */
function isValue(value: unknown): boolean {
  return value !== undefined && typeof value !== 'function'
}

/** A key that may be written into a delta. */
function allowed(key: string): string {
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
