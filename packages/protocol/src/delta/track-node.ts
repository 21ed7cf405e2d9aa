// The nodes of a tracked tree: one per container that somebody looked at through a draft. What is written to the draft goes
// straight into the raw tree, and the node remembers what stood there when the tick began.
//
// `parent` and `key` say where the container stood when the tick began ("home"); within a tick it may be taken out, put
// elsewhere, or stand in two places, and none of that changes home. So flags always climb the tree as it was, which is
// the tree that replicas have. A commit moves homes to where things are now.
import { PPError } from '../errors.js'
import { keyFault } from '../json.js'
import type { Path } from '../path.js'
import type { DiffContext } from './context.js'
import type { JsonRecord } from './value.js'

export type TrackNode = RecordNode | ListNode

/** What the nodes of one tracker share. */
export interface Ledger {
  /** Grows with every commit; marks made in an earlier tick are void without being cleared. */
  tick: number
  readonly nodes: WeakMap<object, TrackNode>
  /** Nodes that remember what must be forgotten after the commit: containers, many fields, all items of a list. */
  laden: TrackNode[]
  isDirty: boolean
  /** The last commit found something written at a hidden place, or at one that may hold such. */
  areSecretsTouched: boolean
  /** What the objects of the last commit's delta held before, in the order in which the delta shows them. */
  pasts: NotedPast[]
  readonly listMethods: ReadonlyMap<unknown, unknown>
  /** Turns a value on its way into `node[key]` into what the raw tree may hold. */
  enter(value: unknown, node: TrackNode, key: string): unknown
  /** The first write since the last commit. */
  markDirty(): void
}

/** An object of a delta, and the fields that were written in what it describes, with their old values. */
export interface NotedPast {
  readonly delta: object
  readonly keys: readonly string[]
  readonly olds: readonly unknown[]
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

abstract class BaseNode<Raw extends object> {
  readonly ledger: Ledger
  readonly raw: Raw
  parent: TrackNode | undefined
  key: string
  /** The tick in which the container entered the tree; 0 when it was there from the start or before anybody looked. */
  readonly born: number
  /** The tick in which something in it or below it was written. */
  flaggedAt = -1
  /** The tick in which it was written itself: what it remembers is valid. */
  touchedAt = -1
  /** The tick in which a draft of it was put somewhere. */
  placedAt = -1
  /** The tick in whose commit a place was given to it. */
  claimedAt = -1
  /** Nodes at home in this one that are flagged. */
  children: TrackNode[] = NO_CHILDREN
  /** The tick in whose commit it was last seen at home. */
  seenAt = -1
  /** What an encoder calls its key, and which one: asked at every commit, and the key changes hardly ever. */
  name = -1
  namedBy: object | undefined
  #draft: Raw | undefined

  constructor(ledger: Ledger, raw: Raw, parent: TrackNode | undefined, key: string, born: number) {
    this.ledger = ledger
    this.raw = raw
    this.parent = parent
    this.key = key
    this.born = born
  }

  get draft(): Raw {
    return (this.#draft ??= this.createDraft())
  }

  protected abstract createDraft(): Raw

  moveHome(parent: TrackNode, key: string): void {
    this.parent = parent
    this.key = key
    this.seenAt = -1
    this.namedBy = undefined
  }

  /** The draft of `value`, a container found at `key`. */
  protected childDraft(value: object, key: string, self: TrackNode): object {
    const { ledger } = this
    const known = ledger.nodes.get(value)
    if (known !== undefined) return known.draft
    // What enters a tree gets its node at once, so this container belongs here as long as its parent does.
    const node = createNode(ledger, value, self, key, this.born)
    ledger.nodes.set(value, node)
    return node.draft
  }
}

/** Of a node that was never written to. */
const NO_KEYS: string[] = []
const NO_OLDS: unknown[] = []

/** A node keeps room for this many fields from tick to tick. */
const MAX_ROOM = 16

export class RecordNode extends BaseNode<JsonRecord> {
  /**
   * The first `count` are the fields written since the tick began, and what they held; undefined: there was no such field.
   * The lists are used again: most objects are written like the last time.
   */
  keys: string[] = NO_KEYS
  olds: unknown[] = NO_OLDS
  count = 0
  #isLaden = false
  #indexes: Map<string, number> | undefined

  protected createDraft(): JsonRecord {
    const draft = new Proxy(this.raw, new RecordTraps(this))
    draftNodes.set(draft, this)
    return draft
  }

