// What a delta changes, sorted into groups of rows: the first half of writing it; `delta-writer.ts` is the other. The
// documented JSON form goes in, or what a tracker noted.
import type { ArrayOp, PPArrayOpsMarker } from '../delta/delta.js'
import type { DiffContext } from '../delta/context.js'
import type { TrackNode } from '../delta/track-node.js'
import { RecordNode } from '../delta/track-record.js'
import { firstLocal, kindOf } from './change-kind.js'
import type { DeltaKind } from './change-kind.js'
import type { DictionaryWriter } from './names.js'
import { addNumberRows, isRowOf, takesNumbers } from './number-rows.js'
import { isSorted, orderOf } from './order.js'
import {
  addRow,
  anyOf,
  clearGroup,
  createPlace,
  enter,
  groupOf,
  itemOf,
  knownGroup,
  markMaps,
  noteChildren,
  selfOf,
  sortRows,
} from './place.js'
import type { Group, Place } from './place.js'
import type { Template } from './template.js'
import { takeChanges } from './tracked-changes.js'
import type { RowSink } from './tracked-changes.js'

/** What the fields of one object held at the version before. */
export type Past = { readonly [field: string]: unknown }
/** The past of an object of the delta, where it is known: the tracker remembers it anyway. */
export type PastOf = (changes: object) => Past | undefined

const noPast: PastOf = () => undefined

export interface ChangeTable {
  /** The groups of what was filled in, each with rows, in the order of their depth. */
  readonly groups: readonly Group[]
  fill(delta: unknown, past?: PastOf): void
  /** The same of what a tracker noted, read where it is. */
  fillTracked(holder: RecordNode, context: DiffContext): void
  /** Ready for the next delta. */
  clear(): void
}

/** Fewer objects than this are taken one by one. */
const MANY_ALIKE = 8

/** A value of which nobody knows what stood there before. */
const UNKNOWN: readonly number[] = [Number.NaN]

function numberIn(past: Past | undefined, field: string | undefined): number {
  const value = past === undefined ? undefined : past[field ?? '']
  return typeof value === 'number' ? value : Number.NaN
}

