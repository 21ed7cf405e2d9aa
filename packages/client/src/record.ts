// Finds out what a selector reads, by running it on a stand-in of the state that notes every access. Three kinds of
// reading are told apart, because they wake for different changes:
//   value   a primitive, or a whole subtree that was returned or passed on without being looked into: wakes for any
//           change at or below the path
//   keys    the set of keys, or an array's length: wakes when a key comes or goes
//   exists  whether one key is there: wakes when it comes or goes
// Objects that were only passed through on the way need no entry of their own: an entry below them covers them.
import { isPlainObject, PPError } from '@painda/protocol'

/** What was read at one path of the state; the root of it stands for the state itself. */
export interface Reads {
  value: boolean
  keys: boolean
  exists: boolean
  children: Map<string, Reads> | null
  /** While a run lasts: what stands in for the object here. */
  standIn: object | null
}

export interface Recording<T> {
  /** What the selector returned, made of the state itself, not of stand-ins; or what it threw. */
  result: { value: T } | { thrown: unknown }
  reads: Reads
}

/** Runs a selector on a state and tells what it read. */
export type Record = <S, T>(state: S, selector: (state: S) => T) => Recording<T>

/** A selector that reads more siblings than this reads, in effect, their parent. Each costs an entry per run. */
const MAX_CHILDREN = 1_024

/** A result nested deeper than this is not searched for stand-ins: it is taken to hold the whole state. */
const MAX_RESULT_DEPTH = 8

export function createRecord(): Record {
  /** Objects that hold no stand-in: parts of the state that were given out, and results that were cleaned in an earlier run. */
  const clean = new WeakSet<object>()

  return <S, T>(state: S, selector: (state: S) => T): Recording<T> => {
    const run = new Run(clean)
    const reads = createReads()
    if (typeof state !== 'object' || state === null) {
      reads.value = true
      return { reads, result: attempt(() => selector(state)) }
    }
    // A stand-in answers every read as the state would.
    const standIn = run.standInFor(state, reads) as S
    const result = attempt(() => run.clean(selector(standIn), 0) as T)
    // What a selector that throws would have read next is unknown: any change may mend it.
    if ('thrown' in result || run.isOpaque) reads.value = true
    run.isOver = true
    tidy(reads)
    return { reads, result }
  }
}

function createReads(): Reads {
  return { value: false, keys: false, exists: false, children: null, standIn: null }
}

function attempt<T>(work: () => T): { value: T } | { thrown: unknown } {
  try {
    return { value: work() }
  } catch (thrown) {
    return { thrown }
  }
}

/** Drops what `value` covers, and takes an object that was fetched but never looked into for a whole value. */
function tidy(reads: Reads): void {
  if (reads.children === null && !reads.keys && reads.standIn !== null) reads.value = true
  reads.standIn = null
  if (reads.value) {
    reads.children = null
    return
  }
  if (reads.children !== null) for (const child of reads.children.values()) tidy(child)
}

/** One run of one selector. */
class Run {
  isOver = false
  /** True when the result may hold stand-ins where nobody can find them. */
  isOpaque = false
  readonly #clean: WeakSet<object>

  constructor(clean: WeakSet<object>) {
    this.#clean = clean
  }

  /** The same path gives the same stand-in, so that comparing two by identity works as on the state. */
  standInFor(raw: object, reads: Reads): object {
    // A target of its own kind, but not the object: a frozen state would forbid its proxy to answer with anything but itself.
    return (reads.standIn ??= new Proxy(
      Array.isArray(raw) ? ANY_LIST : ANY_OBJECT,
      new Noter(raw, reads, this),
    ))
  }

  /** `raw` is handed out as it is: it is not searched for stand-ins when it comes back. */
  give<T>(raw: T): T {
    if (typeof raw === 'object' && raw !== null) this.#clean.add(raw)
    return raw
  }

