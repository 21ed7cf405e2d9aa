// The sync table of a contract: what the state's numbers look like when they leave the server. `quantize` rounds them to a
// grid that the game can afford; the server itself goes on computing with what it has.
import { PPError } from './errors.js'
import type { Json } from './json.js'
import type { SyncRule } from './contract.js'

/** Paths with `*` for one key or any item of a list; a path as an array for keys that hold dots. */
export type SyncTable =
  | { readonly [path: string]: SyncRule }
  | readonly (readonly [path: string | readonly string[], rule: SyncRule])[]

/** A sync table seen from one place of the state. */
export interface SyncPlace {
  /** A number that stands here, as it leaves; undefined where nothing is declared. */
  readonly round: ((value: number) => number) | undefined
  /** The place one level down; undefined when nothing is declared there. A name wins over `*`. */
  at(key: string): SyncPlace | undefined
}

export interface CompiledSync {
  /** The root; undefined when no path is rounded: then nothing is looked up and nothing copied. */
  readonly root: SyncPlace | undefined
  /** The paths of the table, with `*`: they tell a view's encoder where maps are. */
  readonly patterns: readonly string[]
  /** The state as it leaves: a copy with rounded numbers, or, when nothing is declared, the state itself. */
  snapshotOf<T>(state: T): T
}

/**
 * Prepares a contract's sync table for a tracker. Every number at a path, or anywhere below it, is rounded by that path's
 * `quantize`.
 * @throws PPError `INVALID_ARGUMENT` for a step that is not a positive number
 */
export function compileSync(table: SyncTable = {}): CompiledSync {
  const rows = isRows(table) ? table : Object.entries(table)
  const top = createPlace(undefined)
  let isEmpty = true
  const patterns: string[] = []
  for (const [path, { quantize }] of rows) {
    const steps = typeof path === 'string' ? path.split('.') : path
    // A pattern is text; a key with a dot in it cannot be one, and only saves bytes anyway.
    if (!steps.some((step) => step.includes('.'))) patterns.push(steps.join('.'))
    if (quantize === undefined) continue
    if (!(quantize > 0 && Number.isFinite(quantize)))
      throw new PPError('INVALID_ARGUMENT', `quantize at "${steps.join('.')}" must be a positive number.`)
    isEmpty = false
    let place = top
    for (const step of steps) place = place.enter(step)
    place.round = roundingTo(quantize)
  }
  const root = isEmpty ? undefined : top
  return {
    root,
    patterns,
    // A copy with other numbers has the same shape.
    snapshotOf: <T>(state: T): T => (root === undefined ? state : (rounded(state as Json, root) as T)),
  }
}

/**
 * The multiple of `step` nearest to `value`. Where 1 / step is a whole number the result is the nearest double to that
 * fraction: 0.07 stays 0.07. Numbers too large for the grid stay as they are.
 */
export function quantizeNumber(value: number, step: number): number {
  return roundingTo(step)(value)
}

/** A copy of `value` as it leaves from `place`. */
export function rounded(value: Json, place: SyncPlace): Json {
  if (typeof value === 'number') return place.round?.(value) ?? value
  if (typeof value !== 'object' || value === null) return value
  if (isList(value)) return value.map((item) => roundedAt(item, place.at('*')))
  const copy: Record<string, Json> = {}
  for (const [key, child] of Object.entries(value)) copy[key] = roundedAt(child, place.at(key))
  return copy
}

function roundedAt(value: Json, place: SyncPlace | undefined): Json {
  return rounded(value, place ?? NOWHERE)
}

/** Where nothing is declared: rounding is copying. */
const NOWHERE: SyncPlace = { round: undefined, at: () => undefined }

interface OpenPlace extends SyncPlace {
  round: ((value: number) => number) | undefined
  enter(step: string): OpenPlace
  at(key: string): OpenPlace | undefined
}

function createPlace(round: OpenPlace['round']): OpenPlace {
  const fields = new Map<string, OpenPlace>()
  const place: OpenPlace = {
    round,
    enter(step) {
      let next = fields.get(step)
      if (next === undefined) fields.set(step, (next = createPlace(undefined)))
      return next
    },
    // What stands below a rounded place is rounded alike: a vector's axes, the points of a path.
    at: (key) => fields.get(key) ?? fields.get('*') ?? (place.round === undefined ? undefined : place),
  }
  return place
}

function roundingTo(step: number): (value: number) => number {
  const perUnit = Math.round(1 / step)
  // Dividing by a whole number gives the nearest double to a decimal; multiplying by 0.01 does not.
  const isWhole = perUnit > 0 && Math.abs(perUnit * step - 1) < 1e-9
  return (value) => {
    const result = isWhole ? Math.round(value * perUnit) / perUnit : Math.round(value / step) * step
    // Beyond 2^53 steps rounding has nothing to round; JSON has one zero.
    return Number.isFinite(result) ? result + 0 : value
  }
}

function isRows(table: SyncTable): table is readonly (readonly [string | readonly string[], SyncRule])[] {
  return Array.isArray(table)
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}