/** New names and templates go into `names` and `templates`. For `patterns` see `createDeltaWriter`. */
export function createChangeTable(
  names: DictionaryWriter,
  templates: Template[],
  patterns: readonly string[],
): ChangeTable {
  const root = createPlace([])
  for (const pattern of patterns) markMaps(root, pattern.split('.'))
  /** Groups that have rows. */
  const open: Group[] = []
  /** What fills the blanks on the way to the place being looked at: numbers of names, or indexes. */
  const blanks: number[] = []
  /** The fields of the object being looked at: names and new values. */
  const fields: string[] = []
  const values: unknown[] = []
  const before: number[] = []
  /** What fills the last blank of the nodes being taken, and which of them are taken, in order. */
  let numbers = new Int32Array(64)
  let picks = new Int32Array(64)
  let past: PastOf = noPast

  function fill(delta: unknown, pastOf: PastOf = noPast): void {
    past = pastOf
    collect(delta, root)
    finish()
  }

  function fillTracked(holder: RecordNode, context: DiffContext): void {
    past = noPast
    takeChanges(holder, context, root, sink)
    finish()
  }

  function finish(): void {
    if (open.length > 1) open.sort((a, b) => a.template.steps.length - b.template.steps.length)
    for (const group of open) sortRows(group)
  }

  function clear(): void {
    for (const group of open) clearGroup(group)
    open.length = 0
    // An error on the way may have left some.
    blanks.length = 0
  }

  function collect(delta: unknown, place: Place, kind = kindOf(delta)): void {
    switch (kind) {
      case 'fields':
        // What `kindOf` calls fields is an object.
        collectFields(delta as Record<string, unknown>, place)
        return
      case 'items':
        collectItems((delta as PPArrayOpsMarker).__pp_array_ops, place)
        return
      case 'leaf':
        add(selfOf(place, templates, names), delta)
    }
  }

  function collectFields(delta: Record<string, unknown>, place: Place): void {
    let inner: string[] | null = null
    let kinds: DeltaKind[] | null = null
    let count = 0
    for (const key in delta) {
      const value = delta[key]
      const kind = kindOf(value)
      if (kind === 'leaf') {
        fields[count] = key
        values[count++] = value
        continue
      }
      if (inner === null || kinds === null) {
        inner = []
        kinds = []
      }
      inner.push(key)
      kinds.push(kind)
    }
    if (count > 0) {
      const old = past(delta)
      // Fields of an object that takes a list's place start from nothing.
      for (let i = 0; i < count; i++) before[i] = Array.isArray(old) ? Number.NaN : numberIn(old, fields[i])
      addFields(place, count)
    }
    if (inner === null || kinds === null) return
    noteChildren(place, inner.length)
    // Keys that come together get numbers that follow each other, before the names of what is in them.
    if (place.isMap && (place.any?.recent ?? null) === null) for (const key of inner) names.numberOf(key)
    for (let i = 0; i < inner.length; i++) {
      const key = inner[i] ?? ''
      const next = enter(place, key)
      if (next === place.any) {
        blanks.push(names.numberOf(key))
        collect(delta[key], next, kinds[i])
        blanks.pop()
      } else collect(delta[key], next, kinds[i])
    }
  }

  /** Operations up to the last insertion stay operations; the changes of items that follow are rows. */
  function collectItems(ops: readonly ArrayOp[], place: Place): void {
    const from = firstLocal(ops)
    if (from > 0) add(selfOf(place, templates, names), { __pp_array_ops: ops.slice(0, from) })
    const item = itemOf(place)
    for (let i = from; i < ops.length; i++) {
      const op = ops[i]
      // `firstLocal` lets only these two through.
      if (op?.op !== 'patch' && op?.op !== 'set') continue
      blanks.push(op.index)
      if (op.op === 'patch') collect(op.delta, item)
      else add(selfOf(item, templates, names), op.value)
      blanks.pop()
    }
  }

  function addFields(place: Place, count: number): void {
    const group = groupOf(place, fields, count, templates, names)
    if (group !== null) {
      if (group.rows === 0) open.push(group)
      addRow(group, blanks, values, before)
      return
    }
    // Fields of ever other names are a map of values.
    const self = selfOf(anyOf(place), templates, names)
    for (let i = 0; i < count; i++) {
      blanks.push(names.numberOf(fields[i] ?? ''))
      add(self, values[i])
      blanks.pop()
    }
  }

  /** One value for a place itself. */
  function add(group: Group, value: unknown): void {
    if (group.rows === 0) open.push(group)
    addRow(group, blanks, [value], UNKNOWN)
  }

  function nameOf(node: TrackNode): number {
    if (node.namedBy !== names) {
      node.name = names.numberOf(node.key)
      node.namedBy = names
    }
    return node.name
  }

  /** What fills the last blank for each of `nodes` goes into `numbers`. */
  function number(nodes: readonly TrackNode[], numberOf: (node: TrackNode) => number): void {
    const { length } = nodes
    if (numbers.length < length) {
      numbers = new Int32Array(length * 2)
      picks = new Int32Array(length * 2)
    }
    // `i` stays below the length.
    for (let i = 0; i < length; i++) numbers[i] = numberOf(nodes[i] as TrackNode)
  }

  /**
   * Rows of those nodes that are like the last ones at `place`, all at once; returns the others. Both in the order of
   * `numbers`: rows that come sorted need no sorting, and sorting nodes is less work than sorting columns.
   */
  function takeAlike(
    place: Place,
    nodes: readonly TrackNode[],
    context: DiffContext | undefined,
  ): readonly TrackNode[] {
    const { length } = nodes
    const order = isSorted(numbers, length) ? null : orderOf(numbers, length)
    const { recent } = place
    const group = recent !== null && context !== undefined && takesNumbers(recent, context) ? recent : null
    const others: TrackNode[] = []
    let count = 0
    for (let i = 0; i < length; i++) {
      const pick = order === null ? i : (order[i] ?? 0)
      // An order names each of the nodes once.
      const node = nodes[pick] as TrackNode
      if (group !== null && node instanceof RecordNode && isRowOf(group, node)) picks[count++] = pick
      else others.push(node)
    }
    if (group === null || count === 0) return others
    const isFirst = group.rows === 0
    // What `isRowOf` holds for is a record.
    const dropped = addNumberRows(group, nodes as readonly RecordNode[], picks, count, blanks, numbers)
    if (isFirst && group.rows > 0) open.push(group)
    return dropped.length === 0 ? others : [...others, ...dropped]
  }

  /** The same for one combination of fields after the other, while so many are left that looking once more is worth it. */
  function takeAll(
    place: Place,
    nodes: readonly TrackNode[],
    context: DiffContext | undefined,
    numberOf: (node: TrackNode) => number,
  ): readonly TrackNode[] {
    let left = nodes
    for (let before = Infinity; ;) {
      number(left, numberOf)
      left = takeAlike(place, left, context)
      // A combination that was chosen, and took none.
      if (left.length < MANY_ALIKE || left.length === before) return left
      const [first] = left
      const written = first instanceof RecordNode ? first.writtenNumbers() : null
      const next = written === null ? undefined : knownGroup(place, written)
      if (next === undefined || next === place.recent) return left
      place.recent = next
      before = left.length
    }
  }

  const sink: RowSink = {
    delta: collect,
    field(at, key, value, old) {
      fields[at] = key
      values[at] = value
      before[at] = old
    },
    fields: addFields,
    numbers(node, place, context) {
      number([node], () => blanks.at(-1) ?? 0)
      return takeAlike(place, [node], context).length === 0
    },
    children(place, children, context) {
      noteChildren(place, children.length)
      return place.isMap ? takeAll(anyOf(place), children, context, nameOf) : children
    },
    items: (place, items, context) => takeAll(itemOf(place), items, context, indexOf),
    enterChild(place, child) {
      const next = enter(place, child.key)
      if (next === place.any) blanks.push(nameOf(child))
      return next
    },
    enterIndex(place, index) {
      blanks.push(index)
      return itemOf(place)
    },
    leave(parent, place) {
      if (place === parent.any || place === parent.item) blanks.pop()
    },
  }

  return { groups: open, fill, fillTracked, clear }
}

/** Of an item of a list: its key is its index. */
function indexOf({ key }: TrackNode): number {
  return Number(key)
}
