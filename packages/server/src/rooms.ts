// All rooms of a server, as its connections see them: the messages of the wire that concern rooms, and what the life
// of a session means for the rooms it is in.
import { PPError } from '@painda/protocol'
import type {
  Activity,
  Event,
  Inspector,
  Join,
  LobbyState,
  Random,
  Resync,
  RoomShape,
  RoomVersions,
  Time,
  Undo,
} from '@painda/protocol'
import { noAdvice, type Advise } from './advice.js'
import type { Room, RoomBehaviour, RoomOptions, UntypedShape } from './definition.js'
import { createJoining } from './joining.js'
import { createListings } from './listing.js'
import type { LobbyOptions, RoomListing } from './listing.js'
import { createMatchmaking } from './matchmaking.js'
import type { HandedRoom, RoomStore } from './keeper.js'
import { createKeptRooms, type TakenOver } from './kept-rooms.js'
import { createLastWait } from './last-wait.js'
import { createMakingTurns } from './making-turns.js'
import type { Member, SendAnswer } from './member.js'
import type { Membership } from './membership.js'
import { outgoing } from './outgoing.js'
import { tellPeer, type ReportError } from './refuse.js'
import type { StateRoom } from './room.js'
import { createStateWatch } from './state-watch.js'
import type { RoomKind } from './room-kind.js'
import type { RoomWorld } from './room-parts.js'
import { handleMessage } from './room-message.js'
import { isAdmitted, isPlayer, type Claim, type Seat } from './seat.js'
import { DRAIN_MS } from './shutdown.js'
import { createTally, type Tally } from './stats.js'
import { createTickers } from './tick.js'

/** Rooms that a client may be in at a time, unless the server says otherwise. */
const MAX_ROOMS_PER_CLIENT = 64
/** Rooms that clients of one address have made and that still exist. */
const MAX_ROOMS_PER_IP = 512
/** Of the options of joins that wait in queues, per client. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024

export interface CreateRoomOptions {
  /** Default: a new id. */
  readonly id?: string
  /** Reaches `onCreate`. */
  readonly options?: unknown
  /** Of its random numbers: the same seed and the same calls give the same game. Default: from the server's own. */
  readonly seed?: number
}

export interface Rooms<C extends Member> {
  readonly reloading: Reloading<C>
  /**
   * A room of the documented kind. The first one of an id stays, whatever comes with the next call.
   * @throws PPError `INVALID_ARGUMENT` when a definition's room has that id, `STATE_NOT_JSON`, `CLOSED`
   */
  room<State extends object>(
    id: string,
    initialState: State,
    options?: RoomOptions<C, State>,
  ): Room<UntypedShape<State>, C>
  /** A new room of a definition. @throws PPError `INVALID_ARGUMENT` for a taken id or an unknown shape, `CLOSED`; what `onCreate` throws */
  create<Shape extends RoomShape>(shape: Shape, options?: CreateRoomOptions): Room<Shape, C>
  get(id: string): Room<UntypedShape, C> | undefined
  /** By its id or its invite code. */
  find(name: string): Room<UntypedShape, C> | undefined
  list(): Room<UntypedShape, C>[]
  /** All rooms that are not private, or those of one definition. */
  listing(name?: string): RoomListing[]
  /** The same, live, as the state of a room. Repeating it returns the first one. */
  lobby(id: string, options?: LobbyOptions<C>): Room<UntypedShape<LobbyState>, C>

  // Messages of a v3 peer. None of these throws or rejects: whoever asks is answered.
  join(member: C, message: Join, beginsEventRoom?: boolean): Promise<void>
  leave(member: C, roomId: string): void
  /** By the server's own wish. False when there is no such room. @throws PPError what keeps it out */
  admit(member: C, roomId: string): boolean
  message(member: C, event: Event, answer: SendAnswer): void | Promise<void>
  resync(member: C, message: Resync): void
  presence(member: C, roomId: string, data: unknown): void
  /** Is somebody looking, in that session? */
  setActivity(member: C, activity: Activity): void

