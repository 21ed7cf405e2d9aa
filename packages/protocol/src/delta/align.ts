// Which item of an old list is which item of the new one. Objects with an `id` are found by it wherever they went, and so
// are, in a tracked tree, objects that are still the same ones in memory; plain values and objects without an id are
// matched by what they are.
import { alignByKey, alignMoved, hasMoves, keysOf, type KeyedAlignment } from './keyed.js'
import { alignLists, type Alignment } from './myers.js'
import { deepEqual } from './value.js'

/** Objects without an id are compared whole, again and again: give up on them earlier than on words. */
const MAX_EDITS_OF_CONTAINERS = 32

/** Up to here looking at keys in order is cheaper than a map of all keys. */
const MAX_EDITS_OF_KEYS = 64

/** Different items · the same item unchanged · the same item, whose change is to be asked for. */
export type Match = 'no' | 'same' | 'changed'

/** In a tracked tree: whether a container that stands in both lists changed inside. */
export type IsChanged = (container: object) => boolean

/** Of a list in which no item changed inside. */
export const noneChanged: IsChanged = () => false

/** True where an item that is the very same one in both lists has no changes, whichever it is: then nobody need be asked. */
export function areSettled(isChanged: IsChanged | undefined): boolean {
  return isChanged === undefined || isChanged === noneChanged
}

/** Without `isChanged`, two items are what they look like. */
export function matchItems(before: unknown, after: unknown, isChanged: IsChanged | undefined): Match {
  if (typeof after !== 'object' || after === null) return before === after ? 'same' : 'no'
  if (before === after) return isChanged?.(after) ? 'changed' : 'same'
  if (typeof before !== 'object' || before === null) return 'no'
  const id = idIn(after)
  if (id !== undefined) return id === idIn(before) ? 'changed' : 'no'
  // What an object in memory held before cannot be compared whole; it was not found at its place, so it is another.
  if (isChanged?.(before)) return 'no'
  return deepEqual(before, after) ? 'same' : 'no'
}

export function idOf(item: unknown): string | number | undefined {
  return typeof item === 'object' && item !== null ? idIn(item) : undefined
}

/** Arrays of JSON have no named fields, so a container with an `id` is an object. */
function idIn(container: object): string | number | undefined {
  const { id } = container as { id?: unknown }
  return typeof id === 'string' || typeof id === 'number' ? id : undefined
}

/** The items of both lists that are the same, in order; or, when some have changed places, how they moved. */
export function align(
  before: readonly unknown[],
  after: readonly unknown[],
  isChanged: IsChanged | undefined,
): Alignment | KeyedAlignment {
  if (before.length === 0 || after.length === 0) return []
  if (isChanged !== undefined) {
    // Most items of a tracked list are the very same ones, and telling that takes no keys.
    const same = alignLists(before, after, undefined, MAX_EDITS_OF_KEYS)
    const aligned = same === undefined ? undefined : alignMoved(before, after, same, idOrItself)
    if (aligned !== undefined) return aligned.moves.length === 0 ? aligned.kept : aligned
  }
  const keyOf = isChanged === undefined ? idOf : idOrItself
  const oldKeys = keysOf(before, keyOf)
  const keys = oldKeys === undefined ? undefined : keysOf(after, keyOf)
  if (oldKeys === undefined || keys === undefined) return alignUnkeyed(before, after, isChanged)

  const kept = alignLists(oldKeys, keys, undefined, MAX_EDITS_OF_KEYS)
  if (kept !== undefined && !hasMoves(kept, oldKeys, keys)) return kept
  const keyed = alignByKey(oldKeys, keys)
  return keyed ?? kept ?? alignUnkeyed(before, after, isChanged)
}

function alignUnkeyed(
  before: readonly unknown[],
  after: readonly unknown[],
  isChanged: IsChanged | undefined,
): Alignment {
  // Two plain values are the same item when they are the same value, and a container is never a plain value.
  const isPlain = !before.some(isContainer) || !after.some(isContainer)
  const isSame = (i: number, j: number): boolean =>
    isPlain ? before[i] === after[j] : matchItems(before[i], after[j], isChanged) !== 'no'
  const inPlace = before.length === after.length ? alignInPlace(before.length, isSame) : undefined
  // Few places differ, or a small part: no other alignment can save enough to be worth searching.
  if (inPlace !== undefined && (before.length - count(inPlace)) * 4 <= before.length + 8) return inPlace
  const shifted = isPlain
    ? alignLists(before, after)
    : alignLists(before, after, isSame, MAX_EDITS_OF_CONTAINERS)
  if (inPlace === undefined) return shifted ?? []
  return shifted !== undefined && count(shifted) > count(inPlace) ? shifted : inPlace
}

function alignInPlace(length: number, isSame: (i: number, j: number) => boolean): Alignment {
  const kept: { i: number; j: number; length: number }[] = []
  for (let i = 0; i < length; i++) {
    if (!isSame(i, i)) continue
    const start = i
    while (i < length && isSame(i, i)) i++
    kept.push({ i: start, j: start, length: i - start })
  }
  return kept
}

function count(kept: Alignment): number {
  return kept.reduce((sum, { length }) => sum + length, 0)
}

function isContainer(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

/** In a tracked tree an object without an id is its own key: it is found again as long as it is the same in memory. */
function idOrItself(item: unknown): unknown {
  return idOf(item) ?? (isContainer(item) ? item : undefined)
}
