// A delta in little room: the places that its decoder named, and what stands there now. Made from the two trees at the price of
// the places alone, where the documented form costs an object per container; for whoever keeps many deltas and reads few.
import type { Json } from '../json.js'
import type { StateDelta, Touched, TouchedKey } from '../room.js'
import { deltaBetween } from './between.js'
import { emptyDelta, isMarkerKey, literal, PP_DELETED } from './delta.js'
import type { Delta } from './delta.js'
import { isRecord, own } from './value.js'

/** What `packDelta` made; `unpackDelta` reads it. */
export interface PackedDelta {
  readonly places: readonly Touched[]
  /** Per place a column for each field, or one for the places themselves. */
  readonly columns: readonly (readonly PackedColumn[])[]
}

/** Per row the delta of the value there; undefined where it is what it was. */
export type PackedColumn = readonly (Delta | undefined)[]

/**
 * What a decoded message changed; undefined where it does not tell the places, or where one of them is an item of a list,
 * whose index means nothing by itself. New containers are the state's own, not copies.
 */
export function packDelta({ touched, before, state }: StateDelta): PackedDelta | undefined {
  if (touched === undefined) return undefined
  const columns: PackedColumn[][] = []
  for (const place of touched) {
    const packed = packPlace(place, before, state)
    if (packed === undefined) return undefined
    columns.push(packed)
  }
  return { places: touched, columns }
}

/** Its documented form, each time a new one. */
export function unpackDelta({ places, columns }: PackedDelta): Delta {
  const delta = emptyDelta(true)
  // What is not of our making stands for a place as a whole, and holds already what was touched below it.
  const ours = new Set<unknown>([delta])
  for (const [at, { path, rows, fields }] of places.entries()) {
    for (let row = 0; row < rows; row++) {
      const keys = path.map((step) => String(keyAt(step, row)))
      for (const [index, column] of (columns[at] ?? []).entries()) {
        const change = column[row]
        const field = fields[index]
        if (change !== undefined) put(delta, field === undefined ? keys : [...keys, field], change, ours)
      }
    }
  }
  return delta
}

function put(delta: Record<string, Delta>, keys: readonly string[], change: Delta, ours: Set<unknown>): void {
  let at = delta
  for (const key of keys.slice(0, -1)) {
    let below: unknown = at[key]
    if (below === undefined) ours.add((below = at[key] = emptyDelta(true)))
    if (!ours.has(below)) return
    // Ours are records of deltas.
    at = below as Record<string, Delta>
  }
  at[keys[keys.length - 1] ?? ''] = change
}

function packPlace(place: Touched, before: unknown, after: unknown): PackedColumn[] | undefined {
  const { path, rows, fields } = place
  if (path.length === 0 && fields.length === 0) return undefined
  if (fields.some(isMarkerKey) || path.some(isHard)) return undefined
  const was: unknown[] = []
  const is: unknown[] = []
  for (let row = 0; row < rows; row++) {
    was.push(valueAt(before, path, row))
    is.push(valueAt(after, path, row))
  }
  if (fields.length === 0) {
    const column = packColumn(was, is, (value) => value)
    return column && [column]
  }
  const columns: PackedColumn[] = []
  for (const field of fields) {
    const column = packColumn(was, is, (value) => fieldOf(value, field))
    if (column === undefined) return undefined
    columns.push(column)
  }
  return columns
}

/** Undefined for what only the whole delta can say: new data that looks like a marker. */
function packColumn(
  before: readonly unknown[],
  after: readonly unknown[],
  valueOf: (at: unknown) => unknown,
): PackedColumn | undefined {
  let isPlain = true
  // `map` makes it of its final length: numbers then take eight bytes each and nothing more.
  const column = after.map((at, row): Delta | undefined => {
    const was = valueOf(before[row])
    const is = valueOf(at)
    if (was === is) return undefined
    if (is === undefined) return PP_DELETED
    if (typeof was === 'object' && was !== null) return deltaBetween(was, is)
    // A tree's values are JSON.
    if (literal(is as Json) !== is) isPlain = false
    return is as Json
  })
  return isPlain ? column : undefined
}

/** An index, or a name that a reader of the documented form would take for a marker. */
function isHard(step: Touched['path'][number]): boolean {
  return typeof step === 'object' ? step.some(isHardKey) : isHardKey(step)
}

function isHardKey(key: TouchedKey): boolean {
  return typeof key === 'number' || isMarkerKey(key)
}

function keyAt(step: Touched['path'][number], row: number): TouchedKey {
  return typeof step === 'object' ? (step[row] ?? '') : step
}

function valueAt(root: unknown, path: Touched['path'], row: number): unknown {
  let value = root
  for (const step of path) value = fieldOf(value, String(keyAt(step, row)))
  return value
}

function fieldOf(value: unknown, key: string): unknown {
  return isRecord(value) ? own(value, key) : undefined
}
