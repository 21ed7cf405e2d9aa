// Who is here, with a small state each. In a room every member writes its own; the global list is the server's.
//   client → server  PresenceUpdate  own data, whole
//   server → client  PresenceSync    the list, or what changed in it
import { createRecordHash, DEV, findDifference, isPlainObject, PPError } from '@painda/protocol'
import type { Path, PresenceEntry as WireEntry, PresenceSync, Undo } from '@painda/protocol'
import { agrees, wrongHash } from './agreement.js'
import type { Batch } from './batch.js'
import { createChangeListeners } from './change-listeners.js'
import { share } from './share.js'

export interface PresenceEntry<Data = unknown> extends WireEntry {
  data: Data
}

export interface PresenceSnapshot<Data = unknown> {
  /** This client's own entry; null before it is in. */
  readonly self: PresenceEntry<Data> | null
  /** Everybody else, in the order in which they came. */
  readonly others: readonly PresenceEntry<Data>[]
}

/** A list of who is here. Its functions work without their object. */
export interface PresenceView<Data = unknown> {
  readonly self: PresenceEntry<Data> | null
  readonly others: () => readonly PresenceEntry<Data>[]
  /** Everybody, this client included, in the order in which they came. */
  readonly list: () => readonly PresenceEntry<Data>[]
  readonly get: (clientId: string) => PresenceEntry<Data> | undefined
  /** Called when the list changed, once per frame. */
  readonly subscribe: (listener: () => void) => Undo
  /** Another object exactly when something in it changed. */
  readonly snapshot: () => PresenceSnapshot<Data>
}

export interface RoomPresence<Data = unknown> extends PresenceView<Data> {
  /** Changes this client's own data: here at once, for the others within `presenceThrottleMs`. An object is merged; a function returns all of it. */
  readonly update: (change: Partial<Data> | ((data: Data | undefined) => Data)) => void
}

export interface PresenceOptions {
  batch: Batch
  /** The id of this client's own entry. */
  selfId: () => string | null
  /** What a listener threw. */
  onError: (thrown: unknown) => void
  /** The list differs from the server's: ask for the whole one. */
  onWrong: () => void
  /** The whole list came; `path`: the first place that was wrong, null when none was. */
  onHealed: (path: Path | null) => void
}

export interface Presence {
  readonly view: PresenceView
  /** As the server told it: without what this client shows of itself before the server does. */
  readonly told: () => readonly PresenceEntry[]
  /** @throws PPError `DESYNC` for a whole list that is not what it says. */
  apply(sync: PresenceSync): void
  /** This client's own data: what it set last, or what the server has changed since. Null: nothing yet. */
  readonly own: Own | null
  /** Shows `data` as this client's own before the server does. */
  setOwn(data: unknown): void
  /** `own` is on its way to the server. */
  sentOwn(): void
  /** The server has refused the oldest update on its way: its value is shown again, unless a newer update is on its way. */
  refusedOwn(): void
  /** The session is another one: own entries have another id. */
  refresh(): void
  clear(): void
}

export interface Own {
  readonly data: unknown
}

/** More updates than are ever on their way. An update that changes nothing gets no answer, so the list needs a limit. */
const MAX_SENT = 64

