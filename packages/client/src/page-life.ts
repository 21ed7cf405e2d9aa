// What the page goes through and what that means for the session: looked at again, put aside for the back button, left for
// good or loaded anew. Without storage and locks a reload begins a new session; all else holds there too.
import { CLOSE_PAGE_LEFT, CLOSE_PUT_ASIDE } from '@painda/protocol'
import type { Time, Undo } from '@painda/protocol'
import { createClaim } from './claim.js'
import type { LocksLike } from './claim.js'
import { identityOf } from './identity.js'
import { createSessionShelf } from './kept-session.js'
import type { KeptSession, StorageLike } from './kept-session.js'
import type { PageEvents } from './page.js'
import { listenForWakeUps } from './wake-ups.js'

/** Where a session waits while its page is loaded anew. */
export interface ReloadOptions {
  /** Default `sessionStorage`: of one tab, and gone with it. */
  storage?: StorageLike
  /** Default `navigator.locks`, which a page has over https and on localhost. */
  locks?: LocksLike
}

export interface PageLifeOptions {
  page: PageEvents
  /** Null: a reload begins a new session. */
  reload: Required<ReloadOptions> | null
  url: string
  time: Pick<Time, 'now' | 'after' | 'wallNow'>
  /** The session, for the page after a reload; null when it could not be continued. */
  keep: () => Omit<KeptSession, 'identity'> | null
  /** Request ids of this page begin above this one: answers to requests of the page before may still come. */
  askAfter: (ackId: number) => void
  /** Continues the session of the page before. */
  restore: (kept: KeptSession) => void
  /** Another page has the session: this one begins anew. */
  abandon: () => void
  onWake: () => void
  onLeave: (closeCode: number) => void
}

export interface PageLife {
  /** Runs before each attempt: only a session that this page may have is presented. */
  prepare(token: string | null): Promise<void> | void
  /** This is the page's session now, and the server keeps it that long. */
  opened(sessionId: string, windowMs: number): void
  /** Begins to listen to the page. */
  start(): void
  /** Nothing is kept, nothing is heard. `start` begins again. */
  stop(): void
}

export function createPageLife(options: PageLifeOptions): PageLife {
  const { page, reload, url, time, keep, restore, abandon, onWake, onLeave } = options
  const shelf = reload === null ? null : createSessionShelf(reload.storage, url, time)
  const claim = reload === null ? null : createClaim(reload.locks)
  let state: 'loaded' | 'living' | 'left' = 'loaded'
  let sessionId: string | null = null
  let windowMs = 0
  let identity = ''
  let attempts = 0
  let undos: Undo[] = []
  // Now: the application may ask before the session is taken out.
  options.askAfter(shelf?.lastAckId ?? 0)

  /** `then` runs with the claim, unless a later attempt has begun by then. */
  function take(id: string, then: (isOurs: boolean) => void): Promise<void> | void {
    const attempt = attempts
    return claim?.take(id).then((isOurs) => {
      if (attempt === attempts) then(isOurs)
    })
  }

  function leave(mayReturn: boolean): void {
    const kept = keep()
    if (kept !== null && windowMs > 0) shelf?.put({ ...kept, identity }, windowMs)
    state = 'left'
    onLeave(mayReturn ? CLOSE_PUT_ASIDE : CLOSE_PAGE_LEFT)
    claim?.release()
  }

  return {
    prepare(token) {
      attempts++
      identity = identityOf(token)
      const before = state
      state = 'living'
      if (before === 'loaded') {
        const kept = sessionId === null ? shelf?.take(identity) : null
        if (kept === null || kept === undefined) return
        return take(kept.id, (isOurs) => {
          if (isOurs) restore(kept)
        })
      }
      if (before === 'living' || sessionId === null) return
      shelf?.drop(sessionId)
      return take(sessionId, (isOurs) => {
        if (!isOurs) abandon()
      })
    },
    opened(id, keptMs) {
      sessionId = id
      windowMs = keptMs
      void claim?.take(id)
    },
    start() {
      if (undos.length === 0) undos = [listenForWakeUps(page, time, onWake), page.onLeave(leave)]
    },
    stop() {
      for (const undo of undos.splice(0)) undo()
      claim?.release()
      sessionId = null
    },
  }
}

/** What this host offers; null when something of it is missing. */
export function browserReload({ storage, locks }: ReloadOptions = {}): Required<ReloadOptions> | null {
  const found = storage ?? ownStorage()
  // Hosts that only play a browser may have it as null, whatever its type says.
  const given = locks ?? globalThis.navigator?.locks ?? null
  return found === null || given === null ? null : { storage: found, locks: given }
}

function ownStorage(): StorageLike | null {
  // Node has one too, and no pages.
  if (typeof globalThis.document !== 'object') return null
  try {
    return globalThis.sessionStorage
  } catch {
    // A sandboxed frame may not even look.
    return null
  }
}
