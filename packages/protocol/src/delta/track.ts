// The tracker: state as a plain tree, changed in place through drafts, whose changes come out as one delta per commit.
// It remembers what was touched (fields with their old values, arrays with their old items) and compares at the commit:
// a write costs one Proxy trap, a commit costs what was touched, and an untouched tree costs nothing.
import { assertJson } from '../json.js'
import type { DiffContext } from './context.js'
import type { Delta } from './delta.js'
import { separateAliases, moveHomes } from './track-alias.js'
import { createContext } from './track-commit.js'
import { createStateHash } from './track-hash.js'
import { createEnter, type Placements } from './track-enter.js'
import { ListNode } from './track-array.js'
import { LIST_METHODS } from './track-list.js'
import { nodeOf, type Ledger } from './track-node.js'
import { RecordNode } from './track-record.js'
import { NumberLog, WriteShape } from './track-written.js'
import { createPastOf, createWrites, type Writes } from './track-past.js'
import type { Path } from '../path.js'
import type { CompiledSync, SyncPlace } from '../sync.js'
import { cloneJson, type JsonRecord } from './value.js'

export interface TrackerOptions {
  /** Called at the first write after a commit; a room asks for its next tick here. */
  onDirty?: () => void
  /** How numbers are rounded in deltas, and what is not in them; `state` keeps all as it is. */
  sync?: CompiledSync
}

/** Looks at what changed below `holder`, whose only field is the root, while the commit lasts. */
export type TakeChanges = (holder: RecordNode, context: DiffContext) => void

export interface Tracker<State> {
  /** The tree itself, for reading: the same objects from commit to commit, changed in place. Never write to it. */
  readonly state: State
  /** The same tree for writing. Drafts are stable: `draft.a === draft.a` until another object stands there. */
  readonly draft: State
  /** True when something was written since the last commit; what was written may have been the same value. */
  readonly dirty: boolean
  /** Puts a copy of `state` in the place of the whole tree. */
  replaceRoot(state: State): void
  /** The delta of everything since the last commit; undefined when nothing differs. Shares nothing with the tree. */
  commit(): Delta | undefined
  /**
   * A commit for an encoder that reads the changes where they are, and spares the delta. Not called when nothing was
   * written.
   */
  commitTo(take: TakeChanges): void
  /**
   * What the fields of an object held at the commit before, as receivers know it. `changes` is an object of the delta that
   * `commit` returned last; undefined for one that a new value brought. Only fields that were written are in it.
   */
  pastOf(changes: object): { readonly [field: string]: unknown } | undefined
  /** True when what the contract hides may have changed with the last commit. */
  readonly areSecretsTouched: boolean
  /** The places where that was: a path may end above what is hidden. */
  readonly secretPaths: readonly Path[]
  /** Tells a history what of the last commit's delta was put in anew. Valid until the next write. */
  readonly writes: Writes
  /**
   * The hash of the state as receivers hold it: `hashState` of what `sync.snapshotOf` says. Ask right after a commit, before the next
   * write. Costs as much as the containers that changed since it was last asked for.
   */
  hash(): number
  /** The same, computed anew from the tree: another one when somebody wrote past the draft. */
  hashAnew(): number
}

/**
 * Tracks a copy of `initialState`.
 *
 * Plain values written into a draft are copied; drafts are moved and keep their identity. An object that stands in two
 * places at a commit becomes two.
 * @throws PPError `STATE_NOT_JSON` with the path, here and at every write of something that is not JSON
 */
