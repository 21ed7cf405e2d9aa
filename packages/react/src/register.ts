// How a contract's types reach the hooks: an application augments `Register` once, and every hook knows its rooms,
// messages and requests by name.
import type { ContractShape } from '@painda/client'

/**
 * Augment it in one file of the application:
 * @example
 * declare module '@painda/react' {
 *   interface Register { contract: typeof contract }
 * }
 */
// An interface, because only interfaces can be augmented from outside.
// oxlint-disable-next-line typescript/no-empty-object-type
export interface Register {}

/** The registered contract, or the open one where nothing was registered: then every name is allowed and untyped. */
export type RegisteredContract = Register extends { contract: infer Contract extends ContractShape }
  ? Contract
  : ContractShape
