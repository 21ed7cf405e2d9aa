// Rooms that outlive their server: those with `persist`, kept in its store while they live and begun again by a server that starts; and
// in development all rooms of a server whose place another one takes, handed from the one to the other.
import type { Time } from '@painda/protocol'
import type { Advise } from './advice.js'
import { checkSaved, createKeeper } from './keeper.js'
import type { HandedRoom, Keeper, RoomStore, SavedRoom } from './keeper.js'
import type { Definition, Matchmaking } from './matchmaking.js'
import type { Member } from './member.js'
import type { ReportError } from './refuse.js'
import type { StateRoom } from './room.js'
import { shapeDifference } from './state-shape.js'

/** A restarted server's clients are back within seconds; a page that slept takes longer. */
const RESTORE_GRACE_MS = 120_000

/** What became of rooms that another server handed over. */
export interface TakenOver {
  /** Rooms that go on. */
  readonly rooms: number
  /** Rooms that could not go on; their clients join new ones. */
  readonly restarted: number
  /** Why they could not, in sentences for the developer. */
  readonly notes: readonly string[]
}

export interface KeptRooms<C extends Member> {
  /** Keeps this room; null without a store. */
  keeper(id: string, read: () => SavedRoom): Keeper | null
  /** Begins the rooms that were saved, as far as they are defined and not there. @throws what the store throws */
  restore(): Promise<StateRoom<C>[]>
  /** The room ends with its server; `read` says what is left of it when `ended` resolves. */
  ended(id: string, ended: Promise<void>, read: () => HandedRoom): void
  /** From here on what ends with the server is kept for another one. Resolves to that when `isOver` has. */
  handOver(isOver: () => Promise<void>): Promise<HandedRoom[]>
  /** Begins those rooms, as far as they are defined alike and not there. Never throws. */
  takeOver(handed: readonly HandedRoom[]): TakenOver
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
  readonly advise: Advise
}

export function createKeptRooms<C extends Member>({
  store,
  time,
  matchmaking,
  isClosing,
  report,
  warn,
  advise,
}: KeptRoomsOptions<C>): KeptRooms<C> {
  /** Rooms that the store is still to save or to forget. */
  const leaving = new Set<Promise<void>>()
  /** What is left of rooms for another server; null where none takes them over. */
  let left: Promise<HandedRoom[]>[] | null = null

  /** @throws what a synchronous `onRestore` throws */
  function begin(definition: Definition<C>, saved: SavedRoom): StateRoom<C> {
    const room = matchmaking.make(definition, { id: saved.id, saved })
    matchmaking.begin(room, undefined)
    if (definition.behaviour.autoDisposeMs !== Infinity) room.awaitMembers(RESTORE_GRACE_MS)
    return room
  }

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
      return begin(definition, saved)
    } catch (thrown) {
      report(thrown, 'Restoring a room')
      return null
    }
  }

  /** Why it cannot go on; null when it does. */
  function takeOne(handed: HandedRoom): string | null {
    const { id, name, first, hadTimers } = checkSaved(handed)
    const definition = matchmaking.definition(name)
    if (definition === undefined) return `"${name}" is not defined any more.`
    const path = shapeDifference(first, definition.shape.state())
    if (path !== null) return `The state of the room "${name}" has another shape at "${path}".`
    if (hadTimers && definition.behaviour.onRestore === undefined)
      return `Timers and listeners of "${name}" ended with the server before: write onRestore to set them anew, and its rooms go on.`
    if (matchmaking.get(id) !== undefined) return `The room "${id}" has been made already.`
    if (isClosing()) return 'The server is closing.'
    begin(definition, handed)
    return null
  }

  return {
    keeper(id, read) {
      if (store === undefined) {
        advise('A definition has persist, and the server has no roomStore: none of its rooms is saved.')
        return null
      }
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
    ended(id, ended, read) {
      if (left === null) return
      const room = ended.then(() => [read()])
      left.push(
        room.catch((thrown: unknown) => {
          report(thrown, `Handing over the room "${id}"`)
          return []
        }),
      )
    },
    async handOver(isOver) {
      left ??= []
      await isOver()
      return (await Promise.all(left)).flat()
    },
    takeOver(handed) {
      const notes = new Set<string>()
      let rooms = 0
      for (const one of handed) {
        try {
          const why = takeOne(one)
          if (why === null) rooms++
          else notes.add(why)
        } catch (thrown) {
          report(thrown, 'Taking over a room')
        }
      }
      return { rooms, restarted: handed.length - rooms, notes: [...notes] }
    },
    async saved() {
      await Promise.all(leaving)
    },
  }
}
