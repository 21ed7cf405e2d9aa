// Who has to look again after a change. A tree of paths holds the subscribers under what they read; the paths that a frame
// has touched are walked down beside it, so the work follows what changed and what is subscribed there, never the number of
// subscribers.
import type { Touched, TouchedKey, Undo } from '@painda/protocol'
import { createRecord } from './record.js'
import type { Reads } from './record.js'

export interface SelectOptions<T> {
  /** True when the two count as the same, and the listener is not called. Default `Object.is`. */
  equality?: (a: T, b: T) => boolean
  /** Calls the listener at once with the value of now, twice, when there is a state. Default false. */
  fireImmediately?: boolean
}

export interface PathIndex<S> {
  /**
   * Calls `listener` when the selected value has changed. Before the first state there is no value: the first one is
   * given as its own predecessor.
   */
  subscribe<T>(
    selector: (state: S) => T,
    listener: (value: T, previous: T) => void,
    options?: SelectOptions<T>,
  ): Undo
  /**
   * Marks whoever read something that differs between the two states. `touched` says where to look; without it everything
   * that lost its identity is looked at.
   */
  touch(touched: readonly Touched[] | undefined, before: S | undefined, after: S): void
  /** Lets those who are marked look again. */
  flush(): void
  readonly size: number
}

export interface PathIndexOptions<S> {
  getState: () => S | undefined
  /** What a selector, an equality or a listener threw. */
  onError: (thrown: unknown) => void
}

interface Subscriber {
  isActive: boolean
  look(): void
}

interface PathNode {
  value: Set<Subscriber> | null
  keys: Set<Subscriber> | null
  exists: Set<Subscriber> | null
  children: Map<string, PathNode> | null
}

export function createPathIndex<S>({ getState, onError }: PathIndexOptions<S>): PathIndex<S> {
  const root = createNode()
  const record = createRecord()
  const subscribers = new Set<Subscriber>()
  const marked = new Set<Subscriber>()

  return {
    subscribe<T>(
      selector: (state: S) => T,
      listener: (value: T, previous: T) => void,
      { equality = Object.is, fireImmediately = false }: SelectOptions<T> = {},
    ) {
      let reads: Reads | null = null
      let last: { value: T } | null = null

      /** The value of now; null when there is none. */
      function select(): { value: T } | null {
        const state = getState()
        if (state === undefined) return null
        const recording = record(state, selector)
        move(root, subscriber, reads, recording.reads)
        reads = recording.reads
        if ('value' in recording.result) return recording.result
        onError(recording.result.thrown)
        return null
      }

      function look(): void {
        const next = select()
        if (next === null) return
        const previous = last ?? next
        if (last !== null && isEqual(last.value, next.value)) return
        last = next
        tell(next.value, previous.value)
      }

      function isEqual(a: T, b: T): boolean {
        try {
          return equality(a, b)
        } catch (thrown) {
          onError(thrown)
          return false
        }
      }

      function tell(value: T, previous: T): void {
        try {
          listener(value, previous)
        } catch (thrown) {
          onError(thrown)
        }
      }

      const subscriber: Subscriber = { isActive: true, look }
      subscribers.add(subscriber)
      last = select()
      if (fireImmediately && last !== null) tell(last.value, last.value)
      return () => {
        if (!subscriber.isActive) return
        subscriber.isActive = false
        subscribers.delete(subscriber)
        marked.delete(subscriber)
        move(root, subscriber, reads, null)
      }
    },
    touch(touched, before, after) {
      if (before === undefined) for (const subscriber of subscribers) marked.add(subscriber)
      else if (touched === undefined) compare(root, before, after, marked)
      else for (const place of touched) walk(place, marked, { node: root, at: 0, row: -1 }, before, after)
    },
    flush() {
      const due = [...marked]
      marked.clear()
      for (const subscriber of due) if (subscriber.isActive) subscriber.look()
    },
    get size() {
      return subscribers.size
    },
  }
}

function createNode(): PathNode {
  return { value: null, keys: null, exists: null, children: null }
}

/** Moves a subscriber from the paths it read before to those it has read now. Paths in both are not touched. */
function move(node: PathNode, subscriber: Subscriber, before: Reads | null, after: Reads | null): void {
  node.value = toggle(node.value, subscriber, before?.value ?? false, after?.value ?? false)
  node.keys = toggle(node.keys, subscriber, before?.keys ?? false, after?.keys ?? false)
  node.exists = toggle(node.exists, subscriber, before?.exists ?? false, after?.exists ?? false)
  const left = before?.children ?? null
  const entered = after?.children ?? null
  if (entered !== null) {
    const children = (node.children ??= new Map())
    for (const [key, reads] of entered) {
      let child = children.get(key)
      if (child === undefined) children.set(key, (child = createNode()))
      move(child, subscriber, left?.get(key) ?? null, reads)
    }
  }
  if (left === null || node.children === null) return
  for (const [key, reads] of left) {
    if (entered?.has(key) === true) continue
    const child = node.children.get(key)
    if (child === undefined) continue
    move(child, subscriber, reads, null)
    if (isEmpty(child)) node.children.delete(key)
  }
  if (node.children.size === 0) node.children = null
}

