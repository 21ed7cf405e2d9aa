// What stands at a place of a delta: a new value, or one of the three markers of the documented form. Values are written
// as values; markers have tags of their own that no value begins with.
import { PP_DELETED, isArrayOps, isDeleted, isLiteral } from '../delta/delta.js'
import type { ArrayOp, PPArrayOpsMarker } from '../delta/delta.js'
import { PPError } from '../errors.js'
import { isPlainObject, MAX_DEPTH } from '../json.js'
import type { Json } from '../json.js'
import { ensure, malformed } from '../malformed.js'
import type { BitWriter } from './bit-writer.js'
import { readColumn } from './column-reader.js'
import { writeColumn } from './column-writer.js'
import { readKeys, writeKeys } from './keys.js'
import type { NameReader, Reader } from './reader.js'
import { fill } from './rows.js'
import { readTagged, readValue, writeValue } from './value.js'
import type { NameWriter } from './writer.js'

const DELETED = 0xf0
const LITERAL = 0xf1
const OPS = 0xf2
/** An object of a delta inside array operations: names and leaves. */
const CHANGES = 0xf3
const FIRST_TAG = DELETED

/** Lists are shorter than this. */
const MAX_INDEX = 2 ** 48

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

export function readLeaf(r: Reader, names: NameReader, depth: number): unknown {
  ensure(depth <= MAX_DEPTH, 'depth')
  const tag = r.u8()
  if (tag < FIRST_TAG) return readTagged(r, tag, names, depth)
  switch (tag) {
    case DELETED:
      return PP_DELETED
    case LITERAL:
      return { __pp_value: readValue(r, names, depth + 1) }
    case OPS:
      return { __pp_array_ops: readOps(r, names, depth + 1) }
    case CHANGES:
      return readChanges(r, names, depth + 1)
    default:
      throw malformed('change')
  }
}

const REMOVE_ONE = 0
const INSERT_ONE = 1
const SPLICE = 2
const OTHER = 3
/** Behind `OTHER`, in two bits more. */
const SET = 0
const PATCH = 1
const MOVE = 2

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

function readOps(r: Reader, names: NameReader, depth: number): ArrayOp[] {
  const count = r.golomb()
  r.needBits(count * 2)
  const kinds = fill(count, () => {
    const kind = r.bits(2)
    return kind < OTHER ? kind : OTHER + r.bits(2)
  })
  const indexes = count > 1 ? readKeys(r, count, MAX_INDEX) : fill(count, () => r.golomb())
  let itemCount = 0
  let valueCount = 0
  /** Operations whose values stand further back in the bytes. `remove` of a move: where to. */
  const outlines = kinds.map((kind, i) => {
    ensure(kind <= OTHER + MOVE, 'operation')
    const remove = kind === SPLICE || kind === OTHER + MOVE ? r.golomb() : kind === REMOVE_ONE ? 1 : 0
    const insert = kind === SPLICE ? r.golomb() : kind === INSERT_ONE ? 1 : 0
    itemCount += insert
    if (kind === OTHER + SET) valueCount++
    return { kind, index: indexes[i] ?? 0, remove, insert }
  })
  const items = readRows(r, itemCount, names, depth)
  const values = readRows(r, valueCount, names, depth)
  r.align()
  let itemAt = 0
  let valueAt = 0
  return outlines.map(({ kind, index, remove, insert }): ArrayOp => {
    switch (kind) {
      // Values and deltas read from the wire are JSON by construction: the readers make nothing else.
      case OTHER + SET:
        return { op: 'set', index, value: values[valueAt++] as Json }
      case OTHER + PATCH:
        return { op: 'patch', index, delta: readLeaf(r, names, depth) as Json }
      case OTHER + MOVE:
        return { op: 'move', from: index, to: remove }
      default:
        return { op: 'splice', index, deleteCount: remove, items: items.slice(itemAt, (itemAt += insert)) }
    }
  })
}

function readRows(r: Reader, count: number, names: NameReader, depth: number): Json[] {
  if (count === 0) return []
  const values = readColumn(r, count, names, depth, readValue)
  // As above.
  return fill(count, (row) => values[row] as Json)
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

function readChanges(r: Reader, names: NameReader, depth: number): Record<string, unknown> {
  const changes: Record<string, unknown> = {}
  for (let count = r.count(2); count > 0; count--) {
    const key = names.take(r)
    changes[key] = readLeaf(r, names, depth)
  }
  return changes
}
