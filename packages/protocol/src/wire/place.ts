// What a delta writer learns about the shape of a state: its places, and per place the combinations of fields that change
// together. Each combination has a template and collects rows; the rows of one delta leave as columns.
import type { DictionaryWriter } from './names.js'
import { ANY, countBlanks, INDEX, MAX_TEMPLATES } from './template.js'
import type { Step, Template } from './template.js'

/** A place with more different children than this is a map of entities: its keys become blanks. */
const MAX_NAMED_CHILDREN = 6
/** A place with more different fields than this is a map of values. */
const MAX_NAMED_FIELDS = 32
/** Combinations of fields that get a template of their own, per place. */
const MAX_FIELD_SETS = 24

/** Rows sort by one number that holds their key and where they are; larger keys are compared one by one. */
const MAX_SORT_KEY = 2 ** 31
const MAX_SORT_ROWS = 2 ** 21

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
  rows: number
  /** A column per blank, of numbers of names or of indexes. */
  keys: number[][]
  /** A column per field. */
  fields: unknown[][]
  /** What the receivers hold there now, per field: a number, or NaN. Empty when no row tells. */
  before: number[][]
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
  const group = { number: templates.push(template) - 1, template, rows: 0, keys: [], fields: [], before: [] }
  clearGroup(group)
  return group
}

/** Ready for the next delta. */
export function clearGroup(group: Group): void {
  const width = Math.max(group.template.fields.length, 1)
  group.rows = 0
  group.keys = Array.from({ length: countBlanks(group.template) }, () => [])
  group.fields = Array.from({ length: width }, () => [])
  group.before = []
}

/** Rows in the order of their first key, which says nothing in itself and is cheap to write. */
export function sortRows(group: Group): void {
  const [first] = group.keys
  if (first === undefined || isSorted(first)) return
  const order = orderOf(first)
  const sorted = <T>(column: readonly T[]): T[] => order.map((row) => column[row] as T)
  group.keys = group.keys.map(sorted)
  group.fields = group.fields.map(sorted)
  group.before = group.before.map(sorted)
}

function isSorted(keys: readonly number[]): boolean {
  for (let i = 1; i < keys.length; i++) if ((keys[i] ?? 0) < (keys[i - 1] ?? 0)) return false
  return true
}

function orderOf(keys: readonly number[]): number[] {
  const isSmall = keys.length < MAX_SORT_ROWS && keys.every((key) => key < MAX_SORT_KEY)
  if (!isSmall) return Array.from(keys.keys()).sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0))
  // Typed arrays sort without calling back.
  const tagged = new Float64Array(keys.length)
  for (let i = 0; i < keys.length; i++) tagged[i] = (keys[i] ?? 0) * MAX_SORT_ROWS + i
  tagged.sort()
  return Array.from(tagged, (tag) => tag % MAX_SORT_ROWS)
}
