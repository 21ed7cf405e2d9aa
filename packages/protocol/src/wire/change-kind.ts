// What a part of a delta in the documented JSON form is to the table of its rows.
import { isMarkerKey } from '../delta/delta.js'
import type { ArrayOp } from '../delta/delta.js'
import { isExactOps, isMarkerLeaf } from './leaf.js'

/** Something to look into, a list whose items change where they are, or a new value. */
export type DeltaKind = 'fields' | 'items' | 'leaf'

export function kindOf(delta: unknown): DeltaKind {
  if (typeof delta !== 'object' || delta === null || Array.isArray(delta)) return 'leaf'
  for (const key in delta) {
    // A marker has one key, so one look tells nearly always.
    if (!isMarkerKey(key)) return 'fields'
    if (isExactOps(delta))
      return firstLocal(delta.__pp_array_ops) < delta.__pp_array_ops.length ? 'items' : 'leaf'
    return isMarkerLeaf(delta) ? 'leaf' : 'fields'
  }
  // An empty object is a value.
  return 'leaf'
}

/**
 * Where the operations begin that each change one item where it is, in ascending order: up to the end they can be rows.
 * Rows are read back as `set` where the new value is no object, and as `patch` where it is; others stay operations.
 */
export function firstLocal(ops: readonly ArrayOp[]): number {
  let from = ops.length
  let next = Infinity
  for (; from > 0; from--) {
    const op = ops[from - 1]
    if (op === undefined || (op.op !== 'set' && op.op !== 'patch') || op.index >= next) break
    if (isObject(op.op === 'set' ? op.value : op.delta) !== (op.op === 'patch')) break
    next = op.index
  }
  return from
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
