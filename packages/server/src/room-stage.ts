// The order in which members hear of a room. Application code runs in `work`; what it writes is noted by the views, and
// what it sends waits until that state has left, so that an event never arrives before the state it was sent in. `send`
// is the only place where state leaves.
import type { Event, Inspector, Time } from '@painda/protocol'
import { outgoing } from './outgoing.js'
import type { Outgoing } from './outgoing.js'
import type { Member } from './member.js'
import type { RoomPresenceList } from './presence.js'
import type { RoomClock } from './room-clock.js'
import type { RoomViews, Versions } from './room-views.js'
import { earlyOf, goLive, type Claim, type Seat } from './seat.js'
import type { Stragglers } from './stragglers.js'

export interface RoomStage<C extends Member> {
  /** Application code of this room is running. */
  isAtWork(): boolean
  /** Runs application code. What it sent leaves when the outermost call ends: at once, or with the state it wrote. */
  work<T>(run: () => T): T
  /** Runs when no application code is on the stack: a snapshot in the middle of it would show half of its work. */
  afterWork(run: () => void): void
  /** `afterState`: never before the state it was sent in, also to those whose state is skipped for now. */
  event(event: Event, to: readonly Seat<C>[], afterState?: boolean): void
  /** Ends a tick: `run` is what the application does in it. */
  tick(run: () => void): void
  /** Sends what waits, now. */
  send(): void
  /** Sends the whole view and presence list, and deltas from then on: to a member that joins, comes back or has a wrong replica. */
  catchUp(seat: Seat<C>): void
  /** The same for one that comes back with a state: it gets what it missed as one delta. */
  goOn(seat: Seat<C>, claim: Claim): void
  /** The messages that wait for a seat. */
  takeWaiting(seat: Seat<C>): readonly Outgoing[]
}

export function createRoomStage<C extends Member>({
  views,
  clock,
  presence,
  seats,
  stragglers,
  time,
  inspector,
  onError,
}: {
  views: RoomViews<C>
  clock: Pick<RoomClock, 'tick' | 'isSendTick' | 'rest'>
  presence: Pick<RoomPresenceList, 'isDue' | 'takeChanges' | 'introduce' | 'entries'>
  seats: ReadonlyMap<string, Seat<C>>
  stragglers: Stragglers<C>
  time: Pick<Time, 'now'>
  inspector: Pick<Inspector, 'active'>
  onError: (thrown: unknown) => void
}): RoomStage<C> {
  let waiting: { out: Outgoing; to: readonly Seat<C>[]; afterState: boolean }[] = []
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
    if (!views.isDirty() || clock.isSendTick()) send()
    while (depth === 0) {
      const run = afterwards.shift()
      if (run === undefined) return
      run()
    }
  }

  function send(): void {
    sendState()
    if (clock.isSendTick()) {
      sendPresence()
      stragglers.follow()
      restartIfFull()
    }
    const events = waiting
    waiting = []
    for (const { out, to, afterState } of events) for (const seat of to) tell(seat, out, afterState)
  }

  /** Hands over a message that must not be lost, now or after the state that the member waits for. */
  function tell(seat: Seat<C>, out: Outgoing, afterState: boolean): void {
    const { phase, client } = seat
    if (phase.name === 'joining') phase.early.push(out)
    else if (phase.name === 'behind') stragglers.event(seat, out, afterState)
    else if (phase.name !== 'gone' && phase.name !== 'reserved') client.deliver(out)
  }

  function sendState(): void {
    if (!views.isDirty()) return
    try {
      tellLive(views.commit(clock.tick()))
    } catch (thrown) {
      onError(thrown)
    }
  }

  /** Sends a commit to all live members. One whose connection is behind becomes a straggler: it gets one delta of everything later. */
  function tellLive(versions: Versions<C> | null): void {
    if (versions === null) return
    // What else leaves in this tick shares its frame with the state.
    const isAlone = waiting.length === 0 && !presence.isDue() && !inspector.active
    const now = time.now()
    for (const seat of seats.values()) {
      if (seat.phase.name !== 'live') continue
      const lane = isAlone ? seat.lane : null
      if (lane !== null && lane.isClear) {
        const outs = versions.of(seat)
        if (outs.length > 0 && !lane.post(outs, now)) for (const out of outs) seat.client.deliver(out)
      } else if (seat.client.readsByReference === true) continue
      else if (!seat.client.isBehind) for (const out of versions.of(seat)) seat.client.deliver(out)
      else {
        const held = versions.before(seat)
        if (held !== undefined) stragglers.skip(seat, held, 'state')
      }
    }
  }

  /** When a dictionary is full all its receivers start over, so that they hold the same one again. */
  function restartIfFull(): void {
    tellLive(views.restart(clock.tick()))
  }

  function sendPresence(): void {
    const changes = presence.takeChanges()
    if (changes === null) return
    const out = outgoing(changes)
    stragglers.missedPresence(out)
    const outs = [out]
    const isAlone = waiting.length === 0 && !inspector.active
    const now = time.now()
    for (const seat of seats.values()) {
      const { phase, lane, client } = seat
      if (phase.name !== 'live') continue
      // Where state leaves in this tick too, the lane is not clear: both share a frame.
      if (isAlone && lane !== null && lane.isClear && lane.post(outs, now)) continue
      if (client.isBehind) stragglers.skip(seat, views.held(seat), 'presence')
      else client.deliver(out)
    }
  }

  /** To be called with nothing uncommitted, or the next delta would bring it twice. */
  function show(seat: Seat<C>, state: readonly Outgoing[] = views.whole(seat, clock.tick())): void {
    const { client } = seat
    const early = earlyOf(seat)
    if (client.readsByReference !== true) for (const out of state) client.deliver(out)
    for (const out of presence.introduce(client)) client.deliver(out)
    stragglers.release(seat)
    goLive(seat)
    for (const out of early) client.deliver(out)
  }

  return {
    isAtWork: () => depth > 0,
    work,
    afterWork(run) {
      if (depth === 0) run()
      else afterwards.push(run)
    },
    event(event, to, afterState = false) {
      if (to.length === 0) return
      waiting.push({ out: outgoing(event), to, afterState })
      if (depth === 0) settle()
    },
    tick(run) {
      work(run)
      const isDone = !views.isDirty() && !presence.entries.hasChanges() && stragglers.isIdle()
      if (clock.isSendTick() && isDone) clock.rest()
    },
    send,
    catchUp(seat) {
      send()
      show(seat)
    },
    goOn(seat, claim) {
      // The old connection was still alive and the seat live: what `send` sends now would arrive before what was missed.
      if (seat.phase.name === 'live') seat.phase = { name: 'away' }
      send()
      show(seat, views.goOn(seat, claim, clock.tick()))
      restartIfFull()
    },
    takeWaiting(seat) {
      return [...earlyOf(seat), ...waiting.filter(({ to }) => to.includes(seat)).map(({ out }) => out)]
    },
  }
}
