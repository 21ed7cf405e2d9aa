// A sync table as a server takes it. Whoever writes no types is told of a slip too: a mark that is misspelled would hide nothing.
import { compileSync, PPError } from '@painda/protocol'
import type { CompiledSync, SyncTable } from '@painda/protocol'

const WORDS = ['to', 'quantize']

/** @throws PPError `INVALID_ARGUMENT` for a rule with another word in it, an audience that is none, and as `compileSync` */
export function readSync(table: SyncTable = {}): CompiledSync {
  const rows: readonly (readonly [unknown, unknown])[] = isRows(table) ? table : Object.entries(table)
  for (const [path, rule] of rows) checkRule(Array.isArray(path) ? path.join('.') : String(path), rule)
  return compileSync(table)
}

const isRows = (table: SyncTable): table is Extract<SyncTable, readonly unknown[]> => Array.isArray(table)

function checkRule(path: string, rule: unknown): void {
  if (typeof rule !== 'object' || rule === null) {
    throw new PPError('INVALID_ARGUMENT', `The rule at "${path}" must be an object: { to } or { quantize }.`)
  }
  const stranger = Object.keys(rule).find((word) => !WORDS.includes(word))
  if (stranger !== undefined) {
    throw new PPError(
      'INVALID_ARGUMENT',
      `The rule at "${path}" has "${stranger}"; there are "to" and "quantize".`,
    )
  }
  const to: unknown = 'to' in rule ? rule.to : undefined
  if (to === undefined || to === 'owner' || typeof to === 'function') return
  throw new PPError('INVALID_ARGUMENT', `"${path}" is marked for nobody: "to" is 'owner' or a function.`)
}
