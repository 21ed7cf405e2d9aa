// Sorting by small whole numbers: the rows of a delta by their first key, entities by the number of their name. Equal ones
// stay in their order. The memory is used again: an order is good until the next one is asked for.

/** Keys are marked, not compared, while there are at most this many times more of them than rows. */
const SPARSE = 256
/** What there may be of such keys at most: the memory stays. */
const MAX_RANGE = 65_536

/** Per key from the smallest on: a bit that says whether a row has it, and which one. */
let marks = new Int32Array(8)
let rowOf = new Int32Array(256)
let order = new Int32Array(64)
let scratch: unknown[] = []
let scratchNumbers = new Float64Array(64)

/** True when the first `count` keys ascend. */
export function isSorted(keys: ArrayLike<number>, count: number): boolean {
  for (let i = 1; i < count; i++) if ((keys[i] ?? 0) < (keys[i - 1] ?? 0)) return false
  return true
}

/** Which of the first `count` comes first, second … */
export function orderOf(keys: ArrayLike<number>, count: number): Int32Array {
  if (order.length < count) order = new Int32Array(count * 2)
  let min = Infinity
  let max = 0
  for (let i = 0; i < count; i++) {
    const key = keys[i] ?? 0
    if (key < min) min = key
    if (key > max) max = key
  }
  if (max - min >= Math.min(count * SPARSE, MAX_RANGE) || !orderByMarks(keys, count, min, max)) {
    for (let i = 0; i < count; i++) order[i] = i
    order.subarray(0, count).sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0) || a - b)
  }
  return order
}

/** Keys that lie close together need no comparing. False when two are equal. */
function orderByMarks(keys: ArrayLike<number>, count: number, min: number, max: number): boolean {
  const words = ((max - min) >> 5) + 1
  if (marks.length < words) {
    marks = new Int32Array(words * 2)
    rowOf = new Int32Array(words * 64)
  }
  marks.fill(0, 0, words)
  for (let row = 0; row < count; row++) {
    const slot = (keys[row] ?? 0) - min
    const word = marks[slot >> 5] ?? 0
    // A shift takes the lowest five bits of its distance.
    const marked = word | (1 << slot)
    if (marked === word) return false
    marks[slot >> 5] = marked
    rowOf[slot] = row
  }
  let at = 0
  for (let i = 0; i < words; i++) {
    for (let word = marks[i] ?? 0; word !== 0; word &= word - 1)
      order[at++] = rowOf[i * 32 + 31 - Math.clz32(word & -word)] ?? 0
  }
  return true
}

export function permute(column: unknown[], byOrder: Int32Array, count: number): void {
  for (let i = 0; i < count; i++) scratch[i] = column[i]
  for (let i = 0; i < count; i++) column[i] = scratch[byOrder[i] ?? 0]
  if (typeof column[0] === 'object') scratch = []
}

export function permuteNumbers(column: Float64Array, byOrder: Int32Array, count: number): void {
  if (scratchNumbers.length < count) scratchNumbers = new Float64Array(count * 2)
  for (let i = 0; i < count; i++) scratchNumbers[i] = column[i] ?? 0
  for (let i = 0; i < count; i++) column[i] = scratchNumbers[byOrder[i] ?? 0] ?? 0
}
