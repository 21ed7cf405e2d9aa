// How a handle comes into its room and out of it: what it asks for, what the answer makes of it, and whom it concerns that the
// server puts this client into a room, or out of one, by itself.
//   client → server  Join         what is wished for
//   server → client  Joined, Ack  you are in that room; or why not
//   client → server  Leave        once no join is on its way that may mean the room
//   server → client  Left         you are out, and why
import { DEV, PPError, toPPError } from '@painda/protocol'
import type { Ack, ContractShape, Joined, Left, Message, RoomShape } from '@painda/protocol'
import type { ExpectedRooms } from './expected-rooms.js'
import type { Mail } from './mail.js'
import type { Room } from './room.js'
import { notInRoom, reasonError } from './room-errors.js'
import {
  admit,
  dismiss,
  MAX_ROOMS,
  register,
  registered,
  unregister,
  unregisterUnlessRetained,
} from './room-registry.js'
import type { RoomsById, RoomsByWish } from './room-registry.js'
import { keyOf, mayMean, returnWish } from './wish.js'
import type { Wish } from './wish.js'
import { askedFor } from '#witness'

export interface JoiningOptions {
  contract: () => ContractShape | undefined
  isOpen: () => boolean
  mail: Pick<Mail, 'asks' | 'session' | 'post' | 'discard' | 'reportDropped'>
  /** Makes a room that calls back `enter` and `leave` of `Rooms`. */
  make: (wish: Wish, definition: RoomShape | null) => Room
}

export interface Joining {
  /** The handle wants in: through another one that is in already, by a join that is on its way, or by asking. */
  enter(room: Room): void
  /** The handle is out, by its own wish, or it was over and nobody holds it any more. */
  leave(room: Room): void
  /** Asks for the room, by default for the very one that it was. */
  ask(room: Room): void
  /**
   * A hello begins a session: asks for these rooms with it, as far as `send` takes their joins. Of what was asked before no answer
   * comes.
   */
  begin(rooms: readonly Room[], send: (join: Message) => boolean): void
  /** Its question is on its way. */
  isAsked(room: Room): boolean
  joined(message: Joined): void
  left(message: Left): void
  /** The answer to a join; false when it is another question's. */
  settle(ack: Ack): boolean
  /** Says what is to be left, where that can be said now. */
  tellLeaves(): void
  /** Nobody is in anywhere, and no answer comes any more, unless `isAsked`: to what was asked when the session began. */
  clear(isAsked?: boolean): void
}

/** A join on its way. */
interface Asked {
  /** Null: nobody wants the answer any more. */
  room: Room | null
  readonly wish: Wish
  /** The room that the server was told is left, behind it. */
  left?: string
}

/** With these a room that we were in is gone or taken, and another of its kind will do. */
const ELSEWHERE: ReadonlySet<string> = new Set(['ROOM_NOT_FOUND', 'ROOM_FULL', 'ROOM_LOCKED'])

