// How often one client may say things: all together, and of single types. A type counts wherever it is said, in any
// namespace or room, so the most generous of them is no way around the limit.
import type { Time } from '@painda/protocol'
import { createTokenBucket } from './rate-limit.js'
import type { TokenBucket } from './rate-limit.js'

/** Messages per second, by type. */
export type TypeLimits = { readonly [type: string]: number }

/** A class, as what each client has one of: its messages then find one object in memory, and no closures. */
export class Allowance {
  readonly #time: Time
  readonly #all: TokenBucket
  readonly #byType: TypeLimits
  /** Made when first needed, for types that have a limit only: a peer's own names make none. */
  #buckets: Map<string, TokenBucket> | null = null

  constructor(time: Time, perSecond: number, byType: TypeLimits) {
    this.#time = time
    this.#all = createTokenBucket(time, perSecond)
    this.#byType = byType
  }

  /** False: this one is too much. What is refused counts as nothing against its type. Without one: nobody could read which it was. */
  take(type?: string): boolean {
    return this.#all.take() && (type === undefined || this.#bucketOf(type)?.take() !== false)
  }

  saveUp(most: number): void {
    this.#all.saveUp(most)
    for (const bucket of this.#buckets?.values() ?? []) bucket.saveUp(most)
  }

  #bucketOf(type: string): TokenBucket | undefined {
    const limit = Object.hasOwn(this.#byType, type) ? this.#byType[type] : undefined
    if (limit === undefined) return undefined
    this.#buckets ??= new Map()
    let bucket = this.#buckets.get(type)
    if (bucket === undefined) {
      // A limit below one a second still lets one through.
      bucket = createTokenBucket(this.#time, limit, Math.max(1, limit))
      this.#buckets.set(type, bucket)
    }
    return bucket
  }
}
