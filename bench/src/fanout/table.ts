// One line per contender and one per demand: what was measured, and against what ours is held.
import type { KitName } from './job.js'

export interface Demand {
  readonly what: string
  /** Ours, in the unit of `must` and `aim`: mostly a ratio to a contender of the same run. */
  readonly value: number
  readonly must: number
  readonly aim: number
  readonly isMore?: boolean
}

export function printContest(
  title: string,
  columns: readonly string[],
  rows: readonly { readonly kit: KitName; readonly cells: readonly number[] }[],
): void {
  console.log(`  ${title}`)
  console.log(`  ${''.padEnd(14)}${columns.map((name) => name.padStart(20)).join('')}`)
  for (const { kit, cells } of rows)
    console.log(`  ${kit.padEnd(14)}${cells.map((cell) => format(cell).padStart(20)).join('')}`)
}

export function printDemands(demands: readonly Demand[]): void {
  for (const { what, value, must, aim, isMore = false } of demands) {
    const reaches = (bound: number): boolean => (isMore ? value >= bound : value <= bound)
    const verdict = reaches(aim) ? 'aim' : reaches(must) ? 'must' : 'MISSED'
    const sign = isMore ? '≥' : '≤'
    console.log(
      `  ${what.padEnd(54)}${format(value).padStart(10)}   must ${sign} ${must}, aim ${sign} ${aim}: ${verdict}`,
    )
  }
}

/** The figure of one contender; NaN when it did not take part. */
export function cellOf(
  rows: readonly { readonly kit: KitName; readonly cells: readonly number[] }[],
  kit: KitName,
  column: number,
): number {
  return rows.find((row) => row.kit === kit)?.cells[column] ?? Number.NaN
}

function format(value: number): string {
  if (Number.isNaN(value)) return '–'
  if (value >= 1000) return Math.round(value).toLocaleString('en')
  return value >= 100 ? value.toFixed(0) : value.toFixed(2)
}
