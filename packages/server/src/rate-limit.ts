// A token bucket: a full one allows a burst, and it fills at a steady rate. It has no timer: what has flowed in is
// worked out when somebody asks.
import type { Time } from '@painda/protocol'

export interface TokenBucket {
  /** Takes `count` tokens, or none of them and says false. `now`: for whoever knows it already. */
  take(count?: number, now?: number): boolean
  /** Holds, this once, up to `most` of what has flowed in since the last `take`. */
  saveUp(most: number): void
}

/** `perSecond` 0 switches the limit off. `burst` is how much a full bucket holds; by default one second's worth. */
export function createTokenBucket(time: Time, perSecond: number, burst = perSecond): TokenBucket {
  return perSecond <= 0 ? UNLIMITED : new Bucket(time, perSecond, burst)
}

const UNLIMITED: TokenBucket = { take: () => true, saveUp() {} }

/** A class: each client has some, and an object with methods of its own is three more, which no message finds warm. */
class Bucket implements TokenBucket {
  readonly #time: Time
  readonly #perSecond: number
  readonly #burst: number
  #tokens: number
  #at: number

  constructor(time: Time, perSecond: number, burst: number) {
    this.#time = time
    this.#perSecond = perSecond
    this.#burst = burst
    this.#tokens = burst
    this.#at = time.now()
  }

  take(count = 1, now = this.#time.now()): boolean {
    this.#fill(this.#burst, now)
    if (this.#tokens < count) return false
    this.#tokens -= count
    return true
  }

  saveUp(most: number): void {
    this.#fill(most, this.#time.now())
  }

  #fill(most: number, now: number): void {
    const grown = this.#tokens + ((now - this.#at) / 1000) * this.#perSecond
    // What was saved up beyond a burst is kept until it is used.
    this.#tokens = Math.max(this.#tokens, Math.min(most, grown))
    this.#at = now
  }
}
