// Finds out what a selector reads, by running it on a stand-in of the state that notes every access. What was read is a list
// of nodes of the one tree of paths that all selectors share, in the order in which they were met: a selector that goes the
// same way again gives the same list, and a stand-in serves all who come by, until the state is another one.
import { DEV, isPlainObject, PPError } from '@painda/protocol'
import { EXISTS, KEYS, VALUE } from './path-node.js'
import type { Key, PathNode } from './path-node.js'

export interface Recording<Reader extends object> {
  /** What the selector makes of the state itself, not of stand-ins. */
  readonly value: unknown
  /** What it threw instead. */
  readonly failure: Failure | null
  /** Where the selector has been, the root first; behind the first `count` is what other runs have left. */
  readonly nodes: readonly PathNode<Reader>[]
  readonly count: number
  /** True when the whole state counts as read, wherever it has been. */
  readonly isOpaque: boolean
  /** The kinds of reading at one of `nodes`; 0 where it only passed through. */
  readAt(node: PathNode<Reader>): number
}

export interface Recorder<Reader extends object> {
  /** Runs a selector on a state and tells what it read, until the next one runs. */
  record<S>(state: S, selector: (state: S) => unknown): Recording<Reader>
  /** The state is another one: nothing of the one before is held on to. */
  forget(): void
}

interface Failure {
  readonly thrown: unknown
}

/** Of a run: an object was fetched here. It counts as a whole value unless it was looked into. */
const FETCHED = 8
/** Of a run: the object here was looked into. */
const ENTERED = 16

/** A selector that reads more siblings than this reads, in effect, their parent. Each costs an entry per run. */
const MAX_CHILDREN = 1_024

/** A result nested deeper than this is not searched for stand-ins: it is taken to hold the whole state. */
const MAX_RESULT_DEPTH = 8

export function createRecorder<Reader extends object>(root: PathNode<Reader>): Recorder<Reader> {
  const stage: Stage<Reader> = { run: null, clean: new WeakSet(), standIns: [] }
  const usual = new Run(stage, root)

  return {
    record<S>(state: S, selector: (state: S) => unknown): Recording<Reader> {
      const outer = stage.run
      // Both would note on the same nodes. The outer one loses: any change makes it look again.
      if (outer !== null) outer.isOpaque = true
      const run = outer === null ? usual : new Run(stage, root)
      run.begin()
      stage.run = run
      try {
        // A stand-in answers every read as the state would, and `clean` puts the state's own parts in its place.
        run.value = run.clean(selector(run.fetch(root, state) as S), 0)
      } catch (thrown) {
        // What it would have read next is unknown: any change may mend it.
        run.isOpaque = true
        run.isDoubtful = true
        run.failure = { thrown }
      }
      // Still under way: what it may hold of stand-ins goes on noting.
      if (run.needsState()) run.attempt(selector, state)
      stage.run = outer
      return run
    },
    forget() {
      usual.value = undefined
      usual.failure = null
      for (const node of stage.standIns) node.standIn = null
      stage.standIns.length = 0
    },
  }
}

/** What the runs of one recorder share. */
interface Stage<Reader extends object> {
  /** The run under way. Stand-ins that somebody kept beyond it answer as the state they were made of. */
  run: Run<Reader> | null
  /** Objects that hold no stand-in: parts of the state that were given out, and results that were cleaned in an earlier run. */
  readonly clean: WeakSet<object>
  /** The nodes that have one. */
  readonly standIns: PathNode<Reader>[]
}

/** Across recorders, so that a node never takes another one's run for its own. */
let runs = 0

/** One run of one selector; used again for the next, its list too: emptied, it would be another one. */
class Run<Reader extends object> implements Recording<Reader> {
  value: unknown = undefined
  failure: Failure | null = null
  readonly nodes: PathNode<Reader>[] = []
  count = 0
  /** True when the result may hold stand-ins where nobody can find them: then the whole state counts as read. */
  isOpaque = false
  /** True when the result holds stand-ins, or would have been another one without them. */
  isDoubtful = false
  /** True when the selector tried to change the state: on the state itself it would succeed. */
  hasWritten = false
  #id = 0
  readonly #stage: Stage<Reader>
  readonly #root: PathNode<Reader>

