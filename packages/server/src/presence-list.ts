// The list behind presence: one entry per user, however many sessions stand behind it, and what changed since the list
// was last sent. Entries are replaced, never changed, so that a list once handed out stays as it was.
import { assertJson, createRecordHash, PPError, type Activity, type PresenceEntry } from '@painda/protocol'
import { jsonSize } from './json-size.js'

/** Presence is a name, a colour, a cursor. What is larger belongs into the state, where deltas carry it. */
const MAX_PRESENCE_BYTES = 4096
/** Where it stands in a message: as deep as a whole message may be, it would keep everybody's list from leaving. */
const PLACE = ['set', 0, 'data']

export interface PresenceChanges {
  readonly set: readonly PresenceEntry[]
  readonly gone: readonly string[]
}

export interface PresenceSession {
  readonly id: string
  readonly userId: string
  /** Default: true. */
  readonly isConnected?: boolean
  /** Default: active. */
  readonly activity?: Activity
}

interface Session {
  readonly id: string
  readonly isConnected: boolean
  readonly activity: Activity
}

/** The most attentive first. */
const ACTIVITIES: readonly Activity[] = ['active', 'idle', 'away']

export interface PresenceList {
  /** A session shows itself. It joins its user's entry; with `data` undefined the entry keeps what it has, or starts empty. */
  track(session: PresenceSession, data?: unknown): void
  /** Replaces the data of the session's entry. False when the session is not tracked. */
  write(sessionId: string, data: unknown): boolean
  setConnected(sessionId: string, isConnected: boolean): void
  /** Is somebody looking, in that session? */
  setActivity(sessionId: string, activity: Activity): void
  /** The session is gone; the entry goes with the last one. False when it was not tracked. */
  untrack(sessionId: string): boolean
  /** The session of that id; else those of the entry with that `clientId`. */
  sessionsOf(id: string): readonly string[]
  /** By `clientId`, or by the id of a session. */
  get(id: string): PresenceEntry | undefined
  list(): PresenceEntry[]
  size(): number
  hasChanges(): boolean
  /** What changed since the last call; null when nothing did. */
  takeChanges(): PresenceChanges | null
  /** The hash of the list as it is now. */
  hash(): number
}

export function createPresenceList(
  { wallNow }: { wallNow: () => number },
  onChange: () => void,
): PresenceList {
  const entries = new Map<string, PresenceEntry>()
  /** entry id → what its sessions add to it: a list, as hardly ever there is more than one */
  const sessions = new Map<string, readonly Session[]>()
  const entryOfSession = new Map<string, string>()
  const changed = new Set<string>()
  const hash = createRecordHash(entries)

  function note(id: string): void {
    changed.add(id)
    hash.changed(id)
    onChange()
  }

  function put(entry: PresenceEntry): void {
    entries.set(entry.clientId, entry)
    note(entry.clientId)
  }

  /** The entry with its connections counted anew. */
  function counted({ clientId, data, joinedAt, updatedAt }: PresenceEntry): PresenceEntry {
    const open = sessionsOf(clientId).filter(({ isConnected }) => isConnected)
    const activity = ACTIVITIES.find((one) => open.some((session) => session.activity === one)) ?? 'active'
    const [connections, connected] = [open.length, open.length > 0]
    const counts = { clientId, data, joinedAt, updatedAt, connected, connections }
    return activity === 'active' ? counts : { ...counts, activity }
  }

  const sessionsOf = (id: string): readonly Session[] => sessions.get(id) ?? []

  const entryOf = (sessionId: string): PresenceEntry | undefined =>
    entries.get(entryOfSession.get(sessionId) ?? '')

  function change(sessionId: string, news: Partial<Session>): void {
    const entry = entryOf(sessionId)
    if (entry === undefined) return
    const mine = sessionsOf(entry.clientId)
    const session = mine.find(({ id }) => id === sessionId)
    if (session === undefined) return
    const next = { ...session, ...news }
    if (next.isConnected === session.isConnected && next.activity === session.activity) return
    sessions.set(
      entry.clientId,
      mine.map((one) => (one === session ? next : one)),
    )
    put(counted(entry))
  }

  function untrack(sessionId: string): boolean {
    const entry = entryOf(sessionId)
    if (entry === undefined) return false
    const { clientId } = entry
    entryOfSession.delete(sessionId)
    const others = sessionsOf(clientId).filter(({ id }) => id !== sessionId)
    if (others.length > 0) {
      sessions.set(clientId, others)
      put(counted(entry))
      return true
    }
    sessions.delete(clientId)
    entries.delete(clientId)
    note(clientId)
    return true
  }

  return {
    track({ id, userId, isConnected = true, activity = 'active' }, data) {
      if (entryOfSession.get(id) !== userId) untrack(id)
      const now = wallNow()
      const known = entries.get(userId)
      entryOfSession.set(id, userId)
      const others = sessionsOf(userId).filter((one) => one.id !== id)
      sessions.set(userId, [...others, { id, isConnected, activity }])
      const entry = known ?? {
        clientId: userId,
        data: {},
        joinedAt: now,
        updatedAt: now,
        connected: true,
        connections: 1,
      }
      put(counted(data === undefined ? entry : { ...entry, data, updatedAt: now }))
    },
    write(sessionId, data) {
      const entry = entryOf(sessionId)
      if (entry === undefined) return false
      put({ ...entry, data, updatedAt: wallNow() })
      return true
    },
    setConnected: (sessionId, isConnected) => change(sessionId, { isConnected }),
    setActivity: (sessionId, activity) => change(sessionId, { activity }),
    untrack,
    sessionsOf: (id) => (entryOfSession.has(id) ? [id] : sessionsOf(id).map((session) => session.id)),
    get: (id) => entries.get(id) ?? entryOf(id),
    list: () => [...entries.values()],
    size: () => entries.size,
    hasChanges: () => changed.size > 0,
    takeChanges() {
      if (changed.size === 0) return null
      const set: PresenceEntry[] = []
      const gone: string[] = []
      for (const id of changed) {
        const entry = entries.get(id)
        if (entry === undefined) gone.push(id)
        else set.push(entry)
      }
      changed.clear()
      return { set, gone }
    },
    hash: hash.value,
  }
}

/**
 * Presence data as it may stand in an entry: JSON, and not much of it.
 * @throws PPError `INVALID_PAYLOAD`
 */
export function checkPresenceData(data: unknown): void {
  // First: what is small is soon looked at.
  if (jsonSize(data, MAX_PRESENCE_BYTES) > MAX_PRESENCE_BYTES) {
    throw new PPError('INVALID_PAYLOAD', `Presence is more than ${MAX_PRESENCE_BYTES} bytes.`)
  }
  try {
    assertJson(data, PLACE)
  } catch (cause) {
    throw new PPError('INVALID_PAYLOAD', 'Presence must be plain JSON.', { cause })
  }
}

/** `partial` laid over `data`, one level deep: what `update` means everywhere. */
export function mergeData(data: unknown, partial: unknown): unknown {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return partial
  if (typeof partial !== 'object' || partial === null || Array.isArray(partial)) return partial
  return { ...data, ...partial }
}