export function createJoining(
  { contract, isOpen, mail, make }: JoiningOptions,
  byWish: RoomsByWish,
  byId: RoomsById,
  expected: ExpectedRooms,
): Joining {
  /** By the id of their question. */
  const joins = new Map<number, Asked>()
  /** What to leave, with its kind, once there is a connection and no join that may mean it is on its way. */
  const leaves = new Map<string, string | undefined>()

  function ask(room: Room, wish: Wish = returnWish(room)): void {
    const ackId = mail.asks.nextId()
    joins.set(ackId, { room, wish })
    const join: Message = { kind: 'join', ackId, ...wish }
    try {
      mail.post(join)
    } catch (thrown) {
      // Its options cannot travel: no answer will come.
      joins.delete(ackId)
      return refuse(room, toPPError(thrown, 'INVALID_PAYLOAD'))
    }
    askedFor(room, join)
  }

  /**
   * A join that nobody waits for any more and that asks for the same: true when its answer is `room`'s now. Asked twice, it might
   * be answered with two rooms.
   */
  function takeOver(room: Room): boolean {
    const key = keyOf(room.wish)
    for (const join of joins.values()) {
      if (join.room !== null || join.left !== undefined) continue
      if (join.wish.how === 'create' || keyOf(join.wish) !== key) continue
      join.room = room
      return true
    }
    return false
  }

  function abandon(room: Room): void {
    for (const join of joins.values()) if (join.room === room) join.room = null
  }

  /**
   * A `leave` behind a join that the server answers with that very room would take the next handle out of it. A join of that room that
   * nobody waits for any more is no such: it may stand in the room's queue, and ends with the leave.
   */
  function tellLeaves(): void {
    if (!isOpen()) return
    for (const [id, name] of leaves) {
      const given = [...joins.values()].filter(({ room, wish }) => room === null && wish.room === id)
      if ([...joins.values()].some((join) => !given.includes(join) && mayMean(join.wish, id, name))) continue
      leaves.delete(id)
      for (const join of given) join.left = id
      sayLeave(id)
    }
  }

  function sayLeave(id: string): void {
    mail.post({ kind: 'leave', room: id })
  }

  function isAsked(room: Room | undefined): boolean {
    return [...joins.values()].some((asked) => asked.room === room)
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
    const any = name === undefined ? undefined : registered(byWish, { how: 'joinOrCreate', name })
    return any === undefined || any.handle.id !== null || isAsked(any) ? [] : [any]
  }

  /** Somebody of this page has the room now: the handle that only held it open goes. */
  function takeUp(id: string, by: Room): void {
    if (!by.isWanted || !expected.take(id)) return
    for (const other of [...(byId.get(id) ?? [])]) {
      if (other === by || other.isWanted) continue
      dismiss(byId, id, other)
      unregister(byWish, other)
      other.end(null)
    }
  }

  function letIn(id: string, room: Room): void {
    admit(byId, id, room)
    leaves.delete(id)
    takeUp(id, room)
    mail.session.release()
    mail.reportDropped()
  }

  /** Whom it concerns that the server put us in: those who are in, or wait for this room, or a new handle. */
  function attached(message: Joined): readonly Room[] {
    const { room: id, name } = message
    const members = byId.get(id)
    if (members !== undefined) return [...members]
    const wish: Wish = { how: 'join', room: id }
    const wishes = name === undefined ? [wish] : [wish, { how: 'joinById', name, room: id } as const]
    const waiting = wishes.flatMap((each) => registered(byWish, each) ?? [])
    waiting.push(...awaitExpected(message))
    if (waiting.length > 0) return waiting
    if (byId.size >= MAX_ROOMS) {
      sayLeave(id)
      return []
    }
    const definition = Object.values(contract()?.rooms ?? {}).find((room) => room.name === name) ?? null
    const room = make(wish, definition)
    register(byWish, room)
    return [room]
  }

  /** A session has one place in a room: who looks on there and now wants to play, or the other way round, leaves it first. */
  function changePlaces(room: Room, id: string): boolean {
    const others = [...(byId.get(id) ?? [])].filter((one) => isElsewhere(one, room))
    for (const { handle } of others) handle.leave()
    if (others.length > 0) ask(room)
    return others.length > 0
  }

  /** Which place the server has given by itself nobody knows. */
  function isElsewhere(one: Room, { wish }: Room): boolean {
    return one.isWanted && one.wish.spectate !== wish.spectate
  }

  function refuse(room: Room, error: PPError): void {
    room.fail(error)
    mail.discard(room.gate, error)
    unregisterUnlessRetained(byWish, room)
  }

  return {
    enter(room) {
      const { wish } = room
      register(byWish, room)
      const id = wish.room ?? expectedOf(wish)
      const members = id === undefined ? [] : [...(byId.get(id) ?? [])]
      const twin = members.find((one) => one.gate.roomId !== null && !isElsewhere(one, room))
      if (twin !== undefined && wish.how !== 'create') {
        room.copyFrom(twin)
        letIn(twin.handle.id ?? '', room)
      } else if (!takeOver(room) && isOpen()) ask(room)
    },
    leave(room) {
      const waited = [...joins.values()].find((join) => join.room === room)?.wish.room ?? null
      unregisterUnlessRetained(byWish, room)
      abandon(room)
      mail.discard(room.gate, notInRoom(room.key))
      const { id } = room.handle
      const isOut = id !== null && dismiss(byId, id, room)
      const left = isOut ? id : waited
      if (left === null || byId.has(left)) return
      leaves.set(left, room.wish.name)
      if (isOut) tellLeaves()
      // Who asks again in this turn takes the join over.
      else void Promise.resolve().then(tellLeaves)
    },
    ask,
    begin(rooms, send) {
      joins.clear()
      leaves.clear()
      for (const room of rooms) {
        const wish = returnWish(room)
        const ackId = mail.asks.nextId()
        const join: Message = { kind: 'join', ackId, ...wish }
        try {
          if (!send(join)) return
        } catch {
          // Refused when the welcome is here, as if nothing had been tried.
          continue
        }
        joins.set(ackId, { room, wish })
        askedFor(room, join)
      }
    },
    isAsked,
    joined(message) {
      const asked = message.ackId === undefined ? undefined : joins.get(message.ackId)
      if (message.ackId !== undefined) joins.delete(message.ackId)
      if (asked?.room && changePlaces(asked.room, message.room)) return
      const rooms = asked === undefined ? attached(message) : asked.room === null ? [] : [asked.room]
      for (const room of rooms) {
        room.joined(message)
        letIn(message.room, room)
      }
      if (asked === undefined) return
      // Left before the answer came.
      if (!byId.has(message.room) && asked.left !== message.room) leaves.set(message.room, message.name)
      tellLeaves()
    },
    left(message) {
      const members = byId.get(message.room) ?? []
      byId.delete(message.room)
      for (const room of members) {
        const error = reasonError(message, room.key)
        abandon(room)
        room.end(error)
        mail.discard(room.gate, error ?? notInRoom(room.key))
        unregisterUnlessRetained(byWish, room)
      }
    },
    settle({ ackId, error }) {
      const asked = joins.get(ackId)
      if (asked === undefined) return false
      joins.delete(ackId)
      tellLeaves()
      const { room, wish } = asked
      if (room === null) return true
      if (error === undefined) {
        const text = DEV && `The server did not say which room "${room.key}" is.`
        refuse(room, new PPError('MALFORMED_FRAME', text))
      } else if (
        wish.how !== room.wish.how &&
        room.wish.how === 'joinOrCreate' &&
        ELSEWHERE.has(error.code)
      ) {
        ask(room, room.wish)
        // Else a later push of the server may have let it in meanwhile.
      } else if (room.gate.roomId === null) refuse(room, new PPError(error.code, error.message))
      return true
    },
    tellLeaves,
    clear(isAsked = false) {
      if (!isAsked) {
        joins.clear()
        leaves.clear()
      }
      byId.clear()
      expected.clear()
    },
  }
}
