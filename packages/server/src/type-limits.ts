// How often one client may say things: all together, and of single types. A type counts wherever it is said, in any
// namespace or room, so the most generous of them is no way around the limit.
import type { Time } from '@painda/protocol'
import { createTokenBucket } from './rate-limit.js'
import type { TokenBucket } from './rate-limit.js'

/** Messages per second, by type. */
export type TypeLimits = { readonly [type: string]: number }

export interface Allowance {
  /** False: this one is too much. What is refused counts as nothing against its type. Without one: nobody could read which it was. */
  take(type?: string): boolean
  saveUp(most: number): void
}

export function createAllowance(time: Time, perSecond: number, byType: TypeLimits): Allowance {
  const all = createTokenBucket(time, perSecond)
  /** Made when first needed, for types that have a limit only: a peer's own names make none. */
  const buckets = new Map<string, TokenBucket>()

  function bucketOf(type: string): TokenBucket | undefined {
    const limit = Object.hasOwn(byType, type) ? byType[type] : undefined
    if (limit === undefined) return undefined
    let bucket = buckets.get(type)
    // A limit below one a second still lets one through.
    if (bucket === undefined) buckets.set(type, (bucket = createTokenBucket(time, limit, Math.max(1, limit))))
    return bucket
  }

  return {
    take: (type) => all.take() && (type === undefined || bucketOf(type)?.take() !== false),
    saveUp(most) {
      all.saveUp(most)
      for (const bucket of buckets.values()) bucket.saveUp(most)
    },
  }
}
