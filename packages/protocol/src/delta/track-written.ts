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

/** Combinations of fields, in the order in which they are written, that are worth a shape; a map of scores has too many. */
const MAX_SHAPES = 512

/**
 * Which fields of an object got new numbers, in order. Objects that are written alike have the same shape, so a group of
 * them is told by one comparison.
 */
export class WriteShape {
  readonly keys: readonly string[]
  readonly #known: WriteShape[]
  /** The field that was asked for last, and where it led. */
  #lastKey: string | undefined
  #last: WriteShape | null = null
  #next: Map<string, WriteShape> | undefined

  /** `known`: all shapes of one tracker. */
  constructor(keys: readonly string[] = [], known: WriteShape[] = []) {
    this.keys = keys
    this.#known = known
  }

  indexOf(key: string): number {
    const { keys } = this
    // Two or three names are found faster by looking than by hashing.
    for (let i = 0; i < keys.length; i++) if (keys[i] === key) return i
    return -1
  }

  /** The shape with one more field; null when that is worth none. */
  with(key: string): WriteShape | null {
    if (key === this.#lastKey) return this.#last
    let next = this.#next?.get(key)
    if (next === undefined) {
      if (this.keys.length === MAX_WIDTH || this.#known.length === MAX_SHAPES) return null
      next = new WriteShape([...this.keys, key], this.#known)
      this.#known.push(next)
      this.#next ??= new Map()
      this.#next.set(key, next)
    }
    this.#lastKey = key
    this.#last = next
    return next
  }
}

/** Per field an old and a new number. */
const STRIDE = 2 * MAX_WIDTH
const FIRST_ROOM = 64 * STRIDE
/** Half a megabyte, 4,096 objects: what a tick needed beyond that is given back. */
const MAX_KEPT_ROOM = 65_536

/** The shared list. An object has a stretch of it until the commit: for the n-th field of its shape `[2n]` was, `[2n + 1]` is. */
export class NumberLog {
  values = new Float64Array(FIRST_ROOM)
  #end = 0

  /** Where the stretch of one more object begins. */
  begin(): number {
    const at = this.#end
    this.#end += STRIDE
    if (this.#end > this.values.length) {
      const { values } = this
      this.values = new Float64Array(values.length * 2)
      this.values.set(values)
    }
    return at
  }

  clear(): void {
    this.#end = 0
    if (this.values.length > MAX_KEPT_ROOM) this.values = new Float64Array(FIRST_ROOM)
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