  // The life of a session.
  /** The connection is lost, the session is kept. */
  dropped(member: C): void
  /** True when it is in state rooms that are named here, and all of those can go on from these versions. */
  canContinue(member: C, versions: RoomVersions): boolean
  /** The session goes on: each of its rooms sends it what it missed, or where `versions` do not name it the whole state. */
  resumed(member: C, versions: RoomVersions | null): void
  /** The session is over: it leaves everything. */
  ended(member: C, reason?: string): void
  /** Ids of the state rooms that it is in. */
  roomsOf(member: C): string[]
  /** Begins the rooms that were saved, as far as they are defined and not there. @throws what the store throws */
  restore(): Promise<Room<UntypedShape, C>[]>
  /** Rooms that end with their server from here on are kept for another one. Resolves to them when `isOver` has. */
  handOver(isOver: () => Promise<void>): Promise<HandedRoom[]>
  /** Begins rooms of a server that has ended, as far as the definitions of this one can go on with them. Never throws. */
  takeOver(handed: readonly HandedRoom[]): TakenOver
  /** From here on rooms end because their server does. */
  beginClosing(): void
  /** Resolves when all rooms are over and the store has what it is to keep, or when both have been waited for long enough. */
  saved(): Promise<void>
  /** Ends all rooms and stops every timer. Safe to call twice; each room's last hooks may go on for `hooksMs`. */
  close(hooksMs?: number): void
}

/** What reload.ts does to rooms. */
export interface Reloading<C extends Member> {
  /** A definition, also one that is retired. */
  known(name: string): RoomKind<C> | undefined
  /** @throws PPError `INVALID_ARGUMENT` for a second definition of one name, or a rate that is none */
  define(shape: RoomShape, behaviour: RoomBehaviour<UntypedShape, C>): void
  /** @throws PPError `INVALID_ARGUMENT` for a rate that is none */
  redefine(shape: RoomShape, behaviour: RoomBehaviour<UntypedShape, C>): Undo
  /** Another definition of a known name: rooms of the one before stay its. @throws PPError `INVALID_ARGUMENT` for a rate that is none */
  renew(shape: RoomShape, behaviour: RoomBehaviour<UntypedShape, C>): Undo
  retire(name: string): void
  /** Rooms of these kinds. */
  roomsOf(kinds: ReadonlySet<RoomKind<C>>): readonly StateRoom<C>[]
}

export interface RoomsOptions<C extends Member> {
  readonly time: Time
  /** Each room gets a generator of its own from it. */
  readonly random: Random
  readonly inspector: Inspector
  readonly tally?: Tally
  readonly membership: Pick<Membership, 'enter' | 'exit' | 'has' | 'exists' | 'roomsOf'>
  /** False for a member whose session is over. */
  readonly isAlive?: (member: Member) => boolean
  /** True for an id that addresses a single client. */
  readonly isClient?: (id: string) => boolean
  /** Notes what application code threw; returns the id in the log. */
  readonly onError: ReportError
  /** Notes what is probably a mistake. */
  readonly warn?: (message: string) => void
  /** The same, of whoever builds the game. */
  readonly advise?: Advise
  /** The address that it came from; null where nobody said one. */
  readonly addressOf?: (member: C) => string | null
  readonly limits?: {
    readonly maxRoomsPerClient?: number
    readonly maxRoomsPerIp?: number
    readonly maxWaitingBytes?: number
  }
  /** True when a running setup takes the undo: it will be called with the next reload. */
  readonly adopt?: (undo: Undo) => boolean
  /** A room without a definition is asked for again: while code is being replaced, it goes on with this. */
  readonly onAgain?: (room: StateRoom<C>, initialState: object, options: RoomOptions<C>) => void
  /** Where rooms with `persist` are kept. */
  readonly store?: RoomStore | undefined
}

