// Rows straight from tracked objects in which numbers were written over numbers: a whole map of entities at once, column by
// column, out of the tracker's list of numbers.
import type { DiffContext } from '../delta/context.js'
import type { RecordNode } from '../delta/track-record.js'
import type { WriteShape } from '../delta/track-written.js'
import { DIVISORS, MAX_NUMERATOR, NO_DIVISOR } from './number.js'
import { divideNumerators, hasFields, reserveRows } from './place.js'
import type { Column, Group } from './place.js'

/** Where the numbers of each row lie, column by column. Filled and used up in one call. */
let places = new Int32Array(64)

/** True for an object of which the group's fields were written, in their order, and nothing else. */
export function isRowOf(group: Group, { shape, mask, touchedAt, children, ledger }: RecordNode): boolean {
  if (shape === null || touchedAt !== ledger.tick || children.length > 0) return false
  const { written } = group
  if (shape === written.shape && mask === written.mask) return true
  const { keys, offsets } = shape.select(mask)
  if (keys !== written.keys && (keys.length === 0 || !hasFields(group, keys, keys.length))) return false
  written.keys = keys
  written.shape = shape
  written.mask = mask
  written.offsets = offsets
  return true
}

/** False where a number of the group's fields may be hidden, or stands beside other values. */
export function takesNumbers(group: Group, context: DiffContext): boolean {
  for (const column of group.columns) {
    if (!column.areNumbers) return false
    if (group.context === context) continue
    const { round, secrecy } = context.at(column.field)
    if (secrecy !== undefined) return false
    column.round = round
    // Of a grid that no divisor fits the index is −1: no divisor.
    column.gridCode = round === undefined ? NO_DIVISOR : DIVISORS.indexOf(round.perUnit)
  }
  group.context = context
  return true
}

/**
 * A row for each of the nodes that the first `count` of `picks` name, of which `isRowOf` and `takesNumbers` hold; `blanks` fill
 * the blanks above, `lasts` the last one. Returns those of which no row was made, because some number is as it was.
 */
export function addNumberRows(
  group: Group,
  nodes: readonly RecordNode[],
  picks: Int32Array,
  count: number,
  blanks: readonly number[],
  lasts: Int32Array,
): readonly RecordNode[] {
  const { rows: start, columns, keys } = group
  if (places.length < count * columns.length) places = new Int32Array(count * columns.length * 2)
  let { values } = NOTHING
  const { written } = group
  for (let i = 0; i < count; i++) {
    // Picks are indexes of nodes, and rows have a shape.
    const { shape, mask, at, ledger } = nodes[picks[i] ?? 0] as RecordNode
    const isAlike = shape === written.shape && mask === written.mask
    const { offsets } = isAlike ? written : (shape as WriteShape).select(mask)
    values = ledger.numbers.values
    for (let n = 0; n < offsets.length; n++) places[n * count + i] = at + (offsets[n] ?? 0)
  }
  let areAllNew = true
  for (let n = 0; n < columns.length; n++) {
    const column = columns[n]
    if (column === undefined) continue
    reserveRows(column, start + count)
    column.hasBefore = true
    const from = n * count
    if (!addNumerators(column, start, values, from, count)) addNumbers(column, start, values, from, count)
    const { numbers, before } = column
    for (let i = start; i < start + count; i++) if (before[i] === numbers[i]) areAllNew = false
  }
  for (let k = 0; k < keys.length; k++) {
    const column = keys[k]
    if (column === undefined) continue
    const isLast = k === keys.length - 1
    for (let i = 0; i < count; i++) column[start + i] = (isLast ? lasts[picks[i] ?? 0] : blanks[k]) ?? 0
  }
  group.rows = start + count
  if (areAllNew) return []
  return dropRows(
    group,
    start,
    Array.from(picks.subarray(0, count), (pick) => nodes[pick] as RecordNode),
  )
}

/** Takes the numbers at `count` places from `from` on, rounded. */
function addNumbers(column: Column, start: number, values: Float64Array, from: number, count: number): void {
  divideNumerators(column, start)
  const { numbers, before, round } = column
  for (let i = 0; i < count; i++) {
    const at = places[from + i] ?? 0
    before[start + i] = values[at] ?? 0
    numbers[start + i] = values[at + 1] ?? 0
  }
  round?.column(before, start, start + count)
  round?.column(numbers, start, start + count)
}

/**
 * The same as numerators over the divisor of the grid, as they are written: nothing is divided to be multiplied again. False where
 * that cannot be; the rows before `start` are as they were.
 */
function addNumerators(
  column: Column,
  start: number,
  values: Float64Array,
  from: number,
  count: number,
): boolean {
  const { numbers, before, gridCode } = column
  if (gridCode === NO_DIVISOR || (start > 0 && !column.areNumerators)) return false
  const divisor = DIVISORS[gridCode] ?? 1
  let largest = 0
  for (let i = 0; i < count; i++) {
    const at = places[from + i] ?? 0
    // Numbers have one zero.
    const old = Math.round((values[at] ?? 0) * divisor) + 0
    const now = Math.round((values[at + 1] ?? 0) * divisor) + 0
    before[start + i] = old
    numbers[start + i] = now
    largest = Math.max(largest, Math.abs(old), Math.abs(now))
  }
  if (largest >= MAX_NUMERATOR) return false
  column.areNumerators = true
  return true
}

const NOTHING = { values: new Float64Array(0) }

/** Takes back the rows from `start` on in which some number is as it was; returns their nodes. */
function dropRows(group: Group, start: number, nodes: readonly RecordNode[]): readonly RecordNode[] {
  const { columns, keys } = group
  let row = start
  const dropped = nodes.filter((_, i) => {
    const from = start + i
    if (columns.some(({ numbers, before }) => numbers[from] === before[from])) return true
    for (const { numbers, before } of columns) {
      numbers[row] = numbers[from] ?? 0
      before[row] = before[from] ?? 0
    }
    for (const column of keys) column[row] = column[from] ?? 0
    row++
    return false
  })
  group.rows = row
  return dropped
}
