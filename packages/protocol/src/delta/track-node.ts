// The nodes of a tracked tree: one per container that somebody looked at through a draft. What is written to the draft goes
// straight into the raw tree, and the node remembers what stood there when the tick began.
//
// `parent` and `key` say where the container stood when the tick began ("home"); within a tick it may be taken out, put
// elsewhere, or stand in two places, and none of that changes home. So flags always climb the tree as it was, which is
// the tree that replicas have. A commit moves homes to where things are now.
import { PPError } from '../errors.js'
import type { Path } from '../path.js'
import type { DiffContext } from './context.js'
import type { NumberLog, WriteShape, Written } from './track-written.js'

/** What the nodes of one tracker share. */
export interface Ledger {
  /** Grows with every commit; marks made in an earlier tick are void without being cleared. */
  tick: number
  readonly nodes: WeakMap<object, TrackNode>
  /** Nodes that remember what must be forgotten after the commit. */
  laden: TrackNode[]
  isDirty: boolean
  /** The last commit found something written at a hidden place, or at one that may hold such. */
  areSecretsTouched: boolean
  /** Where, each as a path to the field or to the object around it. */
  secretPaths: Path[]
  /** The field that a commit compares, where something may be hidden in it; null: the object itself. */
  comparing: { readonly node: TrackNode; readonly key: string | null } | undefined
  /** What the objects of the last commit's delta held before, in the order in which the delta shows them. */
  pasts: NotedPast[]
  /** Numbers that were written over numbers. */
  readonly numbers: NumberLog
  /** Of an object in which nothing was written yet. */
  readonly firstShape: WriteShape
  readonly listMethods: ReadonlyMap<unknown, unknown>
  /** The node of a container that nobody looked at before. */
  create(raw: object, parent: TrackNode | undefined, key: string, born: number): TrackNode
  /** Turns a value on its way into `node[key]` into what the raw tree may hold. */
  enter(value: unknown, node: TrackNode, key: string): unknown
  /** The first write since the last commit. */
  markDirty(): void
}

/** An object of a delta, and the fields that were written in what it describes, with their old values. */
export interface NotedPast extends Written {
  readonly delta: object
  readonly context: DiffContext
}

/** Every draft of every tracker, and the node behind it. */
const draftNodes = new WeakMap<object, TrackNode>()

/** The node behind a draft; undefined for everything else. */
export function nodeOf(value: unknown): TrackNode | undefined {
  return typeof value === 'object' && value !== null ? draftNodes.get(value) : undefined
}

/** Of a node below which nothing is flagged; never written to. */
const NO_CHILDREN: TrackNode[] = []

export abstract class TrackNode<Raw extends object = object> {
  // What a write looks at comes first: of a thousand nodes each line of the processor's cache counts.
  readonly ledger: Ledger
  readonly raw: Raw
  parent: TrackNode | undefined
  /** The tick in which the container entered the tree; 0 when it was there from the start or before anybody looked. */
  readonly born: number
  /** The tick in which something in it or below it was written. */
  flaggedAt = -1
  /** The tick in which it was written itself: what it remembers is valid. */
  touchedAt = -1
  /** Nodes at home in this one that are flagged. */
  children: TrackNode[] = NO_CHILDREN
  /** The tick in whose commit it was last seen at home. */
  seenAt = -1
  /** What an encoder calls its key, and which one: asked at every commit, and the key changes hardly ever. */
  name = -1
  namedBy: object | undefined
  key: string
  /** The look of a history in which it was met last. */
  notedAt = -1
  #draft: Raw | undefined

  constructor(ledger: Ledger, raw: Raw, parent: TrackNode | undefined, key: string, born: number) {
    this.ledger = ledger
    this.raw = raw
    this.parent = parent
    this.key = key
    this.born = born
  }

  get draft(): Raw {
    if (this.#draft === undefined) {
      this.#draft = this.createDraft()
      draftNodes.set(this.#draft, this)
    }
    return this.#draft
  }

  protected abstract createDraft(): Raw

  /** Its own fields or items as they were when the tick began. */
  abstract past(): object

  /** True when `raw` stands here; `key` is where it should, and in a list where it was last seen. */
  abstract holds(raw: object, key: string): boolean

  /** Puts another container where one stands already, without remembering it: its place was remembered before. */
  abstract exchange(key: string, raw: object): void

  /** After a commit: drops what it remembers. */
  abstract release(): void

  /** `key` as it stands in a path. */
  abstract step(key: string): string | number

  moveHome(parent: TrackNode, key: string): void {
    this.parent = parent
    this.key = key
    this.seenAt = -1
    this.namedBy = undefined
  }

  /** The draft of `value`, a container found at `key`. */
  childDraft(value: object, key: string): object {
    const { ledger } = this
    const known = ledger.nodes.get(value)
    if (known !== undefined) return known.draft
    // What enters a tree gets its node at once, so this container belongs here as long as its parent does.
    const node = ledger.create(value, this, key, this.born)
    ledger.nodes.set(value, node)
    return node.draft
  }
}

/** The first write of a tick in `node`: flags it and everything above, as far as that has not been done yet. */
export function touch(node: TrackNode): void {
  const { ledger } = node
  const { tick } = ledger
  node.touchedAt = tick
  if (!ledger.isDirty) ledger.markDirty()
  if (node.flaggedAt === tick) return
  node.flaggedAt = tick
  node.children = NO_CHILDREN
  let child = node
  for (let { parent } = node; parent !== undefined; parent = parent.parent) {
    if (parent.flaggedAt === tick) {
      if (parent.children === NO_CHILDREN) parent.children = [child]
      else parent.children.push(child)
      return
    }
    parent.flaggedAt = tick
    parent.children = [child]
    child = parent
  }
}

/** Keys from the root to `node`. */
export function pathOf(node: TrackNode): (string | number)[] {
  const path: (string | number)[] = []
  // The topmost node only holds the root; its key and the root's key are no part of a path.
  for (let at = node; at.parent?.parent !== undefined; at = at.parent) path.push(at.parent.step(at.key))
  return path.reverse()
}

export function notJson(node: TrackNode, key: string, what: string): PPError {
  const path: Path = node.parent === undefined ? [] : [...pathOf(node), node.step(key)]
  return new PPError(
    'STATE_NOT_JSON',
    `${path.length === 0 ? '(root)' : path.join('.')} is not JSON: ${what}.`,
    {
      hint: 'Keep plain objects, arrays, strings, finite numbers, booleans and null in state.',
      path,
    },
  )
}

/** True for a value whose being written back shows that nothing changed. */
export function isPlainPrimitive(value: unknown): boolean {
  return value === null || (typeof value !== 'object' && typeof value !== 'function' && value !== undefined)
}
