// The hash of a tracked state, as receivers hold it: with rounded numbers. What a container added up to is remembered until
// something in it or below it is written; nothing is done at a write or a commit.
import { entry, hashOf, hashOfSum, hashState, item } from '../hash.js'
import { isSecret } from '../sync.js'
import type { SyncPlace } from '../sync.js'
import type { Ledger } from './track-node.js'
import { isRecord, type JsonRecord } from './value.js'

interface Remembered {
  sum: number
  /** The tick in which it was computed: the marks of later writes are younger. */
  tick: number
  /** Where the container stood: elsewhere its numbers may be rounded otherwise. */
  place: SyncPlace | undefined
}

/** Call it between commits: what was written since the last one is in the hash. */
export function createStateHash(ledger: Ledger, root: SyncPlace | undefined): (state: unknown) => number {
  const remembered = new WeakMap<object, Remembered>()

  // Written out where `hash.ts` takes functions: a thousand bodies that move are hashed in one tick of each second, and a closure
  // for each of their numbers was half of that.
  function hash(value: unknown, place: SyncPlace | undefined): number {
    if (typeof value === 'object' && value !== null) return hashOfSum(value, sum(value, place))
    if (typeof value === 'number' && place?.round !== undefined) return hashOf(place.round(value), hashState)
    return hashOf(value, hashState)
  }

  function sum(container: object, place: SyncPlace | undefined): number {
    const known = remembered.get(container)
    if (known === undefined) {
      const fresh = added(container, place)
      remembered.set(container, { sum: fresh, tick: ledger.tick, place })
      return fresh
    }
    if (known.place !== place || isWrittenSince(container, known.tick)) {
      known.sum = added(container, place)
      known.tick = ledger.tick
      known.place = place
    }
    return known.sum
  }

  function added(container: object, place: SyncPlace | undefined): number {
    let total = 0
    if (Array.isArray(container)) {
      const items = place?.at('*')
      for (let i = 0; i < container.length; i++) total = (total + item(i, hash(container[i], items))) | 0
    } else if (isRecord(container)) total = addedFields(container, place)
    return total
  }

  function addedFields(record: JsonRecord, place: SyncPlace | undefined): number {
    let total = 0
    for (const key of Object.keys(record)) {
      const value = record[key]
      const at = place?.at(key)
      if (value !== undefined && !(place?.isAbove === true && isSecret(value, at)))
        total = (total + entry(key, hash(value, at))) | 0
    }
    return total
  }

  function isWrittenSince(container: object, tick: number): boolean {
    const node = ledger.nodes.get(container)
    // What was written in the tick in which it was hashed may have come after.
    return node !== undefined && Math.max(node.flaggedAt, node.born) >= tick
  }

  return (state) => hash(state, root) >>> 0
}
