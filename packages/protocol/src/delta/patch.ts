// Applies a delta: in place, or as a new tree that shares all it can with the old one. Deltas come from peers and are
// hostile: every index is checked against the array before it is used, no key reaches a prototype, the depth is bounded,
// and what is not a delta throws DELTA_INVALID. The work is bounded by the delta's size times the arrays it names.
import { isForbiddenKey, isPlainObject, MAX_DEPTH } from '../json.js'
import { deltaInvalid, isMarkerKey, type MarkerKey } from './delta.js'
import { shallowCopy } from './copy.js'
import { cloneJson, isRecord, own, spliceItems, type JsonRecord } from './value.js'

/** What the deletion marker turns a value into, on the way to the object that holds it. */
const GONE = Symbol('gone')

/**
 * Changes `target` and returns it, or the new root when the delta replaces the root. Takes copies: later patches never
 * write into the delta. After an error the target may be half changed; ask for a snapshot.
 * @throws PPError `DELTA_INVALID`
 */
export function patch<T>(target: T, delta: unknown): T {
  return applyRoot(target, delta, true)
}

/**
 * A new tree; `value` is never touched. Copies each changed container once, keeps the identity of everything else, and
 * returns `value` itself when nothing changed. New values are shared with the delta.
 * @throws PPError `DELTA_INVALID`
 */
export function patchImmutable<T>(value: T, delta: unknown): T {
  return applyRoot(value, delta, false)
}

function applyRoot<T>(root: T, delta: unknown, inPlace: boolean): T {
  if (delta === undefined) return root
  const result = apply(root, delta, 0, inPlace)
  if (result === GONE) throw deltaInvalid('it deletes the root')
  // That a delta keeps the type of the state is the sender's promise; the caller names the type.
  return result as T
}

/** `depth` is how many containers stand above `target`, which is undefined where nothing stands. */
function apply(target: unknown, delta: unknown, depth: number, inPlace: boolean): unknown {
  if (typeof delta !== 'object' || delta === null) return delta === target ? target : checked(delta)
  if (Array.isArray(delta)) return take(delta, depth, inPlace)
  if (!isPlainObject(delta)) throw deltaInvalid('it holds something that is not JSON')
  const keys = Object.keys(delta)
  const [first] = keys
  if (keys.length === 1 && isMarkerKey(first)) return applyMarker(target, first, delta[first], depth, inPlace)
  if (!isRecord(target)) return take(delta, depth, inPlace)
  return merge(target, delta, keys, depth, inPlace)
}

function merge(
  target: JsonRecord,
  delta: JsonRecord,
  keys: readonly string[],
  depth: number,
  inPlace: boolean,
): JsonRecord {
  if (depth >= MAX_DEPTH) throw deltaInvalid(`it goes deeper than ${MAX_DEPTH} levels`)
  let result: JsonRecord | undefined = inPlace ? target : undefined
  for (const key of keys) {
    const change = delta[key]
    if (change === undefined) continue
    if (isForbiddenKey(key)) throw deltaInvalid(`the key "${key}" reaches the prototype`)
    const before = own(target, key)
    const after = apply(before, change, depth + 1, inPlace)
    if (after === before) continue
    if (after !== GONE) {
      result ??= shallowCopy(target, depth)
      result[key] = after
    } else if (before !== undefined) {
      result ??= shallowCopy(target, depth)
      delete result[key]
    }
  }
  return result ?? target
}

function applyMarker(
  target: unknown,
  marker: MarkerKey,
  content: unknown,
  depth: number,
  inPlace: boolean,
): unknown {
  switch (marker) {
    case '__pp_deleted':
      if (content !== true) throw deltaInvalid('a deletion marker does not say true')
      return GONE
    case '__pp_value':
      return take(content, depth, inPlace)
    case '__pp_array_ops':
      if (!Array.isArray(content)) throw deltaInvalid('array operations are not a list')
      if (!Array.isArray(target)) throw deltaInvalid('array operations where no array stands')
      return applyOps(target, content, depth, inPlace)
  }
}

function applyOps(target: unknown[], ops: readonly unknown[], depth: number, inPlace: boolean): unknown[] {
  if (depth >= MAX_DEPTH) throw deltaInvalid(`it goes deeper than ${MAX_DEPTH} levels`)
  let array = target
  // The first operation that changes something makes the copy; the others work on it.
  const writable = (): unknown[] => (array === target && !inPlace ? (array = target.slice()) : array)

  for (const op of ops) {
    if (!isPlainObject(op)) throw deltaInvalid('an array operation is not an object')
    switch (op['op']) {
      case 'set': {
        const index = readIndex(op['index'], array.length - 1)
        const value = take(op['value'], depth + 1, inPlace)
        if (array[index] !== value) writable()[index] = value
        break
      }
      case 'patch': {
        const index = readIndex(op['index'], array.length - 1)
        if (op['delta'] === undefined) throw deltaInvalid('a patch operation has no delta')
        const value = apply(array[index], op['delta'], depth + 1, inPlace)
        if (value === GONE) throw deltaInvalid('a patch operation deletes an item')
        if (array[index] !== value) writable()[index] = value
        break
      }
      case 'splice': {
        const index = readIndex(op['index'], array.length)
        const deleteCount = readIndex(op['deleteCount'], array.length - index)
        const items = op['items']
        if (!Array.isArray(items)) throw deltaInvalid('a splice operation has no items')
        if (deleteCount > 0 || items.length > 0)
          spliceItems(writable(), index, deleteCount, takeItems(items, depth + 1, inPlace))
        break
      }
      case 'move': {
        const from = readIndex(op['from'], array.length - 1)
        const to = readIndex(op['to'], array.length - 1)
        if (from === to) break
        const list = writable()
        list.splice(to, 0, ...list.splice(from, 1))
        break
      }
      default:
        throw deltaInvalid('an array operation has an unknown name')
    }
  }
  return array
}

function readIndex(value: unknown, max: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max) return value
  throw deltaInvalid('an index or a count lies outside the array')
}

/** A literal value on its way into the tree; in place it must not stay shared with the delta. */
function take(value: unknown, depth: number, inPlace: boolean): unknown {
  checkLiteral(value, depth)
  return inPlace ? cloneJson(value) : value
}

function takeItems(items: readonly unknown[], depth: number, inPlace: boolean): readonly unknown[] {
  for (const item of items) checkLiteral(item, depth)
  return inPlace ? cloneJson(items) : items
}

function checkLiteral(value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) {
    checked(value)
    return
  }
  if (depth >= MAX_DEPTH) throw deltaInvalid(`it goes deeper than ${MAX_DEPTH} levels`)
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) checkLiteral(value[i], depth + 1)
    return
  }
  if (!isPlainObject(value)) throw deltaInvalid('it holds something that is not JSON')
  for (const key of Object.keys(value)) {
    if (isForbiddenKey(key)) throw deltaInvalid(`the key "${key}" reaches the prototype`)
    checkLiteral(value[key], depth + 1)
  }
}

/** A primitive as it may stand in state. JSON.parse makes Infinity out of 1e999. */
function checked(value: unknown): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw deltaInvalid('it holds something that is not JSON')
}
