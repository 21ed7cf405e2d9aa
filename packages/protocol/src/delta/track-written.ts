// What was written in objects since the tick began, and what stood there. Nearly all writes of a game put a number over a
// number; those go into one long list of numbers that all objects share: nothing is allocated, and whoever encodes them
// finds old and new side by side. Everything else is remembered object by object.

/** The fields of one object that were written, and what they held; undefined: there was no such field. */
export interface Written {
  readonly keys: readonly string[]
  readonly olds: readonly unknown[]
}

export const NOTHING_WRITTEN: Written = { keys: [], olds: [] }

/** An object in which more different fields get new numbers than this remembers them by itself. */
const MAX_WIDTH = 8

/** Combinations of fields that are worth a shape; a map of scores has too many. */
const MAX_SHAPES = 512

/** Some fields of a shape. */
export interface Selection {
  /** The same list for the same fields, in whatever shape. */
  readonly keys: readonly string[]
  /** Where the old number of each is in a stretch; the new one is next to it. */
  readonly offsets: readonly number[]
}

/** What all shapes of a tracker share. */
interface Registry {
  shapes: number
  readonly keys: Map<string, readonly string[]>
}

/** The fields of an object of which the number log has a copy, in the order in which they were first written. */
export class WriteShape {
  readonly keys: readonly string[]
  readonly #registry: Registry
  readonly #wider = new Map<string, WriteShape>()
  readonly #selections: Selection[] = []

  constructor(keys: readonly string[] = [], registry: Registry = { shapes: 0, keys: new Map() }) {
    this.keys = keys
    this.#registry = registry
  }

  indexOf(key: string): number {
    const { keys } = this
    // Two or three names are found faster by looking than by hashing.
    for (let i = 0; i < keys.length; i++) if (keys[i] === key) return i
    return -1
  }

  /** The shape with one more field; null when that is worth none. */
  with(key: string): WriteShape | null {
    const known = this.#wider.get(key)
    if (known !== undefined) return known
    if (this.keys.length === MAX_WIDTH || this.#registry.shapes === MAX_SHAPES) return null
    const wider = new WriteShape([...this.keys, key], this.#registry)
    this.#registry.shapes++
    this.#wider.set(key, wider)
    return wider
  }

  /** The fields whose bits are set in `mask`. */
  select(mask: number): Selection {
    return (this.#selections[mask] ??= this.#selected(mask))
  }

  #selected(mask: number): Selection {
    const { keys } = this.#registry
    const indexes = [...this.keys.keys()].filter((index) => (mask & (1 << index)) !== 0)
    const names = indexes.map((index) => this.keys[index] ?? '')
    const id = JSON.stringify(names)
    if (!keys.has(id)) keys.set(id, names)
    return { keys: keys.get(id) ?? names, offsets: indexes.map((index) => 2 * index) }
  }
}

/** Per field an old and a new number. Most objects have two such fields, and two stretches share a line of the cache. */
const FIRST_FIELDS = 2
/** Two megabytes, 16,384 of the widest objects: past it the log starts over. */
const MAX_KEPT = 16_384 * 2 * MAX_WIDTH
/**
 * It also starts over after so many commits, as nothing is given back: in a room of seven whose bullets come and go it had grown
 * to a megabyte within an hour. Every object asks once in so many commits what stands in it.
 */
const COMMITS_KEPT = 1024
/** A list that was this many times too long makes room for a shorter one. */
const MAX_SLACK = 4

/**
 * The numbers of all objects in which numbers were written over numbers. An object has a stretch of it: for the n-th field of
 * its shape `[2n]` was when the tick began, valid when it was written since, and `[2n + 1]` is what stands there. It keeps
 * its stretch from tick to tick: then the next write need not ask the object what stands there.
 */
export class NumberLog {
  values = new Float64Array(0)
  /** Grows when the log starts over: stretches of before are void. */
  epoch = 0
  #end = 0
  #commits = 0

  /** Where the stretch of one more object begins. */
  begin(): number {
    return this.#reserve(FIRST_FIELDS)
  }

  /** Where the stretch at `at` goes on when the object gets one more field than `fields`: elsewhere when it is full. */
  widened(at: number, fields: number): number {
    // It doubles: full it is at 2 and 4.
    if (fields < FIRST_FIELDS || (fields & (fields - 1)) !== 0) return at
    const next = this.#reserve(2 * fields)
    this.values.copyWithin(next, at, at + 2 * fields)
    return next
  }

  #reserve(fields: number): number {
    const at = this.#end
    this.#end += 2 * fields
    if (this.#end > this.values.length) {
      const { values } = this
      this.values = new Float64Array(Math.max(values.length * 2, 2 * MAX_WIDTH))
      this.values.set(values)
    }
    return at
  }

  /** To be called after a commit. */
  settle(): void {
    this.#commits++
    if (this.#commits < COMMITS_KEPT && this.#end <= MAX_KEPT) return
    if (this.values.length > MAX_SLACK * this.#end) this.values = new Float64Array(0)
    this.epoch++
    this.#end = 0
    this.#commits = 0
  }
}

/** From this many fields on a table is faster than looking. */
const MANY_FIELDS = 16

/** The fields of one object in which not only numbers were written. */
export class WrittenFields implements Written {
  readonly keys: string[]
  readonly olds: unknown[]
  #known: Set<string> | undefined

  constructor({ keys, olds }: Written) {
    this.keys = [...keys]
    this.olds = [...olds]
  }

  /** Remembers what a field held when the tick began: the first word counts. */
  note(key: string, old: unknown): void {
    if (this.has(key)) return
    this.#known?.add(key)
    this.keys.push(key)
    this.olds.push(old)
  }

  has(key: string): boolean {
    if (this.keys.length < MANY_FIELDS) return this.keys.includes(key)
    this.#known ??= new Set(this.keys)
    return this.#known.has(key)
  }
}
