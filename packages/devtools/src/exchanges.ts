// Messages by type: how many, how fast they were answered, what is still open, what was refused.
import type { Row } from './rows.js'

export interface TypeStats {
  readonly name: string
  readonly direction: 'in' | 'out'
  readonly count: number
  /** Wall clock of the newest. */
  readonly lastAt: number
  /** Milliseconds from question to answer, ascending. Empty where nobody asked. */
  readonly latencies: readonly number[]
  readonly failed: number
  readonly open: number
}

export interface Exchanges {
  /** The most frequent first. */
  readonly types: readonly TypeStats[]
  /** Questions without an answer, oldest first. */
  readonly open: readonly Row[]
  /** Refusals, newest first. */
  readonly refused: readonly Row[]
}

interface Counted {
  name: string
  direction: 'in' | 'out'
  count: number
  lastAt: number
  latencies: number[]
  failed: number
  open: number
}

/** Refusals told one by one; more is what the list of frames is for. */
const MAX_REFUSED = 50

/** Of rows, oldest first. An answer whose question is no longer held counts for nobody. */
export function exchangesOf(rows: readonly Row[]): Exchanges {
  const types = new Map<string, Counted>()
  const open = new Map<string, Row>()
  const refused: Row[] = []

  function typeOf(name: string, direction: 'in' | 'out'): Counted {
    const key = `${direction} ${name}`
    let found = types.get(key)
    if (found === undefined) {
      found = { name, direction, count: 0, lastAt: 0, latencies: [], failed: 0, open: 0 }
      types.set(key, found)
    }
    return found
  }

  for (const row of rows) {
    const { message, direction, source } = row
    if (direction === 'local') continue
    if (message?.kind === 'event') {
      const type = typeOf(message.type, direction)
      type.count++
      type.lastAt = row.wallAt
      if (message.ackId === undefined) continue
      type.open++
      open.set(`${source} ${direction} ${message.ackId}`, row)
    } else if (message?.kind === 'ack') {
      const asked = direction === 'in' ? 'out' : 'in'
      const key = `${source} ${asked} ${message.ackId}`
      const question = open.get(key)
      if (question?.message?.kind !== 'event') continue
      open.delete(key)
      const type = typeOf(question.message.type, asked)
      type.open--
      if (row.latencyMs !== null) type.latencies.push(row.latencyMs)
      if (message.error === undefined) continue
      type.failed++
      refused.push(row)
    }
  }
  for (const type of types.values()) type.latencies.sort((a, b) => a - b)
  return {
    types: [...types.values()].sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1)),
    open: [...open.values()],
    refused: refused.slice(-MAX_REFUSED).reverse(),
  }
}

/** The value that a share of all does not exceed; null of none. */
export function quantile(ascending: readonly number[], share: number): number | null {
  return ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * share))] ?? null
}
