// A tree of the paths that selectors have read. Three kinds of reading are told apart, because they wake for different
// changes:
//   value   a primitive, or a whole subtree that was returned or passed on without being looked into: wakes for any
//           change at or below the path
//   keys    the set of keys, or an array's length: wakes when a key comes or goes
//   exists  whether one key is there: wakes when it comes or goes
// Objects that were only passed through on the way need no entry of their own: an entry below them covers them.

export const VALUE = 1
export const KEYS = 2
export const EXISTS = 4

/** Mostly one; a set for each path would be most of the memory, and half of the time to find whom to wake. */
export type Readers<Reader> = Reader | Set<Reader> | null

/** Items of lists go by number: as a text each would be looked at letter by letter to be told from others. */
export type Key = string | number

/** One path of the state; the root stands for the state itself. */
export class PathNode<Reader extends object> {
  readonly parent: PathNode<Reader> | null
  readonly key: Key
  /** Below an entity mostly one. */
  children: PathNode<Reader> | Map<Key, PathNode<Reader>> | null = null
  /** Who has read it, by kind. */
  value: Readers<Reader> = null
  keys: Readers<Reader> = null
  exists: Readers<Reader> = null
  /** Of the run that met it last: its number, the kinds of reading (see `record.ts`), and how many children it met. */
  run = 0
  met = 0
  width = 0
  /** What stands in for the object that is here now. */
  standIn: { readonly raw: object; readonly proxy: object } | null = null

  constructor(parent: PathNode<Reader> | null, key: Key) {
    this.parent = parent
    this.key = key
  }

  /** The node below, if there is one. */
  find(key: Key): PathNode<Reader> | undefined {
    const { children } = this
    if (children instanceof Map) return children.get(key)
    return children?.key === key ? children : undefined
  }

  /** The same, made when it is missing. */
  child(key: Key): PathNode<Reader> {
    const known = this.find(key)
    if (known !== undefined) return known
    const child = new PathNode(this, key)
    const { children } = this
    if (children === null) this.children = child
    else if (children instanceof Map) children.set(key, child)
    else
      this.children = new Map<Key, PathNode<Reader>>([
        [children.key, children],
        [key, child],
      ])
    return child
  }

  get size(): number {
    return this.children instanceof Map ? this.children.size : this.children === null ? 0 : 1
  }

  each(visit: (child: PathNode<Reader>) => void): void {
    if (this.children instanceof Map) this.children.forEach(visit)
    else if (this.children !== null) visit(this.children)
  }

  /** `kinds`: those of the reading that begin, or, with `isNow` false, end. */
  set(reader: Reader, kinds: number, isNow: boolean): void {
    const change = isNow ? withReader<Reader> : without<Reader>
    if (kinds & VALUE) this.value = change(this.value, reader)
    if (kinds & KEYS) this.keys = change(this.keys, reader)
    if (kinds & EXISTS) this.exists = change(this.exists, reader)
  }

  /** Leaves the tree, with the parents that were there for it alone, unless somebody reads here or below. */
  prune(): void {
    const { parent } = this
    if (parent === null || this.value || this.keys || this.exists || this.children) return
    // Twice for the same node: then another may stand in its place.
    if (parent.find(this.key) !== this) return
    this.standIn = null
    if (parent.children instanceof Map) parent.children.delete(this.key)
    if (parent.size > 1 || (parent.size === 1 && parent.children !== this)) return
    parent.children = null
    parent.prune()
  }
}

function withReader<Reader extends object>(readers: Readers<Reader>, reader: Reader): Readers<Reader> {
  if (readers === null) return reader
  return readers instanceof Set ? readers.add(reader) : new Set([readers, reader])
}

function without<Reader extends object>(readers: Readers<Reader>, reader: Reader): Readers<Reader> {
  if (!(readers instanceof Set)) return readers === reader ? null : readers
  readers.delete(reader)
  return readers.size === 0 ? null : readers
}
