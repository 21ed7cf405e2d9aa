// All rooms of one client: which handle an answer or a change belongs to, and what a reconnect means for each. Several
// handles may be the same room ("any arena" and "the room a1"); each has a replica of its own, and the room is left when
// the last of them goes.
import type { Message, Path, PPError, RoomShape, RoomVersions, StateDelta, Time } from '@painda/protocol'
import { createExpectedRooms } from './expected-rooms.js'
import { createJoining } from './joining.js'
import type { JoiningOptions } from './joining.js'
import type { Applied } from './line.js'
import type { Room } from './room.js'
import { allOf, isAskedFor, register, registered, unregister, versionsOf, wantedOf } from './room-registry.js'
import type { RoomsById, RoomsByWish } from './room-registry.js'
import type { Desync } from './types.js'
import { wishOf } from './wish.js'
import type { JoinOptions } from './wish.js'
import { checkJoin } from '#advice'

export interface RoomsOptions extends JoiningOptions {
  time: Pick<Time, 'after'>
  /** Runs at the end of the frame that is being applied. */
  afterFrame: (run: () => void) => void
  /** The number of the view that is held of a room. */
  channelOf: (room: string) => number | undefined
  onState: (room: string, state: unknown) => void
  /** Its `delta` is made when somebody reads it. */
  onDelta: (message: StateDelta) => void
  onDesync: (desync: Desync<Path>) => void
}

export interface Rooms {
  /**
   * The handle for a target, made when there is none; nothing is sent. An existing handle takes the definition that is given now: a
   * module that was loaded again brings another object for the same room.
   */
  find(target: RoomShape | string, options: JoinOptions): Room
  /** Also those that nobody has asked for. */
  all(): readonly Room[]
  /** The versions of the replicas that a resumed session could continue from, by room. */
  versions(): RoomVersions
  /**
   * Hands a message to the rooms. False when it is for no room, and for an answer to something else than a join.
   * @throws PPError `DESYNC` for a snapshot whose hash is wrong
   */
  receive(message: Message): boolean
  enter(room: Room): void
  leave(room: Room): void
  drop(): void
  /** A hello begins a new session: sends joins along with it, as long as `send` takes them. */
  greet(send: (join: Message) => boolean): void
  /**
   * A welcome was read. `isNew`: its hello began the session. `isCurrent`: the replicas whose versions the hello named are what the server has.
   * `isFresh`: the page was reloaded, and the rooms that it is in follow in the same frame.
   */
  welcome(become: { isNew: boolean; isSameSession: boolean; isCurrent: boolean; isFresh: boolean }): void
  /** Ids of the rooms that the application asked for and is in. */
  wanted(): readonly string[]
  /** Rooms that the page had before a reload: they are kept for a while, until this page asks for them. */
  expect(ids: readonly string[]): void
  /** A connection is being made: rooms that ended with the last one wait for it. */
  begin(): void
  /** The connection has ended for good, with `error` or, if null, by `close()`. Rooms that are entered from now on end the same way. */
  close(error: PPError | null): void
}

