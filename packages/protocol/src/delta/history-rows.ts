// Entities that move: in each commit numbers are written in the same objects of a map. A history that looked up the place of each
// at each commit would pay for what hardly anybody asks. So a commit leaves the list of them, and one look for several commits
// puts into every place what came last.
import { isChangedInside } from './track-commit.js'
import type { TrackNode } from './track-node.js'
import { RecordNode } from './track-record.js'

/** Fewer objects than this are put into their places at once. */
export const MANY_ROWS = 16
/** Lists that wait: each costs sixteen bytes per object, and with more of them little more is saved. */
const MAX_WAITING = 16

interface Rows {
  readonly version: number
  readonly nodes: readonly TrackNode[]
  /** Where each stood then: it may have been moved since. */
  readonly keys: readonly string[]
  /** The fields that were written in all of them, … */
  readonly names: readonly string[]
  /** … but for these, by their index, in order. */
  readonly odd: readonly { readonly index: number; readonly names: readonly string[] }[]
}

/** In `version` numbers were written in the object at `key`, in the fields `names`. */
export type PutRow = (key: string, names: readonly string[], version: number) => void

const NO_NAMES: readonly string[] = []

/** Grows by two with every look: in which one a node was met, and in its last bit whether with other names than most. */
let looks = 0

/** The lists of one map. */
export class WaitingRows {
  #rows: Rows[] = []

  get isFull(): boolean {
    return this.#rows.length >= MAX_WAITING
  }

  /**
   * Notes the changed children of a map, all of them. False, and nothing is noted, where one is anything else than an object in
   * which numbers were written over numbers. `fields`: how many were written in the map itself.
   */
  note(version: number, map: RecordNode, fields: number): boolean {
    // The tracker makes another list for each tick.
    const nodes = map.children
    const odd: { index: number; names: readonly string[] }[] = []
    let common: readonly string[] = NO_NAMES
    for (let i = 0; i < nodes.length; i++) {
      const child = nodes[i]
      if (!(child instanceof RecordNode) || child.children.length > 0) return false
      const names = child.writtenNumbers()
      if (names === null || !isChangedInside(map, child, fields)) return false
      if (i === 0) common = names
      else if (names !== common) odd.push({ index: i, names })
    }
    this.#rows.push({ version, nodes, keys: nodes.map(({ key }) => key), names: common, odd })
    return true
  }

  /** Hands out what waits, the newest first, less what says nothing new of an object. */
  take(put: PutRow): void {
    const rows = this.#rows.reverse()
    if (rows.length === 0) return
    this.#rows = []
    const usual = rows[0]?.names
    // One number for this look: taking may lead to another one further below.
    const look = (looks += 2)
    for (const { version, nodes, keys, names, odd } of rows) {
      let next = 0
      for (let i = 0; i < nodes.length; i++) {
        const node = nodes[i]
        const exception = odd[next]
        let written = names
        if (exception?.index === i) {
          written = exception.names
          next++
        }
        if (node === undefined || (node.notedAt === look && written === usual)) continue
        if (node.notedAt < look) node.notedAt = written === usual ? look : look + 1
        put(keys[i] ?? '', written, version)
      }
    }
  }
}
