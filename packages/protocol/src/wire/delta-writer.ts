// A delta as tables: changes at like places (the x and y of many players) become one group, whose keys and values are
// columns. The documented JSON form goes in; `delta-reader.ts` reads what is written here straight into the next state.
//
//   news?      names and templates that the receiver does not have: from which number on, and these
//   groups     a 1, the template's number, many?, rows − 2; the blanks of the path; the fields. After the last: a 0
//
// Groups stand in the order of their depth: a list's insertions come before the changes of its items, whose indexes count
// after them.
import { isMarkerKey } from '../delta/delta.js'
import type { ArrayOp, PPArrayOpsMarker } from '../delta/delta.js'
import type { DiffContext } from '../delta/context.js'
import type { RecordNode, TrackNode } from '../delta/track-node.js'
import type { BitWriter } from './bit-writer.js'
import { writeCell } from './cell.js'
import { createBitWriter, writeColumn, writeMixed, writeNumbers } from './column-writer.js'
import { widthOf, writeKeys } from './keys.js'
import { isExactOps, isMarkerLeaf, writeLeaf } from './leaf.js'
import { createDictionaryWriter, MAX_NAMES } from './names.js'
import { isSorted, orderOf } from './order.js'
import {
  addNumbers,
  addRow,
  anyOf,
  clearGroup,
  createPlace,
  enter,
  groupOf,
  itemOf,
  markMaps,
  noteChildren,
  selfOf,
  sortRows,
} from './place.js'
import type { Column, Group, Place } from './place.js'
import { MAX_TEMPLATES, writeTemplate } from './template.js'
import type { Template } from './template.js'
import { takeChanges } from './tracked-changes.js'
import type { RowSink } from './tracked-changes.js'

/** What a receiver has heard of a view's dictionary. */
export interface Told {
  readonly names: number
  readonly templates: number
}

export interface DeltaWriter {
  /** Turns `delta` into bytes, which wait for `write`. */
  prepare(delta: unknown, past?: PastOf): void
  /** The same of what a tracker noted, read where it is; false, and nothing waits, when nothing differs. */
  prepareTracked(holder: RecordNode, context: DiffContext): boolean
  /** True when those who have heard `told` need to hear more before they can read what waits. */
  hasNews(told: Told): boolean
  /** Writes what waits for those who have heard `told`. */
  write(w: BitWriter, told: Told): void
  /** All there is to tell by now: what a receiver of the next bytes knows afterwards. */
  readonly told: Told
  /** True when the dictionary is full: time to start a new view with snapshots. */
  readonly isFull: boolean
}

/** What the fields of one object held at the version before. */
export type Past = { readonly [field: string]: unknown }
/** The past of an object of the delta, where it is known: the tracker remembers it anyway. */
export type PastOf = (changes: object) => Past | undefined

const noPast: PastOf = () => undefined

/** A value of which nobody knows what stood there before. */
const UNKNOWN: readonly number[] = [Number.NaN]

function numberIn(past: Past | undefined, field: string | undefined): number {
  const value = past === undefined ? undefined : past[field ?? '']
  return typeof value === 'number' ? value : Number.NaN
}

