// What stands at a place of a delta: a new value, or one of the three markers of the documented form. Values are written
// as values; markers have tags of their own that no value begins with.
import { PP_DELETED, isArrayOps, isDeleted, isLiteral } from '../delta/delta.js'
import type { ArrayOp, PPArrayOpsMarker } from '../delta/delta.js'
import { PPError } from '../errors.js'
import { isPlainObject, MAX_DEPTH } from '../json.js'
import type { Json } from '../json.js'
import type { Reader, Writer } from './bytes.js'
import { readColumn, takeRows, writeColumn } from './column.js'
import { readKeys, writeKeys } from './keys.js'
import type { NameReader, NameWriter } from './names.js'
import { readValue, writeValue } from './value.js'

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

export function writeLeaf(w: Writer, leaf: unknown, names: NameWriter, depth: number): void {
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
  if (depth > MAX_DEPTH)
    throw new PPError('MALFORMED_FRAME', `A delta is nested deeper than ${MAX_DEPTH} levels.`)
  const tag = r.peek()
  if (tag < FIRST_TAG) return readValue(r, names, depth)
  r.u8()
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
      throw new PPError('MALFORMED_FRAME', `There is no change of kind ${tag}.`)
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
function writeOps(w: Writer, ops: readonly ArrayOp[], names: NameWriter, depth: number): void {
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

/** An operation whose values stand further back in the bytes. */
interface Outline {
  readonly op: ArrayOp['op']
  readonly index: number
  /** Of a splice: how many go and come. Of a move: where to. */
  remove: number
  insert: number
}

function readOps(r: Reader, names: NameReader, depth: number): ArrayOp[] {
  const count = r.golomb()
  if (count === 0) {
    r.align()
    return []
  }
  r.needBits(count * 2)
  const kinds: number[] = []
  for (let i = 0; i < count; i++) {
    const kind = r.bits(2)
    kinds.push(kind === OTHER ? OTHER + r.bits(2) : kind)
  }
  const indexes = count === 1 ? [r.golomb()] : readKeys(r, count, MAX_INDEX)
  const outlines: Outline[] = []
  let items = 0
  let values = 0
  for (const [i, kind] of kinds.entries()) {
    const outline = outlineOf(kind, indexes[i] ?? 0)
    if (kind === SPLICE) {
      outline.remove = r.golomb()
      outline.insert = r.golomb()
    } else if (outline.op === 'move') outline.remove = r.golomb()
    items += outline.insert
    if (outline.op === 'set') values++
    outlines.push(outline)
  }
  const newItems = items === 0 ? [] : takeRows(readColumn(r, items, names, depth, readValue), items)
  const newValues = values === 0 ? [] : takeRows(readColumn(r, values, names, depth, readValue), values)
  r.align()
  let itemAt = 0
  let valueAt = 0
  // Values and deltas read from the wire are JSON by construction: the readers make nothing else.
  return outlines.map(({ op, index, remove, insert }): ArrayOp => {
    if (op === 'set') return { op, index, value: newValues[valueAt++] as Json }
    if (op === 'patch') return { op, index, delta: readLeaf(r, names, depth) as Json }
    if (op === 'move') return { op, from: index, to: remove }
    itemAt += insert
    return { op, index, deleteCount: remove, items: newItems.slice(itemAt - insert, itemAt) as Json[] }
  })
}

function outlineOf(kind: number, index: number): Outline {
  switch (kind) {
    case REMOVE_ONE:
      return { op: 'splice', index, remove: 1, insert: 0 }
    case INSERT_ONE:
      return { op: 'splice', index, remove: 0, insert: 1 }
    case SPLICE:
      return { op: 'splice', index, remove: 0, insert: 0 }
    case OTHER + SET:
      return { op: 'set', index, remove: 0, insert: 0 }
    case OTHER + PATCH:
      return { op: 'patch', index, remove: 0, insert: 0 }
    case OTHER + MOVE:
      return { op: 'move', index, remove: 0, insert: 0 }
    default:
      throw new PPError('MALFORMED_FRAME', `There is no array operation of kind ${kind}.`)
  }
}

/** A delta of an item: its fields one by one, each again a change. */
function writeChange(w: Writer, delta: unknown, names: NameWriter, depth: number): void {
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
  const count = r.count(2)
  const changes: Record<string, unknown> = {}
  for (let i = 0; i < count; i++) {
    const key = names.take(r)
    changes[key] = readLeaf(r, names, depth)
  }
  return changes
}
