// The next state under construction. What stands in the tree before is never touched: a container is copied when it is
// first opened for writing, and whatever nobody opens stays shared.
import { isWide, keysChanged, shallowCopy } from '../delta/copy.js'
import { isRecord, own } from '../delta/value.js'
import { ensure } from '../malformed.js'
import type { Touched, TouchedKey } from '../room.js'
import { GONE } from './change.js'
import type { Step } from './template.js'

export type Container = Record<string, unknown> | unknown[]
type Fields = Record<TouchedKey, unknown>

export interface Tree {
  /** Goes on from `state`. */
  begin(state: unknown): void
  /** The state with all that was put into it. */
  readonly root: unknown
  /**
   * Per row, the container that the fields belong into (or, without fields, the place itself), free to write to.
   * `blanks`: what the path's keys came as, numbers of names and indexes.
   */
  open(place: Touched, steps: readonly Step[], blanks: readonly (readonly number[])[]): Container[]
}

/** The root stands in a holder under this key, so that a path always begins in a container. */
const ROOT = 'root'

/** Records that hold fields are of other kinds than the maps above them. */
const LEAF_LEVEL = 3

/** A map as it was left, and its records by the numbers of their names: V8 takes longer to find one by its name than to copy it. */
interface KnownMap {
  map: object
  readonly records: (Record<string, unknown> | undefined)[]
}

/** The maps of entities that change from tick to tick; those that were known first make room for others. */
const MAX_KNOWN_MAPS = 8

export function createTree(): Tree {
  let holder: Record<string, unknown> = {}
  /**
   * Containers of our own making: free to write to. The records of one map or list are not noted: that would cost more than
   * another copy of the few that come twice.
   */
  let ours = new Set<unknown>()
  const maps: KnownMap[] = []

  /** The container at `key`, ours to write to; made anew where no object stands. A list is never made. */
  function child(parent: Container, key: TouchedKey, isList: boolean, level: number): Container {
    const before = valueAt(parent, key)
    if (isList) ensure(Array.isArray(before), 'list')
    const stands = isList || isRecord(before)
    // What stands there is a container of the right kind.
    if (ours.has(before)) return before as Container
    if (before === undefined) keysChanged(parent)
    const map = maps.find(({ map }) => map === before)
    const copy = !stands
      ? {}
      : Array.isArray(before)
        ? before.slice()
        : shallowCopy(before as {}, level, true, map !== undefined)
    if (map !== undefined) map.map = copy
    forget(parent)
    ours.add(copy)
    return ((parent as Fields)[key] = copy)
  }

  /** Other things are put into it than the records that are known. */
  function forget(map: Container): void {
    const known = maps.findIndex((one) => one.map === map)
    if (known >= 0) maps.splice(known, 1)
  }

  return {
    begin(state) {
      holder = { [ROOT]: state }
      ours = new Set()
    },
    get root() {
      return holder[ROOT]
    },
    open({ path, rows, fields }, steps, blanks) {
      const isList = (i: number): boolean => steps[i]?.kind === 'index'
      const depth = fields.length === 0 ? steps.length - 1 : steps.length
      if (depth < 0) return [holder]

      // What all rows have in common is walked once.
      let common = child(holder, ROOT, isList(0), 0)
      let shared = 0
      for (let key = path[0]; shared < depth && typeof key === 'string'; key = path[shared])
        common = child(common, key, isList(++shared), shared)

      const targets: Container[] = []
      const keys = path[shared]
      const isLeaf = shared === depth - 1 && !isList(depth)
      // The case of every tick: many records of one map or list. Where single fields are put, one record may come in several rows, and
      // all of them mean the same copy.
      const isFlat = isLeaf && fields.length > 0
      // Arrays answer to their indexes as records do to their keys; neither inherits an object under a name of ours.
      const parent = common as Fields
      let records: KnownMap['records'] | undefined
      // Items of a list are found fast.
      if (isFlat && !isList(shared)) {
        records = maps.find(({ map }) => map === common)?.records
        if (records === undefined && maps.push({ map: common, records: (records = []) }) > MAX_KNOWN_MAPS)
          maps.shift()
      }
      // What new records are copies of: with all their fields from the beginning they never grow, which takes V8 longer than the rest.
      let blank: Fields | undefined
      for (let row = 0; row < rows; row++) {
        if (isFlat && typeof keys === 'object') {
          const key = keys[row] ?? 0
          const number = blanks[0]?.[row] ?? 0
          const before = records?.[number] ?? parent[key]
          if (isRecord(before)) {
            const copy = { ...before }
            parent[key] = copy
            if (records !== undefined) records[number] = copy
            targets.push(copy)
            continue
          }
          if (before === undefined && !Array.isArray(common)) {
            if (blank === undefined) {
              blank = Object.fromEntries(fields.map((field) => [field, undefined]))
              keysChanged(common)
              forget(common)
            }
            targets.push((parent[key] = { ...blank }))
            continue
          }
        }
        let at = common
        for (let i = shared; i < depth; i++)
          at = child(at, keyOf(path[i], row), isList(i + 1), isLeaf ? LEAF_LEVEL : i + 1)
        forget(at)
        if (isWide(at) && !fields.every((field) => Object.hasOwn(at, field))) keysChanged(at)
        targets.push(at)
      }
      return targets
    },
  }
}

/** The key of a row at one step of a path. */
export function keyOf(keys: Touched['path'][number] | undefined, row: number): TouchedKey {
  return typeof keys === 'object' ? (keys[row] ?? 0) : (keys ?? ROOT)
}

export function valueAt(container: Container, key: TouchedKey): unknown {
  if (typeof key === 'string' && !Array.isArray(container)) return own(container, key)
  ensure(typeof key === 'number' && Array.isArray(container) && key < container.length, 'index')
  return container[key]
}

/** Puts what a change has made in place. `valueAt` has looked at the key. */
export function putAt(container: Container, key: TouchedKey, value: unknown): void {
  if (value === GONE || !Object.hasOwn(container, key)) keysChanged(container)
  // As above.
  const fields = container as Fields
  if (value !== GONE) fields[key] = value
  else {
    ensure(!Array.isArray(container), 'deletion')
    delete fields[key]
  }
}