export function createPresence(options: PresenceOptions): Presence {
  const { batch, selfId, onError, onWrong, onHealed } = options
  const entries = new Map<string, PresenceEntry>()
  const listeners = createChangeListeners('presence', onError)
  const ownHash = createRecordHash(entries)
  /** The list has another hash than it should, and the whole one is on its way. */
  let isWrong = false
  let own: Own | null = null
  /** What is on its way to the server and back, oldest first; and the newest that ever was. */
  let sent: Own[] = []
  let lastSent: Own | null = null
  /** This client's own entry with `own`: kept, so that it is another object only when it changed. */
  let laid: { entry: PresenceEntry; own: object; shown: PresenceEntry } | null = null
  let list: readonly PresenceEntry[] = []
  let snapshot: PresenceSnapshot = { self: null, others: [] }
  let isCurrent = true

  function changed(): void {
    isCurrent = false
    batch.mark(listeners.notify)
  }

  function forget(): void {
    for (const clientId of entries.keys()) ownHash.changed(clientId)
    entries.clear()
  }

  /** `entry` as it is shown. */
  function lay(entry: PresenceEntry): PresenceEntry {
    if (own === null || entry.clientId !== selfId()) return entry
    if (laid?.entry !== entry || laid.own !== own) laid = { entry, own, shown: { ...entry, data: own.data } }
    return laid.shown
  }

  function look(): PresenceSnapshot {
    if (isCurrent) return snapshot
    isCurrent = true
    const id = selfId()
    list = keep(list, [...entries.values()].map(lay))
    const self = list.find((entry) => entry.clientId === id) ?? null
    const others = keep(
      snapshot.others,
      list.filter((entry) => entry !== self),
    )
    if (self !== snapshot.self || others !== snapshot.others) snapshot = { self, others }
    return snapshot
  }

  /** The server sent this client's own entry: set by this client, by another session of the same user, or by the room. */
  function hearOwn(data: unknown, isNew: boolean): void {
    const at = sent.findIndex((one) => share(one.data, data) === one.data)
    if (at >= 0) sent = sent.slice(at + 1)
    // What is yet to be told comes after it.
    else if (isNew && own !== null && own === lastSent) {
      sent = []
      own = lastSent = { data }
    }
  }

  return {
    view: {
      get self() {
        return look().self
      },
      others: () => look().others,
      list() {
        look()
        return list
      },
      get(clientId) {
        const entry = entries.get(clientId)
        return entry && lay(entry)
      },
      subscribe: listeners.subscribe,
      snapshot: look,
    },
    told: () => [...entries.values()],
    apply({ full, set, gone, hash }) {
      // Changes say nothing of the others, and a long list is not copied for each newcomer.
      const before = full ? new Map(entries) : entries
      const wrong = full && isWrong ? Object.fromEntries(entries) : null
      if (full) forget()
      for (const clientId of gone) {
        entries.delete(clientId)
        ownHash.changed(clientId)
      }
      // Who comes is sent the whole list, and with the next tick once more what had changed just before.
      for (const entry of set) {
        const known = before.get(entry.clientId)
        const next = share(known, entry)
        entries.set(entry.clientId, next)
        ownHash.changed(entry.clientId)
        // A whole list may be from before what is on its way.
        const isPast = known === undefined || (full && sent.length > 0)
        if (!isPast && entry.clientId === selfId()) hearOwn(next.data, next.data !== known.data)
      }
      changed()
      // What is on its way heals all.
      if (isWrong && !full) return
      isWrong = !agrees(hash, ownHash.value)
      // Asking again for a whole list would get the same.
      if (isWrong && full) throw wrongHash()
      if (isWrong) onWrong()
      if (wrong !== null) onHealed(findDifference(Object.fromEntries(entries), wrong)?.path ?? null)
    },
    get own() {
      return own
    },
    setOwn(data) {
      own = { data }
      changed()
    },
    sentOwn() {
      if (own === null) return
      lastSent = own
      sent = [...sent.slice(1 - MAX_SENT), own]
    },
    refusedOwn() {
      const entry = entries.get(selfId() ?? '')
      if (entry !== undefined && sent.length === 1 && own === lastSent) {
        own = lastSent = { data: entry.data }
        changed()
      }
      sent = sent.slice(1)
    },
    refresh: changed,
    clear() {
      forget()
      isWrong = false
      changed()
    },
  }
}

/** `before` where the items are the same. */
function keep<T>(before: readonly T[], after: readonly T[]): readonly T[] {
  return after.length === before.length && after.every((item, at) => item === before[at]) ? before : after
}

/**
 * What `update` makes of the data so far.
 * @throws PPError `INVALID_ARGUMENT` for a part that cannot be merged.
 */
export function changeData(data: unknown, change: unknown): unknown {
  // A function is the documented form; what it returns is the caller's data.
  if (typeof change === 'function') return (change as (data: unknown) => unknown)(data)
  if (!isPlainObject(change)) {
    throw new PPError(
      'INVALID_ARGUMENT',
      DEV && 'Presence is updated with an object of changes or with a function.',
    )
  }
  return { ...(isPlainObject(data) ? data : {}), ...change }
}
