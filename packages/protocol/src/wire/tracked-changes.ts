// The short way from a tracked tree to the rows of a delta: what nodes remember goes straight into columns. It says what
// the delta of the same commit would say; where that needs more thought than "this number, then that", it asks for it.
import { isMarkerKey } from '../delta/delta.js'
import type { Delta } from '../delta/delta.js'
import { diffField } from '../delta/diff.js'
import type { DiffContext } from '../delta/context.js'
import { changeOfNode, isChangedInside, isChangedInSecret, locate } from '../delta/track-commit.js'
import { ListNode } from '../delta/track-array.js'
import type { TrackNode } from '../delta/track-node.js'
import { RecordNode } from '../delta/track-record.js'
import type { Place } from './place.js'

/** Takes rows; `delta-writer.ts` has the groups. */
export interface RowSink {
  /** A whole delta at `place`. */
  delta(delta: unknown, place: Place): void
  /** The fields noted by `field` since the last call, as a row of `place`. */
  fields(place: Place, count: number): void
  /** Notes a field: its new value, and the number that receivers hold, or NaN. */
  field(at: number, key: string, value: unknown, before: number): void
  /** The row of an object of which numbers were written, the same ones as in the row before; false when it is not that simple. */
  numbers(node: RecordNode, place: Place, context: DiffContext): boolean
  /**
   * Says which children of a place change, before they are entered. Takes those that `numbers` would take all at once, where
   * all have the same context; returns the others in the best order.
   */
  children(
    place: Place,
    children: readonly TrackNode[],
    context: DiffContext | undefined,
  ): readonly TrackNode[]
  /** The same of the items of a list, which come in order. */
  items(place: Place, items: readonly TrackNode[], context: DiffContext): readonly TrackNode[]
  /** Goes to a child and returns its place. */
  enterChild(place: Place, child: TrackNode): Place
  enterIndex(place: Place, index: number): Place
  /** Goes back. */
  leave(parent: Place, place: Place): void
}

/** Everything that changed in the state that `holder` holds. */
export function takeChanges(holder: RecordNode, context: DiffContext, root: Place, sink: RowSink): void {
  const { tick } = holder.ledger
  if (holder.flaggedAt !== tick) return
  if (holder.touchedAt === tick) {
    // The root was replaced. The holder is a record of one field that is never deleted: so is its delta.
    const delta = changeOfNode(holder, context, -1) as { root: Delta } | undefined
    if (delta !== undefined) sink.delta(delta.root, root)
    return
  }
  for (const node of holder.children) takeRows(node, root, context.at(node.key), sink, 0)
}

function takeRows(node: TrackNode, place: Place, context: DiffContext, sink: RowSink, depth: number): void {
  if (node instanceof RecordNode) takeRecord(node, place, context, sink, depth)
  else if (node instanceof ListNode) takeList(node, place, context, sink, depth)
}

function takeRecord(
  node: RecordNode,
  place: Place,
  context: DiffContext,
  sink: RowSink,
  depth: number,
): void {
  const isLeaf = node.children.length === 0
  if (isLeaf && sink.numbers(node, place, context)) return
  const { raw } = node
  const { keys, olds } = node.written()
  const written = keys.length
  let count = 0
  for (let i = 0; i < written; i++) {
    const key = keys[i] ?? ''
    const old = olds[i]
    const now = Object.hasOwn(raw, key) ? raw[key] : undefined
    const { round, secrecy } = context.at(key)
    if (typeof old === 'number' && typeof now === 'number' && secrecy === undefined) {
      const before = round === undefined ? old : round(old)
      const after = round === undefined ? now : round(now)
      if (before !== after) sink.field(count++, key, after, before)
      continue
    }
    if (isContainer(old) || isContainer(now) || isMarkerKey(key) || secrecy !== undefined) {
      // What replaces what, what looks like a marker, and what is hidden, is for the delta to say.
      takeDelta(node, place, context, sink, depth)
      return
    }
    const change = diffField(old, now, context.at(key), depth + 1)
    if (change !== undefined) sink.field(count++, key, change, Number.NaN)
  }
  const children = isLeaf ? node.children : changedChildren(node, written, context)
  if (hasMarkerKey(children)) {
    takeDelta(node, place, context, sink, depth)
    return
  }
  if (count > 0) sink.fields(place, count)
  if (!isLeaf) takeChildren(children, place, context, sink, depth)
}

/** Those of the flagged children that still stand here and are not hidden. */
function changedChildren(node: RecordNode, written: number, context: DiffContext): readonly TrackNode[] {
  const { children } = node
  const below = context.below()
  const isChanged = (child: TrackNode): boolean =>
    isChangedInside(node, child, written) && !isChangedInSecret(child, below ?? context.at(child.key))
  // Nearly always all of them are.
  for (let i = 0; i < children.length; i++) {
    const child = children[i]
    if (child !== undefined && isChanged(child)) continue
    return [...children.slice(0, i), ...children.slice(i + 1).filter(isChanged)]
  }
  return children
}

function hasMarkerKey(children: readonly TrackNode[]): boolean {
  // What has a name was looked at before.
  for (const { namedBy, key } of children) if (namedBy === undefined && isMarkerKey(key)) return true
  return false
}

function takeChildren(
  children: readonly TrackNode[],
  place: Place,
  context: DiffContext,
  sink: RowSink,
  depth: number,
): void {
  const below = context.below()
  for (const child of sink.children(place, children, below)) {
    const next = sink.enterChild(place, child)
    takeRows(child, next, below ?? context.at(child.key), sink, depth + 1)
    sink.leave(place, next)
  }
}

function takeList(node: ListNode, place: Place, context: DiffContext, sink: RowSink, depth: number): void {
  if (node.touchedAt === node.ledger.tick) {
    takeDelta(node, place, context, sink, depth)
    return
  }
  const below = context.at('*')
  const items = locate(node)
  for (const item of sink.items(place, items, below)) {
    const next = sink.enterIndex(place, Number(item.key))
    takeRows(item, next, below, sink, depth + 1)
    sink.leave(place, next)
  }
}

function takeDelta(node: TrackNode, place: Place, context: DiffContext, sink: RowSink, depth: number): void {
  const delta = changeOfNode(node, context, depth)
  if (delta !== undefined) sink.delta(delta, place)
}

function isContainer(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}
