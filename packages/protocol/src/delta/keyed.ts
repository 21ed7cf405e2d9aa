// Alignment of lists whose items say who they are: every item is found again, wherever it went, in O(n log n).
import type { Alignment } from './myers.js'

/** Neighbours in one step: where they begin, and how many. */
type Run = readonly [index: number, count: number]

export interface KeyedAlignment {
  /** Stretches of items that are in both lists; none is in two of them. */
  kept: Alignment
  /** Runs of old indexes that are gone; runs of new indexes that are new. */
  removed: readonly Run[]
  inserted: readonly Run[]
  /** Applied in order after the removals and before the inserts; `to` counts after the item was taken out. */
  moves: readonly (readonly [from: number, to: number])[]
}

/** The keys of `items`; undefined when one has none. */
export function keysOf(items: readonly unknown[], keyOf: (item: unknown) => unknown): unknown[] | undefined {
  const keys: unknown[] = []
  for (const item of items) {
    const key = keyOf(item)
    if (key === undefined) return undefined
    keys.push(key)
  }
  return keys
}

/** True when a key of the new list that was not kept is in the old one too: its item has moved. */
export function hasMoves(kept: Alignment, before: readonly unknown[], after: readonly unknown[]): boolean {
  const removed = gapsIn(before, kept, ({ i }) => i)
  if (removed.length === 0) return false
  const inserted = gapsIn(after, kept, ({ j }) => j)
  // A handful is found faster by looking than by hashing.
  if (removed.length <= 16) return inserted.some((key) => removed.includes(key))
  const set = new Set(removed)
  return inserted.some((key) => set.has(key))
}

/** What lies between the stretches that were kept. */
function gapsIn(
  keys: readonly unknown[],
  kept: Alignment,
  startOf: (stretch: Alignment[number]) => number,
): unknown[] {
  const gaps: unknown[] = []
  let at = 0
  for (const stretch of kept) {
    const start = startOf(stretch)
    while (at < start) gaps.push(keys[at++])
    at = start + stretch.length
  }
  while (at < keys.length) gaps.push(keys[at++])
  return gaps
}

/** Aligns two lists of keys. Undefined when two items have the same key. */
export function alignByKey(
  before: readonly unknown[],
  after: readonly unknown[],
): KeyedAlignment | undefined {
  const oldIndexes = new Map<unknown, number>()
  for (let i = 0; i < before.length; i++) oldIndexes.set(before[i], i)
  if (oldIndexes.size < before.length) return undefined

  const kept: [number, number][] = []
  const seen = new Set<unknown>()
  const isInserted: boolean[] = []
  const isRemoved: boolean[] = before.map(() => true)
  for (let j = 0; j < after.length; j++) {
    const key = after[j]
    if (seen.has(key)) return undefined
    seen.add(key)
    const i = oldIndexes.get(key)
    isInserted.push(i === undefined)
    if (i === undefined) continue
    kept.push([i, j])
    isRemoved[i] = false
  }
  const moves = findMoves(ranks(kept.map(([i]) => i)))
  const single = kept.map(([i, j]) => ({ i, j, length: 1 }))
  return { kept: single, removed: runs(isRemoved), inserted: runs(isInserted), moves }
}

/**
 * What lies between the stretches that are the `same`, matched by key: few items, wherever they went, in however long a
 * list. Undefined when one of them has no key, or two have the same.
 */
export function alignMoved(
  before: readonly unknown[],
  after: readonly unknown[],
  same: Alignment,
  keyOf: (item: unknown) => unknown,
): KeyedAlignment | undefined {
  const oldPlaces = placesBetween(before.length, same, ({ i }) => i)
  const newPlaces = placesBetween(after.length, same, ({ j }) => j)
  const byKey = new Map<unknown, number>()
  for (const i of oldPlaces) byKey.set(keyOf(before[i]), i)
  if (byKey.size < oldPlaces.length || byKey.has(undefined)) return undefined

  const moved: Alignment[number][] = []
  const inserted: number[] = []
  const seen = new Set<unknown>()
  for (const j of newPlaces) {
    const key = keyOf(after[j])
    if (key === undefined || seen.has(key)) return undefined
    seen.add(key)
    const i = byKey.get(key)
    if (i === undefined) inserted.push(j)
    else {
      moved.push({ i, j, length: 1 })
      byKey.delete(key)
    }
  }
  const removed = [...byKey.values()]
  return {
    kept: [...same, ...moved].sort((a, b) => a.j - b.j),
    removed: runsOf(removed),
    inserted: runsOf(inserted),
    moves: fewMoves(
      moved.map(({ i, j }) => ({ from: i - countBelow(removed, i), to: j - countBelow(inserted, j) })),
    ),
  }
}

function placesBetween(
  length: number,
  stretches: Alignment,
  startOf: (stretch: Alignment[number]) => number,
): number[] {
  const places: number[] = []
  let at = 0
  for (const stretch of stretches) {
    for (const start = startOf(stretch); at < start; at++) places.push(at)
    at = startOf(stretch) + stretch.length
  }
  for (; at < length; at++) places.push(at)
  return places
}

/** Ascending places as runs. */
function runsOf(places: readonly number[]): Run[] {
  const found: [number, number][] = []
  for (const place of places) {
    const last = found.at(-1)
    if (last !== undefined && last[0] + last[1] === place) last[1]++
    else found.push([place, 1])
  }
  return found
}

