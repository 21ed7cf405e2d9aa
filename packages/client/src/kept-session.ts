// A session that outlives its page. While the page lives its secret is in memory alone; when the page goes away it is put
// into sessionStorage, and the page that is loaded next takes it out: once, under a claim, and only for the same user.
import type { Time } from '@painda/protocol'

/** What is used of a Storage. */
export interface StorageLike {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
}

export interface KeptSession {
  readonly id: string
  readonly token: string
  /** Reliable messages received. */
  readonly received: number
  /** The last id of a question: late answers must not meet new questions. */
  readonly lastAckId: number
  /** Rooms that the application asked for. */
  readonly rooms: readonly string[]
  /** See `identityOf`. */
  readonly identity: string
}

export interface SessionShelf {
  put(session: KeptSession, windowMs: number): void
  /** The highest id that any of them has given to a question; 0 for none. */
  readonly lastAckId: number
  /** Takes out the oldest that is still good for this user. */
  take(identity: string): KeptSession | null
  /** Forgets what was put in for a session that goes on without. */
  drop(id: string): void
}

/** Clients of one page that speak to one URL; each gets its own back, in order. */
const MAX_KEPT = 4
const MAX_ROOMS = 64

export function createSessionShelf(
  storage: StorageLike,
  url: string,
  time: Pick<Time, 'wallNow'>,
): SessionShelf {
  const key = `painda.session:${url}`

  function read(): { session: KeptSession; until: number }[] {
    try {
      const list: unknown = JSON.parse(storage.getItem(key) ?? '[]')
      return Array.isArray(list) ? list.flatMap(readEntry) : []
    } catch {
      // Someone else's JSON, or a storage that the host forbids.
      return []
    }
  }

  function write(list: readonly { session: KeptSession; until: number }[]): void {
    try {
      if (list.length === 0) storage.removeItem(key)
      else storage.setItem(key, JSON.stringify(list))
    } catch {
      // A full storage costs a reload its session, and nothing else.
    }
  }

  function remove(id: string): void {
    const list = read()
    if (list.length > 0) write(list.filter(({ session }) => session.id !== id))
  }

  return {
    put(session, windowMs) {
      const list = read().filter(({ session: other }) => other.id !== session.id)
      const kept = { ...session, rooms: session.rooms.slice(0, MAX_ROOMS) }
      write([...list, { session: kept, until: time.wallNow() + windowMs }].slice(-MAX_KEPT))
    },
    get lastAckId() {
      return Math.max(0, ...read().map(({ session }) => session.lastAckId))
    },
    take(identity) {
      const list = read()
      const now = time.wallNow()
      const good = list.filter(({ session, until }) => until > now && session.identity === identity)
      // What is not for this user is for nobody: the tab is theirs now.
      if (list.length > 0) write(good.slice(1))
      return good[0]?.session ?? null
    },
    drop: remove,
  }
}

function readEntry(value: unknown): { session: KeptSession; until: number }[] {
  if (typeof value !== 'object' || value === null) return []
  const { session, until } = value as { session?: Partial<KeptSession> | null; until?: unknown }
  if (typeof until !== 'number' || typeof session !== 'object' || session === null) return []
  const { id, token, received, lastAckId, rooms, identity } = session
  const isWhole =
    typeof id === 'string' &&
    typeof token === 'string' &&
    typeof identity === 'string' &&
    isCount(received) &&
    isCount(lastAckId) &&
    Array.isArray(rooms) &&
    rooms.every((room) => typeof room === 'string')
  return isWhole ? [{ session: { id, token, received, lastAckId, rooms, identity }, until }] : []
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}
