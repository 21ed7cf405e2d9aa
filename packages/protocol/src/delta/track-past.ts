// What stood there before: whoever writes a delta as bytes says small steps of numbers instead of numbers.
import type { Ledger, NotedPast } from './track-node.js'

type Past = Record<string, unknown>

/** How far ahead the next object is looked for before all are put into a table. */
const LOOK_AHEAD = 4

/** Asked in the order of the delta, as a writer does, each answer is found where the last one ended. */
function createFind(ledger: Ledger): (changes: object) => NotedPast | undefined {
  let pasts: NotedPast[] | undefined
  let table: Map<object, NotedPast> | undefined
  let next = 0

  return (changes) => {
    if (pasts !== ledger.pasts) {
      pasts = ledger.pasts
      table = undefined
      next = 0
    }
    for (let i = next; i < next + LOOK_AHEAD; i++) {
      const noted = pasts[i]
      if (noted?.delta !== changes) continue
      next = i + 1
      return noted
    }
    table ??= new Map(pasts.map((noted) => [noted.delta, noted]))
    return table.get(changes)
  }
}

export function createPastOf(ledger: Ledger): (changes: object) => Past | undefined {
  const find = createFind(ledger)
  return (changes) => {
    const noted = find(changes)
    if (noted === undefined) return undefined
    const { keys, olds, context } = noted
    const past: Past = {}
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] ?? ''
      const old = olds[i]
      const round = typeof old === 'number' ? context.at(key).round : undefined
      // Raw trees hold no key that reaches a prototype.
      past[key] = round === undefined ? old : round(old as number)
    }
    return past
  }
}

/** Which containers of the last commit's delta were written themselves; the rest of it stands where it stood. */
export interface Writes {
  /** The written fields of an object of the delta, with what they held; undefined when only what is below it changed. */
  of(changes: object): { readonly keys: readonly string[]; readonly olds: readonly unknown[] } | undefined
  /** True for a list of the tree whose own items were written. */
  isWritten(list: object): boolean
}

export function createWrites(ledger: Ledger): Writes {
  return {
    of: createFind(ledger),
    // The commit has opened the next tick.
    isWritten: (list) => ledger.nodes.get(list)?.touchedAt === ledger.tick - 1,
  }
}
