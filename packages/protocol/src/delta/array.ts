// The difference of two arrays, as few operations. First decide which old item is which new item (the alignment), then
// write that down: kept items that changed → `patch`, the rest → `set` and `splice`, items that changed places → `move`.
//   1. equal items at both ends are set aside: nearly every real change leaves nothing but a few items in between
//   2. objects with an `id` (and, in a tracked tree, the same object in memory) are found wherever they went
//   3. other lists of the same length with few differing places are compared place by place
//   4. what is left goes through Myers with bounded effort, and past the bound is replaced
import type { Json } from '../json.js'
import type { DiffContext } from './context.js'
import type { ArrayOp, Delta } from './delta.js'
import { alignByKey, type KeyedAlignment } from './keyed.js'
import { alignLists, type Alignment } from './myers.js'
import { deepEqual, isRecord } from './value.js'

/** Objects without an id are compared whole, again and again: give up on them earlier than on words. */
const MAX_EDITS_OF_CONTAINERS = 32

/** What one array's difference is written with and into. */
interface Writing {
  readonly ops: ArrayOp[]
  readonly context: DiffContext | undefined
  /** The change of an item that is known to be the same one, or stands where the other stood. */
  change(before: unknown, after: unknown): Delta | undefined
}

/** Different items · the same item unchanged · the same item, whose change is to be asked for. */
type Match = 'no' | 'same' | 'changed'

/**
 * The operations from `before` to `after`, in order; undefined when they are equal, `'all'` when sending the new array
 * is the better way to say it.
 */
export function diffArray(
  before: readonly unknown[],
  after: readonly unknown[],
  context: DiffContext | undefined,
  change: (before: unknown, after: unknown) => Delta | undefined,
): ArrayOp[] | 'all' | undefined {
  const writing: Writing = { ops: [], context, change }
  const shorter = Math.min(before.length, after.length)

  let start = 0
  for (; start < shorter; start++) {
    const match = matchItems(before[start], after[start], context)
    if (match === 'no') break
    if (match === 'changed') writePatch(writing, start, before[start], after[start])
  }
  let endBefore = before.length
  let endAfter = after.length
  for (; endBefore > start && endAfter > start; endBefore--, endAfter--) {
    if (matchItems(before[endBefore - 1], after[endAfter - 1], context) === 'no') break
  }

  writeMiddle(writing, before.slice(start, endBefore), after.slice(start, endAfter), start)
  for (let j = endAfter; j < after.length; j++)
    writeKept(writing, j, before[j + endBefore - endAfter], after[j])

  const { ops } = writing
  if (ops.length === 0) return undefined
  return isCheaperWhole(ops, before, after) ? 'all' : ops
}

function writeMiddle(
  writing: Writing,
  before: readonly unknown[],
  after: readonly unknown[],
  offset: number,
): void {
  if (before.length === 0 && after.length === 0) return
  const { context } = writing
  const keyed = before.length > 0 && after.length > 0 ? alignByKey(before, after, keyOf(context)) : undefined
  if (keyed !== undefined && keyed.moves.length > 0) {
    writeWithMoves(writing, before, after, keyed, offset)
    return
  }
  let i = 0
  let j = 0
  for (const [keptI, keptJ] of keyed?.kept ?? alignUnkeyed(before, after, context)) {
    if (keptI > i || keptJ > j) writeRun(writing, before.slice(i, keptI), after.slice(j, keptJ), offset + j)
    writeKept(writing, offset + keptJ, before[keptI], after[keptJ])
    i = keptI + 1
    j = keptJ + 1
  }
  writeRun(writing, before.slice(i), after.slice(j), offset + j)
}

/** Removals, then moves, then inserts, then patches: each phase in ascending order. */
function writeWithMoves(
  writing: Writing,
  before: readonly unknown[],
  after: readonly unknown[],
  { kept, removed, inserted, moves }: KeyedAlignment,
  offset: number,
): void {
  const { ops, context } = writing
  let gone = 0
  for (const [index, count] of removed) {
    ops.push({ op: 'splice', index: offset + index - gone, deleteCount: count, items: [] })
    gone += count
  }
  for (const [from, to] of moves) ops.push({ op: 'move', from: offset + from, to: offset + to })
  for (const [index, count] of inserted) {
    const items = takeAll(after.slice(index, index + count), context)
    ops.push({ op: 'splice', index: offset + index, deleteCount: 0, items })
  }
  for (const [i, j] of kept) writeKept(writing, offset + j, before[i], after[j])
}

/** Says that `before` gives way to `after`, which now begins at `index`. Neither holds an item of the other. */
function writeRun(
  writing: Writing,
  before: readonly unknown[],
  after: readonly unknown[],
  index: number,
): void {
  const pairs = Math.min(before.length, after.length)
  let from = 0
  for (let i = 0; i < pairs; i++) {
    const delta = changeInPlace(writing, before[i], after[i])
    if (delta === undefined) continue
    writeLiterals(writing, after.slice(from, i), i - from, index + from)
    writing.ops.push({ op: 'patch', index: index + i, delta })
    from = i + 1
  }
  writeLiterals(writing, after.slice(from), before.length - from, index + from)
}

