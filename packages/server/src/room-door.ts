// Who comes in and who goes out, and what each is told. Every await is followed by a look at the seat: a client may
// leave, and a room may end, while somebody's `onAuth` still asks a database.
import { PPError } from '@painda/protocol'
import type { LeaveReason, Time, Undo } from '@painda/protocol'
import type { RoomBehaviour, RoomLeaveReason, UntypedShape } from './definition.js'
import { isPromise } from './faults.js'
import type { Member } from './member.js'
import { outgoing } from './outgoing.js'
import type { PresenceList } from './presence-list.js'
import type { RoomKind } from './room-kind.js'
import type { RoomStage } from './room-stage.js'
import { earlyOf, isAdmitted, type Claim, type Phase, type Seat } from './seat.js'
import type { Stragglers } from './stragglers.js'

export interface EnterOptions {
  /** Reaches `onAuth` and `onJoin`. */
  readonly options: unknown
  /** The client's question, if it asked. */
  readonly ackId?: number
  /** Is `onAuth` asked? Not when the server itself puts the client in. */
  readonly isAsked: boolean
}

export interface RoomDoor<C extends Member> {
  /**
   * Takes a promised seat: `joined`, then the snapshot. All of it happens before this returns when no hook is
   * asynchronous.
   * @throws what `onCreate`, `onAuth` or `onJoin` threw; PPError `FORBIDDEN`, `ROOM_NOT_FOUND`, `REFUSED`, `KICKED`
   */
  enter(seat: Seat<C>, how: EnterOptions): Promise<void>
  /**
   * A member joins again: no second `onJoin`, and the same answer. The snapshot comes with the next tick, and rarely: a request of
   * ten bytes must not cost a whole state each time.
   */
  enterAgain(seat: Seat<C>, ackId: number): void
  /** The member cannot follow the deltas: a snapshot comes with a next send, however often it says so. */
  fallBehind(seat: Seat<C>, isWrong?: boolean): void
  /** The member's list of who is here is wrong. */
  needsPresence(seat: Seat<C>): void
  /** `text`: told to the client. */
  remove(seat: Seat<C>, reason: RoomLeaveReason, text?: string): void
  /** Keeps the seat of a dropped client for `ms` and no longer. Resolves to the client when it is back, else to null. */
  keep(seat: Seat<C>, ms: number): Promise<C | null>
  dropped(seat: Seat<C>): void
  /** `claim`: the state it has; null when it needs all of it. */
  resumed(seat: Seat<C>, claim: Claim | null): void
}

export interface RoomDoorOptions<C extends Member> {
  readonly id: string
  readonly name: string | undefined
  readonly kind: Pick<RoomKind<C>, 'behaviour'>
  readonly stage: RoomStage<C>
  readonly stragglers: Pick<Stragglers<C>, 'needsSnapshot' | 'needsPresence' | 'takeSnapshot' | 'release'>
  readonly presence: PresenceList
  /** False: a joining member's snapshot comes with the next tick. */
  readonly syncOnJoin: boolean
  /** `onCreate` under way. */
  readonly starting: () => Promise<void> | null
  readonly isOpen: () => boolean
  /** Runs a hook; what it throws, also later, is reported. */
  readonly guard: (hook: string, run: () => unknown) => void
  /** What a hook still does: the room ends after it. */
  readonly until: <T>(hook: string, work: PromiseLike<T>) => PromiseLike<T>
  readonly time: Pick<Time, 'after'>
  readonly onEnter: (seat: Seat<C>) => void
  readonly onExit: (seat: Seat<C>, reason: RoomLeaveReason) => void
  /** The seat is free: `onLeave` has been called, if `onJoin` had been. */
  readonly onFree: (seat: Seat<C>) => void
}

