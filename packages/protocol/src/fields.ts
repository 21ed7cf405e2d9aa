// Reads one field of an object that came from a peer: right type and within its limit, or a typed error that names it.
import { isErrorCode, PPError } from './errors.js'
import type { ErrorCode } from './errors.js'

export type Fields = Readonly<Record<string, unknown>>

/** Names, ids and types: longer ones are an attack on our memory, not a name. */
export const MAX_NAME_LENGTH = 256
/** Reasons and error messages are for people; nobody reads more. */
const MAX_TEXT_LENGTH = 4096

export function readName(from: Fields, field: string): string {
  const value = from[field]
  if (typeof value === 'string' && value.length <= MAX_NAME_LENGTH) return value
  throw malformed(field, `a string of at most ${MAX_NAME_LENGTH} characters`)
}

export function readText(from: Fields, field: string): string {
  const value = from[field]
  if (typeof value === 'string') return value.slice(0, MAX_TEXT_LENGTH)
  throw malformed(field, 'a string')
}

/** Counters, versions, ids of acks: a whole number that a double holds exactly. */
export function readCount(from: Fields, field: string): number {
  const value = from[field]
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw malformed(field, 'a whole number from 0')
}

export function readNumber(from: Fields, field: string): number {
  const value = from[field]
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw malformed(field, 'a finite number')
}

export function readFlag(from: Fields, field: string): boolean {
  const value = from[field]
  if (typeof value === 'boolean') return value
  throw malformed(field, 'a boolean')
}

export function readOneOf<const T extends string>(from: Fields, field: string, allowed: readonly T[]): T {
  const value = from[field]
  const found = allowed.find((one) => one === value)
  if (found !== undefined) return found
  throw malformed(field, `one of ${allowed.join(', ')}`)
}

export function readObject(from: Fields, field: string): Fields {
  const value = from[field]
  if (isFields(value)) return value
  throw malformed(field, 'an object')
}

export function readList(from: Fields, field: string, maxItems: number): readonly unknown[] {
  const value = from[field]
  if (Array.isArray(value) && value.length <= maxItems) return value
  throw malformed(field, `a list of at most ${maxItems} items`)
}

/** A code of ours as it is; a code from a newer or foreign peer as REFUSED. */
export function readCode(from: Fields, field: string): ErrorCode {
  const value = readName(from, field)
  return isErrorCode(value) ? value : 'REFUSED'
}

/**
 * `{ [field]: read() }` when the field is there, else nothing: absent stays absent under `exactOptionalPropertyTypes`.
 */
export function optional<const K extends string, T>(
  from: Fields,
  field: K,
  read: (from: Fields, field: string) => T,
): { [Key in K]?: T } {
  if (from[field] === undefined) return {}
  // The computed key is exactly K; TypeScript widens it to string.
  return { [field]: read(from, field) } as { [Key in K]?: T }
}

/** `{ [field]: value }` when the field is present, whatever its type: payloads are the application's. */
export function passThrough<const K extends string>(from: Fields, field: K): { [Key in K]?: unknown } {
  return optional(from, field, (source) => source[field])
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function malformed(field: string, expected: string): PPError {
  return new PPError('MALFORMED_FRAME', `The field "${field}" of a message must be ${expected}.`)
}
