// A token bucket: a full one allows a burst, and it fills at a steady rate. It has no timer: what has flowed in is
// worked out when somebody asks.
import type { Time } from '@painda/protocol'

export interface TokenBucket {
  /** Takes `count` tokens, or none of them and says false. */
  take(count?: number): boolean
  /** Holds, this once, up to `most` of what has flowed in since the last `take`. */
  saveUp(most: number): void
}

/** `perSecond` 0 switches the limit off. `burst` is how much a full bucket holds; by default one second's worth. */
export function createTokenBucket(time: Time, perSecond: number, burst = perSecond): TokenBucket {
  if (perSecond <= 0) return { take: () => true, saveUp() {} }
  let tokens = burst
  let at = time.now()

  function fill(most: number): void {
    const now = time.now()
    // What was saved up beyond a burst is kept until it is used.
    tokens = Math.max(tokens, Math.min(most, tokens + ((now - at) / 1000) * perSecond))
    at = now
  }

  return {
    saveUp: fill,
    take(count = 1) {
      fill(burst)
      if (tokens < count) return false
      tokens -= count
      return true
    },
  }
}
