// View slots: numbers of a map of entities in typed arrays, for what a frame loop reads sixty times a second. A frame moves
// numbers in place; no object is made per entity and none is touched. Reads the same frames as the replica beside it, and
// may stand without one.
//
//   handle     an entity's index in every column, the same for as long as the entity is there, then free for another
//   column     one per field: NaN where the entity has no such field, or no number in it
import { isRecord, own } from '../delta/value.js'
import { PPError } from '../errors.js'
import { unpackBodies } from './bundle.js'
import { readCell } from './cell.js'
import { GONE, readChange, UNHELD } from './change.js'
import { readColumn } from './column-reader.js'
import type { Held } from './column-reader.js'
import type { DeltaReader } from './delta-reader.js'
import { createGroupReader } from './group-reader.js'
import { DELTA, OPCODE_MASK, SNAPSHOT } from './opcodes.js'
import { fullBudget, Reader } from './reader.js'
import type { Budget } from './reader.js'
import type { Template } from './template.js'
import { createSlotTable } from './slot-table.js'
import { readValue } from './value.js'
import { createViewDecoder } from './view-decoder.js'

export interface SlotOptions {
  /** The room whose shared state is read; what a member alone sees of it is not. */
  readonly room: string
  /** Where the map of entities stands, `players` or `world.entities`; empty: the state itself. */
  readonly map: string
  /** Fields of an entity that hold numbers. */
  readonly fields: readonly string[]
}

export interface ViewSlots {
  /**
   * Reads a frame of the connection: every one must pass through here, in order. What is no state of this room is left alone.
   * @throws PPError `MALFORMED_FRAME` and its kin for a snapshot that cannot be read
   */
  read(frame: Uint8Array): void
  /** −1: there is no such entity. */
  handleOf(id: string): number
  /** Undefined: the handle is free. */
  idOf(handle: number): string | undefined
  /** Numbers by handle. A frame that brings more entities than there is room for replaces it: ask once per frame. */
  column(field: string): Float64Array
  /** Every handle is below this. */
  readonly size: number
  readonly version: number
  /** The server tick that the numbers are of. */
  readonly tick: number
  /** A frame was lost or could not be read: the numbers stand still until the next snapshot. */
  readonly isLost: boolean
}

