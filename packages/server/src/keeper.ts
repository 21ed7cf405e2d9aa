// Keeps a room that is marked `persist`: what changed is saved after a while, all changes of that while together, and once
// more when the room ends with its server. A room that ends for good is forgotten. One save of a room at a time, so that an
// older state never overwrites a newer one.
import { PPError } from '@painda/protocol'
import type { Json, Time, Undo } from '@painda/protocol'
import type { RoomMetadata } from './definition.js'
import type { ReportError } from './refuse.js'

/** A room as a store keeps it. All of it is JSON. */
export interface SavedRoom {
  readonly id: string
  /** The definition's name. */
  readonly name: string
  /** All of it, with what the contract hides from members. */
  readonly state: Json
  readonly metadata: RoomMetadata
  readonly isPrivate: boolean
  /** Absent when nobody has asked for one. */
  readonly inviteCode?: string
  /** Milliseconds since 1970. */
  readonly savedAt: number
}

/** What is left of a room whose server has ended, for the server that takes its place. All of it is JSON. */
export interface HandedRoom extends SavedRoom {
  /** The first state that its definition had: another shape is another game. */
  readonly first: Json
  /** Its code had set timers or listeners, which ended with the server. */
  readonly hadTimers: boolean
}

/**
 * Where rooms survive a restart. `describeRoomStore` of `@painda/testing` holds its promises as tests. An id is any text: it names a
 * room, never a path, a key of a prototype or a part of a query.
 */
export interface RoomStore {
  /** Every room that was saved and not removed, in any order, as it was saved. */
  load(): Promise<readonly SavedRoom[]>
  /**
   * Replaces what was saved of this room. Not called again for a room before it settles; other rooms are saved meanwhile. When it
   * rejects, what was saved before is still there, and it is tried again.
   */
  save(room: SavedRoom): Promise<void>
  /** Nothing where nothing was saved. */
  remove(id: string): Promise<void>
}

/** Changes are saved after this long: a crash loses at most so much of a game. */
const SAVE_AFTER_MS = 5000

export interface Keeper {
  /** Something is different from what was saved. */
  changed(): void
  /** The room ends: saved a last time, or forgotten. Resolves when the store has done it; never rejects. */
  end(isKept: boolean): Promise<void>
  /** The room never began: what the store has of it stays. */
  release(): void
}

export function createKeeper({
  id,
  store,
  time,
  read,
  report,
}: {
  id: string
  store: RoomStore
  time: Pick<Time, 'after'>
  read: () => SavedRoom
  report: ReportError
}): Keeper {
  let cancel: Undo | null = null
  let isChanged = false
  let isEnding = false
  let last: Promise<void> = Promise.resolve()

  function changed(): void {
    if (isEnding) return
    isChanged = true
    cancel ??= time.after(SAVE_AFTER_MS, () => void save())
  }

  function save(): Promise<void> {
    cancel?.()
    // Until the store is done, changes wait for the save after this one.
    cancel = () => {}
    isChanged = false
    last = attempt(() => store.save(read())).then((isDone) => {
      cancel = null
      // What could not be saved is as good as changed.
      if ((isChanged || !isDone) && !isEnding) changed()
    })
    return last
  }

  /** False when the store failed. */
  async function attempt(run: () => Promise<void>): Promise<boolean> {
    try {
      await run()
      return true
    } catch (thrown) {
      report(thrown, `Keeping the room "${id}"`)
      return false
    }
  }

  return {
    changed,
    release() {
      isEnding = true
      cancel?.()
    },
    async end(isKept) {
      isEnding = true
      cancel?.()
      await last
      if (isKept) await save()
      else await attempt(() => store.remove(id))
    },
  }
}

/** Checks what a store returned, as far as a room needs it. @throws PPError `STATE_NOT_JSON` */
export function checkSaved<Saved extends SavedRoom>(saved: Saved): Saved {
  const { id, name, state, metadata, inviteCode = '' } = saved
  const isWhole =
    [id, name, inviteCode].every((text) => typeof text === 'string') && isObject(state) && isObject(metadata)
  if (isWhole) return saved
  throw new PPError('STATE_NOT_JSON', `What was saved of the room "${String(id)}" is no room.`)
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
