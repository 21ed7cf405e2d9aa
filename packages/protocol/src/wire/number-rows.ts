// Rows straight from tracked objects in which numbers were written over numbers: a whole map of entities at once, column by
// column, out of the tracker's list of numbers.
import type { DiffContext } from '../delta/context.js'
import type { RecordNode } from '../delta/track-record.js'
import { hasFields, reserveRows } from './place.js'
import type { Group } from './place.js'

/** Where the numbers of each row lie. Filled and used up in one call. */
let stretches = new Int32Array(64)

/** True for an object of which the group's fields were written, in their order, and nothing else. */
export function isRowOf(group: Group, { shape, touchedAt, children, ledger }: RecordNode): boolean {
  if (shape === null || touchedAt !== ledger.tick || children.length > 0) return false
  if (shape === group.shape) return true
  if (shape.keys.length === 0 || !hasFields(group, shape.keys, shape.keys.length)) return false
  group.shape = shape
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
  }
  group.context = context
  return true
}

/**
 * A row for each of `nodes`, of which `isRowOf` and `takesNumbers` hold; `blanks` fill the blanks above, `lasts` the last one.
 * Returns those of which no row was made, because some number is as it was.
 */
export function addNumberRows(
  group: Group,
  nodes: readonly RecordNode[],
  blanks: readonly number[],
  lasts: readonly number[],
): readonly RecordNode[] {
  const { rows: start, columns, keys } = group
  const count = nodes.length
  const [first] = nodes
  if (first === undefined) return nodes
  if (stretches.length < count) stretches = new Int32Array(count * 2)
  // `i` stays below the count.
  for (let i = 0; i < count; i++) stretches[i] = (nodes[i] as RecordNode).at
  const { values } = first.ledger.numbers
  let areAllNew = true
  for (let n = 0; n < columns.length; n++) {
    const column = columns[n]
    if (column === undefined) continue
    reserveRows(column, start + count)
    const { numbers, before, round } = column
    for (let i = 0; i < count; i++) {
      const at = (stretches[i] ?? 0) + 2 * n
      const was = values[at] ?? 0
      const is = values[at + 1] ?? 0
      const old = round === undefined ? was : round(was)
      const now = round === undefined ? is : round(is)
      if (old === now) areAllNew = false
      before[start + i] = old
      numbers[start + i] = now
    }
    column.hasBefore = true
  }
  for (let k = 0; k < keys.length; k++) {
    const column = keys[k]
    if (column === undefined) continue
    const isLast = k === keys.length - 1
    for (let i = 0; i < count; i++) column[start + i] = (isLast ? lasts[i] : blanks[k]) ?? 0
  }
  group.rows = start + count
  return areAllNew ? [] : dropRows(group, start, nodes)
}

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
