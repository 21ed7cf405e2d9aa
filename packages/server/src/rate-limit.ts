// A token bucket: a full one allows a burst, and it fills at a steady rate. It has no timer: what has flowed in is
// worked out when somebody asks.
import type { Time } from '@painda/protocol'

export interface TokenBucket {
  /** Takes `count` tokens, or none of them and says false. */
  take(count?: number): boolean
}

/** `perSecond` 0 switches the limit off. `burst` is how much a full bucket holds; by default one second's worth. */
export function createTokenBucket(time: Time, perSecond: number, burst = perSecond): TokenBucket {
  if (perSecond <= 0) return { take: () => true }
  let tokens = burst
  let at = time.now()
  return {
    take(count = 1) {
      const now = time.now()
      tokens = Math.min(burst, tokens + ((now - at) / 1000) * perSecond)
      at = now
      if (tokens < count) return false
      tokens -= count
      return true
    },
  }
}