  constructor(stage: Stage<Reader>, root: PathNode<Reader>) {
    this.#stage = stage
    this.#root = root
  }

  begin(): void {
    this.count = 0
    this.isOpaque = false
    this.isDoubtful = false
    this.hasWritten = false
    this.failure = null
    this.#id = ++runs
    this.meet(this.#root)
  }

  /**
   * True when the selector must be asked once more, on the state itself: it threw (not everything takes a stand-in: `structuredClone`),
   * its result holds stand-ins, or it fetched an object and then neither looked into it nor returned it: that is how one compares
   * with an object of one's own, and no stand-in is ever that. Nothing refuses there: a selector that clones one part and sorts another
   * in place changes the state.
   */
  needsState(): boolean {
    if (this.hasWritten) return false
    for (let i = 0; i < this.count; i++)
      if (((this.nodes[i]?.met ?? 0) & (VALUE | FETCHED | ENTERED)) === FETCHED) return true
    return this.isDoubtful
  }

  /** Asks the selector once more, on the state itself. */
  attempt<S>(selector: (state: S) => unknown, state: S): void {
    this.failure = null
    try {
      this.value = selector(state)
    } catch (thrown) {
      this.failure = { thrown }
    }
  }

  readAt(node: PathNode<Reader>): number {
    if (this.isOpaque) return node === this.#root ? VALUE : 0
    const { met } = node
    if (met & VALUE || (met & (FETCHED | ENTERED)) === FETCHED) return VALUE
    return met & (KEYS | EXISTS)
  }

  meet(node: PathNode<Reader>): void {
    if (node.run === this.#id) return
    node.run = this.#id
    node.met = 0
    node.width = 0
    this.nodes[this.count++] = node
  }

  /** The node below `node`, which is entered; null when the whole object counts as read. */
  enter(node: PathNode<Reader>, key: Key): PathNode<Reader> | null {
    this.meet(node)
    node.met |= ENTERED
    const known = node.find(key)
    if (known?.run === this.#id) return known
    if (node.width >= MAX_CHILDREN) {
      this.take(node)
      return null
    }
    node.width++
    const child = known ?? node.child(key)
    this.meet(child)
    return child
  }

  /** The whole value at `node` is read. */
  take(node: PathNode<Reader>): void {
    this.meet(node)
    node.met |= VALUE
  }

  /** `raw`, or what stands in for it. The same path gives the same stand-in, so that comparing two by identity works. */
  fetch(node: PathNode<Reader>, raw: unknown): unknown {
    if (typeof raw !== 'object' || raw === null) {
      node.met |= VALUE
      return raw
    }
    node.met |= FETCHED
    if (node.standIn?.raw === raw) return node.standIn.proxy
    if (node.standIn === null) this.#stage.standIns.push(node)
    return (node.standIn = new Noter(raw, node, this.#stage)).proxy
  }

  /** `raw` is handed out as it is: it is not searched for stand-ins when it comes back. */
  give<T>(raw: T): T {
    if (typeof raw === 'object' && raw !== null) this.#stage.clean.add(raw)
    return raw
  }

  /** `value` with the state's own objects in the place of stand-ins. Containers that the selector made are changed in place. */
  clean(value: unknown, depth: number): unknown {
    if (typeof value === 'function') this.isOpaque = this.isDoubtful = true
    if (typeof value !== 'object' || value === null) return value
    const origin = originOf<Reader>(value)
    if (origin !== undefined) {
      // Nodes of another index are not ours to note on.
      if (origin.stage === this.#stage) this.take(origin.node)
      return this.give(origin.raw)
    }
    const { clean } = this.#stage
    if (clean.has(value)) return value
    if (depth >= MAX_RESULT_DEPTH || !(Array.isArray(value) || isPlainObject(value))) {
      this.isOpaque = this.isDoubtful = true
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
    clean.add(result)
    return result
  }
}

/** Nobody ever sees or changes the targets of the stand-ins, so they can share them. */
const ANY_OBJECT = {}
const ANY_LIST: unknown[] = []

/** Asked of a stand-in, it gives its Noter; nobody else knows this symbol. */
const ORIGIN = Symbol('origin')

function originOf<Reader extends object>(value: object): Noter<Reader> | undefined {
  // Only a stand-in answers to it; its stage tells of whose readers.
  return (value as { [ORIGIN]?: Noter<Reader> })[ORIGIN]
}

/** Notes the reads of one object of the state. */
class Noter<Reader extends object> implements ProxyHandler<object> {
  readonly raw: object
  readonly node: PathNode<Reader>
  readonly stage: Stage<Reader>
  readonly proxy: object

  constructor(raw: object, node: PathNode<Reader>, stage: Stage<Reader>) {
    this.raw = raw
    this.node = node
    this.stage = stage
    // A target of its own kind, but not the object: a frozen state would forbid its proxy to answer with anything but itself.
    this.proxy = new Proxy(Array.isArray(raw) ? ANY_LIST : ANY_OBJECT, this)
  }

  /** The run to note in, if there is one. */
  #run(): Run<Reader> | null {
    const { run } = this.stage
    // Kept by a selector from an earlier state: it does not tell what this one is like there.
    if (run !== null && this.node.standIn !== this) run.isOpaque = true
    return run
  }

  /** As the tree has it: a stand-in is asked for items of a list by text. */
  #keyOf(key: string): Key {
    const index = Array.isArray(this.raw) ? Number(key) : NaN
    return Number.isInteger(index) ? index : key
  }

  get(_target: object, key: string | symbol): unknown {
    if (key === ORIGIN) return this
    // JSON has string keys, which lists answer to as well.
    const raw = this.raw as { readonly [key: string | symbol]: unknown }
    const value = raw[key]
    const run = this.#run()
    if (typeof key === 'symbol' || run === null) return value
    if (Array.isArray(raw)) {
      if (key === 'length') {
        this.#noteKeys()
        return value
      }
      // `map`, `find` and their like; what they read they read through this stand-in.
      if (typeof value === 'function') return value
    }
    const node = run.enter(this.node, this.#keyOf(key))
    // Everything below is covered already: no need to look closer.
    if (node === null) return run.give(value)
    // What is inherited is no part of the state; of objects there is one.
    if (key !== '__proto__') return run.fetch(node, value)
    run.take(node)
    return value
  }

  has(_target: object, key: string | symbol): boolean {
    this.#noteExistence(key)
    return Reflect.has(this.raw, key)
  }

  ownKeys(): (string | symbol)[] {
    this.#noteKeys()
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
    throw this.#refused()
  }

  defineProperty(): never {
    throw this.#refused()
  }

  deleteProperty(): never {
    throw this.#refused()
  }

  #refused(): PPError {
    if (this.stage.run !== null) this.stage.run.hasWritten = true
    return readOnly()
  }

  #noteKeys(): void {
    const run = this.#run()
    if (run === null) return
    run.meet(this.node)
    this.node.met |= KEYS | ENTERED
  }

  #noteExistence(key: string | symbol): void {
    const run = this.#run()
    if (typeof key === 'symbol' || run === null) return
    if (key === 'length' && Array.isArray(this.raw)) return
    run.meet(this.node)
    if (this.node.met & KEYS) return
    const node = run.enter(this.node, this.#keyOf(key))
    if (node !== null) node.met |= EXISTS
  }
}

function readOnly(): PPError {
  return new PPError(
    'INVALID_ARGUMENT',
    DEV && 'A selector tried to change the state of a room.',
    DEV && {
      hint: 'Copy first: [...list].sort(), { ...object }.',
    },
  )
}