/** Patterns with `*` for "any key" (a contract's sync paths) tell from the start which places are maps. */
export function createDeltaWriter(patterns: readonly string[] = []): DeltaWriter {
  const names = createDictionaryWriter()
  const templates: Template[] = []
  const root = createPlace([])
  for (const pattern of patterns) markMaps(root, pattern.split('.'))
  const groupsOut = createBitWriter()
  /** Groups of the delta being written. */
  const open: Group[] = []
  /** What fills the blanks on the way to the place being looked at: numbers of names, or indexes. */
  const blanks: number[] = []
  /** The fields of the object being looked at: names and new values. */
  const fields: string[] = []
  const values: unknown[] = []
  const before: number[] = []
  /** What the children of a map are called. */
  let numbers = new Int32Array(64)
  let past: PastOf = noPast

  function prepare(delta: unknown, pastOf: PastOf = noPast): void {
    past = pastOf
    open.length = 0
    blanks.length = 0
    collect(delta, root)
    finish()
  }

  function prepareTracked(holder: RecordNode, context: DiffContext): boolean {
    past = noPast
    open.length = 0
    blanks.length = 0
    takeChanges(holder, context, root, sink)
    if (open.length === 0) return false
    finish()
    return true
  }

  function finish(): void {
    if (open.length > 1) open.sort((a, b) => a.template.steps.length - b.template.steps.length)
    for (const group of open) sortRows(group)
    writeGroups()
    for (const group of open) clearGroup(group)
  }

  function hasNews(told: Told): boolean {
    return names.length > told.names || templates.length > told.templates
  }

  function write(w: BitWriter, told: Told): void {
    if (hasNews(told)) writeNews(w, told)
    w.append(groupsOut)
  }

  function writeGroups(): void {
    let known: number
    do {
      // Names are as wide as there are names, and values may bring new ones: then once more, with all of them.
      known = names.length
      groupsOut.truncate(0)
      for (const group of open) {
        groupsOut.flag(true)
        writeGroup(group)
      }
      groupsOut.flag(false)
      groupsOut.align()
    } while (names.length > known)
  }

  function writeGroup({ number, template, rows, keys, columns }: Group): void {
    const w = groupsOut
    const isMany = rows > 1
    w.bits(number, widthOf(templates.length - 1))
    w.flag(isMany)
    if (isMany) w.golomb(rows - 2)
    let blank = 0
    for (const step of template.steps) {
      if (step.kind === 'name') continue
      const column = keys[blank++] ?? []
      if (isMany) writeKeys(w, column, rows)
      else if (step.kind === 'any') w.bits(column[0] ?? 0, widthOf(names.length - 1))
      else w.golomb(column[0] ?? 0)
    }
    for (const column of columns) {
      if (isMany) writeRows(w, column, rows)
      else {
        const value = column.areNumbers ? column.numbers[0] : column.values[0]
        writeCell(w, value, column.before[0] ?? Number.NaN, names, 0, writeLeaf)
      }
    }
  }

  function writeRows(w: BitWriter, column: Column, rows: number): void {
    if (column.areNumbers) {
      column.code = writeNumbers(
        w,
        column.numbers,
        rows,
        column.hasBefore ? column.before : null,
        column.code,
      )
      return
    }
    const values = column.values.slice(0, rows)
    if (values.some(isMarkerLeaf)) writeMixed(w, values, names, 0, writeLeaf)
    else writeColumn(w, values, names, 0, writeLeaf)
  }

  function writeNews(w: BitWriter, told: Told): void {
    w.varint(told.names)
    names.write(w, told.names)
    w.varint(told.templates)
    w.varint(templates.length - told.templates)
    for (const template of templates.slice(told.templates)) writeTemplate(w, template, names)
  }

  function collect(delta: unknown, place: Place): void {
    switch (kindOf(delta)) {
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
    let count = 0
    for (const key in delta) {
      const value = delta[key]
      if (kindOf(value) !== 'leaf') (inner ??= []).push(key)
      else {
        fields[count] = key
        values[count++] = value
      }
    }
    if (count > 0) {
      const old = past(delta)
      // Fields of an object that takes a list's place start from nothing.
      for (let i = 0; i < count; i++) before[i] = Array.isArray(old) ? Number.NaN : numberIn(old, fields[i])
      addFields(place, count)
    }
    if (inner === null) return
    noteChildren(place, inner.length)
    // Keys that come together get numbers that follow each other, before the names of what is in them.
    if (place.isMap && (place.any?.recent ?? null) === null) for (const key of inner) names.numberOf(key)
    for (const key of inner) {
      const next = enter(place, key)
      if (next === place.any) {
        blanks.push(names.numberOf(key))
        collect(delta[key], next)
        blanks.pop()
      } else collect(delta[key], next)
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

  /** Rows that come sorted need no sorting, and sorting objects is less work than sorting columns. */
  function byName(children: TrackNode[]): TrackNode[] {
    const { length } = children
    if (numbers.length < length) numbers = new Int32Array(length * 2)
    // `i` stays below the length.
    for (let i = 0; i < length; i++) numbers[i] = nameOf(children[i] as TrackNode)
    if (isSorted(numbers, length)) return children
    const order = orderOf(numbers, length)
    const sorted: TrackNode[] = []
    // An order names each of the children once.
    for (let i = 0; i < length; i++) sorted.push(children[order[i] ?? 0] as TrackNode)
    return sorted
  }

  const sink: RowSink = {
    delta: collect,
    field(at, key, value, old) {
      fields[at] = key
      values[at] = value
      before[at] = old
    },
    fields: addFields,
    numbers: (node, place, context) => {
      const { recent } = place
      if (recent === null || !addNumbers(recent, blanks, node, context)) return false
      if (recent.rows === 1) open.push(recent)
      return true
    },
    order(place, children) {
      noteChildren(place, children.length)
      return place.isMap ? byName(children) : children
    },
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

  return {
    prepare,
    prepareTracked,
    hasNews,
    write,
    get told() {
      return { names: names.length, templates: templates.length }
    },
    get isFull() {
      return names.length > MAX_NAMES - 4096 || templates.length >= MAX_TEMPLATES
    },
  }
}

/** Something to look into, a list whose items change where they are, or a new value. */
function kindOf(delta: unknown): 'fields' | 'items' | 'leaf' {
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
function firstLocal(ops: readonly ArrayOp[]): number {
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
