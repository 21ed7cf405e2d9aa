// What may stand in state, messages and presence: plain JSON, checked at the edge where it enters.
import { DEV } from '#dev'
import { PPError } from './errors.js'
import type { Path } from './path.js'
import { isHalf } from './utf8.js'

export type JsonPrimitive = string | number | boolean | null
export type Json = JsonPrimitive | readonly Json[] | { readonly [key: string]: Json }
export type JsonObject = { readonly [key: string]: Json }

/** Deeper trees are refused before they can exhaust the stack of a recursive reader. */
export const MAX_DEPTH = 64

/** True for the three keys that reach an object's prototype; they never become a key of ours. */
export function isForbiddenKey(key: string): boolean {
  return key === '__proto__' || key === 'constructor' || key === 'prototype'
}

/** Keys of state and payloads are names, not texts. */
export const MAX_KEY_LENGTH = 1024

/** What is wrong with a key, empty in a page for production; null for one that may stand in state and travel. */
export function keyFault(key: string): string | null {
  if (isForbiddenKey(key)) return DEV ? 'a key that reaches the prototype' : ''
  if (key.length > MAX_KEY_LENGTH) return DEV ? `a key of more than ${MAX_KEY_LENGTH} characters` : ''
  // As text it would travel as U+FFFD; of two such keys one would be left.
  for (let i = 0; i < key.length; i++) if (isHalf(key, i)) return DEV ? 'a key with half a character' : ''
  return null
}

/** True for an object made by `{}`, `JSON.parse` or `Object.create(null)`. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const proto: unknown = Object.getPrototypeOf(value)
  return proto === Object.prototype || proto === null
}

/**
 * Throws unless `value` is JSON all the way down.
 * @throws PPError `STATE_NOT_JSON` with the path of the first offender: a Date, Map, class instance, function,
 * `undefined`, NaN, ±Infinity, a forbidden key, a key with half a character, a cycle, or more than `MAX_DEPTH` levels.
 */
export function assertJson(value: unknown, path: Path = []): asserts value is Json {
  walk(value, [...path], path.length)
}

/** `path`: one for the whole walk, whose first `depth` steps lead to `value`: a copy for each value costs several times what reading JSON does. */
function walk(value: unknown, path: (string | number)[], depth: number): void {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return
    throw notJson(path.slice(0, depth), String(value))
  }
  // A cycle is endless depth: one limit finds both without a set of visited nodes.
  if (depth >= MAX_DEPTH) throw notJson(path.slice(0, depth), `more than ${MAX_DEPTH} levels, or a cycle`)
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      path[depth] = i
      walk(value[i], path, depth + 1)
    }
    return
  }
  if (!isPlainObject(value)) throw notJson(path.slice(0, depth), describe(value))
  for (const key of Object.keys(value)) {
    const fault = keyFault(key)
    if (fault !== null) throw notJson([...path.slice(0, depth), key.slice(0, 40)], fault)
    path[depth] = key
    walk(value[key], path, depth + 1)
  }
}

/** `players.p1.hp`, for people. */
export function formatPath(path: Path): string {
  return path.length === 0 ? '(root)' : path.join('.')
}

function notJson(path: Path, what: string): PPError {
  return new PPError('STATE_NOT_JSON', `${formatPath(path)} is not JSON: ${what}.`, {
    hint: 'Keep plain objects, arrays, strings, finite numbers, booleans and null in state.',
    path,
  })
}

function describe(value: unknown): string {
  if (typeof value !== 'object' || value === null) return typeof value
  return (value as { constructor?: { name?: string } }).constructor?.name ?? 'object'
}
