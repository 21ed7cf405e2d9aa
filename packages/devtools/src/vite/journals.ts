// Keeps the journals of the game servers in this process, from the beginning of each room, and hands a page the one that it wants.
//   page → dev server   painda:record     { rooms: ['r_1'] }   the first of them that can be played again
//   dev server → page   painda:recording  { room, name } or { problem }
//   page → dev server   painda:stop       { room }
//   dev server → page   painda:recorded   { room, text, problem? }      also by itself, when the room has ended
import { createJournalKeeper, hostTime } from '@painda/protocol'
import type { JournalKeeper, KeptRoom, Time } from '@painda/protocol'
import type { FollowedServer } from '../server-stream.js'

export type Answer = (event: 'painda:recording' | 'painda:recorded', data: object) => void

export interface Journals {
  attach(server: FollowedServer): void
  record(page: object, asked: unknown, answer: Answer): void
  stop(page: object, asked: unknown, answer: Answer): void
  close(): void
}

/** A dev server that restarts its game often: what the older ones kept is forgotten. */
const MAX_SERVERS = 2
const MAX_ROOMS_ASKED = 64
const MAX_RECORDINGS = 16
const MAX_PAGES = 64

/** An event room exists only as a name and its members. */
const NO_SUCH_ROOM =
  'Of the rooms that this page is in, the dev server’s game server knows none with a state: an event room has nothing to compare, and rooms of another process are not heard here.'

interface Running {
  readonly keeper: JournalKeeper
  readonly answer: Answer
}

export function createJournals(time: Time = hostTime(globalThis)): Journals {
  let keepers: JournalKeeper[] = []
  /** By page and room. */
  const running = new Map<object, Map<string, Running>>()

  function find(room: string): { keeper: JournalKeeper; kept: KeptRoom } | null {
    // The newest server first: a room may have been handed on under its id.
    for (const keeper of [...keepers].reverse()) {
      const kept = keeper.rooms().find((one) => one.room === room)
      if (kept !== undefined) return { keeper, kept }
    }
    return null
  }

  function problemOf(rooms: readonly string[]): string {
    if (keepers.length === 0) {
      return 'No game server runs in the dev server’s process, so nobody knows what reaches it. Start it from a Vite plugin.'
    }
    if (rooms.length === 0)
      return 'This page is in no room that has a state, and without a state there is nothing to compare.'
    const [first] = rooms.flatMap((room) => find(room) ?? [])
    return first?.kept.problem ?? NO_SUCH_ROOM
  }

  function ended(room: string, keeper: JournalKeeper): void {
    for (const mine of running.values()) {
      const one = mine.get(room)
      if (one?.keeper !== keeper) continue
      mine.delete(room)
      hand(
        room,
        one,
        'The room has ended, or its server was started anew: the recording goes as far as that.',
      )
    }
  }

  function hand(room: string, { keeper, answer }: Running, problem?: string): void {
    const text = keeper.read(room)
    const lost = 'The game server is another one now, and has forgotten the room.'
    const trouble = text === null ? lost : (problem ?? problemIn(keeper, room))
    answer('painda:recorded', { room, text, ...(trouble === undefined ? {} : { problem: trouble }) })
  }

  return {
    attach(server) {
      const keeper: JournalKeeper = createJournalKeeper({
        time,
        fingerprint: server.fingerprint,
        onOver: (room) => ended(room, keeper),
      })
      server.inspector.journal = keeper.journal
      keepers.push(keeper)
      if (keepers.length > MAX_SERVERS) keepers.shift()?.close()
    },
    record(page, asked, answer) {
      const rooms = textsOf(asked, 'rooms')
      const found = rooms.flatMap((room) => find(room) ?? [])
      const able = found.find(({ keeper, kept }) => keeper.mark(kept.room, 'Recording begins'))
      if (able === undefined) return answer('painda:recording', { problem: problemOf(rooms) })
      const { keeper, kept } = able
      const mine = running.get(page) ?? new Map<string, Running>()
      running.set(page, mine)
      // Pages that went away do not say so.
      for (const oldest of running.keys()) if (running.size > MAX_PAGES) running.delete(oldest)
      if (mine.size < MAX_RECORDINGS) mine.set(kept.room, { keeper, answer })
      return answer('painda:recording', { room: kept.room, name: kept.name })
    },
    stop(page, asked, answer) {
      const [room = ''] = textsOf(asked, 'room')
      const mine = running.get(page)
      const one = mine?.get(room)
      mine?.delete(room)
      if (one !== undefined) return hand(room, { keeper: one.keeper, answer })
      return answer('painda:recorded', { room, text: null, problem: 'Nobody records that room.' })
    },
    close() {
      for (const keeper of keepers) keeper.close()
      keepers = []
      running.clear()
    },
  }
}

function problemIn(keeper: JournalKeeper, room: string): string | undefined {
  return keeper.rooms().find((kept) => kept.room === room)?.problem ?? undefined
}

/** A page is our own, and still only a page: what it says is looked at. */
function textsOf(asked: unknown, field: 'rooms' | 'room'): string[] {
  const value: unknown = typeof asked === 'object' && asked !== null ? Reflect.get(asked, field) : null
  const list: unknown[] = Array.isArray(value) ? value : [value]
  return list.filter((one) => typeof one === 'string').slice(0, MAX_ROOMS_ASKED)
}
