// A client's wish to enter a room: which room it means, whether it may have it, and a seat there. Up to the seat nothing
// awaits, so a thousand simultaneous callers never overfill a room or make one too many.
import { keyFault, meant, PPError } from '@painda/protocol'
import type { Join } from '@painda/protocol'
import type { Advise } from './advice.js'
import type { MakingTurns } from './making-turns.js'
import type { Definition, Matchmaking } from './matchmaking.js'
import type { Member } from './member.js'
import type { Membership } from './membership.js'
import { memorySize } from './memory-size.js'
import { outgoing } from './outgoing.js'
import { createPlaces } from './places.js'
import type { StateRoom } from './room.js'
import { isAdmitted, type Seat } from './seat.js'

export interface JoiningOptions<C extends Member> {
  readonly matchmaking: Matchmaking<C>
  readonly membership: Pick<Membership, 'enter' | 'has' | 'exists' | 'roomsOf'>
  /** The client's seats, promised ones included. */
  readonly seatsOf: (member: C) => readonly (readonly [room: StateRoom<C>, seat: Seat<C>])[]
  readonly makingTurns: MakingTurns
  /** False for a member whose session is over. */
  readonly isAlive: (member: C) => boolean
  /** True for an id that addresses a single client. */
  readonly isClient: (id: string) => boolean
  /** The address that it came from; null where nobody said one. */
  readonly addressOf: (member: C) => string | null
  readonly maxRoomsPerClient: number
  /** Rooms that clients of one address have made. */
  readonly maxRoomsPerIp: number
  /** Bytes of the join options that one client has waiting in queues. */
  readonly maxWaitingBytes: number
  readonly advise: Advise
  /** Refuses a join that had waited. */
  readonly refuse: (member: C, message: Join, thrown: unknown) => void
}

export interface Joining<C extends Member> {
  /**
   * Answers the client, or puts it into the room's queue. Rejects with what refuses the join: a PPError, or what a hook threw.
   * `beginsEventRoom`: where there is no room of that id, the client is the first in an event room. Default false.
   */
  join(member: C, message: Join, beginsEventRoom?: boolean): Promise<void>
  /** Takes it out of the queue of the room with that id or invite code; without `roomId` out of all queues. */
  giveUp(member: C, roomId?: string): void
}

