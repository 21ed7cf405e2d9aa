// What a delta writer learns about the shape of a state: its places, and per place the combinations of fields that change
// together. Each combination has a template and collects rows; the rows of one delta leave as columns.
import type { DiffContext } from '../delta/context.js'
import type { WriteShape } from '../delta/track-written.js'
import type { Rounding } from '../sync.js'
import type { DictionaryWriter } from './names.js'
import { DIVISORS, NO_DIVISOR } from './number.js'
import { isSorted, orderOf, permute, permuteNumbers } from './order.js'
import { ANY, countBlanks, INDEX, MAX_TEMPLATES } from './template.js'
import type { Step, Template } from './template.js'

/** A place with more different children than this is a map of entities: its keys become blanks. */
const MAX_NAMED_CHILDREN = 6
/** A place with more different fields than this is a map of values. */
const MAX_NAMED_FIELDS = 32
/** Combinations of fields that get a template of their own, per place. */
const MAX_FIELD_SETS = 24

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
  /** Where the rounding of the columns was looked up. */
  context: DiffContext | null
  /** The fields as the tracker has them, in the object that was looked at last. */
  readonly written: WrittenAlike
}

/** Most objects in which the same fields were written have the same shape and mask too: then nothing is looked up. */
export interface WrittenAlike {
  keys: readonly string[] | null
  shape: WriteShape | null
  mask: number
  /** Where the old number of each field is in an object's stretch. */
  offsets: readonly number[]
}

/** The values of one field. */
export interface Column {
  /** Empty for the place itself. */
  readonly field: string
  /** The values, as long as all are numbers. */
  numbers: Float64Array
  /** The values of all rows, once one is no number. */
  values: unknown[]
  areNumbers: boolean
  /** What the receivers hold there now: a number, or NaN. */
  before: Float64Array
  /** True when some row tells what was before. */
  hasBefore: boolean
  /** The divisor of its numbers last time: probably this time's. */
  code: number
  /** How its numbers are rounded, from the group's context. */
  round: Rounding | undefined
  /** The divisor's code of the grid that they are rounded to, if there is such a one. */
  gridCode: number
  /** True while `numbers` and `before` hold numerators over that divisor instead of numbers. */
  areNumerators: boolean
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
  const signature = signatureOf(fields.slice(0, count))
  let group = place.groups.get(signature)
  if (group === undefined) {
    if (place.groups.size >= MAX_FIELD_SETS || templates.length >= MAX_TEMPLATES) return null
    group = createGroup(place, fields.slice(0, count), templates, names)
    place.groups.set(signature, group)
  }
  // A name may hold what joins them.
  if (!hasFields(group, fields, count)) return null
  place.recent = group
  return group
}

/** The group of these fields, if there was one before. */
export function knownGroup({ groups }: Place, fields: readonly string[]): Group | undefined {
  const group = groups.get(signatureOf(fields))
  return group !== undefined && hasFields(group, fields, fields.length) ? group : undefined
}

function signatureOf(fields: readonly string[]): string {
  return fields.join('\u0000')
}

export function hasFields({ template }: Group, fields: readonly string[], count: number): boolean {
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
    columns: (fields.length === 0 ? [''] : fields).map(createColumn),
    context: null,
    written: { keys: null, shape: null, mask: 0, offsets: [] },
  }
}

const FIRST_ROWS = 4

function createColumn(field: string): Column {
  return {
    field,
    numbers: new Float64Array(FIRST_ROWS),
    values: [],
    areNumbers: true,
    before: new Float64Array(FIRST_ROWS),
    hasBefore: false,
    code: NO_DIVISOR,
    round: undefined,
    gridCode: NO_DIVISOR,
    areNumerators: false,
  }
}

/** One more row: what fills the blanks, the fields' values in the template's order, and the numbers that stood there, or NaN. */
export function addRow(
  group: Group,
  blanks: readonly number[],
  values: readonly unknown[],
  before: readonly number[],
): void {
  const { columns } = group
  const row = group.rows++
  addKeys(group, blanks, row)
  for (let i = 0; i < columns.length; i++) {
    const column = columns[i]
    if (column === undefined) continue
    divideNumerators(column, row)
    reserveRows(column, group.rows)
    putValue(column, row, values[i])
    const old = before[i] ?? Number.NaN
    column.before[row] = old
    if (old === old) column.hasBefore = true
  }
}

function addKeys({ keys }: Group, blanks: readonly number[], row: number): void {
  for (let i = 0; i < keys.length; i++) {
    const column = keys[i]
    if (column !== undefined) column[row] = blanks[i] ?? 0
  }
}

function putValue(column: Column, row: number, value: unknown): void {
  if (typeof value !== 'number' && column.areNumbers) {
    column.areNumbers = false
    for (let i = 0; i < row; i++) column.values[i] = column.numbers[i]
  }
  if (column.areNumbers) column.numbers[row] = value as number
  else column.values[row] = value
}

/** Turns the first `rows` numerators of a column into the numbers that they stand for. */
export function divideNumerators(column: Column, rows: number): void {
  if (!column.areNumerators) return
  const { numbers, before, gridCode } = column
  const divisor = DIVISORS[gridCode] ?? 1
  for (let i = 0; i < rows; i++) {
    numbers[i] = (numbers[i] ?? 0) / divisor
    before[i] = (before[i] ?? 0) / divisor
  }
  column.areNumerators = false
}

/** Makes room for `rows` rows. */
export function reserveRows(column: Column, rows: number): void {
  const { numbers, before } = column
  if (rows <= numbers.length) return
  column.numbers = new Float64Array(rows * 2)
  column.numbers.set(numbers)
  column.before = new Float64Array(rows * 2)
  column.before.set(before)
}

/** Ready for the next delta. */
export function clearGroup(group: Group): void {
  group.rows = 0
  for (const column of group.columns) {
    column.hasBefore = false
    column.areNumerators = false
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
  for (const column of keys) permute(column, order, rows)
  for (const column of columns) {
    if (column.areNumbers) permuteNumbers(column.numbers, order, rows)
    else permute(column.values, order, rows)
    if (column.hasBefore) permuteNumbers(column.before, order, rows)
  }
}
