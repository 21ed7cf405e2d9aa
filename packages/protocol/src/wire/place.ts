// What a delta writer learns about the shape of a state: its places, and per place the combinations of fields that change
// together. Each combination has a template and collects rows; the rows of one delta leave as columns.
import type { DictionaryWriter } from './names.js'
import { NO_DIVISOR } from './number.js'
import { ANY, countBlanks, INDEX, MAX_TEMPLATES } from './template.js'
import type { Step, Template } from './template.js'

/** A place with more different children than this is a map of entities: its keys become blanks. */
const MAX_NAMED_CHILDREN = 6
/** A place with more different fields than this is a map of values. */
const MAX_NAMED_FIELDS = 32
/** Combinations of fields that get a template of their own, per place. */
const MAX_FIELD_SETS = 24

/** Keys are counted, not compared, while there are at most this many times more of them than rows. */
const SPARSE = 32
/** Per key from the smallest on, the row that has it, plus one. */
let slots = new Int32Array(256)

/** One place of the state, or all places that differ only in a blank. */
export interface Place {
  readonly steps: readonly Step[]
  readonly children: Map<string, Place>
  /** By the fields' names, joined. */
  readonly groups: Map<string, Group>
  /** The group that was asked for last: rows that look alike come one after another. */
  recent: Group | null
  any: Place | null
  item: Place | null
  /** The place itself, where it changes as a whole. */
  self: Group | null
  isMap: boolean
  isFieldMap: boolean
}

export interface Group {
  readonly number: number
  readonly template: Template
  /** Rows of the delta being written. Columns are used again and may be longer. */
  rows: number
  /** A column per blank, of numbers of names or of indexes. */
  readonly keys: number[][]
  readonly columns: readonly Column[]
}

/** The values of one field. */
export interface Column {
  values: unknown[]
  areNumbers: boolean
  /** What the receivers hold there now: a number, or NaN. */
  before: number[]
  /** True when some row tells what was before. */
  hasBefore: boolean
  /** The divisor of its numbers last time: probably this time's. */
  code: number
}

export function createPlace(steps: readonly Step[]): Place {
  return {
    steps,
    children: new Map(),
    groups: new Map(),
    recent: null,
    any: null,
    item: null,
    self: null,
    isMap: false,
    isFieldMap: false,
  }
}

/** The place at `key`: one of its own, or, in a map, `any`. */
export function enter(place: Place, key: string): Place {
  if (!place.isMap) {
    const known = place.children.get(key)
    if (known !== undefined) return known
    if (place.children.size < MAX_NAMED_CHILDREN) {
      const child = createPlace([...place.steps, { kind: 'name', name: key }])
      place.children.set(key, child)
      return child
    }
    place.isMap = true
  }
  return anyOf(place)
}

/** Notes that a delta changes this many children of one place. */
export function noteChildren(place: Place, count: number): void {
  if (count > MAX_NAMED_CHILDREN) place.isMap = true
}

export function anyOf(place: Place): Place {
  return (place.any ??= createPlace([...place.steps, ANY]))
}

export function itemOf(place: Place): Place {
  return (place.item ??= createPlace([...place.steps, INDEX]))
}

export function markMaps(root: Place, path: readonly string[]): void {
  let place = root
  for (const part of path) {
    if (part === '*') place.isMap = true
    place = part === '*' ? anyOf(place) : enter(place, part)
  }
}

/** The group of the place itself. */
export function selfOf(place: Place, templates: Template[], names: DictionaryWriter): Group {
  return (place.self ??= createGroup(place, [], templates, names))
}

/** The group of the first `count` of `fields`; null when the place has too many combinations already. */
export function groupOf(
  place: Place,
  fields: readonly string[],
  count: number,
  templates: Template[],
  names: DictionaryWriter,
): Group | null {
  const { recent } = place
  if (recent !== null && hasFields(recent, fields, count)) return recent
  if (count > MAX_NAMED_FIELDS) place.isFieldMap = true
  if (place.isFieldMap) return null
  const signature = fields.slice(0, count).join('\u0000')
  let group = place.groups.get(signature)
  if (group === undefined) {
    if (place.groups.size >= MAX_FIELD_SETS || templates.length >= MAX_TEMPLATES) return null
    group = createGroup(place, fields.slice(0, count), templates, names)
    place.groups.set(signature, group)
  }
  place.recent = group
  return group
}

