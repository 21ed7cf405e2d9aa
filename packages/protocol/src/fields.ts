// Reads an object that came from a peer by a table of its fields: each of the right type and within its limit, or a typed
// error that names it. What the table does not name is not copied.
import { isErrorCode } from './errors.js'
import type { ErrorCode } from './errors.js'
import { ensure } from './malformed.js'

export type Fields = Readonly<Record<string, unknown>>

/** Checks one field and returns the value to keep. @throws PPError `MALFORMED_FRAME` naming the field. */
export type Rule<T> = (value: unknown, field: string) => T

/** A rule per field of `M`, `kind` apart. A field that may be absent has a question mark behind its name. */
export type Shape<M> = {
  readonly [Key in Exclude<keyof M, 'kind'> as {} extends Pick<M, Key> ? `${Key & string}?` : Key]-?: Rule<
    Exclude<M[Key], undefined>
  >
}

/** A `Shape` of any message. */
export type Rules = Readonly<Record<string, Rule<unknown>>>

/** Names, ids and types. Longer ones are not names but an attack on memory. */
export const MAX_NAME_LENGTH = 256
/** Tokens are JWTs at most; 8 KiB is what common servers allow for a whole header. */
export const MAX_TOKEN_LENGTH = 8192
/** Reasons and error messages, which people read. */
const MAX_TEXT_LENGTH = 4096

/** @throws PPError `MALFORMED_FRAME` naming the field. */
export function readFields<M>(shape: Shape<M>, from: unknown, field: string): Omit<M, 'kind'> {
  ensure(isFields(from), field)
  const fields: Record<string, unknown> = {}
  for (const [key, rule] of Object.entries<Rule<unknown>>(shape)) {
    const isOptional = key.endsWith('?')
    const plain = isOptional ? key.slice(0, -1) : key
    const value = from[plain]
    if (!isOptional || value !== undefined) fields[plain] = rule(value, plain)
  }
  // The table has a rule for each field of M, and the rule's type is the field's.
  return fields as Omit<M, 'kind'>
}

/** For payloads: the application checks them. */
export const any: Rule<unknown> = (value) => value

export const name: Rule<string> = (value, field) => textUpTo(MAX_NAME_LENGTH, value, field)

/** An id as somebody asks for it, who may have pasted anything: a longer one is none, and no reason to end a connection. */
export const askedName: Rule<string> = (value, field) =>
  textUpTo(Infinity, value, field).slice(0, MAX_NAME_LENGTH)

export const token: Rule<string> = (value, field) => textUpTo(MAX_TOKEN_LENGTH, value, field)

export const text: Rule<string> = (value, field) => textUpTo(Infinity, value, field).slice(0, MAX_TEXT_LENGTH)

/** An error code; an unknown one, from a newer or foreign peer, becomes `REFUSED`. */
export const errorCode: Rule<ErrorCode> = (value, field) => {
  const code = name(value, field)
  return isErrorCode(code) ? code : 'REFUSED'
}

/** Counters, versions, ids of acks: a whole number that a double holds exactly. */
export const count: Rule<number> = (value, field) => {
  const whole = number(value, field)
  ensure(Number.isSafeInteger(whole) && whole >= 0, field)
  return whole
}

export const number: Rule<number> = (value, field) => {
  ensure(typeof value === 'number' && Number.isFinite(value), field)
  return value
}

export const flag: Rule<boolean> = (value, field) => {
  ensure(typeof value === 'boolean', field)
  return value
}

export function oneOf<const T extends string>(allowed: readonly T[], value: unknown, field: string): T {
  const found = allowed.find((one) => one === value)
  ensure(found !== undefined, field)
  return found
}

export function list<T>(maxItems: number, rule: Rule<T>, value: unknown, field: string): T[] {
  ensure(Array.isArray(value) && value.length <= maxItems, field)
  return value.map((item) => rule(item, field))
}

export function textUpTo(maxLength: number, value: unknown, field: string): string {
  ensure(typeof value === 'string' && value.length <= maxLength, field)
  return value
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
