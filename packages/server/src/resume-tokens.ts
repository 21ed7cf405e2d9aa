// The secret that resumes a session. Only digests are kept, and they are compared in constant time. A new token goes
// out with every welcome; the one that the peer presented stays good until it speaks under the new one, because the
// welcome may have been lost on the way.
import { hash, randomBytes, timingSafeEqual } from 'node:crypto'

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
  return new Digests()
}

class Digests implements ResumeTokens {
  #current: string | null = null
  #previous: string | null = null

  rotate(): string {
    const token = randomBytes(TOKEN_BYTES).toString('base64url')
    this.#current = digest(token)
    return token
  }

  present(token: string): boolean {
    const found = this.#find(token)
    if (found !== null) this.#previous = found
    return found !== null
  }

  accepts(token: string): boolean {
    return this.#find(token) !== null
  }

  settle(): void {
    this.#previous = null
  }

  #find(token: string): string | null {
    const wanted = digest(token)
    // Both are always compared: the time it takes tells nothing.
    const isCurrent = areEqual(this.#current, wanted)
    const isPrevious = areEqual(this.#previous, wanted)
    return isCurrent || isPrevious ? wanted : null
  }
}

/** As text, which each session keeps: bytes of their own are several times as much to keep and to collect. */
function digest(token: string): string {
  return hash('sha256', token, 'base64url')
}

function areEqual(kept: string | null, wanted: string): boolean {
  return kept !== null && timingSafeEqual(Buffer.from(kept), Buffer.from(wanted))
}