function hasFields({ template }: Group, fields: readonly string[], count: number): boolean {
  if (template.fields.length !== count) return false
  for (let i = 0; i < count; i++) if (template.fields[i] !== fields[i]) return false
  return true
}

function createGroup(
  { steps }: Place,
  fields: readonly string[],
  templates: Template[],
  names: DictionaryWriter,
): Group {
  const template = { steps, fields }
  for (const step of steps) if (step.kind === 'name') names.numberOf(step.name)
  for (const field of fields) names.numberOf(field)
  return {
    number: templates.push(template) - 1,
    template,
    rows: 0,
    keys: Array.from({ length: countBlanks(template) }, () => []),
    columns: Array.from({ length: Math.max(fields.length, 1) }, createColumn),
  }
}

function createColumn(): Column {
  return { values: [], areNumbers: true, before: [], hasBefore: false, code: NO_DIVISOR }
}

/** One more row: what fills the blanks, the fields' values in the template's order, and the numbers that stood there, or NaN. */
export function addRow(
  group: Group,
  blanks: readonly number[],
  values: readonly unknown[],
  before: readonly number[],
): void {
  const { keys, columns } = group
  const row = group.rows++
  for (let i = 0; i < keys.length; i++) {
    const column = keys[i]
    if (column !== undefined) column[row] = blanks[i] ?? 0
  }
  for (let i = 0; i < columns.length; i++) {
    const column = columns[i]
    if (column === undefined) continue
    const value = values[i]
    column.values[row] = value
    if (typeof value !== 'number') column.areNumbers = false
    const old = before[i] ?? Number.NaN
    column.before[row] = old
    if (old === old) column.hasBefore = true
  }
}

/** Ready for the next delta. */
export function clearGroup(group: Group): void {
  group.rows = 0
  for (const column of group.columns) {
    column.hasBefore = false
    if (column.areNumbers) continue
    column.areNumbers = true
    // Values may be large; numbers can wait until they are written over.
    column.values = []
  }
}

/** Rows in the order of their first key, which says nothing in itself and is cheap to write. */
export function sortRows(group: Group): void {
  const { keys, columns, rows } = group
  const [first] = keys
  if (rows < 2 || first === undefined || isSorted(first, rows)) return
  const order = orderOf(first, rows)
  for (const column of keys) permute(column, order)
  for (const column of columns) {
    permute(column.values, order)
    if (column.hasBefore) permute(column.before, order)
  }
}

/** Room to put a column into another order. */
let scratch: unknown[] = []

function permute(column: unknown[], order: readonly number[]): void {
  for (let i = 0; i < order.length; i++) scratch[i] = column[i]
  for (let i = 0; i < order.length; i++) column[i] = scratch[order[i] ?? 0]
  if (typeof column[0] === 'object') scratch = []
}

function isSorted(keys: readonly number[], rows: number): boolean {
  for (let i = 1; i < rows; i++) if ((keys[i] ?? 0) < (keys[i - 1] ?? 0)) return false
  return true
}

/** The rows in the order of their keys; equal keys stay in theirs. */
function orderOf(keys: readonly number[], rows: number): readonly number[] {
  let min = Infinity
  let max = 0
  for (let i = 0; i < rows; i++) {
    const key = keys[i] ?? 0
    if (key < min) min = key
    if (key > max) max = key
  }
  const counted = max - min < rows * SPARSE ? orderByCounting(keys, rows, min, max) : null
  if (counted !== null) return counted
  const order = Array.from({ length: rows }, (_, i) => i)
  return order.sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0))
}

/** Keys that lie close together need no comparing. Null when two are equal. */
function orderByCounting(keys: readonly number[], rows: number, min: number, max: number): number[] | null {
  const range = max - min + 1
  if (slots.length < range) slots = new Int32Array(range * 2)
  else slots.fill(0, 0, range)
  for (let row = 0; row < rows; row++) {
    const slot = (keys[row] ?? 0) - min
    if (slots[slot] !== 0) return null
    slots[slot] = row + 1
  }
  const order: number[] = []
  for (let slot = 0; slot < range; slot++) {
    const row = slots[slot] ?? 0
    if (row !== 0) order.push(row - 1)
  }
  return order
}
