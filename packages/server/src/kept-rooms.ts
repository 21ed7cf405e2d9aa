// Rooms with `persist`: kept in the server's store while they live, and begun again by a server that starts.
import type { Time } from '@painda/protocol'
import { checkSaved, createKeeper, type Keeper, type RoomStore, type SavedRoom } from './keeper.js'
import type { Matchmaking } from './matchmaking.js'
import type { Member } from './member.js'
import type { ReportError } from './refuse.js'
import type { StateRoom } from './room.js'

/** A restarted server's clients are back within seconds; a page that slept takes longer. */
const RESTORE_GRACE_MS = 120_000

export interface KeptRooms<C extends Member> {
  /** Keeps this room; null without a store. */
  keeper(id: string, read: () => SavedRoom): Keeper | null
  /** Begins the rooms that were saved, as far as they are defined and not there. @throws what the store throws */
  restore(): Promise<StateRoom<C>[]>
  /** Resolves when the store has saved or forgotten every room that has ended. */
  saved(): Promise<void>
}

export interface KeptRoomsOptions<C extends Member> {
  readonly store: RoomStore | undefined
  readonly time: Pick<Time, 'after'>
  readonly matchmaking: Pick<Matchmaking<C>, 'definition' | 'get' | 'make' | 'begin'>
  /** True when no room may begin any more. */
  readonly isClosing: () => boolean
  readonly report: ReportError
  readonly warn: (message: string) => void
}

export function createKeptRooms<C extends Member>({
  store,
  time,
  matchmaking,
  isClosing,
  report,
  warn,
}: KeptRoomsOptions<C>): KeptRooms<C> {
  /** Rooms that the store is still to save or to forget. */
  const leaving = new Set<Promise<void>>()

  function restoreOne(saved: SavedRoom): StateRoom<C> | null {
    try {
      const { id, name } = checkSaved(saved)
      const definition = matchmaking.definition(name)
      if (definition?.behaviour.persist !== true) {
        warn(
          `The saved room "${id}" is of "${name}", and no definition of that name persists: it was left out.`,
        )
        return null
      }
      if (matchmaking.get(id) !== undefined || isClosing()) return null
      const room = matchmaking.make(definition, { id, saved })
      matchmaking.begin(room, undefined)
      if (definition.behaviour.autoDisposeMs !== Infinity) room.awaitMembers(RESTORE_GRACE_MS)
      return room
    } catch (thrown) {
      report(thrown, 'Restoring a room')
      return null
    }
  }

  return {
    keeper(id, read) {
      if (store === undefined) return null
      const made = createKeeper({ id, store, time, read, report })
      return {
        ...made,
        end(isKept) {
          const ended = made.end(isKept).finally(() => leaving.delete(ended))
          leaving.add(ended)
          return ended
        },
      }
    },
    async restore() {
      const saved = (await store?.load()) ?? []
      return saved.flatMap((one) => restoreOne(one) ?? [])
    },
    async saved() {
      await Promise.all(leaving)
    },
  }
}