function countBelow(ascending: readonly number[], limit: number): number {
  let count = 0
  while (count < ascending.length && (ascending[count] ?? 0) < limit) count++
  return count
}

/** Positions in the list with all that stays and all that moves, before and after; in the order of `to`. */
interface Moved {
  readonly from: number
  readonly to: number
}

/** The same moves, in the same order, as `findMoves` finds them, counted item by item: for a few in a long list. */
function fewMoves(items: readonly Moved[]): [number, number][] {
  const before = (list: readonly Moved[], isBefore: (other: Moved) => boolean): number =>
    list.reduce((count, other) => count + Number(isBefore(other)), 0)
  // How many of those that stay stand before it, first and last.
  const stayOld = items.map(({ from }) => from - before(items, (other) => other.from < from))
  const stayNew = items.map(({ to }, n) => to - n)
  const moves: [number, number][] = []
  for (const [n, item] of items.entries()) {
    const [old, next] = [stayOld[n] ?? 0, stayNew[n] ?? 0]
    let from = old
    let to = next + n
    for (let done = 0; done < n; done++) if ((stayNew[done] ?? 0) <= old) from++
    for (let waiting = n + 1; waiting < items.length; waiting++) {
      if ((items[waiting]?.from ?? 0) < item.from) from++
      if ((stayOld[waiting] ?? 0) < next) to++
    }
    if (from !== to) moves.push([from, to])
  }
  return moves
}

function runs(flags: readonly boolean[]): Run[] {
  const found: Run[] = []
  for (let i = 0; i < flags.length; i++) {
    if (flags[i] !== true) continue
    const index = i
    while (i < flags.length && flags[i] === true) i++
    found.push([index, i - index])
  }
  return found
}

/** Old indexes as positions among themselves: what is left when the removed items are gone. */
function ranks(oldIndexes: readonly number[]): Int32Array {
  const order = Array.from(oldIndexes.keys()).sort((a, b) => (oldIndexes[a] ?? 0) - (oldIndexes[b] ?? 0))
  const ranked = new Int32Array(oldIndexes.length)
  for (let rank = 0; rank < order.length; rank++) ranked[order[rank] ?? 0] = rank
  return ranked
}

/**
 * The fewest moves that bring positions into the order of `order` (`order[new] = old`). A longest ascending subsequence
 * stays; every other item, in the new order, goes to right behind the one that comes before it. So at any time each
 * stretch between two staying items reads: the staying item, those already moved there, those still to move, in the
 * old order. That makes both indexes a matter of counting.
 */
function findMoves(order: Int32Array): [number, number][] {
  const stays = longestAscending(order)
  const waiting = createCounter(order.length)
  for (let at = 0; at < order.length; at++) if (!stays[at]) waiting.add(order[at] ?? 0, 1)

  // By old position: how many items stay before it, and the new index of the next one that stays.
  const newIndexOfStaying: number[] = []
  for (let at = 0; at < order.length; at++) if (stays[at]) newIndexOfStaying.push(at)
  const stayingOld = newIndexOfStaying.map((at) => order[at] ?? 0)

  const moves: [number, number][] = []
  let stayedBefore = 0
  for (let at = 0; at < order.length; at++) {
    if (stays[at]) {
      stayedBefore++
      continue
    }
    const old = order[at] ?? 0
    const slot = lowerBound(stayingOld, old)
    const nextStaying = newIndexOfStaying[slot] ?? order.length
    // In place before it: all with a smaller new index than the next staying one, less those that are not there yet.
    const placed = nextStaying <= at ? nextStaying : at + (slot - stayedBefore)
    const from = placed + waiting.below(old)
    waiting.add(old, -1)
    const lastStayed = stayedBefore === 0 ? 0 : (stayingOld[stayedBefore - 1] ?? 0)
    const to = at + waiting.below(lastStayed)
    if (from !== to) moves.push([from, to])
  }
  return moves
}

function longestAscending(values: Int32Array): boolean[] {
  const tails: number[] = []
  const previous = new Int32Array(values.length).fill(-1)
  for (let at = 0; at < values.length; at++) {
    const value = values[at] ?? 0
    let low = 0
    let high = tails.length
    while (low < high) {
      const mid = (low + high) >> 1
      if ((values[tails[mid] ?? 0] ?? 0) < value) low = mid + 1
      else high = mid
    }
    if (low > 0) previous[at] = tails[low - 1] ?? -1
    tails[low] = at
  }
  const chosen: boolean[] = Array.from(values, () => false)
  for (let at = tails[tails.length - 1] ?? -1; at >= 0; at = previous[at] ?? -1) chosen[at] = true
  return chosen
}

/** How many of the ascending `values` are below `limit`. */
function lowerBound(values: readonly number[], limit: number): number {
  let low = 0
  let high = values.length
  while (low < high) {
    const mid = (low + high) >> 1
    if ((values[mid] ?? 0) < limit) low = mid + 1
    else high = mid
  }
  return low
}

/** Counts marks on positions, and those below a position, in O(log n) (a Fenwick tree). */
function createCounter(size: number): { add(at: number, by: number): void; below(at: number): number } {
  const sums = new Int32Array(size + 1)
  return {
    add(at, by) {
      for (let i = at + 1; i <= size; i += i & -i) sums[i] = (sums[i] ?? 0) + by
    },
    below(at) {
      let sum = 0
      for (let i = at; i > 0; i -= i & -i) sum += sums[i] ?? 0
      return sum
    },
  }
}
