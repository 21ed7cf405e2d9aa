// A delta as tables: changes at like places (the x and y of many players) become one group, whose keys and values are
// columns. The documented JSON form goes in; the same form comes out of `delta-reader.ts`, which reads what is written here.
//
//   news?      when names or templates are new: from which number on, and the new ones
//   groups     their count, unless it is one; of each the template number and whether there are many rows; the blanks of the path; the fields
import type { ArrayOp } from '../delta/delta.js'
import { Writer } from './bytes.js'
import { writeColumn, writeMixed } from './column.js'
import type { Previous } from './column.js'
import { isExactOps, isMarkerLeaf, writeLeaf } from './leaf.js'
import { createDictionaryWriter, MAX_NAMES } from './names.js'
import type { DictionaryWriter } from './names.js'
import { ANY, INDEX, isBlank, MAX_TEMPLATES, writeTemplate } from './template.js'
import type { Step, Template } from './template.js'

/** A place with more different children than this is a map of entities: its keys become blanks. */
const MAX_NAMED_CHILDREN = 6
/** A place with more different fields than this is a map of values. */
const MAX_NAMED_FIELDS = 32
/** Combinations of fields that get a template of their own, per place. */
const MAX_FIELD_SETS = 24

/** A delta ready to be written; the flags stand before it, in the message's first byte. */
export interface PreparedDelta {
  readonly hasNews: boolean
  /** One group: the count is left out. */
  readonly isSingle: boolean
  readonly bytes: Uint8Array
}

export interface DeltaWriter {
  /** Turns `delta` into groups. News are the names and templates that no delta has brought before. */
  prepare(delta: unknown, past?: PastOf): PreparedDelta
  /** As `prepare`, for one receiver: the names it uses stay news for the others. The dictionary stands before it. */
  prepareSnapshot(delta: unknown): PreparedDelta
  /** Everything a newcomer must know to read the next delta. */
  writeDictionary(w: Writer): void
  /** True when the dictionary is full: time to start a new view with snapshots. */
  readonly isFull: boolean
}

