// Two deltas as one. What a delta means depends on what it meets: `{ p: { x: 1 } }` changes an object that stands there
// and is the new value elsewhere, and a deletion that comes after it must know which of the two it was. So the state that
// the first delta changes is read along, at the places that both deltas name and nowhere else.
import { isForbiddenKey, isPlainObject, MAX_DEPTH, type Json } from '../json.js'
import { deltaInvalid, emptyDelta, isArrayOps, isMarkerKey, looksLikeMarker } from './delta.js'
import type { ArrayOp, Delta } from './delta.js'
import { patchImmutable } from './patch.js'
import { isRecord, own, type JsonRecord } from './value.js'

/**
 * The delta that does to `before` what `first` and then `second` would do. Costs what the deltas name. Operations on one
 * list that come after a shift are listed one after another, the others become one per item; nothing else grows. Shares
 * parts of both deltas, so treat it as read-only.
 * @param before the state that `first` changes; a delta made for one state may mean something else for another
 * @throws PPError `DELTA_INVALID` for what is not a delta, or does not fit where the other has left off
 */
export function compose(first: unknown, second: unknown, before: unknown): Delta | undefined {
  // Everything that is not a delta either throws below or does so when the result is applied.
  return both(first as Delta | undefined, second as Delta | undefined, before, 0)
}

/** `depth` is how many containers stand above `before`. */
function both(
  first: Delta | undefined,
  second: Delta | undefined,
  before: unknown,
  depth: number,
): Delta | undefined {
  if (first === undefined) return second
  if (second === undefined) return first
  if (depth >= MAX_DEPTH) throw deltaInvalid(`it goes deeper than ${MAX_DEPTH} levels`)
  if (isArrayOps(second)) return thenOps(first, second.__pp_array_ops, before, depth)
  // A value says all there is to say, whatever stood there; so do the other two markers.
  if (!isPlainObject(second) || looksLikeMarker(second)) return second
  return thenFields(first, second, before, depth)
}

/** `second` changes an object field by field, when one stands there after `first`; else it is a value. */
function thenFields(first: Delta, second: JsonRecord, before: unknown, depth: number): Delta {
  if (isPlainObject(first) && !looksLikeMarker(first) && isRecord(before))
    return merged(first, second, before, depth)
  const made = valueOf(first, before)
  return asValue(made === NOT_MADE ? second : patchImmutable(made, second), before)
}

const NOT_MADE = Symbol('not made')

/** The object or array that `first`, which changes nothing where it is, puts there; `NOT_MADE`: something else. */
function valueOf(first: Delta, before: unknown): object | typeof NOT_MADE {
  if (typeof first !== 'object' || first === null) return NOT_MADE
  if (Array.isArray(first)) return first
  const [marker] = Object.keys(first)
  const isMarked = looksLikeMarker(first) && isMarkerKey(marker)
  if (!isMarked) return isRecord(before) ? NOT_MADE : first
  if (marker !== '__pp_value') return NOT_MADE
  const value = (first as JsonRecord)['__pp_value']
  return typeof value === 'object' && value !== null ? value : NOT_MADE
}

/** The delta that puts `value` in the place of `before`. */
function asValue(value: object, before: unknown): Delta {
  // Values and deltas are JSON: so is what comes of them.
  const json = value as Json
  return isRecord(before) || looksLikeMarker(value) ? { __pp_value: json } : json
}

function merged(first: JsonRecord, second: JsonRecord, before: JsonRecord, depth: number): Delta {
  const result = emptyDelta(true)
  for (const key of Object.keys(first)) result[allowed(key)] = first[key] as Delta
  for (const key of Object.keys(second)) {
    const change = both(result[allowed(key)], second[key] as Delta, own(before, key), depth + 1)
    if (change !== undefined) result[key] = change
  }
  return result
}

function thenOps(first: Delta, ops: readonly ArrayOp[], before: unknown, depth: number): Delta {
  if (isArrayOps(first) && Array.isArray(before))
    return { __pp_array_ops: joined(first.__pp_array_ops, ops, before, depth) }
  const made = isArrayOps(first) ? NOT_MADE : valueOf(first, before)
  if (!Array.isArray(made)) throw deltaInvalid('array operations where no array stands')
  // An array of JSON, changed by operations, is one.
  return patchImmutable(made, { __pp_array_ops: ops }) as Json
}

/** As long as no operation has shifted anything, an index means the same item for all, and one operation per item is enough. */
function joined(
  first: readonly ArrayOp[],
  second: readonly ArrayOp[],
  before: readonly unknown[],
  depth: number,
): ArrayOp[] {
  const ops = [...first]
  if (!ops.every(isLocal)) return [...ops, ...second]
  const places = new Map<number, number>()
  for (const [at, op] of ops.entries()) {
    // An item that has several operations already keeps them all.
    if (isLocal(op)) places.set(op.index, places.has(op.index) ? -1 : at)
  }
  let at = 0
  for (; at < second.length; at++) {
    const op = second[at]
    if (op === undefined || !isLocal(op)) break
    const known = places.get(op.index)
    const earlier = known === undefined ? undefined : ops[known]
    if (known === undefined) places.set(op.index, ops.push(op) - 1)
    else if (earlier === undefined || !isLocal(earlier)) ops.push(op)
    else ops[known] = onItem(earlier, op, before[op.index], depth + 1)
  }
  return [...ops, ...second.slice(at)]
}

type LocalOp = Extract<ArrayOp, { op: 'set' | 'patch' }>

function isLocal(op: ArrayOp): op is LocalOp {
  return isRecord(op) && (op.op === 'set' || op.op === 'patch') && Number.isInteger(op.index)
}

function onItem(first: LocalOp, second: LocalOp, before: unknown, depth: number): LocalOp {
  if (second.op === 'set') return second
  const { index } = second
  // A set item is literal, whatever it looks like, and stays so.
  if (first.op === 'set') return { op: 'set', index, value: patchImmutable(first.value, second.delta) }
  const delta = both(first.delta, second.delta, before, depth)
  if (delta === undefined) throw deltaInvalid('a patch operation has no delta')
  return { op: 'patch', index, delta }
}

function allowed(key: string): string {
  if (isForbiddenKey(key)) throw deltaInvalid(`the key "${key}" reaches the prototype`)
  return key
}
