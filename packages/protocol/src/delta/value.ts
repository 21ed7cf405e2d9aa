// JSON values as values: compare, copy, and read a key without meeting the prototype.
import { PPError } from '../errors.js'
import { MAX_DEPTH } from '../json.js'
import { shallowCopy } from './copy.js'

/** An object of a JSON tree. Only for values that are known to be JSON: then "no array, not null" is enough. */
export type JsonRecord = Record<string, unknown>

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * `record[key]` when it is the record's own, else undefined. JSON holds no functions, so what is inherited
 * (`toString`, `valueOf`, …) gives itself away without a `hasOwnProperty` per read.
 */
export function own(record: JsonRecord, key: string): unknown {
  const value = record[key]
  if (typeof value === 'function') return undefined
  return key === '__proto__' ? undefined : value
}

/** True when two JSON values are the same. The order of keys does not count, and −0 equals 0: JSON cannot tell them apart. */
export function deepEqual(a: unknown, b: unknown): boolean {
  return a === b || (typeof a === 'object' && equalContainers(a, b, 0))
}

function equalContainers(a: object | null, b: unknown, depth: number): boolean {
  if (typeof b !== 'object' || a === null || b === null) return false
  if (depth >= MAX_DEPTH) throw tooDeep()
  if (Array.isArray(a)) return Array.isArray(b) && equalArrays(a, b, depth)
  if (Array.isArray(b)) return false
  // JSON's containers are arrays and objects; arrays are ruled out above.
  return equalRecords(a as JsonRecord, b as JsonRecord, depth)
}

function equalArrays(a: readonly unknown[], b: readonly unknown[], depth: number): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) {
    const left = a[i]
    if (left === b[i]) continue
    if (typeof left !== 'object' || !equalContainers(left, b[i], depth + 1)) return false
  }
  return true
}

/** `for in` throughout the hot loops: V8 then reads the iterated object's fields by position, twice as fast as by name. */
/** True when two records hold the same values, containers being the very same ones. */
export function haveSameFields(a: JsonRecord, b: JsonRecord): boolean {
  const values = Object.values(a)
  let at = 0
  for (const key in a) if (values[at++] !== b[key]) return false
  for (const _key in b) at--
  return at === 0
}

function equalRecords(a: JsonRecord, b: JsonRecord, depth: number): boolean {
  // Not `a[key]`: where V8 (Node 24) has seen one name there, it compiles for that name and starts over without end, at ten
  // times the time.
  const values = Object.values(a)
  let at = 0
  for (const key in a) {
    const left = values[at++]
    const right = b[key]
    if (left === right) continue
    if (typeof left !== 'object' || !equalContainers(left, right, depth + 1)) return false
  }
  for (const _key in b) at--
  return at === 0
}

/**
 * A deep copy that shares nothing with `value`, which must be JSON; −0 becomes 0.
 * @throws PPError `STATE_NOT_JSON` beyond `MAX_DEPTH` levels, which is also how a cycle shows.
 */
export function cloneJson<T>(value: T): T {
  // A copy of T has the shape of T: every branch below rebuilds the same keys and items.
  return clone(value, 0) as T
}

function clone(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value === 0 ? 0 : value
  if (depth >= MAX_DEPTH) throw tooDeep()
  if (Array.isArray(value)) return value.map((item) => clone(item, depth + 1))
  const copy = shallowCopy(value as JsonRecord)
  for (const key of Object.keys(copy)) {
    const child = copy[key]
    if (child === 0 || (typeof child === 'object' && child !== null)) copy[key] = clone(child, depth + 1)
  }
  return copy
}

/** `array.splice(index, deleteCount, ...items)` without the limit on the number of arguments. */
export function spliceItems(
  array: unknown[],
  index: number,
  deleteCount: number,
  items: readonly unknown[],
): void {
  if (items.length < 5_000) {
    array.splice(index, deleteCount, ...items)
    return
  }
  const tail = array.slice(index + deleteCount)
  array.length = index
  for (const item of items) array.push(item)
  for (const item of tail) array.push(item)
}

export function tooDeep(): PPError {
  return new PPError('STATE_NOT_JSON', `The value has more than ${MAX_DEPTH} levels, or a cycle.`)
}