export function createRoomDoor<C extends Member>(door: RoomDoorOptions<C>): RoomDoor<C> {
  const { id, kind, stage, stragglers, presence, guard } = door

  /** Dropped clients whose seats are kept for less than their sessions. */
  const kept = new Map<Seat<C>, { settle: (client: C | null) => void; cancel: Undo }>()

  function settleKept(seat: Seat<C>, back: C | null): void {
    const { settle, cancel } = kept.get(seat) ?? {}
    kept.delete(seat)
    cancel?.()
    settle?.(back)
  }

  async function enter(seat: Seat<C>, { options, ackId, isAsked }: EnterOptions): Promise<void> {
    try {
      const starting = door.starting()
      if (starting !== null) await starting
      assertSeat(seat)
      if (isAsked) {
        const asked = stage.work(() => kind.behaviour.onAuth?.(seat.ctx, options))
        const verdict = isPromise(asked) ? await asked : asked
        // Without types it may be what only counts as false: whoever means yes by nothing returns nothing.
        if (verdict !== undefined && !verdict)
          throw new PPError('FORBIDDEN', `You may not join the room "${id}".`)
        assertSeat(seat)
      }
      seat.phase = { name: 'joining', early: [] }
      if (seat.role === 'player') {
        presence.track(seat.client)
        const joined = stage.work(() => joinHook(seat)?.(seat.ctx, options))
        if (isPromise(joined)) await door.until(seat.isReturning ? 'onReturn' : 'onJoin', joined)
      }
      const gone = goneOf(seat)
      if (gone !== null && seat.role === 'player') {
        // It left while `onJoin` was at work; what that has done, `onLeave` must undo.
        guard('onLeave', () => kind.behaviour.onLeave?.(seat.ctx, gone.why))
      }
      assertSeat(seat)
    } catch (thrown) {
      if (goneOf(seat) === null) {
        detach(seat, 'ended')
        door.onFree(seat)
      }
      throw thrown
    }
    stage.afterWork(() => admit(seat, ackId))
  }

  function admit(seat: Seat<C>, ackId: number | undefined): void {
    const { phase, client } = seat
    if (phase.name !== 'joining') return
    client.enlist?.(1)
    tellJoined(seat, ackId)
    if (!client.connected) goAway(seat)
    else if (door.syncOnJoin && stragglers.takeSnapshot(client)) stage.catchUp(seat)
    else stragglers.needsSnapshot(seat)
    door.onEnter(seat)
    // It went while it was joining.
    if (!client.connected) tellDropped(seat)
  }

  function joinHook({ isReturning }: Seat<C>): RoomBehaviour<UntypedShape, C>['onJoin'] {
    const { onJoin, onReturn } = kind.behaviour
    return isReturning ? (onReturn ?? onJoin) : onJoin
  }

  function tellJoined({ client }: Seat<C>, ackId: number | undefined): void {
    const answer = ackId === undefined ? {} : { ackId }
    // One that is sent no state waits for none.
    const type = client.readsByReference === true ? 'event' : 'state'
    const name = door.name === undefined ? {} : { name: door.name }
    client.deliver(outgoing({ kind: 'joined', room: id, ...answer, ...name, type }))
  }

  function tellLeft(seat: Seat<C>, reason: LeaveReason, text?: string): void {
    for (const out of stage.takeWaiting(seat)) seat.client.deliver(out)
    seat.client.deliver(outgoing({ kind: 'left', room: id, reason, ...(text === undefined ? {} : { text }) }))
  }

  function goAway(seat: Seat<C>): void {
    const { client } = seat
    const early = earlyOf(seat)
    stragglers.release(seat)
    seat.phase = { name: 'away' }
    presence.setConnected(client.id, false)
    // Its session keeps what must not be lost.
    for (const out of early) client.deliver(out)
  }

  function tellDropped(seat: Seat<C>): void {
    if (seat.role === 'player') guard('onDrop', () => kind.behaviour.onDrop?.(seat.ctx))
  }

  function assertSeat(seat: Seat<C>): void {
    const gone = goneOf(seat)
    if (gone?.why === 'kicked')
      throw new PPError('KICKED', gone.text ?? `You were taken out of the room "${id}".`)
    if (!door.isOpen()) throw new PPError('ROOM_NOT_FOUND', `The room "${id}" has ended.`)
    if (gone !== null) throw new PPError('REFUSED', `You left the room "${id}" while joining it.`)
  }

  function detach(seat: Seat<C>, why: RoomLeaveReason, text?: string): void {
    stragglers.release(seat)
    seat.phase = { name: 'gone', why, text }
    presence.untrack(seat.client.id)
  }

  function remove(seat: Seat<C>, reason: RoomLeaveReason, text?: string): void {
    if (goneOf(seat) !== null) return
    const wasAdmitted = isAdmitted(seat)
    if (wasAdmitted && reason !== 'ended') tellLeft(seat, reason, text)
    detach(seat, reason, text)
    settleKept(seat, null)
    if (wasAdmitted) {
      seat.client.enlist?.(-1)
      if (seat.role === 'player') guard('onLeave', () => kind.behaviour.onLeave?.(seat.ctx, reason))
      door.onExit(seat, reason)
    }
    door.onFree(seat)
  }

  function fallBehind(seat: Seat<C>, isWrong = false): void {
    if (seat.phase.name === 'live' || seat.phase.name === 'behind') stragglers.needsSnapshot(seat, isWrong)
  }

  return {
    enter,
    enterAgain(seat, ackId) {
      tellJoined(seat, ackId)
      fallBehind(seat)
    },
    fallBehind,
    needsPresence(seat) {
      // A list may be as large as a state: asking for it counts the same.
      if (!stragglers.takeSnapshot(seat.client)) fallBehind(seat)
      else if (seat.phase.name === 'live' || seat.phase.name === 'behind') stragglers.needsPresence(seat)
    },
    remove,
    keep(seat, ms) {
      if (seat.phase.name !== 'away') return Promise.resolve(seat.client)
      settleKept(seat, null)
      return new Promise((settle) => {
        const cancel = door.time.after(ms, () => {
          // Its session goes on, and would wait for the room without end.
          tellLeft(seat, 'kicked', `Your seat in the room "${id}" was kept no longer.`)
          remove(seat, 'ended')
        })
        kept.set(seat, { settle, cancel })
      })
    },
    dropped(seat) {
      if (!isAdmitted(seat) || seat.phase.name === 'away') return
      goAway(seat)
      tellDropped(seat)
    },
    resumed(seat, claim) {
      if (!isAdmitted(seat)) return
      presence.setConnected(seat.client.id, true)
      settleKept(seat, seat.client)
      stage.afterWork(() => {
        if (!isAdmitted(seat)) return
        if (claim === null && !stragglers.takeSnapshot(seat.client)) stragglers.needsSnapshot(seat)
        else if (claim === null) stage.catchUp(seat)
        else stage.goOn(seat, claim)
      })
      if (seat.role === 'player') guard('onResume', () => kind.behaviour.onResume?.(seat.ctx))
    },
  }
}

/** A function, so that the compiler forgets what it knew of the phase before an await. */
function goneOf({ phase }: { phase: Phase }): Extract<Phase, { name: 'gone' }> | null {
  return phase.name === 'gone' ? phase : null
}
