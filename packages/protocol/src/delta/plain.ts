// Deltas for readers that know only the older part of the form: no operations on nested arrays, no `__pp_value`.
import { isPlainObject } from '../json.js'
import { isArrayOps, isDeleted, isLiteral, type Delta } from './delta.js'
import { isRecord } from './value.js'

const UNSAYABLE = Symbol('unsayable')

/**
 * `delta` with every changed array whole, taken from `after`, the state that the delta leads to. Undefined when such a
 * reader would misread it (an object that replaces another object): send the state instead.
 */
export function plainDelta(delta: Delta, after: unknown): Delta | undefined {
  const plain = flatten(delta, after)
  return plain === UNSAYABLE ? undefined : plain
}

function flatten(delta: Delta, after: unknown): Delta | typeof UNSAYABLE {
  if (!isPlainObject(delta) || isDeleted(delta)) return delta
  // A state that a delta leads to is JSON.
  if (isArrayOps(delta)) return after as Delta
  if (isLiteral(delta)) return isRecord(delta.__pp_value) ? UNSAYABLE : delta.__pp_value
  const plain: Record<string, Delta> = {}
  for (const key of Object.keys(delta)) {
    // The values of a delta are deltas.
    const change = flatten(delta[key] as Delta, isRecord(after) ? after[key] : undefined)
    if (change === UNSAYABLE) return UNSAYABLE
    plain[key] = change
  }
  return plain
}