export function createJoining<C extends Member>(options: JoiningOptions<C>): Joining<C> {
  const { matchmaking, membership, seatsOf, isClient, maxRoomsPerClient, maxWaitingBytes, refuse } = options
  const { advise, makingTurns, isAlive, addressOf, maxRoomsPerIp } = options
  const madeByUser = createPlaces(maxRoomsPerClient)
  const madeFrom = createPlaces(maxRoomsPerIp)
  /** By member id: the rooms that it waits for, and the size of its options for each. */
  const waits = new Map<string, Map<StateRoom<C>, number>>()

  function join(member: C, message: Join, beginsEventRoom = false): Promise<void> {
    return message.how === 'join' ? joinKnown(member, message, beginsEventRoom) : findOrMake(member, message)
  }

  async function findOrMake(member: C, message: Join, isItsTurn = false): Promise<void> {
    const definition = definitionOf(message)
    const found = find(definition, member, message)
    if (found !== undefined) return enter(member, found, message)
    return makeRoom(definition, member, message, isItsTurn)
  }

  /** By an id or invite code alone: a room of any kind, or an event room. */
  async function joinKnown(member: C, message: Join, beginsEventRoom: boolean): Promise<void> {
    const { room: id, ackId } = message
    const room = id === undefined ? undefined : matchmaking.find(id)
    if (room !== undefined) return enter(member, room, message)
    // A client's id is an address, too: whoever could enter it would hear what is sent to that client.
    const isEventRoom = id !== undefined && (membership.exists(id) || (beginsEventRoom && !isClient(id)))
    if (isEventRoom) return enterEventRoom(member, id, ackId)
    if (matchmaking.definition(id ?? '') !== undefined)
      advise(
        `A client joins "${id}" as if that were a room: join(Room), with the definition itself, finds or makes one.`,
      )
    throw notFound(id)
  }

  function definitionOf({ name = '' }: Join): Definition<C> {
    const definition = matchmaking.definition(name)
    if (definition !== undefined) return definition
    const defined = Object.fromEntries(matchmaking.names().map((other) => [other, 0]))
    advise(
      `A client wants a room "${name}", and this server defines none of that name${meant(name, defined)}: server.define(…).`,
    )
    throw notFound(name)
  }

  /** The room to enter; undefined when one is to be made. @throws PPError `REFUSED`, `ROOM_NOT_FOUND` */
  function find(
    definition: Definition<C>,
    member: C,
    { how, room: id, name, spectate }: Join,
  ): StateRoom<C> | undefined {
    const room = id === undefined ? undefined : matchmaking.find(id)
    if (how === 'joinById' && room?.name !== name) throw notFound(id)
    if (room !== undefined) {
      if (how === 'create' || room.name !== name) throw taken(room.id)
      return room
    }
    const findOne = spectate === true ? matchmaking.findAny : matchmaking.findOpen
    const found = how === 'joinOrCreate' && id === undefined ? findOne(definition, member) : undefined
    // A spectator makes no room.
    if (found === undefined && spectate === true) throw notFound(name)
    return found
  }

  async function makeRoom(
    definition: Definition<C>,
    member: C,
    message: Join,
    isItsTurn: boolean,
  ): Promise<void> {
    const { room: id, options: wishes, ackId } = message
    if (id !== undefined) assertMayName(definition, member, id)
    assertMayEnter(member)
    const unmake = assertMayMake(member)
    const turn = isItsTurn ? null : makingTurns.wait(addressOf(member))
    if (turn !== null) {
      await turn
      unmake()
      // Meanwhile somebody else may have made a room that it can enter, or the client has gone.
      return isAlive(member) ? findOrMake(member, message, true) : undefined
    }
    return makingTurns.make(() => {
      const made = make(definition, id, unmake)
      // Its maker has a seat before `onCreate` can lock the room.
      const seat = made.reserve(member)
      matchmaking.begin(made, wishes)
      return made.intake.enter(seat, { options: wishes, ackId, isAsked: true })
    })
  }

  function make(definition: Definition<C>, id: string | undefined, onEnd: () => void): StateRoom<C> {
    try {
      return matchmaking.make(definition, { id, onEnd })
    } catch (thrown) {
      onEnd()
      throw thrown
    }
  }

  async function enter(member: C, room: StateRoom<C>, message: Join): Promise<void> {
    const { options: wishes, ackId, spectate } = message
    const known = room.seatOf(member)
    if (known !== undefined) {
      await known.decided
      if (!isAdmitted(known)) throw new PPError('REFUSED', `The join before this one was refused.`)
      return room.enterAgain(known, ackId)
    }
    if (room.isServerOnly) {
      throw new PPError('FORBIDDEN', `Clients do not join the room "${room.id}" by themselves.`)
    }
    assertMayEnter(member)
    const role = spectate === true ? 'spectator' : 'player'
    let seat: Seat<C>
    try {
      seat = room.reserve(member, role)
    } catch (thrown) {
      const isFull = thrown instanceof PPError && thrown.code === 'ROOM_FULL'
      if (!isFull || !room.hasQueue || role === 'spectator') throw thrown
      return queueUp(member, room, message)
    }
    return room.intake.enter(seat, { options: wishes, ackId, isAsked: true })
  }

  /** Nothing is awaited: the client's next messages are handled meanwhile, and one of them may leave the queue. */
  function queueUp(member: C, room: StateRoom<C>, asked: Join): void {
    // Only the options of its first join count; those of later ones are not kept while it waits.
    const message = room.isAwaitedBy(member) ? { ...asked, options: undefined } : asked
    const bytes = message.options === undefined ? 0 : assertMayWait(member, message.options)
    room.wait(member, {
      come() {
        noteNoWait(member, room)
        enter(member, room, message).catch((thrown: unknown) => refuse(member, message, thrown))
      },
      refuse(error) {
        noteNoWait(member, room)
        refuse(member, message, error)
      },
    })
    const mine = waits.get(member.id) ?? new Map<StateRoom<C>, number>()
    waits.set(member.id, mine.set(room, (mine.get(room) ?? 0) + bytes))
  }

  /** The first may be of any size. @throws PPError `REFUSED` */
  function assertMayWait({ id }: C, wishes: unknown): number {
    let waiting = 0
    for (const bytes of waits.get(id)?.values() ?? []) waiting += bytes
    const bytes = memorySize(wishes, maxWaitingBytes)
    if (waiting === 0 || waiting + bytes <= maxWaitingBytes) return bytes
    throw new PPError('REFUSED', 'The options of the joins that you have waiting are too large.')
  }

  function noteNoWait({ id }: C, room: StateRoom<C>): void {
    const mine = waits.get(id)
    if (mine?.delete(room) === true && mine.size === 0) waits.delete(id)
  }

  function enterEventRoom(member: C, id: string, ackId: number): void {
    if (!membership.has(id, member.id)) {
      assertMayEnter(member)
      membership.enter(id, member.id)
    }
    member.deliver(outgoing({ kind: 'joined', room: id, ackId, type: 'event' }))
  }

  /**
   * A room, an event room and a client are addressed alike. A client that could give its room any name would hear what
   * the server says to an event room of that name, and have whom the server puts into it.
   */
  function assertMayName({ shape, behaviour }: Definition<C>, member: C, id: string): void {
    if (behaviour.mayChooseId?.(member, id) !== true) {
      throw new PPError('FORBIDDEN', `Clients do not choose the id of a room "${shape.name}".`)
    }
    if (membership.exists(id) || isClient(id)) throw taken(id)
    if (id === '' || keyFault(id) !== null)
      throw new PPError('REFUSED', `"${id}" cannot be the id of a room.`)
  }

  function assertMayEnter(member: C): void {
    const promised = seatsOf(member).filter(([, seat]) => !isAdmitted(seat)).length
    const waited = waits.get(member.id)?.size ?? 0
    if (membership.roomsOf(member.id).size + promised + waited < maxRoomsPerClient) return
    throw new PPError(
      'TOO_MANY_ROOMS',
      `A client may be in ${maxRoomsPerClient} rooms at a time (maxRoomsPerClient).`,
    )
  }

  /**
   * Rooms that outlive their members are a client's doing all the same, also when it has left them; and a guest who comes back is
   * another user at the same address. Returns what is to be called when the room has ended.
   */
  function assertMayMake(member: C): () => void {
    const ofUser = madeByUser.take(member.userId)
    if (ofUser === null) throw tooMany('One user', maxRoomsPerClient)
    const address = addressOf(member)
    if (address === null) return ofUser
    const ofAddress = madeFrom.take(address)
    if (ofAddress === null) {
      ofUser()
      throw tooMany('One address', maxRoomsPerIp)
    }
    return () => {
      ofUser()
      ofAddress()
    }
  }

  return {
    join,
    giveUp(member, roomId) {
      // By an invite code, too: a client that waits by one knows no other name of the room.
      const named = roomId === undefined ? undefined : matchmaking.find(roomId)
      for (const room of [...(waits.get(member.id)?.keys() ?? [])])
        if (roomId === undefined || room === named)
          room.giveUp(member, new PPError('REFUSED', `You left the queue of the room "${room.id}".`))
      if (roomId === undefined) waits.delete(member.id)
    },
  }
}

/** The text does not say whether a room or a client has the id: that is nobody else's business. */
function taken(id: string): PPError {
  return new PPError('REFUSED', `The id "${id}" is taken.`)
}

function tooMany(who: string, most: number): PPError {
  return new PPError('TOO_MANY_ROOMS', `${who} may have ${most} rooms made at a time.`)
}

function notFound(what: string | undefined): PPError {
  return new PPError('ROOM_NOT_FOUND', `There is no room "${what ?? ''}".`)
}
