// Which rows the list shows.
import { assertNever } from '@painda/protocol'
import type { RowKind } from './kinds.js'
import { touches } from './path-glob.js'
import { parseQuery, type Term } from './query.js'
import type { Row } from './rows.js'
import { SERVER_SOURCE } from './server-lane.js'

export interface Filter {
  /** Kinds that are switched off. */
  readonly hidden: ReadonlySet<RowKind>
  readonly direction: 'all' | 'in' | 'out'
  /** Words and terms that must all fit, as query.ts reads them. Words are looked for in name, room and decoded payload. */
  readonly text: string
  /** One client, the server, a client of another tab, or all clients of this page. */
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
  // What the server and other tabs tell is shown when asked for.
  const isOurs = source === null ? row.source < SERVER_SOURCE : row.source === source
  if (!isOurs && !isReload(row)) return false
  if (direction !== 'all' && row.direction !== direction) return false
  return parseQuery(text).terms.every((term) => fits(row, term) !== term.isNot)
}

/** Saved code concerns everybody. */
function isReload(row: Row): boolean {
  return row.direction === 'local' && Reflect.get(Object(row.content), 'kind') === 'reload'
}

function fits(row: Row, term: Term): boolean {
  switch (term.by) {
    case 'word':
      return rowContains(row, term.text)
    case 'type':
      return row.name.toLowerCase() === term.text
    case 'room':
      return row.room?.toLowerCase() === term.text
    case 'ns':
      return row.namespace?.toLowerCase() === term.text
    case 'path':
      return touches(row.content, term.keys)
    case 'larger':
      return row.frame !== null && row.frame.bytes.byteLength >= term.bytes
    case 'slow':
      return row.latencyMs !== null && row.latencyMs >= term.ms
    case 'error':
      return row.isBad
    case 'mark':
      return row.marks.some(({ kind }) => kind === term.kind)
    default:
      return assertNever(term)
  }
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
