// The next state under construction. What stands in the tree before is never touched: a container is copied when it is
// first opened for writing, and whatever nobody opens stays shared.
//
// A row may lead through a place where no object stands yet; then the object is new, and what a delta says inside a new
// value is literal, markers and operations included. That is the law of the documented form, kept here for look-alikes.
import { isDeleted } from '../delta/delta.js'
import type { Delta } from '../delta/delta.js'
import { patchImmutable } from '../delta/patch.js'
import { shallowCopy } from '../delta/copy.js'
import { isRecord, own } from '../delta/value.js'
import { malformed } from '../malformed.js'
import type { Json } from '../json.js'
import type { Template } from './template.js'

export type Key = string | number
export type Container = Record<string, unknown> | unknown[]

/** A column of keys per blank of a path. */
export type Blanks = readonly (readonly Key[])[]

export interface Tree {
  /** The state with all that was put into it. */
  readonly root: unknown
  /** Per row, the container that the template's fields belong into (or, without fields, the place itself), free to write to. */
  open(template: Template, blanks: Blanks, rows: number): Container[]
  /** Puts a leaf of a delta in place. @throws PPError `MALFORMED_FRAME` when it does not fit what stands there. */
  put(container: Container, key: Key, leaf: unknown): void
}

/** The root stands in a holder under this key, so that a path always begins in a container. */
const ROOT = 'root'

/** Records that hold fields are of other kinds than the maps above them. */
const LEAF_LEVEL = 3

/** Up to here looking through a list is faster than hashing. */
const FEW = 24

export function createTree(state: unknown): Tree {
  const holder: Record<string, unknown> = { [ROOT]: state }
  /** Containers of our own making: free to write to. A handful, mostly. */
  const ours: object[] = [holder]
  /** The same, once they are more. */
  let oursSet: Set<object> | null = null
  /** Those among them that stand where no such container stood. */
  let created: Set<object> | null = null
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

  function isNew(container: unknown): boolean {
    return created !== null && created.has(container as object)
  }

  function open({ steps, fields }: Template, blanks: Blanks, rows: number): Container[] {
    for (const container of recent) keep(container)
    recent = []
    const isAlone = isFirst
    isFirst = false
    const depth = fields.length === 0 ? steps.length - 1 : steps.length
    if (depth < 0) return [holder]
    const isList = (i: number): boolean => steps[i]?.kind === 'index'

    let common = child(holder, ROOT, isList(0), 0)
    let i = 0
    for (let step = steps[0]; i < depth && step?.kind === 'name'; step = steps[++i])
      common = child(common, step.name, isList(i + 1), i + 1)
    if (i === depth) return Array.from({ length: rows }, () => common)
    if (i === depth - 1 && !isList(depth)) return (recent = openRecords(common, blanks[0] ?? [], isAlone))

    const targets: Container[] = []
    for (let row = 0; row < rows; row++) {
      let at = common
      let blank = 0
      for (let j = i; j < depth; j++) {
        const step = steps[j]
        const key = step?.kind === 'name' ? step.name : (blanks[blank++]?.[row] ?? 0)
        at = child(at, key, isList(j + 1), j + 1)
      }
      targets.push(at)
    }
    return targets
  }

  /** The case of every tick: many records of one map or list. `isAlone`: nothing was opened before. */
  function openRecords(parent: Container, keys: readonly Key[], isAlone: boolean): Container[] {
    const targets: Container[] = []
    // Arrays answer to their indexes as records do to their keys; neither inherits an object under a name of ours.
    const fields = parent as Record<Key, unknown>
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] ?? 0
      const before = fields[key]
      if (isRecord(before) && (isAlone || !isOurs(before))) {
        const copy = { ...before }
        fields[key] = copy
        targets.push(copy)
      } else targets.push(child(parent, key, false, LEAF_LEVEL))
    }
    return targets
  }

  /** The container at `key`, ours to write to; made anew where none of its kind stands. */
  function child(parent: Container, key: Key, isList: boolean, level: number): Container {
    if (typeof key === 'number' && !Array.isArray(parent)) return literalItem(parent, key)
    const before = Array.isArray(parent) ? itemAt(parent, key) : own(parent, String(key))
    if (isList && !Array.isArray(before) && !isLiteral(parent, before)) throw malformed('no list')
    // Arrays answer to their indexes as records do to their keys.
    const fields = parent as Record<Key, unknown>
    if (Array.isArray(before) && isList) {
      if (isOurs(before)) return before
      const copy = before.slice()
      keep(copy)
      fields[key] = copy
      return copy
    }
    if (isRecord(before)) {
      if (isOurs(before)) return before
      const copy = shallowCopy(before, level)
      keep(copy)
      fields[key] = copy
      return copy
    }
    const fresh: Record<string, unknown> = {}
    created ??= new Set()
    created.add(fresh)
    keep(fresh)
    fields[key] = fresh
    return fresh
  }

  function isLiteral(parent: Container, before: unknown): boolean {
    return before === undefined ? isNew(parent) : isNew(before)
  }

  function put(container: Container, key: Key, leaf: unknown): void {
    if (Array.isArray(container)) {
      const after = applied(itemAt(container, key), leaf)
      if (after === GONE) throw malformed('deleted item')
      container[Number(key)] = after
      return
    }
    if (typeof key === 'number') {
      literalOps(container).push(
        isRecord(leaf) ? { op: 'patch', index: key, delta: leaf } : { op: 'set', index: key, value: leaf },
      )
      return
    }
    const after = isNew(container) ? leaf : applied(own(container, key), leaf)
    if (after !== GONE) container[key] = after
    else if (container === holder) throw malformed('deleted root')
    else delete container[key]
  }

  /** Operations on a list that are data: they look like a change and stand in a new value. */
  function literalOps(container: Record<string, unknown>): Record<string, unknown>[] {
    if (!isNew(container)) throw malformed('no list')
    const ops = container['__pp_array_ops']
    // Only `literalOps` and leaves of a new value put something there, and leaves are lists of operations.
    if (Array.isArray(ops)) return ops as Record<string, unknown>[]
    const fresh: Record<string, unknown>[] = []
    container['__pp_array_ops'] = fresh
    return fresh
  }

  function literalItem(container: Record<string, unknown>, index: number): Container {
    const ops = literalOps(container)
    const known = ops.find((op) => op['op'] === 'patch' && op['index'] === index)?.['delta']
    if (isRecord(known) && isNew(known)) return known
    const delta: Record<string, unknown> = {}
    created?.add(delta)
    keep(delta)
    ops.push({ op: 'patch', index, delta })
    return delta
  }

  return {
    get root() {
      return holder[ROOT]
    },
    open,
    put,
  }
}

/** The key under which a row of a template without fields puts its value. */
export function selfKey({ steps }: Template, blanks: Blanks, row: number): Key {
  const last = steps[steps.length - 1]
  if (last === undefined) return ROOT
  return last.kind === 'name' ? last.name : (blanks[blanks.length - 1]?.[row] ?? 0)
}

const GONE = Symbol('gone')

function applied(before: unknown, leaf: unknown): unknown {
  if (typeof leaf !== 'object' || leaf === null) return leaf
  if (isDeleted(leaf)) return GONE
  try {
    // Both are JSON: the state by promise, the leaf because the readers make nothing else.
    return patchImmutable(before as Json, leaf as Delta)
  } catch {
    throw malformed('leaf')
  }
}

function itemAt(list: readonly unknown[], key: Key): unknown {
  if (typeof key === 'number' && key < list.length) return list[key]
  throw malformed('index')
}
