// A delta as a tree to look at: what was added, removed and changed, with the value before where the state before is
// known. Deltas come from peers: a malformed one becomes a node that says so, and the number of nodes is bounded.
import {
  isArrayOps,
  isDeleted,
  isForbiddenKey,
  isLiteral,
  isPlainObject,
  patchImmutable,
} from '@painda/protocol'

/**
 * `changed` before → after · `set` after, the value before is not known · `inside` something below changed ·
 * `operation` one step on an array · `moved` an item took another place · `invalid` not a delta · `more` nodes left out
 */
export type DeltaKind =
  | 'added'
  | 'removed'
  | 'changed'
  | 'set'
  | 'inside'
  | 'operation'
  | 'moved'
  | 'invalid'
  | 'more'

export interface DeltaNode {
  /** The key, `[3]`, or an operation such as `splice [2]`. */
  readonly label: string
  readonly kind: DeltaKind
  /** A value in an array of one, so that "not known" and "undefined" differ. */
  readonly before?: readonly [unknown]
  readonly after?: readonly [unknown]
  /** Said beside the label, e.g. `→ [4]`, `−1 +2`. */
  readonly note?: string
  readonly children: readonly DeltaNode[]
}

/** More nodes than this nobody reads, and the pane must open at once. */
const MAX_NODES = 2_000
const MAX_DEPTH = 64

/** A value that may be unknown: the state before is only known when a snapshot is still in the recorder. */
type Known = readonly [unknown] | undefined

interface Budget {
  left: number
}

/** The changes of `delta`, read against `before` where that is known. */
export function deltaTree(delta: unknown, before?: readonly [unknown]): readonly DeltaNode[] {
  const root = readDelta('(root)', delta, before, 0, { left: MAX_NODES })
  return root.kind === 'inside' ? root.children : [root]
}

function readDelta(label: string, delta: unknown, before: Known, depth: number, budget: Budget): DeltaNode {
  budget.left--
  if (depth > MAX_DEPTH) return leaf(label, 'invalid', { note: 'nested too deep' })
  if (isDeleted(delta)) return leaf(label, 'removed', before === undefined ? {} : { before })
  if (isArrayOps(delta)) return readOps(label, delta.__pp_array_ops, before, depth, budget)
  if (isLiteral(delta)) return readValue(label, delta.__pp_value, before)
  if (!isPlainObject(delta)) return readValue(label, delta, before)
  // Where no object stands, an object is the new value as it is.
  if (before !== undefined && !isPlainObject(before[0])) return readValue(label, delta, before)
  return { label, kind: 'inside', children: readFields(delta, before, depth, budget) }
}

function readValue(label: string, after: unknown, before: Known): DeltaNode {
  if (before === undefined) return leaf(label, 'set', { after: [after] })
  if (before[0] === undefined) return leaf(label, 'added', { after: [after] })
  return leaf(label, 'changed', { before, after: [after] })
}

function readFields(
  delta: Readonly<Record<string, unknown>>,
  before: Known,
  depth: number,
  budget: Budget,
): DeltaNode[] {
  const holder = before?.[0]
  return readAll(Object.keys(delta), budget, (key) => {
    if (isForbiddenKey(key)) return leaf(key, 'invalid', { note: 'reaches the prototype' })
    const old: Known = isPlainObject(holder)
      ? [Object.hasOwn(holder, key) ? holder[key] : undefined]
      : undefined
    return readDelta(key, delta[key], old, depth + 1, budget)
  })
}

function readOps(
  label: string,
  ops: readonly unknown[],
  before: Known,
  depth: number,
  budget: Budget,
): DeltaNode {
  // Each operation means the array as the ones before have left it.
  let array: readonly unknown[] | undefined = Array.isArray(before?.[0]) ? before[0] : undefined
  const children = readAll(ops, budget, (op) => {
    const node = readOp(op, array, depth + 1, budget)
    array = array === undefined || node.kind === 'invalid' ? undefined : step(array, op)
    return node
  })
  return {
    label,
    kind: 'inside',
    note: before === undefined ? 'array' : lengthNote(before[0], array),
    children,
  }
}

function readOp(
  op: unknown,
  array: readonly unknown[] | undefined,
  depth: number,
  budget: Budget,
): DeltaNode {
  budget.left--
  if (!isPlainObject(op)) return leaf('operation', 'invalid', { note: 'not an object' })
  const index = Number(op['index'])
  const at: Known = array === undefined ? undefined : [array[index]]
  switch (op['op']) {
    case 'set':
      return { ...readValue(`[${index}]`, op['value'], at), note: 'set' }
    case 'patch':
      return { ...readDelta(`[${index}]`, op['delta'], at, depth, budget), note: 'patch' }
    case 'splice':
      return readSplice(op, index, array, budget)
    case 'move':
      return leaf(`[${String(op['from'])}]`, 'moved', {
        note: `→ [${String(op['to'])}]`,
        ...(array === undefined ? {} : { before: [array[Number(op['from'])]] }),
      })
    default:
      return leaf(String(op['op']), 'invalid', { note: 'unknown operation' })
  }
}

function readSplice(
  op: Readonly<Record<string, unknown>>,
  index: number,
  array: readonly unknown[] | undefined,
  budget: Budget,
): DeltaNode {
  const items: readonly unknown[] = Array.isArray(op['items']) ? op['items'] : []
  const deleteCount = Number(op['deleteCount'])
  const removed = array?.slice(index, index + deleteCount) ?? []
  const gone = readAll(removed, budget, (item, offset) => {
    budget.left--
    return leaf(`[${index + offset}]`, 'removed', { before: [item] })
  })
  const come = readAll(items, budget, (item, offset) => {
    budget.left--
    return leaf(`[${index + offset}]`, 'added', { after: [item] })
  })
  const note = [deleteCount > 0 ? `−${deleteCount}` : '', items.length > 0 ? `+${items.length}` : '']
    .join(' ')
    .trim()
  return { label: `splice [${index}]`, kind: 'operation', note, children: [...gone, ...come] }
}

function step(array: readonly unknown[], op: unknown): readonly unknown[] | undefined {
  try {
    return patchImmutable(array, { __pp_array_ops: [op] })
  } catch {
    return undefined
  }
}

/** One node per item while the budget lasts, then one that counts the rest. */
function readAll<T>(
  items: readonly T[],
  budget: Budget,
  read: (item: T, index: number) => DeltaNode,
): DeltaNode[] {
  const nodes: DeltaNode[] = []
  for (const [index, item] of items.entries()) {
    if (budget.left <= 0) {
      nodes.push(leaf(`${items.length - index} more`, 'more', {}))
      break
    }
    nodes.push(read(item, index))
  }
  return nodes
}

function leaf(label: string, kind: DeltaKind, rest: Partial<DeltaNode>): DeltaNode {
  return { label, kind, children: [], ...rest }
}

function lengthNote(before: unknown, after: readonly unknown[] | undefined): string {
  const from = Array.isArray(before) ? before.length : 0
  return after === undefined || after.length === from
    ? `array · ${from} items`
    : `array · ${from} → ${after.length} items`
}