function writeLiterals(
  writing: Writing,
  items: readonly unknown[],
  deleteCount: number,
  index: number,
): void {
  if (items.length === 0 && deleteCount === 0) return
  const taken = takeAll(items, writing.context)
  const [value] = taken
  if (taken.length === 1 && deleteCount === 1 && value !== undefined)
    writing.ops.push({ op: 'set', index, value })
  else writing.ops.push({ op: 'splice', index, deleteCount, items: taken })
}

/**
 * Two containers that met at one place and have no id to tell them apart: what differs, when that is less than the new
 * one; else undefined.
 */
function changeInPlace({ change }: Writing, before: unknown, after: unknown): Delta | undefined {
  if (Array.isArray(before)) {
    const delta = Array.isArray(after) ? change(before, after) : undefined
    return Array.isArray(delta) ? undefined : delta
  }
  if (!isRecord(before) || !isRecord(after)) return undefined
  if (idOf(before) !== undefined || idOf(after) !== undefined) return undefined
  const delta = change(before, after)
  return isRecord(delta) && Object.keys(delta).length < Object.keys(after).length ? delta : undefined
}

function writeKept(writing: Writing, index: number, before: unknown, after: unknown): void {
  if (matchItems(before, after, writing.context) === 'changed') writePatch(writing, index, before, after)
}

function writePatch({ ops, change }: Writing, index: number, before: unknown, after: unknown): void {
  const delta = change(before, after)
  if (delta !== undefined) ops.push({ op: 'patch', index, delta })
}

function alignUnkeyed(
  before: readonly unknown[],
  after: readonly unknown[],
  context: DiffContext | undefined,
): Alignment {
  if (before.length === 0 || after.length === 0) return []
  const isSame = (i: number, j: number): boolean => matchItems(before[i], after[j], context) !== 'no'
  const inPlace = before.length === after.length ? alignInPlace(before.length, isSame) : undefined
  // Few places differ, or a small part: no other alignment can save enough to be worth searching.
  if (inPlace !== undefined && (before.length - inPlace.length) * 4 <= before.length + 8) return inPlace
  const maxEdits = typeof before[0] === 'object' ? MAX_EDITS_OF_CONTAINERS : undefined
  const shifted = alignLists(before.length, after.length, isSame, maxEdits)
  if (inPlace === undefined) return shifted ?? []
  return shifted !== undefined && shifted.length > inPlace.length ? shifted : inPlace
}

function alignInPlace(length: number, isSame: (i: number, j: number) => boolean): Alignment {
  const kept: [number, number][] = []
  for (let i = 0; i < length; i++) if (isSame(i, i)) kept.push([i, i])
  return kept
}

function matchItems(before: unknown, after: unknown, context: DiffContext | undefined): Match {
  if (typeof after !== 'object' || after === null) return before === after ? 'same' : 'no'
  if (before === after) return context?.isChanged(after) ? 'changed' : 'same'
  if (typeof before !== 'object' || before === null) return 'no'
  const id = idOf(after)
  if (id !== undefined) return id === idOf(before) ? 'changed' : 'no'
  // What an object in memory held before cannot be compared whole; it was not found at its place, so it is another.
  if (context?.isChanged(before)) return 'no'
  return deepEqual(before, after) ? 'same' : 'no'
}

function idOf(item: unknown): string | number | undefined {
  if (!isRecord(item)) return undefined
  const id = item['id']
  return typeof id === 'string' || typeof id === 'number' ? id : undefined
}

/** In a tracked tree the object itself is the best id there is: it is found again although it has none. */
function keyOf(context: DiffContext | undefined): (item: unknown) => unknown {
  if (context === undefined) return idOf
  return (item) => idOf(item) ?? (typeof item === 'object' && item !== null ? item : undefined)
}

function takeAll(items: readonly unknown[], context: DiffContext | undefined): Json[] {
  // Items of JSON arrays are JSON.
  const values = items as readonly Json[]
  return context === undefined ? [...values] : values.map((value) => context.take(value))
}

/**
 * True when nothing of the old array is left, or when so many of its plain values changed that each new one costs less
 * than an operation.
 */
function isCheaperWhole(
  ops: readonly ArrayOp[],
  before: readonly unknown[],
  after: readonly unknown[],
): boolean {
  const [first] = ops
  if (ops.length === 1 && first?.op === 'splice') return first.deleteCount === before.length
  if (ops.length <= 4 || ops.length * 2 <= after.length) return false
  return after.every((item) => typeof item !== 'object' || item === null)
}
