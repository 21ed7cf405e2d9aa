// The documented JSON form of a change. A delta is read against the value it changes:
//   primitive, array            the new value
//   { __pp_deleted: true }      the key is gone                    { __pp_value: v }   v, taken literally
//   { __pp_array_ops: [...] }   operations on the array that stands there, applied in listed order
//   any other object            where an object stands: key → delta of that key; elsewhere: the new value
// An object is a marker exactly when its only key is one of the three names. Data that looks like one is
// wrapped in `__pp_value`; inside `value`, `items` and `__pp_value` everything is literal and needs no wrapping.
import { PPError } from '../errors.js'
import { isPlainObject, type Json } from '../json.js'
import { isRecord } from './value.js'

/** A change in the documented JSON form. */
export type Delta = Json

/** One step on an array. Indexes mean the array as the steps before have left it; `to` counts after the removal. */
export type ArrayOp =
  | { readonly op: 'set'; readonly index: number; readonly value: Json }
  | {
      readonly op: 'splice'
      readonly index: number
      readonly deleteCount: number
      readonly items: readonly Json[]
    }
  | { readonly op: 'patch'; readonly index: number; readonly delta: Delta }
  | { readonly op: 'move'; readonly from: number; readonly to: number }

export type PPArrayOpsMarker = { readonly __pp_array_ops: readonly ArrayOp[] }
export type PPDeletedMarker = { readonly __pp_deleted: true }
export type PPValueMarker = { readonly __pp_value: Json }

/** Stands in a delta for "this key is gone"; survives JSON, unlike `undefined`, and is not `null`, which is a value. */
export const PP_DELETED: PPDeletedMarker = Object.freeze({ __pp_deleted: true })

const MARKER_KEYS = ['__pp_deleted', '__pp_array_ops', '__pp_value'] as const
export type MarkerKey = (typeof MARKER_KEYS)[number]

export function isMarkerKey(key: string | undefined): key is MarkerKey {
  return key === '__pp_deleted' || key === '__pp_array_ops' || key === '__pp_value'
}

/** True for the deletion marker, also after a trip through JSON. */
export function isDeleted(value: unknown): value is PPDeletedMarker {
  return value === PP_DELETED || (isMarker(value, '__pp_deleted') && value['__pp_deleted'] === true)
}

/** True for array operations, also after a trip through JSON. Says nothing about the operations: `patch` checks them. */
export function isArrayOps(value: unknown): value is PPArrayOpsMarker {
  return isMarker(value, '__pp_array_ops') && Array.isArray(value['__pp_array_ops'])
}

/** True for a literal value in its wrapping. */
export function isLiteral(value: unknown): value is PPValueMarker {
  return isMarker(value, '__pp_value')
}

function isMarker(value: unknown, key: MarkerKey): value is Record<string, unknown> {
  return isPlainObject(value) && Object.hasOwn(value, key) && Object.keys(value).length === 1
}

/** `value` as the delta that puts it where no object stands: itself, or wrapped when it would be read as a marker. */
export function literal(value: Json): Delta {
  return isRecord(value) && holdsLookAlike(value) ? { __pp_value: value } : value
}

/**
 * True when the object, or one in it that is not inside a list, looks like a marker. Deep ones would be taken literally
 * too, but then a reader must know that it stands in a new value; wrapped at the top, nobody has to.
 */
function holdsLookAlike(record: object): boolean {
  if (looksLikeMarker(record)) return true
  for (const key in record) {
    const child = (record as Record<string, unknown>)[key]
    if (isRecord(child) && holdsLookAlike(child)) return true
  }
  return false
}

/** True for an object whose only key is a marker's name, whatever stands under it. */
export function looksLikeMarker(value: object): boolean {
  let only: string | undefined
  for (const key in value) {
    // Hardly any object's first key is a marker's name, so one look tells nearly always.
    if (only !== undefined || !isMarkerKey(key)) return false
    only = key
  }
  return only !== undefined
}

/** An empty delta to fill. A delta of many keys, each time other ones, is ten times faster as a dictionary (measured). */
export function emptyDelta(mayBeWide: boolean): Record<string, Delta> {
  return mayBeWide ? Object.create(null) : {}
}

export function deltaInvalid(what: string): PPError {
  return new PPError('DELTA_INVALID', `This delta cannot be applied: ${what}.`)
}
