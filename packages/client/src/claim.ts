// Who may use a session: one page at a time. "Duplicate tab" copies sessionStorage, and two pages that both present one
// session would fence each other for ever. A page holds a Web Lock on its session while it lives; a lock dies with its page.
import type { Undo } from '@painda/protocol'

/** What is used of `navigator.locks`. */
export interface LocksLike {
  request(
    name: string,
    options: { ifAvailable: true },
    run: (lock: object | null) => Promise<void> | void,
  ): Promise<unknown>
}

export interface Claim {
  /** True when this page has the session now. */
  take(sessionId: string): Promise<boolean>
  /** Another page may have it. A page that holds a lock cannot be kept for the back button, so it is given up there. */
  release(): void
}

export function createClaim(locks: LocksLike): Claim {
  let held: { sessionId: string; release: Undo } | null = null

  function release(): void {
    held?.release()
    held = null
  }

  return {
    take(sessionId) {
      if (held?.sessionId === sessionId) return Promise.resolve(true)
      release()
      return new Promise((resolve) => {
        let free: Undo = () => {}
        const isOver = new Promise<void>((done) => {
          free = () => done()
        })
        const mine = { sessionId, release: free }
        held = mine
        const asked = locks.request(`painda:${sessionId}`, { ifAvailable: true }, (lock) => {
          if (lock === null) {
            if (held === mine) held = null
            resolve(false)
            return
          }
          resolve(held === mine)
          return isOver
        })
        // A host may refuse locks to some pages: then nobody is kept from anything, and nothing is taken over.
        asked.catch(() => {
          if (held === mine) held = null
          resolve(false)
        })
      })
    },
    release,
  }
}
