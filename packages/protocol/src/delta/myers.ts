// The shortest edit between two lists (Myers 1986, greedy, forward), with a bound on the effort: a list that was
// rewritten is cheaper to send again than to understand.

/** Positions of items that stay: `before[i]` is `after[j]`, both ascending. */
export type Alignment = readonly (readonly [i: number, j: number])[]

/** More single inserts and removals than this are not a small edit any more. Also bounds the memory: d² / 2 numbers. */
const MAX_EDITS = 256

/** Undefined when the lists are further apart than `maxEdits` or the comparisons run out. */
export function alignLists(
  beforeLength: number,
  afterLength: number,
  isSame: (i: number, j: number) => boolean,
  maxEdits = MAX_EDITS,
): Alignment | undefined {
  const limit = Math.min(maxEdits, beforeLength + afterLength)
  let comparisonsLeft = 8 * (beforeLength + afterLength) + 10_000
  // furthest[k + limit + 1] = how far into `before` diagonal k (i − j) has come.
  const furthest = new Int32Array(2 * limit + 3)
  const history: Int32Array[] = []

  for (let edits = 0; edits <= limit; edits++) {
    for (let k = -edits; k <= edits; k += 2) {
      let i = startOn(furthest, k, edits, limit)
      let j = i - k
      if (i > beforeLength || j > afterLength) {
        furthest[k + limit + 1] = i
        continue
      }
      while (i < beforeLength && j < afterLength && isSame(i, j)) {
        i++
        j++
        comparisonsLeft--
      }
      comparisonsLeft--
      furthest[k + limit + 1] = i
      if (i === beforeLength && j === afterLength) return walkBack(history, i, j, limit)
    }
    if (comparisonsLeft < 0) return undefined
    history.push(furthest.slice(limit + 1 - edits, limit + 2 + edits))
  }
  return undefined
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

function walkBack(history: readonly Int32Array[], endI: number, endJ: number, limit: number): Alignment {
  const kept: [number, number][] = []
  let i = endI
  let j = endJ
  for (let edits = history.length; edits >= 0; edits--) {
    const k = i - j
    const round = edits === 0 ? undefined : history[edits - 1]
    let startI = 0
    let cameFrom = 0
    if (round !== undefined) {
      // `round` holds diagonals −(edits−1) … edits−1 of the round before.
      const afterInsert = k + 1 <= edits - 1 ? (round[k + edits] ?? -1) : -1
      const afterRemoval = k - 1 >= 1 - edits ? (round[k + edits - 2] ?? -1) + 1 : -1
      const byInsert = k === -edits || (k !== edits && afterInsert >= afterRemoval)
      startI = byInsert ? afterInsert : afterRemoval
      cameFrom = byInsert ? k + 1 : k - 1
    }
    while (i > startI && j > startI - k) {
      i--
      j--
      kept.push([i, j])
    }
    if (round === undefined) break
    i = cameFrom === k + 1 ? startI : startI - 1
    j = i - cameFrom
  }
  return kept.reverse()
}
