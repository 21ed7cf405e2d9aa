// The next state under construction. What stands in the tree before is never touched: a container is copied when it is
// first opened for writing, and whatever nobody opens stays shared.
import { isWide, keysChanged, shallowCopy } from '../delta/copy.js'
import { isRecord, own } from '../delta/value.js'
import { ensure } from '../malformed.js'
import type { Touched, TouchedKey } from '../room.js'
import { GONE } from './change.js'
import type { Step } from './template.js'

export type Container = Record<string, unknown> | unknown[]

export interface Tree {
  /** Goes on from `state`. */
  begin(state: unknown): void
  /** The state with all that was put into it. */
  readonly root: unknown
  /** Per row, the container that the fields belong into (or, without fields, the place itself), free to write to. */
  open(place: Touched, steps: readonly Step[]): Container[]
}

/** The root stands in a holder under this key, so that a path always begins in a container. */
const ROOT = 'root'

/** Records that hold fields are of other kinds than the maps above them. */
const LEAF_LEVEL = 3

/** Up to here looking through a list is faster than hashing. */
const FEW = 24

export function createTree(): Tree {
  let holder: Record<string, unknown> = {}
  /** Containers of our own making: free to write to. */
  let ours: object[] = []
  /** The first `noted` of them, once somebody asks for one of many. */
  let known: Set<object> | null = null
  let noted = 0
  /** Those of ours whose keys are remembered from copy to copy. */
  let wide: object[] = []

  function isOurs(container: object): boolean {
    if (ours.length < FEW) return ours.includes(container)
    known ??= new Set()
    for (; noted < ours.length; noted++) known.add(ours[noted] ?? holder)
    return known.has(container)
  }

  function keep<T extends Container>(copy: T): T {
    ours.push(copy)
    return copy
  }

  /** The container at `key`, ours to write to; made anew where no object stands. A list is never made. */
  function child(parent: Container, key: TouchedKey, isList: boolean, level: number): Container {
    const before = valueAt(parent, key)
    if (isList) ensure(Array.isArray(before), 'list')
    const stands = isList || isRecord(before)
    // What stands there is a container of the right kind.
    if (stands && isOurs(before as object)) return before as Container
    if (before === undefined) keysChanged(parent)
    const copy = !stands
      ? {}
      : Array.isArray(before)
        ? before.slice()
        : shallowCopy(before as {}, level, true)
    if (isWide(copy)) wide.push(copy)
    assign(parent, key, copy)
    return keep(copy)
  }

  /** Before `fields` are put into it. */
  function tellNew(container: Container, fields: readonly string[]): void {
    if (wide.includes(container) && !fields.every((field) => Object.hasOwn(container, field)))
      keysChanged(container)
  }

  return {
    begin(state) {
      holder = { [ROOT]: state }
      ours = [holder]
      known = null
      noted = 0
      wide = []
    },
    get root() {
      return holder[ROOT]
    },
    open({ path, rows, fields }, steps) {
      const isList = (i: number): boolean => steps[i]?.kind === 'index'
      const isAlone = ours.length === 1
      const depth = fields.length === 0 ? steps.length - 1 : steps.length
      if (depth < 0) return [holder]

      // What all rows have in common is walked once.
      let common = child(holder, ROOT, isList(0), 0)
      let shared = 0
      for (let key = path[0]; shared < depth && typeof key === 'string'; key = path[shared])
        common = child(common, key, isList(++shared), shared)

      const targets: Container[] = []
      const keys = path[shared]
      // The case of every tick: many records of one map or list.
      const isFlat = shared === depth - 1 && !isList(depth)
      // Arrays answer to their indexes as records do to their keys; neither inherits an object under a name of ours.
      const parent = common as Record<TouchedKey, unknown>
      for (let row = 0; row < rows; row++) {
        if (isFlat && typeof keys === 'object') {
          const key = keys[row] ?? 0
          const before = parent[key]
          if (isRecord(before) && (isAlone || !isOurs(before))) {
            const copy = { ...before }
            parent[key] = copy
            targets.push(keep(copy))
            continue
          }
        }
        let at = common
        for (let i = shared; i < depth; i++)
          at = child(at, keyOf(path[i], row), isList(i + 1), isFlat ? LEAF_LEVEL : i + 1)
        tellNew(at, fields)
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
  if (value !== GONE) return assign(container, key, value)
  ensure(!Array.isArray(container), 'deletion')
  delete container[key]
}

function assign(container: Container, key: TouchedKey, value: unknown): void {
  // As above.
  const fields = container as Record<TouchedKey, unknown>
  fields[key] = value
}