  /** `value` with the state's own objects in the place of stand-ins. Containers that the selector made are changed in place. */
  clean(value: unknown, depth: number): unknown {
    if (typeof value === 'function') this.isOpaque = true
    if (typeof value !== 'object' || value === null) return value
    const origin = originOf(value)
    if (origin?.run === this) {
      origin.reads.value = true
      return this.give(origin.raw)
    }
    if (this.#clean.has(value)) return value
    if (depth >= MAX_RESULT_DEPTH || !(Array.isArray(value) || isPlainObject(value))) {
      this.isOpaque = true
      return value
    }
    // Arrays and plain objects both have string keys; a hole of an array stays a hole.
    const container = value as { [key: string]: unknown }
    let result = container
    for (const key of Object.keys(container)) {
      const before = container[key]
      const after = this.clean(before, depth + 1)
      if (after === before) continue
      if (result === container && Object.isFrozen(container)) {
        result = (Array.isArray(container) ? [...container] : { ...container }) as typeof container
      }
      result[key] = after
    }
    this.#clean.add(result)
    return result
  }
}

/** Nobody ever sees or changes the targets of the stand-ins, so they can share them. */
const ANY_OBJECT = {}
const ANY_LIST: unknown[] = []

/** Asked of a stand-in, it gives its Noter; nobody else knows this symbol. */
const ORIGIN = Symbol('origin')

function originOf(value: object): Noter | undefined {
  // Only a stand-in answers to it.
  return (value as { [ORIGIN]?: Noter })[ORIGIN]
}

/** Notes the reads of one object of the state. */
class Noter implements ProxyHandler<object> {
  readonly raw: object
  readonly reads: Reads
  readonly run: Run

  constructor(raw: object, reads: Reads, run: Run) {
    this.raw = raw
    this.reads = reads
    this.run = run
  }

  get(_target: object, key: string | symbol): unknown {
    if (key === ORIGIN) return this
    const value: unknown = Reflect.get(this.raw, key)
    if (typeof key === 'symbol' || this.run.isOver) return value
    if (Array.isArray(this.raw)) {
      if (key === 'length') {
        this.reads.keys = true
        return value
      }
      // `map`, `find` and their like; what they read they read through this stand-in.
      if (typeof value === 'function') return value
    }
    const reads = this.#child(key)
    // Everything below is covered already: no need to look closer.
    if (reads === null) return this.run.give(value)
    if (typeof value === 'object' && value !== null && Object.hasOwn(this.raw, key)) {
      return this.run.standInFor(value, reads)
    }
    reads.value = true
    return value
  }

  has(_target: object, key: string | symbol): boolean {
    this.#noteExistence(key)
    return Reflect.has(this.raw, key)
  }

  ownKeys(): (string | symbol)[] {
    if (!this.run.isOver) this.reads.keys = true
    return Reflect.ownKeys(this.raw)
  }

  /** Asked by `Object.hasOwn`, and for each key by spread, `Object.keys` and `JSON.stringify`, which then `get` the values. */
  getOwnPropertyDescriptor(_target: object, key: string | symbol): PropertyDescriptor | undefined {
    const descriptor = Reflect.getOwnPropertyDescriptor(this.raw, key)
    this.#noteExistence(key)
    if (descriptor === undefined) return undefined
    // A proxy must call configurable what its target does not have; an array target has a `length` that is not.
    const isLength = key === 'length' && Array.isArray(this.raw)
    return { ...descriptor, writable: true, configurable: !isLength }
  }

  set(): never {
    throw readOnly()
  }

  defineProperty(): never {
    throw readOnly()
  }

  deleteProperty(): never {
    throw readOnly()
  }

  #noteExistence(key: string | symbol): void {
    if (typeof key === 'symbol' || this.run.isOver || this.reads.keys) return
    if (key === 'length' && Array.isArray(this.raw)) return
    const reads = this.#child(key)
    if (reads !== null) reads.exists = true
  }

  /** Null when the whole object counts as read. */
  #child(key: string): Reads | null {
    const children = (this.reads.children ??= new Map())
    const known = children.get(key)
    if (known !== undefined) return known
    if (children.size >= MAX_CHILDREN) {
      this.reads.value = true
      return null
    }
    const reads = createReads()
    children.set(key, reads)
    return reads
  }
}

function readOnly(): PPError {
  return new PPError('INVALID_ARGUMENT', 'A selector tried to change the state of a room.', {
    hint: 'Copy first: [...list].sort(), { ...object }.',
  })
}