/** Patterns with `*` for "any key" (a contract's sync paths) tell from the start which places are maps. */
export function createDeltaWriter(patterns: readonly string[] = []): DeltaWriter {
  const names = createDictionaryWriter()
  const templates: Template[] = []
  const root = createPlace([])
  for (const pattern of patterns) markMaps(root, pattern.split('.'))
  const out = new Writer()
  const groupsOut = new Writer()
  /** What deltas have brought so far. A snapshot's own names are news again for those who did not get it. */
  let namesTold = 0
  let templatesTold = 0
  /** Groups of the delta being written, in the order in which they were first needed. */
  const open: Group[] = []

  function prepare(delta: unknown, past: PastOf = noPast): PreparedDelta {
    const isSingle = writeGroups(delta, past)
    const hasNews = names.length > namesTold || templates.length > templatesTold
    if (hasNews) writeNews(out, namesTold, templatesTold)
    namesTold = names.length
    templatesTold = templates.length
    out.raw(groupsOut.take())
    return { hasNews, isSingle, bytes: out.take() }
  }

  function prepareSnapshot(delta: unknown): PreparedDelta {
    const isSingle = writeGroups(delta, noPast)
    return { hasNews: false, isSingle, bytes: groupsOut.take() }
  }

  function writeGroups(delta: unknown, past: PastOf): boolean {
    collect(delta, root, [], past)
    const isSingle = open.length === 1
    if (!isSingle) groupsOut.varint(open.length)
    for (const group of open) writeGroup(groupsOut, group, names)
    open.length = 0
    return isSingle
  }

  function writeNews(w: Writer, nameStart: number, templateStart: number): void {
    // Templates use names, so their own names must be numbered before the list of names is written.
    const body = new Writer()
    body.varint(templates.length - templateStart)
    for (const template of templates.slice(templateStart)) writeTemplate(body, template, names)
    w.varint(nameStart)
    names.write(w, nameStart)
    w.varint(templateStart)
    w.raw(body.take())
  }

  function collect(delta: unknown, place: Place, blanks: readonly Blank[], past: PastOf): void {
    if (isExactOps(delta) && areLocal(delta.__pp_array_ops)) {
      for (const op of delta.__pp_array_ops) collectOp(op, place, blanks, past)
      return
    }
    if (!isChanges(delta)) {
      addRow(place, NO_FIELDS, blanks, [delta])
      return
    }
    const fields: string[] = []
    const leaves: unknown[] = []
    const inner: string[] = []
    for (const key of Object.keys(delta)) {
      if (isInner(delta[key])) inner.push(key)
      else {
        fields.push(key)
        leaves.push(delta[key])
      }
    }
    if (fields.length > 0) addFields(place, fields, leaves, blanks, past(delta))
    if (inner.length > MAX_NAMED_CHILDREN) place.isMap = true
    for (const key of inner) {
      const [next, blank] = enter(place, key)
      collect(delta[key], next, blank === null ? blanks : [...blanks, blank], past)
    }
  }

  function collectOp(op: ArrayOp, place: Place, blanks: readonly Blank[], past: PastOf): void {
    const item = (place.item ??= createPlace([...place.steps, INDEX]))
    if (op.op === 'patch') collect(op.delta, item, [...blanks, op.index], past)
    // `areLocal` lets only these two through.
    else if (op.op === 'set') addRow(item, NO_FIELDS, [...blanks, op.index], [op.value])
  }

  function addFields(
    place: Place,
    fields: readonly string[],
    leaves: readonly unknown[],
    blanks: readonly Blank[],
    olds: Past | undefined,
  ): void {
    if (fields.length > MAX_NAMED_FIELDS) place.isFieldMap = true
    const signature = fields.join('\u0000')
    const isKnown = place.groups.has(signature)
    if (
      !place.isFieldMap &&
      (isKnown || place.groups.size < MAX_FIELD_SETS) &&
      templates.length < MAX_TEMPLATES
    ) {
      addRow(place, fields, blanks, leaves, signature, olds)
      return
    }
    const any = (place.any ??= createPlace([...place.steps, ANY]))
    fields.forEach((field, i) => addRow(any, NO_FIELDS, [...blanks, field], [leaves[i]]))
  }

  function addRow(
    place: Place,
    fields: readonly string[],
    blanks: readonly Blank[],
    leaves: readonly unknown[],
    signature = '',
    olds?: Past,
  ): void {
    // A place's own template and a template of one field named '' must differ.
    const name = fields === NO_FIELDS ? SELF : signature
    let group = place.groups.get(name)
    if (group === undefined) {
      const template = { steps: place.steps, fields }
      group = { number: templates.push(template) - 1, template, rows: 0, blanks: [], leaves: [], olds: [] }
      group.blanks = place.steps.filter(isBlank).map(() => [])
      group.leaves = (fields.length === 0 ? [''] : fields).map(() => [])
      place.groups.set(name, group)
    }
    if (group.rows === 0) open.push(group)
    group.rows++
    group.olds.push(olds)
    blanks.forEach((blank, i) => group.blanks[i]?.push(blank))
    leaves.forEach((leaf, i) => group.leaves[i]?.push(leaf))
  }

  return {
    prepare,
    prepareSnapshot,
    writeDictionary: (w) => writeNews(w, 0, 0),
    get isFull() {
      return names.length > MAX_NAMES - 4096 || templates.length >= MAX_TEMPLATES
    },
  }
}

/** What the fields of one object held at the version before. */
export type Past = { readonly [field: string]: unknown }
/** The past of an object of the delta, where it is known: the tracker remembers it anyway. */
export type PastOf = (changes: object) => Past | undefined

const noPast: PastOf = () => undefined

function numberIn(past: Past | undefined, field: string): number | undefined {
  const value = past?.[field]
  return typeof value === 'number' ? value : undefined
}

