// The contract of this client: what the hello says of it, and whose validators count. A module that is loaded again makes it
// anew, and while the server could not tell the two apart the connection goes on.
import { DEV, FINGERPRINT, PPError } from '@painda/protocol'
import type { ContractShape, Hello } from '@painda/protocol'
import type { ClientOptions } from './types.js'

export interface OwnContract {
  /** The names that may travel as numbers. */
  readonly names: readonly string[]
  readonly hello: Pick<Hello, 'contract'>
  /** The one that counts now; undefined for a client without a contract. */
  current(): ContractShape | undefined
  /** Takes `next` instead if it says the same to the server; else false, and nothing has changed. */
  replace(next: ContractShape): boolean
}

type Registry = ClientOptions['registry']

/** @throws PPError `INVALID_ARGUMENT` for a contract that `defineContract` did not make, and a registry without contract. */
export function createContract(contract: ContractShape | undefined, registry: Registry): OwnContract {
  let current = contract
  const { names, rows } = fingerprintOf(contract, registry)
  return {
    names,
    hello: rows === undefined ? {} : { contract: rows },
    current: () => current,
    replace(next) {
      const isSame = fingerprintOf(next, registry).rows?.join('\n') === rows?.join('\n')
      if (isSame) current = next
      return isSame
    },
  }
}

interface Fingerprint {
  names: readonly string[]
  rows?: readonly string[]
}

function fingerprintOf(contract: ContractShape | undefined, registry: Registry): Fingerprint {
  if (contract === undefined && registry === undefined) return { names: [] }
  const by = contract?.[FINGERPRINT]
  if (contract !== undefined && by !== undefined)
    return { names: by.names(contract), rows: by.rows(contract, registry) }
  throw new PPError(
    'INVALID_ARGUMENT',
    DEV && 'A contract is made by defineContract; a registry needs one beside it, empty or not.',
  )
}

/** What a map of the contract has for a type. Types come from outside, and may be called like what every object has. */
export function entryOf<T>(map: { readonly [type: string]: T } | undefined, type: string): T | undefined {
  return map !== undefined && Object.hasOwn(map, type) ? map[type] : undefined
}
