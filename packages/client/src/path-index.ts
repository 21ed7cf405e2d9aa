// Who has to look again after a change. A tree of paths holds the subscribers under what they read; what a frame has
// touched is walked down beside it, so the work follows what changed and what is subscribed there, never the number of
// subscribers.
import type { Touched, Undo } from '@painda/protocol'
import { PathNode, VALUE } from './path-node.js'
import type { Key, Readers } from './path-node.js'
import { createRecorder } from './record.js'
import type { Recording } from './record.js'
import { clockOfWitness, listens, tellSelector } from '#witness'

/**
 * Options of a selector. A selector must be pure: it mostly runs on a stand-in of the state that notes what it reads and refuses writes.
 * Where a stand-in does not work (`structuredClone` of a part) it runs again on the state itself, and a sort in place there would change
 * the state for everybody.
 */
export interface SelectOptions<T> {
  /** True when the two count as the same, and the listener is not called. Default `Object.is`. */
  equality?: (a: T, b: T) => boolean
  /** Calls the listener at once, with the current value as both arguments, if there is a state. Default false. */
  fireImmediately?: boolean
  /** Gets what the selector throws. The last value stays. Default: the client's `error` event. */
  onError?: (thrown: unknown) => void
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
  /** Marks the subscribers that read something that differs between the two states: within `touched`, or anywhere when that is undefined. */
  touch(touched: readonly Touched[] | undefined, before: S | undefined, after: S): void
  /** Runs the selectors of marked subscribers again. */
  flush(): void
  readonly size: number
}

export interface PathIndexOptions<S> {
  getState: () => S | undefined
  /** What a selector, an equality or a listener threw. */
  onError: (thrown: unknown) => void
}

export function createPathIndex<S>({ getState, onError }: PathIndexOptions<S>): PathIndex<S> {
  const root: Node = new PathNode(null, '')
  const { record, forget } = createRecorder(root)
  const subscribers = new Set<Subscriber>()
  let marked: Subscriber[] = []

  /** The value of now; `NONE` when there is none. */
  function select(subscriber: Subscriber): unknown {
    const state = getState()
    if (state === undefined) return NONE
    const recording = record(state, subscriber.selector)
    follow(subscriber, recording)
    const { value, failure } = recording
    if (failure === null) return value
    const { onThrown } = subscriber
    try {
      onThrown(failure.thrown)
    } catch (thrown) {
      onError(thrown)
    }
    return NONE
  }

  function look(subscriber: Subscriber): void {
    const start = clockOfWitness()
    const next = select(subscriber)
    if (next === NONE) return
    const { last, equality } = subscriber
    let isSame = false
    try {
      isSame = last !== NONE && equality(last, next)
    } catch (thrown) {
      onError(thrown)
    }
    tellSelector(start, subscriber.listener, subscriber.reads, !isSame)
    if (isSame) return
    subscriber.last = next
    tell(subscriber, next, last === NONE ? next : last)
  }

  function tell({ listener }: Subscriber, value: unknown, previous: unknown): void {
    try {
      listener(value, previous)
    } catch (thrown) {
      onError(thrown)
    }
  }

  function mark(subscriber: Subscriber): void {
    if (subscriber.isMarked) return
    subscriber.isMarked = true
    marked.push(subscriber)
  }

  function markAll(readers: Readers<Subscriber>): void {
    if (readers instanceof Set) for (const reader of readers) mark(reader)
    else if (readers !== null) mark(readers)
  }

  /**
   * Walks down to the rows that were touched. `depth`: the step of their path that comes next. `row`: the one that is being
   * walked to; −1 while all go the same way. A key that came or went shows as a value that was or is undefined, which is no
   * container: everybody at and below it is marked then, those who asked for its existence too.
   */
  function touch(
    node: Node,
    touched: Touched,
    depth: number,
    row: number,
    before: unknown,
    after: unknown,
  ): void {
    if (Object.is(before, after)) return
    const { path, fields, rows } = touched
    const step = path[depth]
    const isParting = typeof step === 'object' && row < 0
    const keys = step === undefined ? fields.length : isParting ? rows : 1
    // The comparison finds out what changed where a value was replaced, and where more changed than is subscribed.
    if (keys === 0 || node.size < keys || !areAlike(before, after)) return compare(node, before, after)
    markAll(node.value)
    for (let i = 0; i < keys; i++) {
      const at = isParting ? i : row
      const key = (step === undefined ? fields[i] : typeof step === 'object' ? step[at] : step) ?? ''
      if (node.keys !== null && has(before, key) !== has(after, key)) markAll(node.keys)
      const child = node.find(key)
      if (child === undefined) continue
      const was = read(before, key)
      const is = read(after, key)
      // Behind the last step are the fields, where whatever was put there is compared.
      if (step === undefined) compare(child, was, is)
      else touch(child, touched, depth + 1, at, was, is)
    }
  }

  /** Finds what differs below a value that was replaced. Parts that kept their identity are not entered. */
  function compare(node: Node, before: unknown, after: unknown): void {
    if (Object.is(before, after)) return
    const isOther = !areAlike(before, after)
    markAll(node.value)
    if (isOther) markAll(node.exists)
    if (isOther || (node.keys !== null && !hasSameKeys(before, after))) markAll(node.keys)
    // Below something else nothing is what it was, and `exists` there has to be told of it.
    node.each((child) =>
      isOther
        ? compare(child, NONE, undefined)
        : compare(child, read(before, child.key), read(after, child.key)),
    )
  }

  return {
    subscribe<T>(
      selector: (state: S) => T,
      listener: (value: T, previous: T) => void,
      { equality = Object.is, fireImmediately = false, onError: onThrown = onError }: SelectOptions<T> = {},
    ) {
      const subscriber: Subscriber = {
        // Given only states of this index.
        selector: selector as Subscriber['selector'],
        // Given only what the selector made.
        listener: listener as Subscriber['listener'],
        equality: equality as Subscriber['equality'],
        onThrown,
        last: NONE,
        reads: [],
        isActive: true,
        isMarked: false,
      }
      subscribers.add(subscriber)
      listens(listener, 'room.subscribe')
      const last = (subscriber.last = select(subscriber))
      if (fireImmediately && last !== NONE) tell(subscriber, last, last)
      return () => {
        subscriber.isActive = false
        subscribers.delete(subscriber)
        follow(subscriber, null)
      }
    },
    touch(touched, before, after) {
      // What stands in for the state stands in for the one before.
      forget()
      if (before === undefined) subscribers.forEach(mark)
      else if (touched === undefined) compare(root, before, after)
      else for (const rows of touched) touch(root, rows, 0, -1, before, after)
    },
    flush() {
      const due = marked
      marked = []
      for (const subscriber of due) {
        subscriber.isMarked = false
        if (subscriber.isActive) look(subscriber)
      }
    },
    get size() {
      return subscribers.size
    },
  }
}

