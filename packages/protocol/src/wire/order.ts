// Sorting by small whole numbers: the rows of a delta by their first key, entities by the number of their name. Equal ones
// stay in their order. The memory is used again: an order is good until the next one is asked for.

/** Keys are counted, not compared, while there are at most this many times more of them than rows. */
const SPARSE = 32

/** Per key from the smallest on, the row that has it, plus one. */
let slots = new Int32Array(256)
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
  if (max - min >= count * SPARSE || !orderByCounting(keys, count, min, max)) {
    for (let i = 0; i < count; i++) order[i] = i
    order.subarray(0, count).sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0) || a - b)
  }
  return order
}

/** Keys that lie close together need no comparing. False when two are equal. */
function orderByCounting(keys: ArrayLike<number>, count: number, min: number, max: number): boolean {
  const range = max - min + 1
  if (slots.length < range) slots = new Int32Array(range * 2)
  else slots.fill(0, 0, range)
  for (let row = 0; row < count; row++) {
    const slot = (keys[row] ?? 0) - min
    if (slots[slot] !== 0) return false
    slots[slot] = row + 1
  }
  let at = 0
  for (let slot = 0; slot < range; slot++) {
    const row = slots[slot] ?? 0
    if (row !== 0) order[at++] = row - 1
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
