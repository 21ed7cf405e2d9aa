// A seat is a client's place in a room, from the moment it is promised to the moment it is gone. It is taken before
// anything asynchronous is asked, so that a thousand simultaneous joins never overfill a room.
//   reserved ── onAuth agrees ──▶ joining ── onJoin is done ──▶ live ◀─▶ behind, away
// Any of them may end in gone.
import type { RoomContext, RoomLeaveReason, SeatRole, UntypedShape } from './definition.js'
import type { Lane, Member } from './member.js'
import type { Outgoing } from './outgoing.js'
import type { Pace } from './pace.js'

/** What a member has of a room: the version of its shared view and that of its own part, null where that is unknown. */
export interface Held {
  readonly version: number
  readonly own: number | null
}

/** What a client that comes back says it has of a room: the version of its replica, and the number of its view if it keeps views. */
export interface Claim {
  readonly version: number
  readonly channel: number | undefined
}

export type Phase =
  | { name: 'reserved' }
  /** A member to hooks, but not on the wire yet: what it is sent waits for its snapshot. */
  | { name: 'joining'; early: Outgoing[] }
  | { name: 'live' }
  | Behind
  /** Its connection is lost: no state until it is back. What must not be lost waits in its session. */
  | { name: 'away' }
  | { name: 'gone'; why: RoomLeaveReason; text: string | undefined }

/** A member that does not follow delta by delta: what it gets next is one delta from what it has, or a snapshot. */
export interface Behind {
  name: 'behind'
  /** What it has; null when it needs a snapshot. */
  held: Held | null
  pace: Pace
  /** Since when its connection has taken nothing; null while it does. */
  stalledSince: number | null
  /** Events that wait for its state. */
  early: Outgoing[]
  /** All events wait for its state, because it has none or a wrong one. */
  holdsEvents: boolean
  /** Set when its replica is wrong: the version it should have. The deltas since then are sent before the snapshot, so that it can tell what was wrong. */
  wrong: Held | null
  /** It missed changes of the presence, or has a wrong list. */
  missesPresence: boolean
  /** Its presence list is wrong: it still gets changes before the whole list, so that it can tell what was wrong. */
  isListWrong: boolean
}

export interface Seat<C extends Member> {
  readonly client: C
  readonly role: SeatRole
  /** Its user had a seat before, which was kept. */
  readonly isReturning: boolean
  readonly ctx: RoomContext<UntypedShape, C>
  phase: Phase
  /** While it is live: the lane of its connection, if there is one. */
  lane: Lane | null
  /** Settles when the join is decided; never rejects. */
  decided: Promise<void>
}

/** One object for all seats: a tick reads the phase of each, and this one stays in the cache. */
const LIVE: Phase = { name: 'live' }

/** From now on it follows delta by delta. */
export function goLive<C extends Member>(seat: Seat<C>): void {
  seat.phase = LIVE
  seat.lane = seat.client.readsByReference === true ? null : (seat.client.lane ?? null)
}

/** True from `onJoin` on: hooks count the client among the room's. */
export function isMember({ phase }: { phase: Phase }): boolean {
  return phase.name !== 'reserved' && phase.name !== 'gone'
}

/** A player: one of those who take part. */
export function isPlayer(seat: { phase: Phase; role: SeatRole }): boolean {
  return seat.role === 'player' && isMember(seat)
}

/** True from `joined` to `left`: the client may speak to the room. */
export function isAdmitted(seat: { phase: Phase }): boolean {
  return isMember(seat) && seat.phase.name !== 'joining'
}

/** What waits for the state of a seat. */
export function earlyOf({ phase }: { phase: Phase }): readonly Outgoing[] {
  return 'early' in phase ? phase.early : []
}