function toggle(
  set: Set<Subscriber> | null,
  subscriber: Subscriber,
  was: boolean,
  is: boolean,
): Set<Subscriber> | null {
  if (was === is) return set
  if (is) return (set ?? new Set()).add(subscriber)
  set?.delete(subscriber)
  return set === null || set.size === 0 ? null : set
}

function isEmpty({ value, keys, exists, children }: PathNode): boolean {
  return value === null && keys === null && exists === null && children === null
}

/** On the way along a path: how many steps are done, and for which row; −1 as long as all rows are one. */
interface Step {
  readonly node: PathNode
  readonly at: number
  readonly row: number
}

/**
 * Walks down a path that was touched, and marks who looks at what it leads through. A key that came or went shows as a value
 * that was or is undefined, which is no container: everybody at and below it is marked then, those who asked for its
 * existence too.
 */
function walk(
  place: Touched,
  marked: Set<Subscriber>,
  { node, at, row }: Step,
  before: unknown,
  after: unknown,
): void {
  if (Object.is(before, after)) return
  const { path, fields } = place
  const isEnd = at === path.length
  if ((isEnd && fields.length === 0) || !areAlike(before, after)) {
    compare(node, before, after, marked)
    return
  }
  const step = (isEnd ? fields : path[at]) ?? ''
  // From the first blank on each row goes a way of its own; at the end all fields are looked at.
  const isParting = row < 0 && typeof step === 'object'
  const keys = typeof step !== 'object' ? [step] : isEnd || isParting ? step : [step[row] ?? '']
  add(node.value, marked)
  if (node.keys !== null && keys.some((key) => has(before, key) !== has(after, key))) add(node.keys, marked)
  if (node.children === null) return
  if (node.children.size < keys.length) {
    // Fewer are subscribed than have changed. The comparison finds out which of them did.
    for (const [key, child] of node.children) compare(child, read(before, key), read(after, key), marked)
    return
  }
  for (const [i, key] of keys.entries()) {
    const child = node.children.get(String(key))
    if (child === undefined) continue
    if (isEnd) compare(child, read(before, key), read(after, key), marked)
    else {
      const next = { node: child, at: at + 1, row: isParting ? i : row }
      walk(place, marked, next, read(before, key), read(after, key))
    }
  }
}

/** Finds what differs below a value that was replaced. Parts that kept their identity are not entered. */
function compare(node: PathNode, before: unknown, after: unknown, marked: Set<Subscriber>): void {
  if (Object.is(before, after)) return
  if (!areAlike(before, after)) {
    addAll(node, marked)
    return
  }
  add(node.value, marked)
  if (node.keys !== null && !hasSameKeys(before, after)) add(node.keys, marked)
  if (node.children === null) return
  for (const [key, child] of node.children) {
    compare(child, read(before, key), read(after, key), marked)
  }
}

/** In order: what a selector makes of `Object.keys` depends on it. */
function hasSameKeys(before: unknown, after: unknown): boolean {
  if (Array.isArray(before) && Array.isArray(after)) return before.length === after.length
  const [keys, newKeys] = [keysOf(before), keysOf(after)]
  return keys.length === newKeys.length && keys.every((key, index) => key === newKeys[index])
}

function addAll(node: PathNode, marked: Set<Subscriber>): void {
  add(node.value, marked)
  add(node.keys, marked)
  add(node.exists, marked)
  if (node.children !== null) for (const child of node.children.values()) addAll(child, marked)
}

function add(subscribers: Set<Subscriber> | null, marked: Set<Subscriber>): void {
  if (subscribers !== null) for (const subscriber of subscribers) marked.add(subscriber)
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** Two objects, or two lists. */
function areAlike(before: unknown, after: unknown): boolean {
  return isContainer(before) && isContainer(after) && Array.isArray(before) === Array.isArray(after)
}

function keysOf(value: unknown): string[] {
  return isContainer(value) ? Object.keys(value) : []
}

function has(container: unknown, key: TouchedKey): boolean {
  return isContainer(container) && Object.hasOwn(container, key)
}

function read(container: unknown, key: TouchedKey): unknown {
  return has(container, key) ? (container as { [key: TouchedKey]: unknown })[key] : undefined
}