/** What fills a blank of a path: a key, or an index. */
type Blank = string | number

/** One place of the state, or all places that differ only in a blank. */
interface Place {
  readonly steps: readonly Step[]
  readonly children: Map<string, Place>
  readonly groups: Map<string, Group>
  any: Place | null
  item: Place | null
  isMap: boolean
  isFieldMap: boolean
}

interface Group {
  readonly number: number
  readonly template: Template
  rows: number
  blanks: Blank[][]
  leaves: unknown[][]
  /** Per row, what its fields held before, where that is known. */
  olds: (Past | undefined)[]
}

const NO_FIELDS: readonly string[] = []
const SELF = '\u0000'

function createPlace(steps: readonly Step[]): Place {
  return {
    steps,
    children: new Map(),
    groups: new Map(),
    any: null,
    item: null,
    isMap: false,
    isFieldMap: false,
  }
}

function enter(place: Place, key: string): [Place, Blank | null] {
  const known = place.children.get(key)
  if (known !== undefined && !place.isMap) return [known, null]
  if (place.isMap || place.children.size >= MAX_NAMED_CHILDREN) {
    place.isMap = true
    return [(place.any ??= createPlace([...place.steps, ANY])), key]
  }
  const child = createPlace([...place.steps, { kind: 'name', name: key }])
  place.children.set(key, child)
  return [child, null]
}

function markMaps(root: Place, path: readonly string[]): void {
  let place = root
  for (const part of path) {
    if (part === '*') {
      place.isMap = true
      place = place.any ??= createPlace([...place.steps, ANY])
    } else {
      ;[place] = enter(place, part)
    }
  }
}

/** An object of the delta whose keys are changes of their own. An empty one is a value. */
function isChanges(delta: unknown): delta is Record<string, unknown> {
  if (typeof delta !== 'object' || delta === null || Array.isArray(delta) || isMarkerLeaf(delta)) return false
  for (const _ in delta) return true
  return false
}

function isInner(delta: unknown): boolean {
  return isChanges(delta) || (isExactOps(delta) && areLocal(delta.__pp_array_ops))
}

/** Operations that each change one item where it is, no item twice: their order does not matter, so they can be rows. */
function areLocal(ops: readonly ArrayOp[]): boolean {
  let last = -1
  for (const op of ops) {
    if (op.op !== 'set' && op.op !== 'patch') return false
    // Rows are read back as `set` where the item is no object and as `patch` where it is; others stay operations.
    if (isObject(op.op === 'set' ? op.value : op.delta) !== (op.op === 'patch')) return false
    if (op.index <= last) return false
    last = op.index
  }
  return ops.length > 0
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function writeGroup(w: Writer, group: Group, names: DictionaryWriter): void {
  const { template, rows } = group
  const isMany = rows > 1
  w.varint(group.number * 2 + (isMany ? 1 : 0))
  if (isMany) w.varint(rows)
  template.steps.filter(isBlank).forEach((step, i) => {
    const numbers = (group.blanks[i] ?? []).map((blank) =>
      step.kind === 'any' ? names.numberOf(String(blank)) : blank,
    )
    if (isMany) writeColumn(w, numbers, names, 0, writeLeaf)
    else w.varint(Number(numbers[0]))
  })
  group.leaves.forEach((leaves, i) => {
    const field = template.fields[i]
    const previous: Previous = (row) => (field === undefined ? undefined : numberIn(group.olds[row], field))
    if (isMany && leaves.some(isMarkerLeaf)) writeMixed(w, leaves, names, 0, writeLeaf)
    else if (isMany) writeColumn(w, leaves, names, 0, writeLeaf, previous)
    else writeLeaf(w, leaves[0], names, 0)
  })
  group.rows = 0
  group.olds.length = 0
  for (const column of group.blanks) column.length = 0
  for (const column of group.leaves) column.length = 0
}
