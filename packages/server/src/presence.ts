// Presence on the server. In a room every member has an entry from its join to its end, and the room sends what
// changed with its ticks. The global list is written by the server alone, and goes to every client once per interval.
// A client's own update replaces its data; the server's `update` merges fields.
import {
  cloneJson,
  createEmitter,
  MAX_NAME_LENGTH,
  PPError,
  type Activity,
  type PresenceEntry,
  type PresenceSync,
  type Time,
  type Undo,
} from '@painda/protocol'
import type { Member } from './member.js'
import { outgoing, type Outgoing } from './outgoing.js'
import { checkPresenceData, createPresenceList, mergeData } from './presence-list.js'
import type { PresenceChanges, PresenceList } from './presence-list.js'
import type { RoomPresence } from './definition.js'

/** Changes name the list's hash at least this often, as state does. */
const HASH_EVERY_MS = 1000

/** A list this short is cheaper made anew for each newcomer than told with a second message. */
const SHORT_LIST = 8

/**
 * In a longer one somebody always comes or goes while a crowd gathers, and telling it at every tick is a write to each of them for
 * each of them. So it is told at most so often; what members say of themselves never waits, and takes along what does.
 */
const CROWD_EVERY_MS = 250

/** The global list is for "who is online", where a second is soon enough. */
const SYNC_INTERVAL_MS = 1000

/** A room's presence, with what only the room may do to it. */
export interface RoomPresenceList extends RoomPresence {
  readonly entries: PresenceList
  /** A member's own word on itself: replaces what it said before. @throws PPError `INVALID_PAYLOAD` */
  write(client: { readonly id: string }, data: unknown): void
  /** True when there is something to tell members now. */
  isDue(): boolean
  /** The next message to members: what changed; null when nothing is due. */
  takeChanges(): PresenceSync | null
  /** All of it, made once for all who ask between two changes. */
  full(): Outgoing
  /**
   * For a member that comes: the list as the first of those who came since the last `takeChanges` got it, and the member's own
   * entry. What else has changed since is among the next changes. So a crowd that comes at once costs one list, not one each.
   */
  introduce(client: { readonly id: string }): readonly Outgoing[]
}

/** `room` names it on the wire; `check` is the contract's validator, or nothing. */
export function createRoomPresence({
  room,
  time,
  check,
  onChange,
  onError,
}: {
  room: string
  time: Pick<Time, 'now' | 'wallNow'>
  /** Returns the data as the contract's validator does. */
  check: (data: unknown) => unknown
  onChange: () => void
  onError: (thrown: unknown) => void
}): RoomPresenceList {
  const emitter = createEmitter<{ change: [entries: readonly PresenceEntry[]] }>(onError)
  let whole: Outgoing | null = null
  /** What newcomers get until the next changes leave: those hold all that has happened since. */
  let first: Outgoing | null = null
  let hashedAt = -Infinity
  /** When a long list was told last. */
  let crowdToldAt = -Infinity
  /** Somebody has said something of itself. */
  let isWritten = false
  const entries = createPresenceList(time, () => {
    whole = null
    onChange()
  })

  function write(client: { readonly id: string }, data: unknown): void {
    checkPresenceData(data)
    const checked = check(data)
    // Again: a validator may add to what it is given.
    if (checked !== data) checkPresenceData(checked)
    isWritten = entries.write(client.id, cloneJson(checked)) || isWritten
  }

  function isDue(): boolean {
    if (!entries.hasChanges()) return false
    return isWritten || entries.size() <= SHORT_LIST || time.now() - crowdToldAt >= CROWD_EVERY_MS
  }

  /** The hash, when it is time to say it again. */
  function dueHash(): { hash?: number } {
    const now = time.now()
    if (now - hashedAt < HASH_EVERY_MS) return {}
    hashedAt = now
    return { hash: entries.hash() }
  }

  const full = (): Outgoing => (whole ??= outgoing({ kind: 'presences', room, ...wholeList(entries) }))

  return {
    entries,
    list: entries.list,
    get: entries.get,
    write,
    update: (client, partial) => write(client, mergeData(entries.get(client.id)?.data, partial)),
    onChange: (listener) => emitter.on('change', listener),
    isDue,
    takeChanges() {
      const changes = isDue() ? entries.takeChanges() : null
      if (changes === null) return null
      first = null
      isWritten = false
      if (entries.size() > SHORT_LIST) crowdToldAt = time.now()
      if (emitter.listenerCount('change') > 0) emitter.emit('change', entries.list())
      return { kind: 'presences', room, full: false, ...changes, ...dueHash() }
    },
    full,
    introduce({ id }) {
      if (entries.size() <= SHORT_LIST) return [full()]
      first ??= full()
      const own = entries.get(id)
      if (first === whole || own === undefined) return [first]
      return [first, outgoing({ kind: 'presences', room, full: false, set: [own], gone: [] })]
    },
  }
}

function wholeList(entries: PresenceList): Pick<PresenceSync, 'full' | 'set' | 'gone' | 'hash'> {
  return { full: true, set: entries.list(), gone: [], hash: entries.hash() }
}

