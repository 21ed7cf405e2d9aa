// Where a contract is made. Its fingerprint comes with it, so that a client without a contract carries none of it.
import { checkContract } from '#dev'
import { checkNames, FINGERPRINT } from './contract.js'
import type { ContractShape } from './contract.js'
import { PPError } from './errors.js'
import { contractNames, contractRows } from './fingerprint.js'

/** The rooms, messages and requests of one application. @throws PPError as `defineRoom`, and `INVALID_ARGUMENT` for two rooms of one name. */
export function defineContract<const Contract extends ContractShape>(contract: Contract): Contract {
  checkNames('the contract', contract)
  const names = Object.values(contract.rooms ?? {}).map((room) => room.name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined)
    throw new PPError('INVALID_ARGUMENT', `Two rooms of the contract are named "${twice}".`)
  checkContract(contract)
  return { ...contract, [FINGERPRINT]: { names: contractNames, rows: contractRows } }
}
