// The seats of one room: who may have one, how many there are, and for whom one is kept free. A seat is promised at once
// or refused at once; what follows, hooks and snapshots, is the door's.
//   players     count against `maxClients`; a locked room takes no more of them
//   spectators  count against `maxSpectators`, and see without taking part
//   kept        seats of users whose session is over and who may come back with another one
import { PPError } from '@painda/protocol'
import type { Time, Undo } from '@painda/protocol'
import { createBans } from './bans.js'
import type { OnFull, RoomContext, SeatRole, UntypedShape } from './definition.js'
import type { Member } from './member.js'
import type { Seat } from './seat.js'

export interface Seating<C extends Member> {
  readonly seats: ReadonlyMap<string, Seat<C>>
  /** True while one more player may be promised a seat. */
  hasRoom(): boolean
  /** True when this client would get a seat of the room's free ones. */
  hasRoomFor(client: Member, role: SeatRole): boolean
  /** A seat is kept for this client's user. */
  keepsFor(client: Member): boolean
  /** Nobody has a seat, and none is kept for anybody. */
  isEmpty(): boolean
  isLocked: boolean
  /** True while somebody in here speaks v2. */
  hasV2(): boolean
  /**
   * Promises a seat, the one that was kept for this user before any other.
   * @throws PPError `ROOM_FULL`, `ROOM_LOCKED`, `FORBIDDEN`
   */
  reserve(client: C, role: SeatRole): Seat<C>
  /** Takes a seat back. */
  free(seat: Seat<C>): void
  /** No seat any more for this client, nor for any session of its user, or for a guest of its address. `ms`: for how long. */
  ban(client: Member, reason: string, ms: number): void
  unban(userId: string): void
  /**
   * Keeps a seat for the user of this client: the one that it is just leaving, or a free one. Resolves to who takes it, null when
   * nobody did in time.
   */
  keep(client: Member, ms: number): Promise<C | null>
  /** Nobody is waited for any more. */
  close(): void
}

export interface SeatingOptions<C extends Member> {
  readonly id: string
  readonly time: Pick<Time, 'now' | 'after'>
  readonly limits: () => SeatLimits<C>
  readonly contextOf: (client: C, role: SeatRole) => RoomContext<UntypedShape, C>
  /** Runs application code; what it throws is reported. */
  readonly guard: (hook: string, run: () => unknown) => void
  /** A seat is kept for this user, or is not kept any more. */
  readonly onKept: (userId: string, isKept: boolean) => void
  /** A seat is free that was kept, or the other way round. */
  readonly onChange: () => void
}

/** How many players and spectators it takes, and what happens to the next one. */
export interface SeatLimits<C> {
  readonly maxClients: number
  readonly maxSpectators: number
  readonly onFull: OnFull<C>
}

/** One for all: it stands there until the join begins. */
const DECIDED = Promise.resolve()

interface Kept<C> {
  readonly settle: (client: C | null) => void
  readonly cancel: Undo
}

export function createSeating<C extends Member>(options: SeatingOptions<C>): Seating<C> {
  const { id, time, limits, contextOf, guard } = options
  const seats = new Map<string, Seat<C>>()
  const bans = createBans(id, time)
  /** By user. */
  const kept = new Map<string, Kept<C>>()
  const ofV2 = new Set<Seat<C>>()
  let spectators = 0

  const players = (): number => seats.size - spectators + kept.size

  function full(client: C): PPError {
    const { onFull } = limits()
    if (typeof onFull === 'function') guard('onFull', () => onFull(client))
    return new PPError('ROOM_FULL', `The room "${id}" is full.`)
  }

  /** What it gets instead of what it wanted, where the room is full. */
  function roleFor(client: C, wanted: SeatRole): SeatRole {
    const { maxClients, maxSpectators, onFull } = limits()
    if (wanted === 'player' && !seating.isLocked && players() < maxClients) return 'player'
    if (wanted === 'player' && seating.isLocked)
      throw new PPError('ROOM_LOCKED', `The room "${id}" is locked.`)
    if (wanted === 'player' && onFull !== 'spectate') throw full(client)
    if (maxSpectators === 0) throw new PPError('FORBIDDEN', `The room "${id}" has no spectators.`)
    if (spectators >= maxSpectators) throw full(client)
    return 'spectator'
  }

  function seat(client: C, role: SeatRole, isReturning: boolean): Seat<C> {
    const made: Seat<C> = {
      client,
      role,
      isReturning,
      ctx: contextOf(client, role),
      phase: { name: 'reserved' },
      lane: null,
      decided: DECIDED,
    }
    seats.set(client.id, made)
    if (role === 'spectator') spectators++
    if (client.protocol === 'v2') ofV2.add(made)
    return made
  }

  function takeKept(userId: string): Kept<C> | undefined {
    const mine = kept.get(userId)
    if (mine === undefined) return undefined
    kept.delete(userId)
    mine.cancel()
    options.onKept(userId, false)
    return mine
  }

  function giveUp(userId: string): void {
    const mine = takeKept(userId)
    if (mine === undefined) return
    mine.settle(null)
    options.onChange()
  }

  const seating: Seating<C> = {
    seats,
    hasRoom: () => !seating.isLocked && players() < limits().maxClients,
    hasRoomFor(client, role) {
      const hasPlace = role === 'player' ? seating.hasRoom() : spectators < limits().maxSpectators
      return hasPlace && bans.isWelcome(client)
    },
    keepsFor: (client) => kept.has(client.userId) && bans.isWelcome(client),
    isEmpty: () => seats.size === 0 && kept.size === 0,
    hasV2: () => ofV2.size > 0,
    isLocked: false,
    reserve(client, role) {
      bans.assertWelcome(client)
      const mine = role === 'player' ? takeKept(client.userId) : undefined
      if (mine === undefined) return seat(client, roleFor(client, role), false)
      const made = seat(client, 'player', true)
      mine.settle(client)
      return made
    },
    free(given) {
      if (seats.get(given.client.id) !== given) return
      seats.delete(given.client.id)
      ofV2.delete(given)
      if (given.role === 'spectator') spectators--
    },
    ban(client, reason, ms) {
      bans.add(client, reason, ms)
      giveUp(client.userId)
    },
    unban: bans.lift,
    keep({ id: clientId, userId }, ms) {
      // Without a user's id nobody could be recognised.
      if (userId === clientId || !(ms > 0)) return Promise.resolve(null)
      takeKept(userId)?.settle(null)
      // Asked for late, its seat may be somebody else's by now.
      const isLeaving = seats.get(clientId)?.phase.name === 'gone'
      if (!isLeaving && players() >= limits().maxClients) return Promise.resolve(null)
      return new Promise((settle) => {
        kept.set(userId, { settle, cancel: time.after(ms, () => giveUp(userId)) })
        options.onKept(userId, true)
        options.onChange()
      })
    },
    close() {
      for (const userId of [...kept.keys()]) takeKept(userId)?.settle(null)
    },
  }
  return seating
}
