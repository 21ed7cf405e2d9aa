// The array methods that change their array, for drafts: they work on the raw array at once, where the built-in ones would
// go through the Proxy for every item they shift.
import { ListNode } from './track-array.js'
import { nodeOf } from './track-node.js'
import { spliceItems } from './value.js'

type List = unknown[]

/** By name, as the `get` trap looks them up. The others (`fill`, `copyWithin`) are right through the Proxy. */
export const LIST_METHODS: ReadonlyMap<unknown, unknown> = new Map<string, unknown>([
  ['push', push],
  ['pop', pop],
  ['shift', shift],
  ['unshift', unshift],
  ['splice', splice],
  ['sort', sort],
  ['reverse', reverse],
])

function push(this: List, ...items: unknown[]): number {
  const node = listNode(this)
  replace(node, node.raw.length, 0, items)
  return node.raw.length
}

function pop(this: List): unknown {
  const node = listNode(this)
  return replace(node, node.raw.length - 1, 1, [])[0]
}

function shift(this: List): unknown {
  return replace(listNode(this), 0, 1, [])[0]
}

function unshift(this: List, ...items: unknown[]): number {
  const node = listNode(this)
  replace(node, 0, 0, items)
  return node.raw.length
}

function splice(this: List, ...args: unknown[]): unknown[] {
  const node = listNode(this)
  const [from, count, ...items] = args
  const { length } = node.raw
  const asked = toInteger(from)
  const start = asked < 0 ? Math.max(length + asked, 0) : Math.min(asked, length)
  // As the built-in: no argument removes nothing, one removes the rest.
  const wanted = args.length === 0 ? 0 : args.length === 1 ? length : toInteger(count)
  return replace(node, start, Math.min(Math.max(wanted, 0), length - start), items)
}

function sort(this: List, compare?: (a: unknown, b: unknown) => number): unknown[] {
  const node = listNode(this)
  node.remember()
  if (compare === undefined) node.raw.sort(compareAsText)
  // The comparer gets drafts: if it writes, that is seen. An index is only a hint, and all of them change here anyway.
  else node.raw.sort((a, b) => compare(node.lend(a, 0), node.lend(b, 0)))
  return this
}

function reverse(this: List): unknown[] {
  const node = listNode(this)
  node.remember()
  node.raw.reverse()
  return this
}

/** Puts `items` where `count` items stood and returns those, as drafts. Nothing changes when an item is refused. */
function replace(node: ListNode, index: number, count: number, items: readonly unknown[]): unknown[] {
  if (index < 0 || (count === 0 && items.length === 0)) return []
  const entered = items.map((item, i) => node.ledger.enter(item, node, String(index + i)))
  node.remember()
  const removed = node.raw.slice(index, index + count).map((item, i) => node.lend(item, index + i))
  spliceItems(node.raw, index, count, entered)
  return removed
}

function listNode(draft: unknown): ListNode {
  const node = nodeOf(draft)
  if (node instanceof ListNode) return node
  throw new TypeError('This method was read from the draft of an array and works on such a draft only.')
}

/** The order of the built-in `sort()`. */
function compareAsText(a: unknown, b: unknown): number {
  const [left, right] = [String(a), String(b)]
  return left < right ? -1 : Number(left > right)
}

function toInteger(value: unknown): number {
  const number = Math.trunc(Number(value))
  return Number.isNaN(number) ? 0 : number
}
