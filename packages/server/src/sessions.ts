// All living sessions, and a short memory of those whose time ran out: their clients are told that they came too late,
// not that they are unknown.
import type { ExpiryReason } from '@painda/protocol'
import type { ResumeTokens } from './resume-tokens.js'
import type { Session } from './session.js'
import type { PPServerClient } from './client.js'

/** Expired sessions that are remembered; the oldest are forgotten first. About 300 bytes each. */
const MAX_REMEMBERED = 4096

export interface SessionEntry {
  readonly session: Session
  readonly client: PPServerClient
}

export type Found =
  | { name: 'alive'; entry: SessionEntry }
  /** Nothing more is told about a session whose token was wrong than about one that never was. */
  | { name: 'expired'; reason: ExpiryReason; lost: number | undefined }

export interface Sessions {
  add(entry: SessionEntry): void
  remove(session: Session, expiry: ExpiryReason | null): void
  get(id: string): SessionEntry | undefined
  /** The session that this id and this secret belong to; `received` says what its client has. */
  find(wish: { id: string; token: string; received: number }): Found
  all(): Iterable<SessionEntry>
  readonly size: number
}

export function createSessions(): Sessions {
  const alive = new Map<string, SessionEntry>()
  /** Not the session itself: what it had kept for its client goes with it. */
  const expired = new Map<string, { tokens: ResumeTokens; sent: number; reason: ExpiryReason }>()

  return {
    add: (entry) => void alive.set(entry.session.id, entry),
    remove(session, reason) {
      alive.delete(session.id)
      if (reason === null) return
      expired.set(session.id, { tokens: session.tokens, sent: session.sent, reason })
      const [oldest] = expired.keys()
      if (expired.size > MAX_REMEMBERED && oldest !== undefined) expired.delete(oldest)
    },
    get: (id) => alive.get(id),
    find({ id, token, received }) {
      const entry = alive.get(id)
      if (entry?.session.tokens.accepts(token) === true) return { name: 'alive', entry }
      const past = expired.get(id)
      if (past?.tokens.accepts(token) !== true) {
        return { name: 'expired', reason: 'restart', lost: undefined }
      }
      expired.delete(id)
      return { name: 'expired', reason: past.reason, lost: Math.max(0, past.sent - received) }
    },
    all: () => alive.values(),
    get size() {
      return alive.size
    },
  }
}