  /** A draft of the container that was read at `key`. */
  lend(value: object, key: string): object {
    return this.childDraft(value, key, this)
  }

  setAny(raw: JsonRecord, key: string | symbol, value: unknown, before: unknown): boolean {
    if (typeof key === 'symbol') throw notJson(this, String(key), 'a symbol as a key')
    if (value === before && isPlainPrimitive(value)) return true
    const fault = keyFault(key)
    if (fault !== null) throw notJson(this, key.slice(0, 40), fault)
    if (nodeOf(value)?.raw === before && before !== undefined) return true
    const entered = this.ledger.enter(value, this, key)
    this.remember(key, typeof before === 'function' ? undefined : before)
    raw[key] = entered
    return true
  }

  remember(key: string, old: unknown): void {
    const { ledger } = this
    if (this.born === ledger.tick) return
    if (this.touchedAt !== ledger.tick) {
      this.touchedAt = ledger.tick
      this.count = 0
      if (this.keys === NO_KEYS) {
        this.keys = []
        this.olds = []
      }
      touch(this)
    } else if (this.indexOf(key) >= 0) return
    const at = this.count++
    this.#indexes?.set(key, at)
    if (this.keys[at] !== key) this.keys[at] = key
    this.olds[at] = old
    if (!this.#isLaden && (isContainer(old) || at >= MAX_ROOM - 1)) {
      this.#isLaden = true
      ledger.laden.push(this)
    }
  }

  /** Where `key` is among the remembered fields, or −1. */
  indexOf(key: string): number {
    const { keys, count } = this
    // A handful of short names is found faster by looking than by hashing.
    if (count < MAX_ROOM) {
      for (let i = 0; i < count; i++) if (keys[i] === key) return i
      return -1
    }
    this.#indexes ??= new Map(keys.slice(0, count).map((name, index) => [name, index]))
    return this.#indexes.get(key) ?? -1
  }

  /** The remembered fields, for whoever looks at them after the commit. */
  written(): { keys: string[]; olds: unknown[] } {
    return { keys: this.keys.slice(0, this.count), olds: this.olds.slice(0, this.count) }
  }

  release(): void {
    this.keys = NO_KEYS
    this.olds = NO_OLDS
    this.count = 0
    this.#isLaden = false
    this.#indexes = undefined
  }
}

/** The traps of a record's draft. V8 looks for a trap at every access: in a small object, and for the frequent ones nowhere else. */
class RecordTraps {
  readonly node: RecordNode
  readonly get = getField
  readonly set = setField

  constructor(node: RecordNode) {
    this.node = node
  }

  deleteProperty(raw: JsonRecord, key: string | symbol): boolean {
    if (typeof key === 'symbol' || !Object.hasOwn(raw, key)) return true
    this.node.remember(key, raw[key])
    return delete raw[key]
  }

  defineProperty(raw: JsonRecord, key: string | symbol, descriptor: PropertyDescriptor): boolean {
    if (!('value' in descriptor)) throw notJson(this.node, String(key), 'an accessor')
    return this.set(raw, key, descriptor.value)
  }

  setPrototypeOf(): boolean {
    return false
  }

  preventExtensions(): boolean {
    return false
  }
}

function getField(this: RecordTraps, raw: JsonRecord, key: string | symbol): unknown {
  // TypeScript knows no symbol keys on a record; what they lead to are methods of Object.prototype.
  const value = raw[key as string]
  if (typeof value !== 'object' || value === null || key === '__proto__') return value
  return this.node.lend(value, key as string)
}

function setField(this: RecordTraps, raw: JsonRecord, key: string | symbol, value: unknown): boolean {
  // What a symbol leads to is no number.
  const before = raw[key as string]
  // Positions and counters, the writes of every tick: no key that holds a number reaches a prototype.
  if (typeof value === 'number' && typeof before === 'number' && Number.isFinite(value)) {
    if (value === before) return true
    this.node.remember(key as string, before)
    // JSON has one zero.
    raw[key as string] = value === 0 ? 0 : value
    return true
  }
  return this.node.setAny(raw, key, value, before)
}

export class ListNode extends BaseNode<unknown[]> {
  /** The items when the tick began. */
  before: readonly unknown[] = []

  protected createDraft(): unknown[] {
    const draft = new Proxy(this.raw, this)
    draftNodes.set(draft, this)
    return draft
  }

