// The sync table of a contract: what of the state leaves the server, and how. `quantize` rounds numbers to a grid that the
// game can afford; the server itself goes on computing with what it has. `to` hides a path from all but those it names.
import { PPError } from './errors.js'
import type { Json } from './json.js'

/** How a path of the state travels. `*` in the path stands for one key. */
export interface SyncRule {
  /** Numbers are rounded to multiples of this before they leave the server. */
  readonly quantize?: number
  /**
   * Only these members ever get this path: its `owner`, the member whose id (or whose user's id) is the key that the first
   * `*` stands for, or those for whom a function says yes. The path leads through objects: a list on the way to it is
   * hidden from everybody. A mark below another one is asked for itself: it neither needs the upper one nor is part of it.
   */
  readonly to?: SyncAudience
}

/** Paths with `*` for one key or any item of a list; a path as an array for keys that hold dots. */
export type SyncTable =
  | { readonly [path: string]: SyncRule }
  | readonly (readonly [path: string | readonly string[], rule: SyncRule])[]

/** Who asks to see a marked path. */
export interface Viewer {
  /** The public client id. */
  readonly id: string
  /** Two sessions of one user share it; the client id where users have no other identity. */
  readonly userId: string
  getTag(tag: string): unknown
}

/**
 * Who may see a marked path. `owner`: the client whose id, or whose user's id, is the key that the first `*` stands for. A
 * function is asked with the keys that the `*` stand for, in order. Everybody else gets nothing of the path, not even that
 * it exists.
 */
export type SyncAudience = 'owner' | ((viewer: Viewer, keys: readonly string[]) => boolean)

/** A path that only some members may see. */
export interface SyncMark {
  readonly path: readonly string[]
  readonly to: SyncAudience
}

/** How a number is rounded before it is sent. */
export interface Rounding {
  (value: number): number
  /** The grid is fractions of this whole number: 16 for sixteenths; 0 where it is no such grid. */
  readonly perUnit: number
  /** The same for those from `start` to before `end`, in place: at a third of the price of one call each. */
  column(values: Float64Array, start: number, end: number): void
}

/** A sync table seen from one place of the state. */
export interface SyncPlace {
  /** How a number at this place is rounded; undefined where nothing is declared. */
  readonly round: Rounding | undefined
  /** Only some members may see what is at this place. */
  readonly isHidden: boolean
  /** Something below is hidden. */
  readonly isAbove: boolean
  /** No rule names a key here: `at` answers the same for all of them. */
  readonly isUniform: boolean
  /** The place one level down; undefined when nothing is declared there. A name wins over `*`, but a mark of either hides. */
  at(key: string): SyncPlace | undefined
}

export interface CompiledSync {
  /** The root; undefined when nothing is rounded or hidden: then nothing is looked up and nothing copied. */
  readonly root: SyncPlace | undefined
  /** The paths of the table, with `*`: they tell a view's encoder where maps are. */
  readonly patterns: readonly string[]
  /**
   * The state as it leaves to everybody: a copy with rounded numbers and without what is hidden, or, when nothing is
   * declared, the state itself.
   */
  snapshotOf<T>(state: T): T
  readonly marks: readonly SyncMark[]
  /** The same table without its marks, for those who may see what they hide. */
  readonly unhidden: CompiledSync
}

/**
 * Prepares a contract's sync table for a tracker. Every number at a path, or anywhere below it, is rounded by that path's
 * `quantize`; a path with `to` is hidden.
 * @throws PPError `INVALID_ARGUMENT` for a step that is not a positive number, and for an owner's path without `*`
 */
export function compileSync(table: SyncTable = {}): CompiledSync {
  const top = createPlace(undefined)
  let isEmpty = true
  const patterns: string[] = []
  const marks: SyncMark[] = []
  for (const [steps, { quantize, to }] of syncRows(table)) {
    // A pattern is text; a key with a dot in it cannot be one, and only saves bytes anyway.
    if (!steps.some((step) => step.includes('.'))) patterns.push(steps.join('.'))
    if (to !== undefined) marks.push(checkedMark({ path: steps, to }))
    if (quantize === undefined) continue
    if (!(quantize > 0 && Number.isFinite(quantize)))
      throw new PPError('INVALID_ARGUMENT', `quantize at "${steps.join('.')}" must be a positive number.`)
    isEmpty = false
    let place = top
    for (const step of steps) place = place.enter(step)
    place.round = roundingTo(quantize)
  }
  const rounding = isEmpty ? undefined : top
  const unhidden: CompiledSync = {
    root: rounding,
    patterns,
    snapshotOf: snapshotFrom(rounding),
    marks: [],
    get unhidden() {
      return unhidden
    },
  }
  if (marks.length === 0) return unhidden
  const root = guardedPlace(rounding, [guardOf(marks)])
  return { root, patterns, snapshotOf: snapshotFrom(root), marks, unhidden }
}

/** The table as rows, with paths as lists of keys. */
export function syncRows(table: SyncTable = {}): (readonly [path: readonly string[], rule: SyncRule])[] {
  const rows = isRows(table) ? table : Object.entries(table)
  return rows.map(([path, rule]) => [typeof path === 'string' ? path.split('.') : path, rule])
}

function snapshotFrom(root: SyncPlace | undefined): CompiledSync['snapshotOf'] {
  // A copy with other numbers has the same shape; where something is hidden, types have to say that it may be missing.
  return <T>(state: T): T => (root === undefined ? state : (rounded(state as Json, root) as T))
}