export function createRooms(options: RoomsOptions): Rooms {
  const { time, afterFrame, mail, make, channelOf, onState, onDelta, onDesync } = options
  const byWish: RoomsByWish = new Map()
  const byId: RoomsById = new Map()
  /** Rooms that ended with the connection; they are joined again with the next one. */
  const orphans = new Set<Room>()
  const expected = createExpectedRooms(time, (id) => {
    for (const room of [...(byId.get(id) ?? [])]) if (!room.isWanted) room.handle.leave()
  })
  const joining = createJoining(options, byWish, byId, expected)
  let lastVersion = 0
  /** Rooms that the hello named: a resumed session continues these; the others get their state anew. */
  let named: ReadonlySet<string> = new Set()
  /** Why the connection has ended for good. Null otherwise, and after `close()`, when rooms wait for `connect()`. */
  let ended: PPError | null = null

  function endWith(room: Room, error: PPError | null): void {
    if (error === null) room.end(null)
    else room.fail(error)
    if (room.isWanted) orphans.add(room)
    else unregister(byWish, room)
  }

  /** Resumes each room as the welcome allows, or joins it anew. */
  function goOn(isSameSession: boolean, isCurrent: boolean): void {
    for (const room of allOf(byWish)) {
      if (isSameSession) room.resume(isCurrent && named.has(room.handle.id ?? ''))
      else room.expire()
      if (orphans.delete(room) && room.isWanted) {
        room.enter(true)
        continue
      }
      const isIn = room.gate.roomId !== null
      if (isIn || joining.isAsked(room) || !isWaiting(room)) continue
      if (room.isWanted) joining.ask(room)
      else if (!isSameSession && room.handle.id !== null) {
        // The server put us in; if it does so again, that is another handle.
        room.end(null)
        unregister(byWish, room)
      }
    }
  }

  /** Applies a change to each replica of the room; what becomes of the first one that takes it is reported. */
  function apply(id: string, change: (room: Room) => Applied): void {
    let told = false
    for (const room of byId.get(id) ?? []) {
      const have = room.replica.version
      const result = change(room)
      if (result.name === 'ignored' || told) continue
      told = true
      if (result.name === 'changed') {
        if (result.healed !== undefined) onDesync({ room: id, why: 'hash', ...result.healed })
        continue
      }
      mail.post({ kind: 'resync', room: id, version: have, why: result.why })
      // Where a hash was wrong, the place is known once the right state is here, and it is reported then.
      if (result.why !== 'hash') onDesync({ room: id, have, got: lastVersion, why: result.why, path: null })
    }
  }

  return {
    find(target, joinOptions) {
      checkJoin(target, joinOptions)
      const wish = wishOf(target, joinOptions)
      const definition = typeof target === 'string' ? null : target
      const there = registered(byWish, wish)
      if (definition !== null) there?.redefine(definition)
      return there ?? register(byWish, make(wish, definition))
    },
    all: () => allOf(byWish),
    versions() {
      const versions = versionsOf(byId, channelOf)
      named = new Set(versions.map(([id]) => id))
      return versions
    },
    receive(message) {
      switch (message.kind) {
        case 'joined':
          joining.joined(message)
          return true
        case 'ack':
          return joining.settle(message)
        case 'left':
          joining.left(message)
          return true
        case 'snapshot': {
          apply(message.room, (room) => room.snapshot(message))
          const [first] = byId.get(message.room) ?? []
          if (first !== undefined) onState(message.room, first.replica.state)
          return true
        }
        case 'delta': {
          if (message.scope === undefined) lastVersion = message.to
          let isApplied = false
          apply(message.room, (room) => {
            const result = room.delta(message)
            isApplied ||= result.name === 'changed'
            return result
          })
          if (isApplied) onDelta(message)
          return true
        }
        case 'error':
          // Of everything that can be refused in a room, only presence has no type.
          if (message.type === undefined)
            for (const room of byId.get(message.room ?? '') ?? []) room.presenceRefused()
          return true
        case 'presences':
          for (const room of byId.get(message.room ?? '') ?? []) room.presences(message)
          return true
        case 'event':
          for (const room of byId.get(message.room ?? '') ?? []) room.event(message)
          return true
        default:
          return false
      }
    },
    enter(room) {
      orphans.delete(room)
      joining.enter(room)
      // As if it had been there when the connection ended: the client does not reconnect by itself.
      if (ended !== null) endWith(room, ended)
    },
    leave(room) {
      orphans.delete(room)
      joining.leave(room)
    },
    drop() {
      for (const room of allOf(byWish)) room.drop()
    },
    greet(send) {
      joining.begin(
        allOf(byWish).filter((room) => room.isWanted && isWaiting(room)),
        send,
      )
    },
    welcome({ isNew, isSameSession, isCurrent, isFresh }) {
      // `begin` has done so already, unless a listener called `connect()` before `close` ran here.
      ended = null
      if (!isSameSession) joining.clear(isNew)
      joining.tellLeaves()
      if (!isFresh) return goOn(isSameSession, isCurrent)
      expected.wait()
      afterFrame(() => {
        // The frame may have ended the connection.
        if (options.isOpen()) goOn(isSameSession, isCurrent)
      })
    },
    wanted: () => wantedOf(byId),
    expect: expected.expect,
    begin() {
      ended = null
      for (const room of [...orphans]) if (room.isWanted) room.enter(true)
    },
    close(error) {
      ended = error
      joining.clear()
      for (const room of allOf(byWish)) {
        const { status } = room.handle
        const isOver = status === 'left' || status === 'failed'
        if (!isOver && isAskedFor(room)) endWith(room, error)
        // It only lingered.
        else if (isOver && !room.isWanted) room.forget()
      }
    },
  }
}

/** It is asked for with the next connection. */
function isWaiting({ handle: { status } }: Room): boolean {
  return status === 'joining' || status === 'reconnecting'
}