/** @throws PPError `INVALID_ARGUMENT` without a field, or with one twice */
export function createSlots({ room, map, fields }: SlotOptions): ViewSlots {
  if (fields.length === 0 || new Set(fields).size < fields.length)
    throw new PPError('INVALID_ARGUMENT', 'Slots need at least one field, and each field once.')
  const path = map === '' ? [] : map.split('.')
  const table = createSlotTable(fields)
  let version = 0
  let tick = 0
  let isLost = true

  /** Another value stands at `at`, or none. */
  function replace(at: readonly string[], value: unknown): void {
    const id = at[path.length]
    const field = at[path.length + 1]
    if (id === undefined) {
      table.clear()
      let entities = value
      for (const key of path.slice(at.length)) entities = isRecord(entities) ? own(entities, key) : undefined
      if (isRecord(entities)) for (const key of Object.keys(entities)) replace([...path, key], entities[key])
    } else if (field === undefined) {
      if (!isRecord(value)) {
        table.leave(id)
        return
      }
      const handle = table.enter(id)
      for (const [i, name] of fields.entries()) table.put(i, handle, own(value, name))
    } else {
      // Somewhere inside a field it is no number any more.
      table.put(fields.indexOf(field), table.enter(id), at.length === path.length + 2 ? value : undefined)
    }
  }

  /** What a change has made of any place of the state. */
  function apply(at: readonly string[], value: unknown): void {
    for (let i = 0; i < Math.min(at.length, path.length); i++) if (at[i] !== path[i]) return
    // An object stands there, and if it stood there before it is the same.
    if (value === UNHELD && at.length <= path.length) return
    if (value === UNHELD && at.length === path.length + 1) table.enter(at[path.length] ?? '')
    else replace(at, value === GONE ? undefined : value)
  }

  /** Where entities are rows: the place that every tick names. */
  function isMap({ steps }: Template): boolean {
    if (steps.length !== path.length + 1 || steps[path.length]?.kind !== 'any') return false
    return path.every((key, i) => {
      const step = steps[i]
      return step?.kind === 'name' && step.name === key
    })
  }

  function createSlotReader(): DeltaReader {
    const reader = createGroupReader()
    const { names } = reader
    /** By number of a name, the handle of its entity: for rows, as long as `ids` says the same. */
    const byName: number[] = []
    /** The handles of the rows being read. */
    let rowHandles = new Int32Array(64)

    function handleOfName(number: number): number {
      const id = names.nameOf(number)
      const known = byName[number]
      if (known !== undefined && table.ids[known] === id) return known
      return (byName[number] = table.enter(id))
    }

    function takeRows(r: Reader, { fields: keys, steps }: Template, rows: number, entities: number[]): void {
      if (rowHandles.length < rows) rowHandles = new Int32Array(rows * 2)
      for (let row = 0; row < rows; row++) rowHandles[row] = handleOfName(entities[row] ?? 0)
      for (const key of keys) {
        const column = table.columns[fields.indexOf(key)]
        const before: Held['numbers'] = (into) => {
          for (let row = 0; row < rows; row++)
            into[row] = column === undefined ? 0 : (column[rowHandles[row] ?? 0] ?? 0)
        }
        const values = readValues(r, rows, steps.length + 1, before)
        if (column === undefined) continue
        for (let row = 0; row < rows; row++) {
          const value = values[row]
          const handle = rowHandles[row] ?? 0
          if (typeof value === 'number') column[handle] = value
          else apply([...path, table.ids[handle] ?? '', key], value)
        }
      }
    }

    /** Every other place: its path in full, its leaves one by one. */
    function takeAnywhere(r: Reader, template: Template, rows: number, blanks: readonly number[][]): void {
      const { steps, fields: keys } = template
      const paths: string[][] = []
      for (let row = 0; row < rows; row++) {
        let blank = 0
        const at = steps.map((step) => {
          if (step.kind === 'name') return step.name
          const number = blanks[blank++]?.[row] ?? 0
          return step.kind === 'any' ? names.nameOf(number) : String(number)
        })
        paths.push(at)
      }
      const depth = steps.length
      if (keys.length === 0) {
        const values = readValues(r, rows, depth, undefined)
        const leaves = paths.map((_, row) => values[row])
        for (const [row, at] of paths.entries()) apply(at, leaves[row])
      }
      for (const key of keys) {
        const before: Held['numbers'] = (into) => paths.forEach((at, row) => (into[row] = numberAt(at, key)))
        const values = readValues(r, rows, depth + 1, before)
        const leaves = paths.map((_, row) => values[row])
        for (const [row, at] of paths.entries()) apply([...at, key], leaves[row])
      }
    }

    function readValues(
      r: Reader,
      rows: number,
      depth: number,
      numbers: Held['numbers'],
    ): ArrayLike<unknown> {
      const held: Held = { numbers, change: () => readChange(r, names, depth, UNHELD) }
      return rows > 1 ? readColumn(r, rows, names, depth, readValue, held) : [readCell(r, held)]
    }

    return {
      read(r, hasNews) {
        reader.read(r, hasNews, (template, rows, blanks) => {
          if (template.fields.length > 0 && isMap(template)) takeRows(r, template, rows, blanks[0] ?? [])
          else takeAnywhere(r, template, rows, blanks)
        })
        return UNSEEN
      },
    }
  }

  /** What receivers hold at a field; of what is not in a slot, any number does: nobody looks at what comes of it. */
  function numberAt(at: readonly string[], field: string): number {
    if (at.length !== path.length + 1 || path.some((key, i) => at[i] !== key)) return 0
    const column = table.columns[fields.indexOf(field)]
    const handle = table.handles.get(at[path.length] ?? '')
    return column === undefined ? 0 : (column[handle ?? -1] ?? Number.NaN)
  }

  const views = createViewDecoder((name, scope, isBased) => {
    if (name !== room || scope !== undefined) return SKIP
    if (!isBased) table.clear()
    return createSlotReader()
  })

  function readBody(body: Uint8Array, budget: Budget): void {
    const opcode = body[0] ?? 0
    const kind = opcode & OPCODE_MASK
    if (kind !== SNAPSHOT && kind !== DELTA) return
    const r = new Reader(body, budget)
    r.u8()
    const isSnapshot = kind === SNAPSHOT
    const message = isSnapshot ? views.snapshot(r, opcode) : views.delta(r, opcode)
    if (message.room !== room || message.scope !== undefined) return
    isLost = message.kind === 'delta' && message.isDamaged === true
    if (isLost) return
    version = message.kind === 'delta' ? message.to : message.version
    ;({ tick } = message)
  }

  return {
    read(frame) {
      const budget = fullBudget()
      for (const body of unpackBodies(frame)) {
        try {
          readBody(body, budget)
        } catch (thrown) {
          isLost = true
          throw thrown
        }
      }
    },
    handleOf: (id) => table.handles.get(id) ?? -1,
    idOf: (handle) => table.ids[handle],
    column(field) {
      const column = table.columns[fields.indexOf(field)]
      if (column === undefined)
        throw new PPError('INVALID_ARGUMENT', `There is no slot for "${field}".`, {
          hint: 'Name it in `fields`.',
        })
      return column
    },
    get size() {
      return table.ids.length
    },
    get version() {
      return version
    },
    get tick() {
      return tick
    },
    get isLost() {
      return isLost
    },
  }
}

/** Slots are no state: who wants one has a replica. */
const UNSEEN = { state: undefined, touched: [] }

/** Of other rooms nothing is read but the versions. */
const SKIP: DeltaReader = {
  read(r) {
    r.skip()
    return UNSEEN
  },
}
