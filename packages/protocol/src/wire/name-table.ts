// The names that two ends with equal contracts know: each may travel as its number. The table is made of the contract and
// never sent; the server's welcome says whether the contracts are equal.
import { malformed } from '../malformed.js'
import type { MessageKind } from '../messages.js'

export interface NameTable {
  /** True from a welcome that says so to the next one. An end that has not agreed neither says nor takes numbers. */
  isAgreed: boolean
  /** The number of `name`; undefined for one that travels as text. */
  numberOf(name: string): number | undefined
  /** @throws PPError `MALFORMED_FRAME` */
  nameOf(number: number): string
}

/** `names` as `contractNames` gives them. */
export function createNameTable(names: readonly string[], isAgreed = false): NameTable {
  const numbers = new Map(names.map((name, number) => [name, number]))
  const table: NameTable = {
    isAgreed,
    numberOf: (name) => (table.isAgreed ? numbers.get(name) : undefined),
    nameOf(number) {
      const name = table.isAgreed ? names[number] : undefined
      if (name !== undefined) return name
      throw malformed('name')
    },
  }
  return table
}

/** The fields of general messages that hold such a name: a number there stands for it. */
export const NAME_FIELDS: { readonly [Kind in MessageKind]?: string } = {
  join: 'name',
  joined: 'name',
  error: 'type',
}
