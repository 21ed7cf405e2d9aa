// The next state under construction. What stands in the tree before is never touched: a container is copied when it is
// first opened for writing, and whatever nobody opens stays shared.
import { shallowCopy } from '../delta/copy.js'
import { isRecord, own } from '../delta/value.js'
import { ensure } from '../malformed.js'
import { applyLeaf, GONE } from './apply-leaf.js'
import type { Template } from './template.js'

export type Key = string | number
export type Container = Record<string, unknown> | unknown[]

/** Where the rows of a group lie: the template, and per step of its path the key of all rows, or the keys of each. */
export interface Place {
  readonly template: Template
  readonly rows: number
  readonly path: readonly (string | readonly Key[])[]
}

export interface Tree {
  /** Goes on from `state`. */
  begin(state: unknown): void
  /** The state with all that was put into it. */
  readonly root: unknown
  /** Per row, the container that the template's fields belong into (or, without fields, the place itself), free to write to. */
  open(place: Place): Container[]
  /** Puts a leaf of a delta in place. @throws PPError `MALFORMED_FRAME` when it does not fit what stands there. */
  put(container: Container, key: Key, leaf: unknown): void
}

/** The root stands in a holder under this key, so that a path always begins in a container. */
export const ROOT = 'root'

/** Records that hold fields are of other kinds than the maps above them. */
const LEAF_LEVEL = 3

/** Up to here looking through a list is faster than hashing. */
const FEW = 24

export function createTree(): Tree {
  let holder: Record<string, unknown> = {}
  /** Containers of our own making: free to write to. A handful, mostly. */
  let ours: object[] = []
  /** The same, once they are more. */
  let oursSet: Set<object> | null = null
  /** Opened by the last group. Noting each as ours costs as much as copying it, and mostly no second group asks. */
  let recent: readonly Container[] = []
  let isFirst = true

  function isOurs(container: object): boolean {
    if (ours.length < FEW) return ours.includes(container)
    oursSet ??= new Set(ours)
    return oursSet.has(container)
  }

  function keep(container: object): void {
    ours.push(container)
    oursSet?.add(container)
  }

  function open({ template: { steps, fields }, rows, path }: Place): Container[] {
    for (const container of recent) keep(container)
    recent = []
    const isAlone = isFirst
    isFirst = false
    const depth = fields.length === 0 ? steps.length - 1 : steps.length
    if (depth < 0) return [holder]

    // What all rows have in common is walked once.
    let common = child(holder, ROOT, isList(steps, 0), 0)
    let shared = 0
    for (let key = path[0]; shared < depth && typeof key === 'string'; key = path[shared])
      common = child(common, key, isList(steps, ++shared), shared)

    const targets: Container[] = []
    const keys = path[shared]
    // The case of every tick: many records of one map or list.
    const isFlat = shared === depth - 1 && !isList(steps, depth)
    // Arrays answer to their indexes as records do to their keys; neither inherits an object under a name of ours.
    const parent = common as Record<Key, unknown>
    for (let row = 0; row < rows; row++) {
      if (isFlat && typeof keys === 'object') {
        const key = keys[row] ?? 0
        const before = parent[key]
        if (isRecord(before) && (isAlone || !isOurs(before))) {
          const copy = { ...before }
          parent[key] = copy
          targets.push(copy)
          continue
        }
      }
      let at = common
      for (let i = shared; i < depth; i++)
        at = child(at, keyOf(path[i], row), isList(steps, i + 1), isFlat ? LEAF_LEVEL : i + 1)
      targets.push(at)
    }
    if (isFlat) recent = targets
    return targets
  }

  /** The container at `key`, ours to write to; made anew where no object stands. A list is never made. */
  function child(parent: Container, key: Key, isList: boolean, level: number): Container {
    const before = valueAt(parent, key)
    let copy: Container = {}
    if (isList) {
      ensure(Array.isArray(before), 'list')
      if (isOurs(before)) return before
      copy = before.slice()
    } else if (isRecord(before)) {
      if (isOurs(before)) return before
      copy = shallowCopy(before, level)
    }
    keep(copy)
    assign(parent, key, copy)
    return copy
  }

  return {
    begin(state) {
      holder = { [ROOT]: state }
      ours = [holder]
      oursSet = null
      recent = []
      isFirst = true
    },
    get root() {
      return holder[ROOT]
    },
    open,
    put(container, key, leaf) {
      const after = applyLeaf(valueAt(container, key), leaf)
      if (after !== GONE) return assign(container, key, after)
      ensure(container !== holder && !Array.isArray(container), 'deletion')
      delete container[key]
    },
  }
}

function isList(steps: Template['steps'], i: number): boolean {
  return steps[i]?.kind === 'index'
}

/** The key of a row at one step of a path. */
export function keyOf(keys: Place['path'][number] | undefined, row: number): Key {
  return typeof keys === 'string' ? keys : (keys?.[row] ?? 0)
}

function assign(container: Container, key: Key, value: unknown): void {
  // As above; `valueAt` has looked at the key.
  const fields = container as Record<Key, unknown>
  fields[key] = value
}

function valueAt(container: Container, key: Key): unknown {
  if (typeof key === 'string' && !Array.isArray(container)) return own(container, key)
  ensure(typeof key === 'number' && Array.isArray(container) && key < container.length, 'index')
  return container[key]
}