/** A selector and who is told. One flat object: a thousand of them are walked over in a frame. */
interface Subscriber {
  readonly selector: (state: unknown) => unknown
  readonly listener: (value: unknown, previous: unknown) => void
  readonly equality: (a: unknown, b: unknown) => boolean
  readonly onThrown: (thrown: unknown) => void
  /** The value of before; `NONE`: there was none. */
  last: unknown
  reads: Reads
  isActive: boolean
  /** It has to look again. */
  isMarked: boolean
}

type Node = PathNode<Subscriber>

/**
 * What a selector has read: nodes, and behind each the kinds of reading. Mostly it is the value of one node, which then stands here
 * itself: a list is two places of memory more, and of a thousand subscribers each is cold by the time it is asked.
 */
type Reads = Node | readonly (Node | number)[]

/** Stands where no value is: it differs from whatever a state holds or a selector makes. */
const NONE = Symbol('none')

/** Subscribes to what a run has read, and to nothing else. Null: it is over. */
function follow(subscriber: Subscriber, recording: Recording<Subscriber> | null): void {
  const before = subscriber.reads
  // Nearly every run but the first goes the same way: no list is made of it.
  if (recording !== null && hasReadSame(before, recording)) {
    // It reads the root as ever; where it has been this time nobody may ever come again.
    if (recording.isOpaque) for (let i = 0; i < recording.count; i++) recording.nodes[i]?.prune()
    return
  }
  const nodes = recording?.nodes.slice(0, recording.count) ?? []
  const reads = nodes.flatMap((node) => {
    const kinds = recording?.readAt(node) ?? 0
    return kinds === 0 ? [] : [node, kinds]
  })
  const [first, kinds] = reads
  subscriber.reads = reads.length === 2 && kinds === VALUE && typeof first === 'object' ? first : reads
  const change = (list: readonly (Node | number)[], isNow: boolean): void =>
    list.forEach((node, at) => {
      if (typeof node === 'object') node.set(subscriber, Number(list[at + 1]), isNow)
    })
  const gone = before instanceof PathNode ? [before, VALUE] : before
  change(gone, false)
  change(reads, true)
  for (const node of gone) if (typeof node === 'object') node.prune()
  // Where it only passed by, and nothing came of it.
  for (const node of nodes) node.prune()
}

/** True when a run has read what was read before, in the same order. */
function hasReadSame(before: Reads, recording: Recording<Subscriber>): boolean {
  const list = before instanceof PathNode ? null : before
  let same = 0
  for (let i = 0; i < recording.count; i++) {
    const node = recording.nodes[i]
    const kinds = node === undefined ? 0 : recording.readAt(node)
    if (kinds === 0) continue
    if (list === null ? node !== before || kinds !== VALUE : node !== list[same] || kinds !== list[same + 1])
      return false
    same += 2
  }
  return same > 0 && same === (list?.length ?? 2)
}

/** In order: what a selector makes of `Object.keys` depends on it. */
function hasSameKeys(before: unknown, after: unknown): boolean {
  if (!isContainer(before) || !isContainer(after)) return false
  if (Array.isArray(before) && Array.isArray(after)) return before.length === after.length
  const keys = Object.keys(before)
  const newKeys = Object.keys(after)
  return keys.length === newKeys.length && keys.every((key, index) => key === newKeys[index])
}

/** Two objects, or two lists. */
function areAlike(before: unknown, after: unknown): boolean {
  return isContainer(before) && isContainer(after) && Array.isArray(before) === Array.isArray(after)
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function has(container: unknown, key: Key): boolean {
  return isContainer(container) && Object.hasOwn(container, key)
}

/** What is inherited is no part of the state. State is JSON: what is inherited is a function, but for `__proto__`. */
function read(container: unknown, key: Key): unknown {
  if (!isContainer(container) || key === '__proto__') return undefined
  const value = (container as { readonly [key: string | number]: unknown })[key]
  return typeof value === 'function' ? undefined : value
}
