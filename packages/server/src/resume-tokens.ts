// The secret that resumes a session. Only digests are kept, and they are compared in constant time. A new token goes
// out with every welcome; the one that the peer presented stays good until it speaks under the new one, because the
// welcome may have been lost on the way.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** 192 bits, as 32 characters of base64url: nobody guesses that within any window. */
const TOKEN_BYTES = 24

export interface ResumeTokens {
  /** A new secret. The one presented last, if any, stays good beside it; all others are void. */
  rotate(): string
  /** True for a good secret; it is then the one that stays good at the next rotation. */
  present(token: string): boolean
  /** True for a good secret, and nothing changes. */
  accepts(token: string): boolean
  /** The peer has spoken under the newest secret. */
  settle(): void
}

export function createResumeTokens(): ResumeTokens {
  let current: Buffer | null = null
  let previous: Buffer | null = null

  function find(token: string): Buffer | null {
    const wanted = digest(token)
    // Both are always compared: the time it takes tells nothing.
    const isCurrent = current !== null && timingSafeEqual(current, wanted)
    const isPrevious = previous !== null && timingSafeEqual(previous, wanted)
    return isCurrent || isPrevious ? wanted : null
  }

  return {
    rotate() {
      const token = randomBytes(TOKEN_BYTES).toString('base64url')
      current = digest(token)
      return token
    },
    present(token) {
      const found = find(token)
      if (found !== null) previous = found
      return found !== null
    },
    accepts: (token) => find(token) !== null,
    settle() {
      previous = null
    },
  }
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
