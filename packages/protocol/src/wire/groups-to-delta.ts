// Groups that were read, put together into the documented JSON form: for those who want to see what changed, such as
// the devtools. Not needed for applying them.
import { emptyDelta, isArrayOps } from '../delta/delta.js'
import type { ArrayOp, Delta } from '../delta/delta.js'
import type { Json } from '../json.js'
import { keyOf, ROOT } from './tree.js'
import type { Container, Key, Place } from './tree.js'

/** A group of changes as it was read: where, and what was put there. */
export interface ReadGroup extends Place {
  /** The new containers that hold the fields. */
  readonly targets: readonly Container[]
  /** Per field, what was said of it; undefined where that is what the target holds now. */
  readonly leaves: readonly (readonly unknown[] | undefined)[]
}

/** An object of the delta under construction, or the operations on one list. */
type Node = ObjectNode | ListNode
type ObjectNode = { kind: 'object'; delta: Record<string, Delta>; children: Map<Key, Node> }
type ListNode = { kind: 'list'; ops: ArrayOp[]; children: Map<Key, Node> }

/** Where groups contradict each other, which ours never do, the first has it. */
export function deltaOf(groups: readonly ReadGroup[]): Delta {
  // The root stands in a holder, so that a change of the whole is a field like any other.
  const holder: ObjectNode = { kind: 'object', delta: {}, children: new Map() }
  for (const group of groups) addGroup(holder, group)
  return holder.delta[ROOT] ?? {}
}

function addGroup(holder: ObjectNode, { template, rows, path, targets, leaves }: ReadGroup): void {
  const { steps, fields } = template
  const depth = fields.length === 0 ? steps.length - 1 : steps.length
  for (let row = 0; row < rows; row++) {
    let node: Node = holder
    let key: Key = ROOT
    for (let i = 0; i <= depth; i++) {
      node = enter(node, key, steps[i]?.kind === 'index')
      key = keyOf(path[i], row)
    }
    if (fields.length === 0) put(node, depth < 0 ? ROOT : key, leaves[0]?.[row])
    for (const [j, field] of fields.entries()) {
      const column = leaves[j]
      // What is not among the leaves is what the target holds since then: states do not change.
      put(node, field, column === undefined ? (targets[row] as Record<string, unknown>)[field] : column[row])
    }
  }
}

function enter(node: Node, key: Key, isList: boolean): Node {
  const known = node.children.get(key)
  if (known !== undefined) return known
  const child = createNode(isList, node.kind === 'object' ? node.delta[key] : undefined)
  node.children.set(key, child)
  // The delta shares the lists and objects that are still being filled.
  const delta = child.kind === 'object' ? child.delta : { __pp_array_ops: child.ops as unknown as Json }
  if (node.kind === 'list') node.ops.push({ op: 'patch', index: Number(key), delta })
  else node.delta[key] = delta
  return child
}

/** `before` are operations that the list's items come after. */
function createNode(isList: boolean, before: Delta | undefined): Node {
  if (!isList) return { kind: 'object', delta: emptyDelta(true), children: new Map() }
  return {
    kind: 'list',
    ops: isArrayOps(before) ? [...before.__pp_array_ops] : [],
    children: new Map(),
  }
}

function put(node: Node, key: Key, leaf: unknown): void {
  // Leaves are JSON by construction: the readers of the wire make nothing else.
  const delta = leaf as Delta
  if (node.kind === 'object') node.delta[key] ??= delta
  else if (typeof leaf === 'object' && leaf !== null && !Array.isArray(leaf))
    node.ops.push({ op: 'patch', index: Number(key), delta })
  else node.ops.push({ op: 'set', index: Number(key), value: delta })
}