function checkedMark(mark: SyncMark): SyncMark {
  if (mark.to !== 'owner' || mark.path.includes('*')) return mark
  throw new PPError(
    'INVALID_ARGUMENT',
    `"${mark.path.join('.')}" is marked for its owner, but names no key.`,
    {
      hint: 'An owner\'s path has a "*" where the id of the owner stands.',
    },
  )
}

/** The marks below one place, as a tree. */
interface Guard {
  isHidden: boolean
  readonly below: Map<string, Guard>
}

function guardOf(marks: readonly SyncMark[]): Guard {
  const top: Guard = { isHidden: false, below: new Map() }
  for (const { path } of marks) {
    let guard = top
    for (const step of path) {
      let next = guard.below.get(step)
      if (next === undefined) guard.below.set(step, (next = { isHidden: false, below: new Map() }))
      guard = next
    }
    guard.isHidden = true
  }
  return top
}

/** A place under marks: several guards, where a name and `*` both match. */
function guardedPlace(rounding: OpenPlace | undefined, guards: readonly Guard[]): SyncPlace {
  const known = new Map<string, SyncPlace | undefined>()

  function enter(key: string): SyncPlace | undefined {
    const below = guards.flatMap((guard) =>
      [guard.below.get(key), key === '*' ? undefined : guard.below.get('*')].filter(
        (next) => next !== undefined,
      ),
    )
    const next = rounding?.at(key)
    return below.length === 0 ? next : guardedPlace(next, below)
  }

  return {
    round: rounding?.round,
    isHidden: guards.some((guard) => guard.isHidden),
    isAbove: guards.some((guard) => guard.below.size > 0),
    isUniform:
      rounding?.isUniform !== false &&
      guards.every(({ below }) => [...below.keys()].every((key) => key === '*')),
    at(key) {
      // Keys are as many as the players; places are as few as the paths of the table.
      const isNamed = rounding?.knows(key) === true || guards.some((guard) => guard.below.has(key))
      const name = isNamed ? key : '*'
      if (!known.has(name)) known.set(name, enter(name))
      return known.get(name)
    },
  }
}

/**
 * True for a value that leaves to nobody but those whom its mark names. A list on the way to a mark is hidden whole: its
 * items have no keys that could say whose they are.
 */
export function isSecret(value: unknown, place: SyncPlace | undefined): boolean {
  return place !== undefined && (place.isHidden || (place.isAbove && Array.isArray(value)))
}

/**
 * The multiple of `step` nearest to `value`. Where 1 / step is a whole number the result is the nearest double to that
 * fraction: 0.07 stays 0.07. Numbers too large for the grid stay as they are.
 */
export function quantizeNumber(value: number, step: number): number {
  return roundingTo(step)(value)
}

/** A copy of `value` as it leaves from `place`: rounded, and without what is hidden below. */
export function rounded(value: Json, place: SyncPlace): Json {
  if (typeof value === 'number') return place.round?.(value) ?? value
  if (typeof value !== 'object' || value === null) return value
  if (isList(value)) return value.map((item) => roundedAt(item, place.at('*')))
  const copy: Record<string, Json> = {}
  for (const [key, child] of Object.entries(value)) {
    const at = place.at(key)
    if (!isSecret(child, at)) copy[key] = roundedAt(child, at)
  }
  return copy
}

function roundedAt(value: Json, place: SyncPlace | undefined): Json {
  return rounded(value, place ?? NOWHERE)
}

/** Where nothing is declared: rounding is copying. */
export const NOWHERE: SyncPlace = {
  round: undefined,
  isHidden: false,
  isAbove: false,
  isUniform: true,
  at: () => undefined,
}

interface OpenPlace extends SyncPlace {
  round: Rounding | undefined
  isUniform: boolean
  enter(step: string): OpenPlace
  /** A rule names this very key. */
  knows(key: string): boolean
  at(key: string): OpenPlace | undefined
}

function createPlace(round: OpenPlace['round']): OpenPlace {
  const fields = new Map<string, OpenPlace>()
  const place: OpenPlace = {
    round,
    isHidden: false,
    isAbove: false,
    isUniform: true,
    knows: (key) => fields.has(key),
    enter(step) {
      let next = fields.get(step)
      if (next === undefined) fields.set(step, (next = createPlace(undefined)))
      if (step !== '*') place.isUniform = false
      return next
    },
    // What stands below a rounded place is rounded alike: a vector's axes, the points of a path.
    at: (key) => fields.get(key) ?? fields.get('*') ?? (place.round === undefined ? undefined : place),
  }
  return place
}

function roundingTo(step: number): Rounding {
  const perUnit = Math.round(1 / step)
  // Dividing by a whole number gives the nearest double to a decimal; multiplying by 0.01 does not.
  const isWhole = perUnit > 0 && Math.abs(perUnit * step - 1) < 1e-9
  const round = (value: number): number => {
    const result = isWhole ? Math.round(value * perUnit) / perUnit : Math.round(value / step) * step
    // Beyond 2^53 steps rounding has nothing to round; JSON has one zero.
    return Number.isFinite(result) ? result + 0 : value
  }
  return Object.assign(round, {
    perUnit: isWhole ? perUnit : 0,
    column(values: Float64Array, start: number, end: number): void {
      if (!isWhole) {
        for (let i = start; i < end; i++) values[i] = round(values[i] ?? 0)
        return
      }
      // As above, written out: V8 makes a call of a closure that it knows only by its place.
      for (let i = start; i < end; i++) {
        const value = values[i] ?? 0
        const result = Math.round(value * perUnit) / perUnit
        values[i] = Number.isFinite(result) ? result + 0 : value
      }
    },
  })
}

function isRows(table: SyncTable): table is readonly (readonly [string | readonly string[], SyncRule])[] {
  return Array.isArray(table)
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}
