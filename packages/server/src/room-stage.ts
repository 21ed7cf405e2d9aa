// The order in which members hear of a room. Application code runs in `work`; what it writes is noted by the view, and
// what it sends waits until that state has left, so that an event never arrives before the state it was sent in. `send`
// is the only place where state leaves.
import { outgoing } from './outgoing.js'
import type { Outgoing } from './outgoing.js'
import type { Member } from './member.js'
import type { RoomPresenceList } from './presence.js'
import type { RoomClock } from './room-clock.js'
import { deliverTo, type Seat } from './seat.js'
import type { View } from './view.js'

export interface RoomStage<C extends Member> {
  /** Runs application code. What it sent leaves when the outermost call ends: at once, or with the state it wrote. */
  work<T>(run: () => T): T
  /** Runs when no application code is on the stack: a snapshot in the middle of it would show half of its work. */
  afterWork(run: () => void): void
  event(type: string, payload: unknown, to: readonly Seat<C>[]): void
  /** Ends a tick: `run` is what the application does in it. */
  tick(run: () => void): void
  /** Sends what waits, now. */
  send(): void
  /** The whole view and the whole presence, and then deltas: for a member that joins, comes back or lost step. */
  catchUp(seat: Seat<C>): void
  /** The same for one that comes back with the state of `version`: what it missed of the state comes as one delta. */
  goOn(seat: Seat<C>, version: number): void
  /** Takes what waits for a seat. */
  takeWaiting(seat: Seat<C>): readonly Outgoing[]
}

export function createRoomStage<C extends Member>({
  room,
  view,
  clock,
  presence,
  seats,
  onError,
}: {
  room: string
  view: View<object>
  clock: Pick<RoomClock, 'tick' | 'isSendTick' | 'rest'>
  presence: Pick<RoomPresenceList, 'takeChanges' | 'full' | 'entries'>
  seats: ReadonlyMap<string, Seat<C>>
  onError: (thrown: unknown) => void
}): RoomStage<C> {
  let waiting: { out: Outgoing; to: readonly Seat<C>[] }[] = []
  const afterwards: (() => void)[] = []
  let depth = 0

  function work<T>(run: () => T): T {
    depth++
    try {
      return run()
    } finally {
      depth--
      if (depth === 0) settle()
    }
  }

  function settle(): void {
    // With unsent state, events wait for the tick that sends it: the view has woken the clock for that.
    if (!view.isDirty || clock.isSendTick) send()
    while (depth === 0) {
      const run = afterwards.shift()
      if (run === undefined) return
      run()
    }
  }

  function send(): void {
    sendState()
    if (clock.isSendTick) {
      sendPresence()
      for (const seat of seats.values()) if (seat.phase.name === 'behind') show(seat)
    }
    const events = waiting
    waiting = []
    for (const { out, to } of events) for (const seat of to) deliverTo(seat, out)
  }

  function sendState(): void {
    if (!view.isDirty) return
    try {
      const delta = view.commit(clock.tick)
      if (delta !== null) toLive(delta)
      restartIfFull()
    } catch (thrown) {
      onError(thrown)
    }
  }

  /** A full dictionary: everybody starts over with a snapshot, so that every receiver holds the same one. */
  function restartIfFull(): void {
    if (view.isFull) toLive(view.snapshot(clock.tick))
  }

  function sendPresence(): void {
    const changes = presence.takeChanges()
    if (changes !== null) toLive(outgoing(changes))
  }

  function toLive(out: Outgoing): void {
    for (const seat of seats.values()) if (seat.phase.name === 'live') seat.client.deliver(out)
  }

  /** Only with nothing uncommitted: the next delta would bring it twice. */
  function show(seat: Seat<C>, state: Outgoing | null = view.snapshot(clock.tick)): void {
    const { phase, client } = seat
    if (state !== null) client.deliver(state)
    client.deliver(outgoing(presence.full()))
    seat.phase = { name: 'live' }
    if (phase.name !== 'joining' && phase.name !== 'behind') return
    for (const out of phase.early) client.deliver(out)
  }

  return {
    work,
    afterWork(run) {
      if (depth === 0) run()
      else afterwards.push(run)
    },
    event(type, payload, to) {
      if (to.length === 0) return
      waiting.push({ out: outgoing({ kind: 'event', type, payload, room }), to })
      if (depth === 0) settle()
    },
    tick(run) {
      work(run)
      if (clock.isSendTick && !view.isDirty && !presence.entries.hasChanges) clock.rest()
    },
    send,
    catchUp(seat) {
      send()
      show(seat)
    },
    goOn(seat, version) {
      // A connection that took over from one that still lived: what is sent now would come before what it missed.
      if (seat.phase.name === 'live') seat.phase = { name: 'away' }
      send()
      show(seat, view.since(version, clock.tick))
      restartIfFull()
    },
    takeWaiting(seat) {
      const { phase } = seat
      const early = phase.name === 'behind' ? phase.early : []
      return [...early, ...waiting.filter(({ to }) => to.includes(seat)).map(({ out }) => out)]
    },
  }
}
