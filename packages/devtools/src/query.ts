// What somebody types into the filter: words, and terms that begin with a name, as in Chrome's network panel.
//   path:players.*.hp   touches or holds that path; * is one key, ** any number of them
//   larger:500          bytes of the frame, also 2k or 1m       slow:100   answers that took at least so many milliseconds
//   type:buy  room:arena  ns:chat  is:error  is:late
// A minus before a term or word turns it around. A term that cannot be read is left out, and named.

import { MARK_KINDS, type MarkKind } from './row-marks.js'

export interface Query {
  readonly terms: readonly Term[]
  /** The first term that is not understood, as a sentence; null when all are. */
  readonly problem: string | null
}

export type Term = { readonly isNot: boolean } & (
  | { readonly by: 'word' | 'type' | 'room' | 'ns'; readonly text: string }
  | { readonly by: 'path'; readonly keys: readonly string[] }
  | { readonly by: 'larger'; readonly bytes: number }
  | { readonly by: 'slow'; readonly ms: number }
  | { readonly by: 'error' }
  | { readonly by: 'mark'; readonly kind: MarkKind }
)

const NAMES = ['path', 'larger', 'slow', 'type', 'room', 'ns', 'is']
const FACTORS: { readonly [unit: string]: number } = { '': 1, k: 1_000, m: 1_000_000 }

/** Rows are many and ask for the same one. */
let last: { readonly text: string; readonly query: Query } = {
  text: '',
  query: { terms: [], problem: null },
}

export function parseQuery(text: string): Query {
  if (last.text !== text) last = { text, query: parse(text) }
  return last.query
}

function parse(text: string): Query {
  const terms: Term[] = []
  let problem: string | null = null
  for (const piece of text.trim().split(/\s+/)) {
    if (piece === '' || piece === '-') continue
    const isNot = piece.startsWith('-')
    const term = parseTerm(isNot ? piece.slice(1) : piece)
    if (typeof term === 'string') problem ??= term
    // Just begun to type: `path:` filters nothing yet.
    else if (term !== null) terms.push({ isNot, ...term })
  }
  return { terms, problem }
}

type Bare = Term extends infer T ? (T extends Term ? Omit<T, 'isNot'> : never) : never

/** Null for one without a value yet, a sentence for one that cannot be read. */
function parseTerm(piece: string): Bare | string | null {
  const colon = piece.indexOf(':')
  const name = piece.slice(0, Math.max(0, colon))
  const value = piece.slice(colon + 1)
  if (!NAMES.includes(name)) return { by: 'word', text: piece.toLowerCase() }
  if (value === '') return null
  switch (name) {
    case 'path':
      return { by: 'path', keys: value.split('.') }
    case 'larger': {
      const bytes = readSize(value)
      return bytes === null
        ? `larger:${value} is no size. Write larger:500 or larger:2k.`
        : { by: 'larger', bytes }
    }
    case 'slow': {
      const ms = Number(value.replace(/ms$/, ''))
      return Number.isFinite(ms) ? { by: 'slow', ms } : `slow:${value} is no number of milliseconds.`
    }
    case 'is':
      return readIs(value)
    case 'type':
    case 'ns':
      return { by: name, text: value.toLowerCase() }
    default:
      return { by: 'room', text: value.toLowerCase() }
  }
}

function readIs(value: string): Bare | string {
  if (value === 'error') return { by: 'error' }
  const kind = MARK_KINDS.find((known) => known === value)
  if (kind !== undefined) return { by: 'mark', kind }
  return `is:${value} is not known; there are is:error, ${MARK_KINDS.map((known) => `is:${known}`).join(', ')}.`
}

function readSize(value: string): number | null {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)([km]?)b?$/i.exec(value) ?? []
  return digits === undefined ? null : Number(digits) * (FACTORS[unit.toLowerCase()] ?? 1)
}
