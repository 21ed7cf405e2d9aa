// Which rows the list shows.
import type { RowKind } from './kinds.js'
import type { Row } from './rows.js'

export interface Filter {
  /** Kinds that are switched off. */
  readonly hidden: ReadonlySet<RowKind>
  readonly direction: 'all' | 'in' | 'out'
  /** Words that must all occur in the name, the room or the decoded payload, in any case of letters. */
  readonly text: string
  /** One client, or all. */
  readonly source: number | null
}

export const EVERYTHING: Filter = { hidden: new Set(), direction: 'all', text: '', source: null }

/** Values looked at per row and word: a snapshot of a whole world must not freeze the page at every key press. */
const MAX_VALUES = 5_000

export function matches(row: Row, filter: Filter): boolean {
  return !filter.hidden.has(row.kind) && matchesButKind(row, filter)
}

/** As `matches`, whatever kinds are hidden: what the counts on the chips count. */
export function matchesButKind(row: Row, { direction, text, source }: Filter): boolean {
  if (source !== null && row.source !== source) return false
  if (direction !== 'all' && row.direction !== direction) return false
  return wordsOf(text).every((word) => rowContains(row, word))
}

function wordsOf(text: string): string[] {
  const trimmed = text.trim().toLowerCase()
  return trimmed === '' ? [] : trimmed.split(/\s+/)
}

function rowContains(row: Row, word: string): boolean {
  if (row.name.toLowerCase().includes(word) || row.room?.toLowerCase().includes(word) === true) return true
  return contains(row.content, word, { left: MAX_VALUES })
}

function contains(value: unknown, word: string, budget: { left: number }): boolean {
  if (budget.left-- <= 0) return false
  if (typeof value === 'string') return value.toLowerCase().includes(word)
  if (typeof value !== 'object' || value === null) return String(value).includes(word)
  if (value instanceof Uint8Array) return false
  if (Array.isArray(value)) return value.some((item) => contains(item, word, budget))
  return Object.keys(value).some(
    (key) => key.toLowerCase().includes(word) || contains(Reflect.get(value, key), word, budget),
  )
}
