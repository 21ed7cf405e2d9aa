// Reads a leaf and applies it to what stands at its place, in one go: what comes out is what stands there next.
// `leaf.ts` writes them.
import { isRecord, own, spliceItems } from '../delta/value.js'
import { MAX_DEPTH } from '../json.js'
import { ensure } from '../malformed.js'
import { readColumn } from './column-reader.js'
import { readKeys } from './keys.js'
import type { NameReader, Reader } from './reader.js'
import { fill } from './rows.js'
import { readTagged, readValue } from './value.js'

export const DELETED = 0xf0
export const LITERAL = 0xf1
export const OPS = 0xf2
/** An object of a delta inside array operations: names and leaves. */
export const CHANGES = 0xf3

/** Operations on a list. */
export const REMOVE_ONE = 0
export const INSERT_ONE = 1
export const SPLICE = 2
export const OTHER = 3
/** Behind `OTHER`, in two bits more. */
export const SET = 0
export const PATCH = 1
export const MOVE = 2

/** Lists are shorter than this. */
export const MAX_INDEX = 2 ** 48

/** The place is to be empty. */
export const GONE = Symbol('gone')

/** Stands for what a reader does not hold: of changes of a list it learns that there is one. */
export const UNHELD = Symbol('unheld')

/**
 * What stands after the leaf that comes next, where `before` stands, which is not written to. `before` itself comes back where
 * the leaf only says that an object stands there.
 */
export function readChange(r: Reader, names: NameReader, depth: number, before: unknown): unknown {
  return readLeaf(r, r.u8(), names, depth, before)
}

function readLeaf(r: Reader, tag: number, names: NameReader, depth: number, before: unknown): unknown {
  ensure(depth <= MAX_DEPTH, 'depth')
  if (tag === DELETED) return GONE
  if (tag === LITERAL) return readValue(r, names, depth + 1)
  if (tag === OPS) return readOps(r, names, depth + 1, before)
  ensure(tag < DELETED, 'change')
  const value = readTagged(r, tag, names, depth)
  if (!isRecord(value) || !(before === UNHELD || isRecord(before))) return value
  // Fields that change have groups; an object with some, over another, is no form of that.
  ensure(Object.keys(value).length === 0, 'object')
  return before
}

function readOps(r: Reader, names: NameReader, depth: number, before: unknown): unknown {
  ensure(before === UNHELD || Array.isArray(before), 'list')
  const count = r.golomb()
  r.needBits(count * 2)
  const kinds = fill(count, () => {
    const kind = r.bits(2)
    return kind < OTHER ? kind : OTHER + r.bits(2)
  })
  const indexes = count > 1 ? readKeys(r, count, MAX_INDEX) : fill(count, () => r.golomb())
  let itemCount = 0
  let valueCount = 0
  /** What is known of each before the values, which stand further back in the bytes. `remove` of a move: where to. */
  const outlines = kinds.map((kind) => {
    ensure(kind <= OTHER + MOVE, 'operation')
    const remove = kind === SPLICE || kind === OTHER + MOVE ? r.golomb() : kind === REMOVE_ONE ? 1 : 0
    const insert = kind === SPLICE ? r.golomb() : kind === INSERT_ONE ? 1 : 0
    itemCount += insert
    if (kind === OTHER + SET) valueCount++
    return { remove, insert }
  })
  const items = readRows(r, itemCount, names, depth)
  const values = readRows(r, valueCount, names, depth)
  r.align()
  const list = Array.isArray(before) ? before.slice() : null
  let itemAt = 0
  let valueAt = 0
  for (const [i, { remove, insert }] of outlines.entries()) {
    const index = indexes[i] ?? 0
    const kind = kinds[i]
    const isSplice = kind !== undefined && kind < OTHER
    const change =
      kind === OTHER + PATCH ? readPatch(r, names, depth, list === null ? UNHELD : list[index]) : undefined
    if (list === null) continue
    // What is inserted may come behind the last item.
    ensure(index + (isSplice ? remove : 1) <= list.length, 'index')
    if (isSplice) spliceItems(list, index, remove, items.slice(itemAt, (itemAt += insert)))
    else if (kind === OTHER + SET) list[index] = values[valueAt++]
    else if (kind === OTHER + PATCH) {
      ensure(change !== GONE, 'deletion')
      list[index] = change
    } else {
      const [item] = list.splice(index, 1)
      ensure(remove <= list.length, 'index')
      list.splice(remove, 0, item)
    }
  }
  return list ?? []
}

function readRows(r: Reader, count: number, names: NameReader, depth: number): unknown[] {
  if (count === 0) return []
  const values = readColumn(r, count, names, depth, readValue)
  return fill(count, (row) => values[row])
}

/** A change of an item: its fields one by one, each again a change, or a leaf. */
function readPatch(r: Reader, names: NameReader, depth: number, before: unknown): unknown {
  const tag = r.u8()
  if (tag !== CHANGES) return readLeaf(r, tag, names, depth, before)
  ensure(depth <= MAX_DEPTH, 'depth')
  const after: Record<string, unknown> = isRecord(before) ? { ...before } : {}
  for (let count = r.count(2); count > 0; count--) {
    const key = names.take(r)
    const value = readPatch(r, names, depth + 1, own(after, key))
    if (value === GONE) delete after[key]
    else after[key] = value
  }
  return after
}
