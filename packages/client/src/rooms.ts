// All rooms of one client: which handle an answer or a change belongs to, and what a reconnect means for each. Several
// handles may be the same room ("any arena" and "the room a1"); each has a replica of its own, and the room is left when
// the last of them goes.
import { DEV, PPError } from '@painda/protocol'
import type {
  Ack,
  ContractShape,
  Joined,
  Left,
  Message,
  Path,
  RoomShape,
  RoomVersion,
  RoomVersions,
  StateDelta,
  Time,
} from '@painda/protocol'
import { createExpectedRooms } from './expected-rooms.js'
import type { Gate } from './outbox.js'
import type { Applied } from './line.js'
import type { Room } from './room.js'
import { notInRoom, reasonError } from './room-errors.js'
import type { Desync } from './types.js'
import { keyOf, mayMean, nameOf, returnWish, wishOf } from './wish.js'
import type { JoinOptions, Wish } from './wish.js'
import { askedFor } from '#witness'

export interface RoomsOptions {
  time: Pick<Time, 'after'>
  /** Runs at the end of the frame that is being applied. */
  afterFrame: (run: () => void) => void
  contract: () => ContractShape | undefined
  isOpen: () => boolean
  nextAckId: () => number
  post: (message: Message, gate?: Gate) => void
  /** The number of the view that is held of a room. */
  channelOf: (room: string) => number | undefined
  /** Makes a room that calls back `enter` and `leave` below. */
  make: (key: string, wish: Wish, definition: RoomShape | null) => Room
  /** Messages of a room that can leave now. */
  release: () => void
  /** Messages of a room that waited for an entrance that will not come. */
  discard: (gate: Gate, error: PPError) => void
  onState: (room: string, state: unknown) => void
  /** Reading its `delta` makes it. */
  onDelta: (message: StateDelta) => void
  onDesync: (desync: Desync<Path>) => void
}

export interface Rooms {
  /**
   * The handle of what is asked for; made when there is none. Nothing is sent. A handle that is there already goes on with the
   * definition that it is asked for by: a module that was loaded again brings another one of the same name.
   */
  find(target: RoomShape | string, options: JoinOptions): Room
  all(): readonly Room[]
  /** The state rooms that we are in and could go on with, by what their replicas have. */
  versions(): RoomVersions
  /** @throws PPError `DESYNC` for a snapshot that is not what it says. */
  receive(message: Message): void
  /** The answer to a join; false when it is another question's. */
  settle(ack: Ack): boolean
  enter(room: Room): void
  leave(room: Room): void
  drop(): void
  /**
   * A welcome was read. `isCurrent`: what the replicas show is what the server has. `isFresh`: the page was loaded anew, and
   * which rooms it is in follows in the same frame.
   */
  welcome(become: { isSameSession: boolean; isCurrent: boolean; isFresh: boolean }): void
  /** Ids of the rooms that the application asked for and is in. */
  wanted(): readonly string[]
  /** The page before asked for these: they wait a while for the application of this one. */
  expect(ids: readonly string[]): void
  /** The connection has ended for good; null: by `close()`. */
  close(error: PPError | null): void
}

/** With these a room that we were in is gone or taken, and another of its kind will do. */
const ELSEWHERE: ReadonlySet<string> = new Set(['ROOM_NOT_FOUND', 'ROOM_FULL', 'ROOM_LOCKED'])

/** Rooms that a server may push a client into, and what a hello may say of rooms. */
const MAX_ROOMS = 1024