  get(raw: unknown[], key: string | symbol): unknown {
    // Index keys arrive as strings and read the same.
    const value: unknown = raw[key as unknown as number]
    if (typeof value === 'function') return this.ledger.listMethods.get(key) ?? value
    if (typeof value !== 'object' || value === null || typeof key === 'symbol' || key === '__proto__')
      return value
    const node = this.ledger.nodes.get(value)
    // An item's index may have shifted since it was noted. (A field's name never does: there, `key` is home.)
    if (node?.parent === this) node.key = key
    return node?.draft ?? this.childDraft(value, key, this)
  }

  set(raw: unknown[], key: string | symbol, value: unknown): boolean {
    if (key === 'length') return this.setLength(raw, value)
    const index = readIndex(key)
    if (index === undefined) throw notJson(this, String(key), 'a named field on an array')
    if (index > raw.length) throw notJson(this, String(key), 'an array with holes')
    const before = raw[index]
    if (value === before && isPlainPrimitive(value)) return true
    if (nodeOf(value)?.raw === before && before !== undefined) return true
    const entered = this.ledger.enter(value, this, String(index))
    this.remember()
    raw[index] = entered
    return true
  }

  deleteProperty(_raw: unknown[], key: string | symbol): boolean {
    throw notJson(this, String(key), 'an array with holes')
  }

  defineProperty(raw: unknown[], key: string | symbol, descriptor: PropertyDescriptor): boolean {
    if (!('value' in descriptor)) throw notJson(this, String(key), 'an accessor')
    return this.set(raw, key, descriptor.value)
  }

  setPrototypeOf(): boolean {
    return false
  }

  preventExtensions(): boolean {
    return false
  }

  remember(): void {
    const { ledger } = this
    if (this.born === ledger.tick || this.touchedAt === ledger.tick) return
    this.touchedAt = ledger.tick
    this.before = this.raw.slice()
    ledger.laden.push(this)
    touch(this)
  }

  /** An item as a caller may have it: containers as drafts. */
  lend(item: unknown, index: number): unknown {
    return typeof item === 'object' && item !== null ? this.childDraft(item, String(index), this) : item
  }

  release(): void {
    this.before = []
  }

  private setLength(raw: unknown[], value: unknown): boolean {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > raw.length)
      throw notJson(this, 'length', 'an array with holes')
    if (value === raw.length) return true
    this.remember()
    raw.length = value
    return true
  }
}

export function createNode(
  ledger: Ledger,
  raw: object,
  parent: TrackNode | undefined,
  key: string,
  born: number,
): TrackNode {
  if (Array.isArray(raw)) return new ListNode(ledger, raw, parent, key, born)
  // The raw tree is JSON: what is no array is a plain object.
  return new RecordNode(ledger, raw as JsonRecord, parent, key, born)
}

/** First write of a tick: flag the node and everything above it, as far as that has not been done yet. */
function touch(node: TrackNode): void {
  const { ledger } = node
  const { tick } = ledger
  if (!ledger.isDirty) ledger.markDirty()
  if (node.flaggedAt === tick) return
  node.flaggedAt = tick
  node.children = NO_CHILDREN
  let child = node
  for (let parent = node.parent; parent !== undefined; parent = parent.parent) {
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
  for (let at = node; at.parent?.parent !== undefined; at = at.parent)
    path.push(at.parent instanceof ListNode ? Number(at.key) : at.key)
  return path.reverse()
}

export function notJson(node: TrackNode, key: string, what: string): PPError {
  const path: Path =
    node.parent === undefined
      ? []
      : [...pathOf(node), node instanceof ListNode ? (readIndex(key) ?? key) : key]
  return new PPError(
    'STATE_NOT_JSON',
    `${path.length === 0 ? '(root)' : path.join('.')} is not JSON: ${what}.`,
    {
      hint: 'Keep plain objects, arrays, strings, finite numbers, booleans and null in state.',
      path,
    },
  )
}

function isPlainPrimitive(value: unknown): boolean {
  return value === null || (typeof value !== 'object' && typeof value !== 'function' && value !== undefined)
}

function isContainer(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

function readIndex(key: string | symbol): number | undefined {
  if (typeof key === 'symbol') return undefined
  const index = Number(key)
  return Number.isInteger(index) && index >= 0 && String(index) === key ? index : undefined
}
