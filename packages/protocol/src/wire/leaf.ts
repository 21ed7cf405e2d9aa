// Writes what stands at a place of a delta: a new value, or one of the three markers of the documented form. Values are
// written as values; markers have tags of their own that no value begins with. `change.ts` reads them.
import { isArrayOps, isDeleted, isLiteral } from '../delta/delta.js'
import type { ArrayOp, PPArrayOpsMarker } from '../delta/delta.js'
import { PPError } from '../errors.js'
import { isPlainObject, MAX_DEPTH } from '../json.js'
import type { BitWriter } from './bit-writer.js'
import { CHANGES, DELETED, INSERT_ONE, LITERAL, MAX_INDEX, MOVE, OPS, OTHER } from './change.js'
import { PATCH, REMOVE_ONE, SET, SPLICE } from './change.js'
import { writeColumn } from './column-writer.js'
import { writeKeys } from './keys.js'
import { writeValue } from './value.js'
import type { NameWriter } from './writer.js'

/** True for a leaf that has a tag of its own. */
export function isMarkerLeaf(leaf: unknown): boolean {
  return typeof leaf === 'object' && leaf !== null && (isDeleted(leaf) || isLiteral(leaf) || isExactOps(leaf))
}

/**
 * True for array operations that come back from the wire exactly as they went in. Data inside a new value may look like
 * operations and not be any; such an object travels as the value it is.
 */
export function isExactOps(leaf: unknown): leaf is PPArrayOpsMarker {
  return isArrayOps(leaf) && leaf.__pp_array_ops.every(isExactOp)
}

function isExactOp(op: unknown): boolean {
  if (!isPlainObject(op)) return false
  const width = Object.keys(op).length
  switch (op['op']) {
    case 'set':
      return width === 3 && isIndex(op['index']) && op['value'] !== undefined
    case 'patch':
      return width === 3 && isIndex(op['index']) && op['delta'] !== undefined
    case 'splice':
      return width === 4 && isIndex(op['index']) && isIndex(op['deleteCount']) && Array.isArray(op['items'])
    case 'move':
      return width === 3 && isIndex(op['from']) && isIndex(op['to'])
    default:
      return false
  }
}

function isIndex(value: unknown): boolean {
  return (
    typeof value === 'number' &&
    Number.isInteger(value) &&
    value >= 0 &&
    value < MAX_INDEX &&
    !Object.is(value, -0)
  )
}

export function writeLeaf(w: BitWriter, leaf: unknown, names: NameWriter, depth: number): void {
  if (isDeleted(leaf)) {
    w.u8(DELETED)
    return
  }
  if (isLiteral(leaf)) {
    w.u8(LITERAL)
    writeValue(w, leaf.__pp_value, names, depth + 1)
    return
  }
  if (isExactOps(leaf)) {
    w.u8(OPS)
    writeOps(w, leaf.__pp_array_ops, names, depth + 1)
    return
  }
  writeValue(w, leaf, names, depth)
}

/** Kinds, indexes, counts, and then the new values of all operations together: inserted rows become columns. */
function writeOps(w: BitWriter, ops: readonly ArrayOp[], names: NameWriter, depth: number): void {
  const indexes: number[] = []
  const items: unknown[] = []
  const values: unknown[] = []
  w.golomb(ops.length)
  if (ops.length === 0) return w.align()
  for (const op of ops) {
    const kind = kindOf(op)
    w.bits(kind, 2)
    if (kind === OTHER) w.bits(op.op === 'set' ? SET : op.op === 'patch' ? PATCH : MOVE, 2)
    indexes.push(op.op === 'move' ? op.from : op.index)
  }
  if (ops.length === 1) w.golomb(indexes[0] ?? 0)
  else writeKeys(w, indexes)
  for (const op of ops) {
    if (op.op === 'move') w.golomb(op.to)
    else if (op.op === 'set') values.push(op.value)
    else if (op.op === 'splice') {
      if (kindOf(op) === SPLICE) {
        w.golomb(op.deleteCount)
        w.golomb(op.items.length)
      }
      for (const item of op.items) items.push(item)
    }
  }
  if (items.length > 0) writeColumn(w, items, names, depth, writeValue)
  if (values.length > 0) writeColumn(w, values, names, depth, writeValue)
  w.align()
  for (const op of ops) if (op.op === 'patch') writeChange(w, op.delta, names, depth)
}

function kindOf(op: ArrayOp): number {
  if (op.op !== 'splice') return OTHER
  if (op.items.length === 0 && op.deleteCount === 1) return REMOVE_ONE
  return op.items.length === 1 && op.deleteCount === 0 ? INSERT_ONE : SPLICE
}

/** A delta of an item: its fields one by one, each again a change. */
function writeChange(w: BitWriter, delta: unknown, names: NameWriter, depth: number): void {
  if (typeof delta !== 'object' || delta === null || Array.isArray(delta) || isMarkerLeaf(delta)) {
    writeLeaf(w, delta, names, depth)
    return
  }
  if (depth > MAX_DEPTH)
    throw new PPError('INVALID_PAYLOAD', `A delta is nested deeper than ${MAX_DEPTH} levels.`)
  const entries = Object.entries(delta)
  w.u8(CHANGES)
  w.varint(entries.length)
  for (const [key, child] of entries) {
    names.put(w, key)
    writeChange(w, child, names, depth + 1)
  }
}