export function createRooms<C extends Member>(options: RoomsOptions<C>): Rooms<C> {
  const { time, random, inspector, membership, onError, warn = () => {}, limits = {} } = options
  const { advise = noAdvice } = options
  const { isClient = () => false, isAlive = () => true, tally = createTally() } = options
  const { maxRoomsPerClient = MAX_ROOMS_PER_CLIENT, maxRoomsPerIp = MAX_ROOMS_PER_IP } = limits
  const { maxWaitingBytes = MAX_WAITING_BYTES } = limits
  const tickers = createTickers(time)
  /** member id → its rooms and seats, promised ones included */
  const seating = new Map<string, Map<StateRoom<C>, Seat<C>>>()
  let channels = 0
  const nextChannel = (): number => channels++
  const ending: Promise<void>[] = []
  let isClosing = false
  const lastWait = createLastWait(time)
  const world: RoomWorld = {
    time,
    tickers,
    inspector,
    tally,
    membership,
    nextChannel,
    isAlive,
    keeper: (id, read) => kept.keeper(id, read),
    isClosing: () => isClosing,
    ended: (id, ended, read) => kept.ended(id, ended, read),
    adopt: options.adopt ?? (() => false),
    report: onError,
    advise,
    watch: createStateWatch(time, advise),
    lastWait,
  }
  const matchmaking = createMatchmaking<C>({
    world,
    random,
    warn,
    onSeat,
    onListed: (room) => listings.changed(room),
    onAgain: options.onAgain ?? (() => {}),
  })
  const listings = createListings(matchmaking)
  const kept = createKeptRooms<C>({
    store: options.store,
    time,
    matchmaking,
    isClosing: () => isClosing,
    report: onError,
    warn,
    advise,
  })

  function onSeat(room: StateRoom<C>, seat: Seat<C>): void {
    const mine = seating.get(seat.client.id) ?? new Map<StateRoom<C>, Seat<C>>()
    if (seat.phase.name !== 'gone') seating.set(seat.client.id, mine.set(room, seat))
    else if (mine.delete(room) && mine.size === 0) seating.delete(seat.client.id)
  }

  const seatsOf = (member: C): [StateRoom<C>, Seat<C>][] => [...(seating.get(member.id) ?? [])]

  /** The member's place in a room that it has been told `joined` of. */
  function placeOf(member: C, roomId: string): { room: StateRoom<C>; seat: Seat<C> } | null {
    const room = matchmaking.get(roomId)
    const seat = room?.seatOf(member)
    return room !== undefined && seat !== undefined && isAdmitted(seat) ? { room, seat } : null
  }

  const joining = createJoining<C>({
    matchmaking,
    membership,
    seatsOf,
    makingTurns: createMakingTurns(time),
    isAlive,
    isClient,
    addressOf: options.addressOf ?? (() => null),
    maxRoomsPerClient,
    maxRoomsPerIp,
    maxWaitingBytes,
    advise,
    refuse: refuseJoin,
  })

  function refuseJoin(member: C, { name, room, ackId }: Join, thrown: unknown): void {
    const error = tellPeer(thrown, `Joining "${name ?? room ?? ''}"`, onError)
    member.deliver(outgoing({ kind: 'ack', ackId, error }))
  }

  /** Tells a member of an error that answers no question. */
  function complain(member: C, room: string, thrown: unknown, type?: string): void {
    const error = tellPeer(thrown, `A message to the room "${room}"`, onError)
    if (member.takeRefusal?.() === false) return
    member.deliver(outgoing({ kind: 'error', ...error, room, ...(type === undefined ? {} : { type }) }))
  }

  return {
    reloading: {
      define: matchmaking.define,
      known: matchmaking.known,
      redefine: matchmaking.redefine,
      renew: matchmaking.renew,
      retire: matchmaking.retire,
      roomsOf: (kinds) => matchmaking.list().filter(({ kind }) => kinds.has(kind)),
    },
    room<State extends object>(id: string, initialState: State, roomOptions: RoomOptions<C, State> = {}) {
      if (matchmaking.get(id) === undefined && membership.exists(id))
        advise(
          `The room "${id}" begins with a state, and who is in the event room of that name already is no member of it: make it before they join.`,
        )
      // `view` and `auth` only ever get this room's own state and clients.
      const wishes = roomOptions as unknown as RoomOptions<C>
      return matchmaking.room(id, initialState, wishes) as unknown as Room<UntypedShape<State>, C>
    },
    create<Shape extends RoomShape>(shape: Shape, { id, options: wishes, seed }: CreateRoomOptions = {}) {
      const definition = matchmaking.definition(shape.name)
      if (definition?.shape !== shape) {
        throw new PPError('INVALID_ARGUMENT', `The room "${shape.name}" is not defined.`, {
          hint: 'Call define() with the same object first.',
        })
      }
      const room = matchmaking.make(definition, { id, seed })
      matchmaking.begin(room, wishes)
      // Made from this shape a line above.
      return room as unknown as Room<Shape, C>
    },
    get: matchmaking.get,
    find: matchmaking.find,
    list: matchmaking.list,
    listing: listings.listing,
    lobby: listings.lobby,

    async join(member, message, beginsEventRoom) {
      try {
        await joining.join(member, message, beginsEventRoom)
      } catch (thrown) {
        refuseJoin(member, message, thrown)
      }
    },
    admit(member, roomId) {
      const room = matchmaking.get(roomId)
      room?.admit(member)
      return room !== undefined
    },
    leave(member, roomId) {
      const room = matchmaking.get(roomId)
      if (room?.seatOf(member) !== undefined) {
        room.leave(member)
        return
      }
      joining.giveUp(member, roomId)
      membership.exit(roomId, member.id)
      // Also to somebody who was out already: a kick and a leave may have met on the way.
      member.deliver(outgoing({ kind: 'left', room: roomId, reason: 'left' }))
    },
    message(member, event, answer) {
      const roomId = event.room ?? ''
      const place = placeOf(member, roomId)
      if (place !== null && isPlayer(place.seat)) {
        const { room, seat } = place
        return room.intake.hear(seat, event, answer, (reply) =>
          handleMessage(room, seat, event, reply, onError, advise),
        )
      }
      const error = place === null ? notInRoom(roomId) : onlyLooksOn(roomId)
      const { code, message } = error
      if (event.ackId !== undefined) answer({ error: { code, message } })
      else complain(member, roomId, error, event.type)
    },
    resync(member, { room = '', version, why }) {
      const place = placeOf(member, room)
      if (place === null) complain(member, room, notInRoom(room))
      else place.room.resync(place.seat, version, why)
    },
    setActivity(member, activity) {
      for (const [room] of seatsOf(member)) room.presence.entries.setActivity(member.id, activity)
    },
    presence(member, room, data) {
      const place = placeOf(member, room)
      try {
        if (place === null) throw notInRoom(room)
        if (!isPlayer(place.seat)) throw onlyLooksOn(room)
        place.room.intake.showPresence(place.seat, data)
      } catch (thrown) {
        complain(member, room, thrown)
      }
    },

    dropped(member) {
      for (const [room, seat] of seatsOf(member)) room.intake.dropped(seat)
    },
    canContinue(member, versions) {
      const claims = claimsOf(versions)
      const named = seatsOf(member).filter(([room, seat]) => isAdmitted(seat) && claims.has(room.id))
      return named.length > 0 && named.every(([room, seat]) => canGoOn(room, seat, claims.get(room.id)))
    },
    resumed(member, versions) {
      const claims = claimsOf(versions ?? [])
      for (const [room, seat] of seatsOf(member)) room.intake.resumed(seat, claims.get(room.id) ?? null)
    },
    ended(member) {
      joining.giveUp(member)
      for (const [room, seat] of seatsOf(member)) room.intake.sessionEnded(seat)
    },
    roomsOf: (member) => seatsOf(member).flatMap(([room, seat]) => (isAdmitted(seat) ? [room.id] : [])),
    restore: kept.restore,
    handOver: kept.handOver,
    takeOver: kept.takeOver,
    beginClosing: () => void (isClosing = true),
    async saved() {
      await Promise.all(ending)
      if (await lastWait.until(kept.saved())) return
      const late = `The store did not answer within ${lastWait.ms} ms, and the server closed without it.`
      onError(new PPError('INTERNAL', late), 'Keeping rooms')
    },
    close(hooksMs = DRAIN_MS) {
      isClosing = true
      lastWait.begin(hooksMs)
      matchmaking.close()
      for (const room of [...matchmaking.list(), ...matchmaking.leaving()]) ending.push(room.dispose())
      tickers.close()
    },
  }
}

function claimsOf(versions: RoomVersions): Map<string, Claim> {
  return new Map(versions.map(([room, version, channel]) => [room, { version, channel }]))
}

function canGoOn<C extends Member>(room: StateRoom<C>, seat: Seat<C>, claim: Claim | undefined): boolean {
  return claim !== undefined && room.canContinue(seat, claim)
}

function onlyLooksOn(room: string): PPError {
  return new PPError('FORBIDDEN', `You are a spectator of the room "${room}".`)
}

function notInRoom(room: string): PPError {
  return new PPError('NOT_IN_ROOM', `You are not in the room "${room}".`)
}
