// The difference of two arrays, as few operations. `align` decides which old item is which new item; here that is written
// down: kept items that changed → `patch`, the rest → `set` and `splice`, items that changed places → `move`.
//   1. equal items at both ends are set aside: nearly every real change leaves nothing but a few items in between
//   2. objects with an `id` (and, in a tracked tree, the same object in memory) are found wherever they went
//   3. other lists of the same length with few differing places are compared place by place
//   4. what is left goes through Myers with bounded effort, and past the bound is replaced
import type { Json } from '../json.js'
import { align, areSettled, idOf, matchItems } from './align.js'
import type { IsChanged } from './align.js'
import type { DiffContext } from './context.js'
import type { ArrayOp, Delta } from './delta.js'
import type { KeyedAlignment } from './keyed.js'
import type { Alignment } from './myers.js'
import { haveSameFields, isRecord } from './value.js'

/** Says that a new item is the better thing to send. */
const NEW = Symbol('new')

/** What one array's difference is written with and into. */
interface Writing {
  readonly ops: ArrayOp[]
  /** Changes of items that stay. They come last, where their indexes are those of the new array. */
  readonly patches: ArrayOp[]
  readonly context: DiffContext | undefined
  readonly isChanged: IsChanged | undefined
  /** The change of an item that is known to be the same one, or stands where the other stood. */
  change(before: unknown, after: unknown): Delta | undefined
}

/**
 * The operations from `before` to `after`, in order; undefined when they are equal, `'all'` when sending the new array
 * is the better way to say it.
 */
export function diffArray(
  before: readonly unknown[],
  after: readonly unknown[],
  context: DiffContext | undefined,
  isChanged: IsChanged | undefined,
  change: (before: unknown, after: unknown) => Delta | undefined,
): ArrayOp[] | 'all' | undefined {
  const writing: Writing = { ops: [], patches: [], context, isChanged, change }
  const shorter = Math.min(before.length, after.length)

  let start = areSettled(isChanged) ? sameAtStart(before, after, shorter) : 0
  for (; start < shorter; start++) {
    const match = matchItems(before[start], after[start], isChanged)
    if (match === 'no') break
    if (match === 'changed') writePatch(writing, start, before[start], after[start])
  }
  const sameEnd = areSettled(isChanged) ? sameAtEnd(before, after, shorter - start) : 0
  let endBefore = before.length - sameEnd
  let endAfter = after.length - sameEnd
  const patchesAtEnd: ArrayOp[] = []
  for (; endBefore > start && endAfter > start; endBefore--, endAfter--) {
    const match = matchItems(before[endBefore - 1], after[endAfter - 1], isChanged)
    if (match === 'no') break
    if (match === 'same') continue
    const delta = itemChange(writing, before[endBefore - 1], after[endAfter - 1])
    if (delta !== undefined) patchesAtEnd.push({ op: 'patch', index: endAfter - 1, delta })
  }

  if (endBefore > start || endAfter > start)
    writeMiddle(writing, before.slice(start, endBefore), after.slice(start, endAfter), start)
  for (const patch of patchesAtEnd.reverse()) writing.patches.push(patch)

  const ops = inOrder(writing)
  if (ops.length === 0) return undefined
  return isCheaperWhole(ops, before, after) ? 'all' : ops
}

/** How many of the first `limit` items are the very same ones: told without a call for each. */
function sameAtStart(before: readonly unknown[], after: readonly unknown[], limit: number): number {
  let count = 0
  while (count < limit && before[count] === after[count]) count++
  return count
}

/** The same from the end. */
function sameAtEnd(before: readonly unknown[], after: readonly unknown[], limit: number): number {
  const [end, endAfter] = [before.length - 1, after.length - 1]
  let count = 0
  while (count < limit && before[end - count] === after[endAfter - count]) count++
  return count
}

/** Patches after everything that shifts; among items that all stay where they are, by index. */
function inOrder({ ops, patches }: Writing): ArrayOp[] {
  if (ops.length === 0) return patches
  const all = [...ops, ...patches]
  if (patches.length === 0 || ops.some((op) => op.op !== 'set')) return all
  return all.sort((a, b) => indexOf(a) - indexOf(b))
}

function indexOf(op: ArrayOp): number {
  return op.op === 'move' ? op.to : op.index
}

function writeMiddle(
  writing: Writing,
  before: readonly unknown[],
  after: readonly unknown[],
  offset: number,
): void {
  const aligned = align(before, after, writing.isChanged)
  if ('moves' in aligned) {
    writeWithMoves(writing, before, after, aligned, offset)
    return
  }
  let atBefore = 0
  let atAfter = 0
  for (const stretch of aligned) {
    const { i, j, length } = stretch
    writeRun(writing, before.slice(atBefore, i), after.slice(atAfter, j), offset + atAfter)
    atBefore = i + length
    atAfter = j + length
    writeStretch(writing, before, after, stretch, offset)
  }
  writeRun(writing, before.slice(atBefore), after.slice(atAfter), offset + atAfter)
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
  for (const stretch of kept) writeStretch(writing, before, after, stretch, offset)
}

/** Changes of items that stay. */
function writeStretch(
  writing: Writing,
  before: readonly unknown[],
  after: readonly unknown[],
  { i, j, length }: Alignment[number],
  offset: number,
): void {
  const isSettled = areSettled(writing.isChanged)
  for (let n = 0; n < length; n++) {
    if (isSettled && before[i + n] === after[j + n]) continue
    writeKept(writing, offset + j + n, before[i + n], after[j + n])
  }
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
    if (delta === NEW) continue
    writeLiterals(writing, after.slice(from, i), i - from, index + from)
    if (delta !== undefined) writing.patches.push({ op: 'patch', index: index + i, delta })
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
 * What differs between two containers that met at one place and have no id to tell them apart; undefined when they are
 * equal after all, `NEW` when the new one is the better thing to send.
 */
function changeInPlace({ change }: Writing, before: unknown, after: unknown): Delta | typeof NEW | undefined {
  if (Array.isArray(before)) {
    const delta = Array.isArray(after) ? change(before, after) : NEW
    return Array.isArray(delta) ? NEW : delta
  }
  if (!isRecord(before) || !isRecord(after)) return NEW
  if (idOf(before) !== undefined || idOf(after) !== undefined) return NEW
  const delta = change(before, after)
  if (delta === undefined) return undefined
  return isRecord(delta) && Object.keys(delta).length < Object.keys(after).length ? delta : NEW
}

function writeKept(writing: Writing, index: number, before: unknown, after: unknown): void {
  if (typeof after !== 'object' || after === null) return
  const isUntouched = before === after && writing.isChanged?.(after) === false
  if (!isUntouched) writePatch(writing, index, before, after)
}

function writePatch(writing: Writing, index: number, before: unknown, after: unknown): void {
  const delta = itemChange(writing, before, after)
  if (delta !== undefined) writing.patches.push({ op: 'patch', index, delta })
}

/** Most rows of a list are as they were, and hold plain values: seeing that is half the work of looking for differences. */
function itemChange({ change, isChanged }: Writing, before: unknown, after: unknown): Delta | undefined {
  const areSame =
    isChanged === undefined && isRecord(before) && isRecord(after) && haveSameFields(before, after)
  return areSame ? undefined : change(before, after)
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
