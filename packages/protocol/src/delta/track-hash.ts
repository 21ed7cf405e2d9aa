// The hash of a tracked state, as receivers hold it: with rounded numbers. What a container added up to is remembered until
// something in it or below it is written; nothing is done at a write or a commit.
import { hashOf, sumOf } from '../hash.js'
import { isSecret } from '../sync.js'
import type { SyncPlace } from '../sync.js'
import type { Ledger } from './track-node.js'

interface Remembered {
  readonly sum: number
  /** The tick in which it was computed: the marks of later writes are younger. */
  readonly tick: number
  /** Where the container stood: elsewhere its numbers may be rounded otherwise. */
  readonly place: SyncPlace | undefined
}

/** Call it between commits: what was written since the last one is in the hash. */
export function createStateHash(ledger: Ledger, root: SyncPlace | undefined): (state: unknown) => number {
  const remembered = new WeakMap<object, Remembered>()

  function hash(value: unknown, place: SyncPlace | undefined): number {
    if (typeof value === 'number' && place?.round !== undefined) return hashOf(place.round(value), sumOf)
    return hashOf(value, (container) => sum(container, place))
  }

  function sum(container: object, place: SyncPlace | undefined): number {
    const known = remembered.get(container)
    if (known !== undefined && known.place === place && !isWrittenSince(container, known.tick))
      return known.sum
    const isLeftOut =
      place?.isAbove === true
        ? (child: unknown, key: string): boolean => isSecret(child, place.at(key))
        : undefined
    const fresh = sumOf(container, (child, key) => hash(child, place?.at(key)), isLeftOut)
    remembered.set(container, { sum: fresh, tick: ledger.tick, place })
    return fresh
  }

  function isWrittenSince(container: object, tick: number): boolean {
    const node = ledger.nodes.get(container)
    // What was written in the tick in which it was hashed may have come after.
    return node !== undefined && Math.max(node.flaggedAt, node.born) >= tick
  }

  return (state) => hash(state, root) >>> 0
}
