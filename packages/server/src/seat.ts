// A seat is a client's place in a room, from the moment it is promised to the moment it is gone. It is taken before
// anything asynchronous is asked, so that a thousand simultaneous joins never overfill a room.
//   reserved ── onAuth agrees ──▶ joining ── onJoin is done ──▶ live ◀─▶ behind, away
// Any of them may end in gone.
import type { RoomContext, UntypedShape } from './definition.js'
import type { Member } from './member.js'
import type { Outgoing } from './outgoing.js'

export type Phase =
  | { name: 'reserved' }
  /** A member to hooks, but not on the wire yet: what it is sent waits for its snapshot. */
  | { name: 'joining'; early: Outgoing[] }
  | { name: 'live' }
  /** It could not follow the deltas: a snapshot comes with the next tick, and what it is sent waits for that. */
  | { name: 'behind'; early: Outgoing[] }
  /** Its connection is lost: no state until it is back. What must not be lost waits in its session. */
  | { name: 'away' }
  | { name: 'gone' }

export interface Seat<C extends Member> {
  readonly client: C
  readonly ctx: RoomContext<UntypedShape, C>
  phase: Phase
  /** Settles when the join is decided; never rejects. */
  decided: Promise<void>
}

/** True from `onJoin` on: hooks count the client among the room's. */
export function isMember({ phase }: { phase: Phase }): boolean {
  return phase.name !== 'reserved' && phase.name !== 'gone'
}

/** True from `joined` to `left`: the client may speak to the room. */
export function isAdmitted(seat: { phase: Phase }): boolean {
  return isMember(seat) && seat.phase.name !== 'joining'
}

/** Hands over a message that must not be lost, now or after the snapshot that the member waits for. */
export function deliverTo<C extends Member>({ phase, client }: Seat<C>, out: Outgoing): void {
  if (phase.name === 'joining' || phase.name === 'behind') phase.early.push(out)
  else if (phase.name !== 'gone' && phase.name !== 'reserved') client.deliver(out)
}
