// What stands at a place of a delta: a new value, or one of the three markers of the documented form. Values are written
// as values; markers have tags of their own that no value begins with.
import { PP_DELETED, isArrayOps, isDeleted, isLiteral } from '../delta/delta.js'
import type { ArrayOp, PPArrayOpsMarker } from '../delta/delta.js'
import { PPError } from '../errors.js'
import { isPlainObject, MAX_DEPTH } from '../json.js'
import type { Json } from '../json.js'
import type { Reader, Writer } from './bytes.js'
import { readColumn, writeColumn } from './column.js'
import type { NameReader, NameWriter } from './names.js'
import { readValue, writeValue } from './value.js'

const DELETED = 0xf0
const LITERAL = 0xf1
const OPS = 0xf2
/** An object of a delta inside array operations: names and leaves. */
const CHANGES = 0xf3
const FIRST_TAG = DELETED

const SET = 0
const SPLICE = 1
const PATCH = 2
const MOVE = 3

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

/** Indexes are written with two bits beside them. */
function isIndex(value: unknown): boolean {
  return (
    typeof value === 'number' &&
    Number.isInteger(value) &&
    value >= 0 &&
    value < 2 ** 48 &&
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

function writeOps(w: Writer, ops: readonly ArrayOp[], names: NameWriter, depth: number): void {
  w.varint(ops.length)
  for (const op of ops) {
    switch (op.op) {
      case 'set':
        w.varint(op.index * 4 + SET)
        writeValue(w, op.value, names, depth)
        break
      case 'splice':
        w.varint(op.index * 4 + SPLICE)
        w.varint(op.deleteCount)
        w.varint(op.items.length)
        if (op.items.length > 0) writeColumn(w, op.items, names, depth, writeValue)
        break
      case 'patch':
        w.varint(op.index * 4 + PATCH)
        writeChange(w, op.delta, names, depth)
        break
      case 'move':
        w.varint(op.from * 4 + MOVE)
        w.varint(op.to)
        break
    }
  }
}

function readOps(r: Reader, names: NameReader, depth: number): ArrayOp[] {
  const count = r.count(2)
  const ops: ArrayOp[] = []
  for (let i = 0; i < count; i++) {
    const head = r.varint()
    const index = Math.floor(head / 4)
    switch (head % 4) {
      case SET:
        // Values and deltas read from the wire are JSON by construction: the readers make nothing else.
        ops.push({ op: 'set', index, value: readValue(r, names, depth) as Json })
        break
      case SPLICE: {
        const deleteCount = r.varint()
        const items = r.varint()
        const values = items === 0 ? [] : readColumn(r, items, names, depth, readValue)
        ops.push({ op: 'splice', index, deleteCount, items: values as Json[] })
        break
      }
      case PATCH:
        ops.push({ op: 'patch', index, delta: readLeaf(r, names, depth) as Json })
        break
      default:
        ops.push({ op: 'move', from: index, to: r.varint() })
    }
  }
  return ops
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
