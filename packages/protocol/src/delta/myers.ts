// The shortest edit between two lists (Myers 1986, greedy, forward), with a bound on the effort: a list that was
// rewritten is cheaper to send again than to understand.

/** Stretches of items that stay: `before[i + n]` is `after[j + n]` for n < length. Ascending, without overlap. */
export type Alignment = readonly { readonly i: number; readonly j: number; readonly length: number }[]

/** More single inserts and removals than this are not a small edit any more. Also bounds the memory: d² / 2 numbers. */
const MAX_EDITS = 256

/**
 * Undefined when the lists are further apart than `maxEdits`, or the comparisons run out. Items are compared by `===`, or by
 * `isSame` of their indexes.
 */
export function alignLists(
  before: readonly unknown[],
  after: readonly unknown[],
  isSame?: (i: number, j: number) => boolean,
  maxEdits = MAX_EDITS,
): Alignment | undefined {
  const limit = Math.min(maxEdits, MAX_EDITS, before.length + after.length)
  let comparisonsLeft = 8 * (before.length + after.length) + 10_000
  // furthest[k + limit + 1] = how far into `before` diagonal k (i − j) has come.
  const furthest = diagonals.fill(0, 0, 2 * limit + 3)

  for (let edits = 0; edits <= limit; edits++) {
    for (let k = -edits; k <= edits; k += 2) {
      const start = startOn(furthest, k, edits, limit)
      const end =
        isSame === undefined ? slide(before, after, start, k) : slideBy(isSame, before, after, start, k)
      comparisonsLeft -= end - start + 1
      furthest[k + limit + 1] = end
      if (end === before.length && end - k === after.length) return walkBack(edits, end, end - k)
    }
    if (comparisonsLeft < 0) return undefined
    remember(furthest, limit, edits)
  }
  return undefined
}

/** Used again by every call: memory for small lists costs more than comparing them. */
const diagonals = new Int32Array(2 * MAX_EDITS + 3)

/** Round `edits` of the search: its diagonals −edits … edits, from `edits`² on. */
let rounds = new Int32Array(1024)

function remember(furthest: Int32Array, limit: number, edits: number): void {
  const start = edits * edits
  const end = start + 2 * edits + 1
  if (end > rounds.length) {
    const larger = new Int32Array(end * 2)
    larger.set(rounds)
    rounds = larger
  }
  for (let at = start, k = limit + 1 - edits; at < end; at++, k++) rounds[at] = furthest[k] ?? 0
}

/** How far diagonal k had come after `edits`; −1 where that search had no such diagonal. */
function reached(k: number, edits: number): number {
  return k < -edits || k > edits ? -1 : (rounds[edits * edits + edits + k] ?? -1)
}

/** How far diagonal k goes on by equal items. A start beyond an end of the lists goes nowhere and leads to no solution. */
function slide(before: readonly unknown[], after: readonly unknown[], start: number, k: number): number {
  const end = Math.min(before.length, after.length + k)
  let i = start
  while (i < end && before[i] === after[i - k]) i++
  return i
}

function slideBy(
  isSame: (i: number, j: number) => boolean,
  before: readonly unknown[],
  after: readonly unknown[],
  start: number,
  k: number,
): number {
  const end = Math.min(before.length, after.length + k)
  let i = start
  while (i < end && isSame(i, i - k)) i++
  return i
}

/** Where diagonal k begins this round: one removal right of k−1, or one insert below k+1, whichever is further. */
function startOn(furthest: Int32Array, k: number, edits: number, limit: number): number {
  if (edits === 0) return 0
  const afterInsert = furthest[k + limit + 2] ?? 0
  const afterRemoval = (furthest[k + limit] ?? 0) + 1
  if (k === -edits) return afterInsert
  if (k === edits) return afterRemoval
  return Math.max(afterInsert, afterRemoval)
}

function walkBack(lastEdits: number, endI: number, endJ: number): Alignment {
  const kept: { i: number; j: number; length: number }[] = []
  let i = endI
  let j = endJ
  for (let edits = lastEdits; ; edits--) {
    const k = i - j
    if (edits === 0) {
      if (i > 0) kept.push({ i: 0, j: -k, length: i })
      return kept.reverse()
    }
    const afterInsert = reached(k + 1, edits - 1)
    const beforeRemoval = reached(k - 1, edits - 1)
    const afterRemoval = beforeRemoval < 0 ? -1 : beforeRemoval + 1
    const start = Math.max(afterInsert, afterRemoval)
    if (i > start) kept.push({ i: start, j: start - k, length: i - start })
    const byInsert = afterInsert >= afterRemoval
    i = byInsert ? start : start - 1
    j = i - (byInsert ? k + 1 : k - 1)
  }
}