export function createTracker<State>(initialState: State, options: TrackerOptions = {}): Tracker<State> {
  assertJson(initialState)
  const placements: Placements = new Map()
  const ledger: Ledger = {
    tick: 1,
    nodes: new WeakMap(),
    laden: [],
    isDirty: false,
    areSecretsTouched: false,
    secretPaths: [],
    comparing: undefined,
    pasts: [],
    numbers: new NumberLog(),
    firstShape: new WriteShape(),
    listMethods: LIST_METHODS,
    create: (raw, parent, key, born) =>
      Array.isArray(raw)
        ? new ListNode(ledger, raw, parent, key, born)
        : // The raw tree is JSON: what is no array is a plain object.
          new RecordNode(ledger, raw as JsonRecord, parent, key, born),
    enter: () => undefined,
    markDirty() {
      ledger.isDirty = true
      options.onDirty?.()
    },
  }
  ledger.enter = createEnter(ledger, placements)
  const context = createContext(ledger, options.sync === undefined ? undefined : holderOf(options.sync))
  const pastOf = createPastOf(ledger)
  const writes = createWrites(ledger)
  const newHash = (): HashOf => createStateHash(ledger, options.sync?.root)
  const hashOf = newHash()
  // The root stands in a holder, so that replacing it is an ordinary write.
  const holder: { root: unknown } = { root: cloneJson(initialState) }
  const top = new RecordNode(ledger, holder, undefined, '', 0)
  ledger.nodes.set(holder, top)

  function commit(): Delta | undefined {
    let delta: Delta | undefined
    // The holder stands one level above the root.
    commitTo(() => (delta = context.changeOf(holder, -1)))
    // `top` is a record of one field that is never deleted: its delta is a record of that field.
    return delta === undefined ? undefined : (delta as { root: Delta }).root
  }

  function commitTo(take: TakeChanges): void {
    ledger.pasts = []
    if (ledger.areSecretsTouched) ledger.secretPaths = []
    ledger.areSecretsTouched = false
    if (!ledger.isDirty) return
    if (placements.size > 0) separateAliases(ledger, placements)
    take(top, context)
    if (placements.size > 0) moveHomes(ledger, placements)
    for (const node of ledger.laden) node.release()
    ledger.laden = []
    ledger.numbers.settle()
    placements.clear()
    ledger.tick++
    ledger.isDirty = false
  }

  return new Tracking<State>({ ledger, holder, top, commit, commitTo, pastOf, writes, hashOf, newHash })
}

type HashOf = (state: unknown) => number

interface TrackingParts extends Pick<Tracker<unknown>, 'commit' | 'commitTo' | 'pastOf' | 'writes'> {
  readonly ledger: Ledger
  readonly holder: { root: unknown }
  readonly top: RecordNode
  readonly hashOf: HashOf
  readonly newHash: () => HashOf
}

/** A class: V8 keeps an object that was written down with getters as a dictionary, and a room asks its tracker many times a tick. */
class Tracking<State> implements Tracker<State> {
  readonly commit: () => Delta | undefined
  readonly commitTo: (take: TakeChanges) => void
  readonly pastOf: Tracker<State>['pastOf']
  readonly writes: Writes
  readonly hash: () => number
  readonly hashAnew: () => number
  readonly replaceRoot: (state: State) => void
  readonly #ledger: Ledger
  readonly #holder: { root: unknown }
  readonly #top: RecordNode

  constructor({ ledger, holder, top, commit, commitTo, pastOf, writes, hashOf, newHash }: TrackingParts) {
    this.commit = commit
    this.commitTo = commitTo
    this.pastOf = pastOf
    this.writes = writes
    this.hash = () => hashOf(holder.root)
    this.hashAnew = () => newHash()(holder.root)
    this.replaceRoot = (state) => void (top.draft['root'] = state)
    this.#ledger = ledger
    this.#holder = holder
    this.#top = top
  }

  get state(): State {
    // What the tree looks like is the caller's promise; only JSON can have come in.
    return this.#holder.root as State
  }

  get draft(): State {
    return this.#top.draft['root'] as State
  }

  get dirty(): boolean {
    return this.#ledger.isDirty
  }

  get areSecretsTouched(): boolean {
    return this.#ledger.areSecretsTouched
  }

  get secretPaths(): readonly Path[] {
    return this.#ledger.secretPaths
  }
}

/** The root stands in a holder, so the table's root is one level down too. */
function holderOf({ root }: CompiledSync): SyncPlace | undefined {
  return root === undefined
    ? undefined
    : { round: undefined, isHidden: false, isAbove: root.isAbove, isUniform: true, at: () => root }
}

/** The raw value behind a draft, for reading; anything else is returned as it is. */
export function untrack<T>(value: T): T {
  // A draft of T stands for a raw T.
  return (nodeOf(value)?.raw ?? value) as T
}

/** True for a draft of any tracker. */
export function isDraft(value: unknown): boolean {
  return nodeOf(value) !== undefined
}