export function createRooms(options: RoomsOptions): Rooms {
  const {
    time,
    afterFrame,
    contract,
    isOpen,
    nextAckId,
    post,
    make,
    release,
    discard,
    onState,
    onDelta,
    onDesync,
  } = options
  const byKey = new Map<string, Room>()
  /** Whoever is in, by the room's id. */
  const byId = new Map<string, Set<Room>>()
  /** Joins on their way, by the id of their question. `room` is null when nobody wants the answer any more. */
  const joins = new Map<number, { room: Room | null; wish: Wish }>()
  /** What to leave, with its kind, once there is a connection and no join that may mean it is on its way. */
  const leaves = new Map<string, string | undefined>()
  /** Ended by the connection's end: they come back with the next one. */
  const orphans = new Set<Room>()
  const expected = createExpectedRooms(time, (id) => {
    for (const room of [...(byId.get(id) ?? [])]) if (!room.isWanted) room.handle.leave()
  })

  function ask(room: Room, wish: Wish = returnWish(room)): void {
    const ackId = nextAckId()
    joins.set(ackId, { room, wish })
    const join: Message = { kind: 'join', ackId, ...wish }
    post(join)
    askedFor(room, join)
  }

  /**
   * A join that nobody waits for any more and that asks for the same: true when its answer is `room`'s now. Asked twice, it might
   * be answered with two rooms.
   */
  function takeOver(room: Room): boolean {
    const key = keyOf(room.wish)
    for (const join of joins.values()) {
      if (join.room !== null || join.wish.how === 'create' || keyOf(join.wish) !== key) continue
      join.room = room
      return true
    }
    return false
  }

  function abandon(room: Room): void {
    for (const join of joins.values()) if (join.room === room) join.room = null
  }

  function enter(room: Room): void {
    const key = keyOf(room.wish)
    if (!byKey.has(key)) byKey.set(key, room)
    orphans.delete(room)
    const id = room.wish.room ?? expectedOf(room.wish)
    const twin = id === undefined ? undefined : find(id, (other) => other.gate.roomId !== null)
    if (twin !== undefined && room.wish.how !== 'create') {
      room.copyFrom(twin)
      admit(twin.handle.id ?? '', room)
    } else if (!takeOver(room) && isOpen()) ask(room)
  }

  /** A room of the page before that will do for this wish. */
  function expectedOf({ how, name }: Wish): string | undefined {
    if (how !== 'joinOrCreate') return undefined
    return expected.find(name, (id) => byId.has(id))
  }

  /** After a reload: who waits for any room of this kind is in this one already. */
  function awaitExpected({ room: id, name }: Joined): readonly Room[] {
    if (!expected.has(id)) return []
    expected.learn(id, name)
    const any = name === undefined ? undefined : byKey.get(keyOf({ how: 'joinOrCreate', name }))
    const isAsked = [...joins.values()].some(({ room }) => room === any)
    return any === undefined || any.handle.id !== null || isAsked ? [] : [any]
  }

  /** Somebody of this page has the room now: the handle that only held it open goes. */
  function takeUp(id: string, by: Room): void {
    if (!by.isWanted || !expected.take(id)) return
    for (const other of [...(byId.get(id) ?? [])]) {
      if (other === by || other.isWanted) continue
      dismiss(id, other)
      remove(other)
      other.end(null)
    }
  }

  function leave(room: Room): void {
    remove(room)
    abandon(room)
    discard(room.gate, notInRoom(room.key))
    const { id } = room.handle
    if (id === null || !dismiss(id, room) || byId.has(id)) return
    leaves.set(id, room.wish.name)
    tellLeaves()
  }

  /** A `leave` behind a join that the server answers with that very room would take the next handle out of it. */
  function tellLeaves(): void {
    if (!isOpen()) return
    for (const [id, name] of leaves) {
      if ([...joins.values()].some(({ wish }) => mayMean(wish, id, name))) continue
      leaves.delete(id)
      post({ kind: 'leave', room: id })
    }
  }

  function remove(room: Room): void {
    const key = keyOf(room.wish)
    if (byKey.get(key) === room) byKey.delete(key)
  }

  /** Goes on with each room as the welcome has it, or asks for it. */
  function goOn(isSameSession: boolean, isCurrent: boolean): void {
    const asked = new Set([...joins.values()].map(({ room }) => room))
    for (const room of [...byKey.values()]) {
      if (isSameSession) room.resume(isCurrent)
      else room.expire()
      if (orphans.has(room)) {
        orphans.delete(room)
        room.enter(true)
        continue
      }
      const { status } = room.handle
      const isIn = room.gate.roomId !== null
      if (isIn || asked.has(room) || (status !== 'joining' && status !== 'reconnecting')) continue
      if (room.isWanted) ask(room)
      else if (!isSameSession && room.handle.id !== null) {
        // The server put us in; if it does so again, that is another handle.
        room.end(null)
        remove(room)
      }
    }
  }

  /** Over, but a component that still holds it may see the server let it in again. */
  function removeUnlessRetained(room: Room): void {
    if (!room.isRetained) remove(room)
  }

  function refuse(room: Room, error: PPError): void {
    room.fail(error)
    discard(room.gate, error)
    removeUnlessRetained(room)
  }

  function admit(id: string, room: Room): void {
    const members = byId.get(id)
    if (members === undefined) byId.set(id, new Set([room]))
    else members.add(room)
    leaves.delete(id)
    takeUp(id, room)
    release()
  }

  /** False when it was not in. */
  function dismiss(id: string, room: Room): boolean {
    const members = byId.get(id)
    if (members?.delete(room) !== true) return false
    if (members.size === 0) byId.delete(id)
    return true
  }

  function find(id: string, isWanted: (room: Room) => boolean): Room | undefined {
    for (const room of byId.get(id) ?? []) if (isWanted(room)) return room
    return undefined
  }

  function receiveJoined(message: Joined): void {
    const asked = message.ackId === undefined ? undefined : joins.get(message.ackId)
    if (message.ackId !== undefined) joins.delete(message.ackId)
    const rooms = asked === undefined ? attached(message) : asked.room === null ? [] : [asked.room]
    for (const room of rooms) {
      room.joined(message)
      admit(message.room, room)
    }
    if (asked === undefined) return
    // Left before the answer came.
    if (!byId.has(message.room)) leaves.set(message.room, message.name)
    tellLeaves()
  }

  /** Whom it concerns that the server put us in: those who are in, or wait for this room, or a new handle. */
  function attached(message: Joined): readonly Room[] {
    const members = byId.get(message.room)
    if (members !== undefined) return [...members]
    const wishes: Wish[] = [{ how: 'join', room: message.room }]
    if (message.name !== undefined) wishes.push({ how: 'joinById', name: message.name, room: message.room })
    const waiting = wishes.flatMap((wish) => byKey.get(keyOf(wish)) ?? [])
    waiting.push(...awaitExpected(message))
    if (waiting.length > 0) return waiting
    if (byId.size >= MAX_ROOMS) {
      post({ kind: 'leave', room: message.room })
      return []
    }
    const definition =
      Object.values(contract()?.rooms ?? {}).find(({ name }) => name === message.name) ?? null
    const wish: Wish = { how: 'join', room: message.room }
    const room = make(message.room, wish, definition)
    byKey.set(keyOf(wish), room)
    return [room]
  }

  function receiveLeft(left: Left): void {
    const { room: id } = left
    const members = byId.get(id)
    if (members === undefined) return
    byId.delete(id)
    for (const room of members) {
      const error = reasonError(left, room.key)
      abandon(room)
      room.end(error)
      discard(room.gate, error ?? notInRoom(room.key))
      removeUnlessRetained(room)
    }
  }

  /** Applies a change to each replica of the room, and says what became of the first. */
  function apply(id: string, change: (room: Room) => Applied): void {
    const members = byId.get(id)
    if (members === undefined) return
    let told = false
    for (const room of members) {
      const have = room.replica.version
      const result = change(room)
      if (result.name === 'ignored' || told) continue
      told = true
      if (result.name === 'changed') {
        if (result.healed !== undefined) onDesync({ room: id, why: 'hash', ...result.healed })
        continue
      }
      post({ kind: 'resync', room: id, version: have, why: result.why })
      // What is wrong with a state is known when the right one comes.
      if (result.why !== 'hash') onDesync({ room: id, have, got: lastVersion, why: result.why, path: null })
    }
  }

  let lastVersion = 0

  return {
    find(target, joinOptions) {
      const wish = wishOf(target, joinOptions)
      const known = byKey.get(keyOf(wish))
      if (typeof target !== 'string') known?.redefine(target)
      if (known !== undefined) return known
      const room = make(nameOf(wish), wish, typeof target === 'string' ? null : target)
      byKey.set(keyOf(wish), room)
      return room
    },
    all: () => [...byKey.values()],
    versions() {
      const versions: RoomVersion[] = []
      for (const [id, members] of byId) {
        const [first, ...others] = [...members].map(({ replica }) => replica)
        // Handles of one room get the same messages; one that lost step needs the snapshot that heals all.
        if (first === undefined || ![first, ...others].every(({ isFollowing }) => isFollowing)) continue
        if (others.some(({ version }) => version !== first.version)) continue
        const channel = options.channelOf(id)
        versions.push(channel === undefined ? [id, first.version] : [id, first.version, channel])
      }
      return versions.slice(0, MAX_ROOMS)
    },
    receive(message) {
      switch (message.kind) {
        case 'joined':
          receiveJoined(message)
          return
        case 'left':
          receiveLeft(message)
          return
        case 'snapshot': {
          apply(message.room, (room) => room.snapshot(message))
          const [first] = byId.get(message.room) ?? []
          if (first !== undefined) onState(message.room, first.replica.state)
          return
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
          return
        }
        case 'presences':
          for (const room of byId.get(message.room ?? '') ?? []) room.presences(message)
          return
        case 'event':
          for (const room of byId.get(message.room ?? '') ?? []) room.event(message)
          return
        default:
          return
      }
    },
    settle(ack) {
      const asked = joins.get(ack.ackId)
      if (asked === undefined) return false
      joins.delete(ack.ackId)
      tellLeaves()
      const { room, wish } = asked
      if (room === null) return true
      if (ack.error === undefined) {
        refuse(
          room,
          new PPError('MALFORMED_FRAME', DEV && `The server did not say which room "${room.key}" is.`),
        )
        return true
      }
      if (wish.how !== room.wish.how && room.wish.how === 'joinOrCreate' && ELSEWHERE.has(ack.error.code)) {
        ask(room, room.wish)
        return true
      }
      // A later push of the server may have let it in meanwhile.
      if (room.gate.roomId !== null) return true
      refuse(room, new PPError(ack.error.code, ack.error.message))
      return true
    },
    enter,
    leave,
    drop() {
      for (const room of byKey.values()) room.drop()
    },
    welcome({ isSameSession, isCurrent, isFresh }) {
      if (!isSameSession) {
        joins.clear()
        leaves.clear()
        byId.clear()
        expected.clear()
      }
      tellLeaves()
      if (!isFresh) return goOn(isSameSession, isCurrent)
      expected.wait()
      afterFrame(() => goOn(isSameSession, isCurrent))
    },
    wanted: () =>
      [...byId].flatMap(([id, rooms]) => ([...rooms].some(({ isWanted }) => isWanted) ? [id] : [])),
    expect: expected.expect,
    close(error) {
      expected.clear()
      joins.clear()
      leaves.clear()
      byId.clear()
      for (const room of [...byKey.values()]) {
        const { status } = room.handle
        if (status === 'left' || status === 'failed') continue
        if (!room.isWanted && room.handle.id === null) continue
        if (error === null) room.end(null)
        else room.fail(error)
        if (room.isWanted) orphans.add(room)
        else remove(room)
      }
    },
  }
}
