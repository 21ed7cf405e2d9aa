// A tracked tree made equal to another one, by as few writes as it takes: what is equal is not touched, so a view that is
// computed anew each time still travels as what changed in it.
import { deepEqual } from '@painda/protocol'

type Fields = Record<string, unknown>

/** Writes into `draft`, whose tree is `current`, until it equals `next`. @throws PPError `STATE_NOT_JSON` when `next` is not JSON */
export function followJson(draft: object, current: object, next: object): void {
  // State is JSON with an object at its root.
  followFields(draft as Fields, current as Fields, next as Fields)
}

function followFields(draft: Fields, current: Fields, next: Fields): void {
  for (const key of Object.keys(current)) if (!hasValue(next, key)) delete draft[key]
  for (const key of Object.keys(next)) {
    const is = next[key]
    if (is === undefined) continue
    const was = Object.hasOwn(current, key) ? current[key] : undefined
    const below = was === is ? undefined : draft[key]
    if (isFields(was) && isFields(is) && isFields(below)) followFields(below, was, is)
    // The delta of a list is found item by item at the commit.
    else if (was === undefined || !deepEqual(was, is)) draft[key] = is
  }
}

function hasValue(fields: Fields, key: string): boolean {
  return Object.hasOwn(fields, key) && fields[key] !== undefined
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