export interface TrackOptions {
  /** Who stands behind the client, where its token does not say: sessions of one user share an entry. */
  readonly userId?: string
}

/** `server.presence`. */
export interface GlobalPresence {
  /**
   * Shows a client to everybody until its session ends; ignored when that is over.
   * @throws PPError `INVALID_PAYLOAD` for what is no small JSON, and for a `userId` that is no name.
   */
  track(client: Member, data: unknown, options?: TrackOptions): void
  /** Changes some fields. By a client, its id, or the `clientId` of an entry; ignored when nobody of it is tracked. */
  update(client: string | Member, partial: unknown): void
  /** The same of a client; by the `clientId` of an entry, all of it. */
  untrack(client: string | Member): void
  get(id: string): PresenceEntry | undefined
  list(): readonly PresenceEntry[]
  /** Called with the whole list when it changed, at most once per interval. */
  onChange(listener: (presences: readonly PresenceEntry[]) => void): Undo
  /** Called by the server for each session that begins or comes back: sends the whole list, if there is one. */
  greet(member: Member): void
  /** Its list is wrong: the whole one comes with the next interval, however often it asks until then. */
  resync(member: Member): void
  setActivity(member: Member, activity: Activity): void
  dropped(member: Member): void
  resumed(member: Member): void
  ended(member: Member): void
  close(): void
}

export function createGlobalPresence({
  time,
  members,
  isAlive = () => true,
  onError,
  syncInterval = SYNC_INTERVAL_MS,
}: {
  time: Pick<Time, 'after' | 'wallNow'>
  /** Everybody who gets the list. */
  members: () => Iterable<Member>
  /** False for a member whose session is over. */
  isAlive?: (member: Member) => boolean
  onError: (thrown: unknown) => void
  /** Milliseconds between two lists. Default 1000. */
  syncInterval?: number
}): GlobalPresence {
  const emitter = createEmitter<{ change: [presences: readonly PresenceEntry[]] }>(onError)
  let all: Outgoing | null = null
  const entries = createPresenceList(time, () => {
    all = null
    schedule()
  })
  /** Who has had a full list: only they can read changes. */
  const greeted = new WeakSet<Member>()
  /** Their lists are wrong. */
  const wrong = new Set<Member>()
  let cancel: Undo | null = null

  function schedule(): void {
    cancel ??= time.after(syncInterval, flush)
  }

  function flush(): void {
    cancel = null
    const changes = entries.takeChanges()
    if (changes !== null) tell(changes)
    // After what has changed: so its receiver can tell that from what was wrong.
    for (const member of wrong) if (member.connected) member.deliver(full())
    wrong.clear()
    if (changes !== null) emitter.emit('change', entries.list())
  }

  function tell(changes: PresenceChanges): void {
    const delta = outgoing({ kind: 'presences', full: false, ...changes, hash: entries.hash() })
    const whole = full()
    for (const member of members()) {
      if (!member.connected) continue
      member.deliver(greeted.has(member) ? delta : whole)
      greeted.add(member)
    }
  }

  /** Made once for all who come between two changes. */
  const full = (): Outgoing => (all ??= outgoing({ kind: 'presences', ...wholeList(entries) }))
  const sessionsOf = (client: string | Member): readonly string[] =>
    typeof client === 'string' ? entries.sessionsOf(client) : [client.id]

  return {
    track(client, data, { userId } = {}) {
      checkPresenceData(data)
      if (!isAlive(client)) return
      // A token's word on who this is wins over the caller's.
      const user = client.userId === client.id ? (userId ?? client.id) : client.userId
      if (user === '' || user.length > MAX_NAME_LENGTH) {
        throw new PPError('INVALID_PAYLOAD', `A user's id is a text of 1 to ${MAX_NAME_LENGTH} characters.`)
      }
      const { id, connected: isConnected, activity = 'active' } = client
      entries.track({ id, userId: user, isConnected, activity }, cloneJson(data))
    },
    update(client, partial) {
      const [id = ''] = sessionsOf(client)
      const data = mergeData(entries.get(id)?.data, partial)
      checkPresenceData(data)
      entries.write(id, cloneJson(data))
    },
    untrack(client) {
      for (const id of sessionsOf(client)) entries.untrack(id)
    },
    get: entries.get,
    list: entries.list,
    onChange: (listener) => emitter.on('change', listener),
    greet(member) {
      // One that had a list must hear that it is empty now.
      if (entries.size() === 0 && !greeted.has(member)) return
      greeted.add(member)
      member.deliver(full())
    },
    resync(member) {
      wrong.add(member)
      schedule()
    },
    setActivity: (member, activity) => entries.setActivity(member.id, activity),
    dropped: (member) => {
      wrong.delete(member)
      entries.setConnected(member.id, false)
    },
    resumed: (member) => entries.setConnected(member.id, true),
    ended(member) {
      wrong.delete(member)
      entries.untrack(member.id)
    },
    close() {
      cancel?.()
      cancel = null
      emitter.clear()
    },
  }
}
