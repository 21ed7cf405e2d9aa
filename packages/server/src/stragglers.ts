// Members that do not follow delta by delta: their connection is behind, or they have asked for a snapshot. Latest wins:
// while data still waits on the way to a member, it gets no more state; then one delta from the version that it has, or
// the snapshot where that is smaller. Meanwhile only its version is kept. Members that keep up are in no list here and
// cost nothing.
import type { Inspector, Time } from '@painda/protocol'
import type { Member } from './member.js'
import type { Outgoing } from './outgoing.js'
import { FULL_PACE, nextPace, type Pace } from './pace.js'
import type { RoomPresenceList } from './presence.js'
import { createTokenBucket, type TokenBucket } from './rate-limit.js'
import type { RoomClock } from './room-clock.js'
import type { RoomViews } from './room-views.js'
import { goLive, type Behind, type Held, type Phase, type Seat } from './seat.js'
import type { Tally } from './stats.js'

/**
 * Snapshots of one room that a client gets by asking: joining, joining again, coming back, or reporting a desync. A request of ten
 * bytes must not cost a whole state each time.
 */
const SNAPSHOTS_PER_SECOND = 2
const SNAPSHOT_BURST = 4

/** A connection that took nothing for this long is stalled, not slow: it gets its state as soon as it takes something, not at its pace. */
const STALL_MS = 1000

/** Events that may wait for a member's state. With one more, state and events are sent however full the connection is. */
const MAX_EARLY = 1024

const NOTHING_WRONG = {
  name: 'behind',
  holdsEvents: false,
  wrong: null,
  stalledSince: null,
  isListWrong: false,
} as const

type BehindSeat<C extends Member> = Seat<C> & { phase: Behind }

export interface Stragglers<C extends Member> {
  /** Its connection is behind: from what it has on it gets the state when there is room for it. */
  skip(seat: Seat<C>, held: Held | null, missed: 'state' | 'presence'): void
  /**
   * It gets a snapshot with a next send; all its events wait for that. `isWrong`: its replica has another hash than it
   * should, and follows the deltas until the snapshot, so that it can tell what is wrong.
   */
  needsSnapshot(seat: Seat<C>, isWrong?: boolean): void
  /** True when this client may have a snapshot now, which counts; else `needsSnapshot` gives it one later. */
  takeSnapshot(client: C): boolean
  /** Once in each send tick, with nothing uncommitted: sends to whom it can. */
  follow(): void
  /** The presence has changed. */
  missedPresence(changes: Outgoing): void
  /** Its list of who is here is wrong: the whole one comes with a next send. */
  needsPresence(seat: Seat<C>): void
  /** Sends an event to a member of this list, or keeps it until its state has left. */
  event(seat: Seat<C>, out: Outgoing, afterState: boolean): void
  /** It left the list for another reason. */
  release(seat: Seat<C>): void
  /** True when nobody waits for anything. */
  isIdle(): boolean
}

export interface StragglersOptions<C extends Member> {
  readonly room: string
  readonly time: Time
  readonly inspector: Inspector
  readonly tally: Tally
  readonly views: Pick<RoomViews<C>, 'held' | 'lacks' | 'since' | 'whole'>
  readonly clock: Pick<RoomClock, 'tick' | 'wake' | 'sendSlot' | 'sendRate'>
  readonly presence: Pick<RoomPresenceList, 'full'>
}

export function createStragglers<C extends Member>(options: StragglersOptions<C>): Stragglers<C> {
  const { room, time, inspector, tally, views, clock, presence } = options
  const list = new Set<Seat<C>>()
  /** By client, not by seat: leaving and joining again asks for a snapshot, too. */
  const budgets = new WeakMap<C, TokenBucket>()
  /** Of those that follow again at the room's own rate, and fell behind a moment ago. */
  const paces = new WeakMap<Seat<C>, Pace>()

  function add(seat: Seat<C>, phase: Behind): BehindSeat<C> {
    if (!list.has(seat)) tally.behind++
    list.add(seat)
    clock.wake()
    return Object.assign(seat, { phase })
  }

  function release(seat: Seat<C>): void {
    if (list.delete(seat)) tally.behind--
  }

  function follow(seat: BehindSeat<C>): void {
    const { phase, client } = seat
    const isLate = client.isBehind
    keepPace(seat, isLate)
    const isBack = isStallOver(phase, isLate)
    if (isLate) {
      if (!lacksNothing(seat)) noteSkip(seat)
      return
    }
    const isTurn = isBack || clock.sendSlot() % phase.pace.every === 0
    if (!lacksNothing(seat) && isTurn && mayHave(seat)) catchUp(seat)
    // Looking at it here at each tick costs more than sending it what the others get.
    if (phase.pace.level === 0 && lacksNothing(seat)) rejoin(seat)
  }

  function paceOf(seat: Seat<C>): Pace {
    if (isBehind(seat)) return seat.phase.pace
    const before = paces.get(seat)
    return before === undefined ? FULL_PACE : nextPace(before, time.now(), false, clock.sendRate())
  }

  /** True at the first look at which a stalled connection takes something again. */
  function isStallOver(phase: Behind, isLate: boolean): boolean {
    const since = phase.stalledSince
    phase.stalledSince = isLate ? (since ?? time.now()) : null
    return !isLate && since !== null && time.now() - since >= STALL_MS
  }

  function keepPace({ client, phase }: BehindSeat<C>, isLate: boolean): void {
    const before = phase.pace
    phase.pace = nextPace(before, time.now(), isLate, clock.sendRate())
    if (phase.pace.level === before.level) return
    tally.rateChanges++
    if (!inspector.active) return
    const rate = clock.sendRate() / phase.pace.every
    inspector.emit({ kind: 'rate', at: time.now(), peer: client.id, room, rate })
  }

  function noteSkip(seat: BehindSeat<C>): void {
    const { client, phase } = seat
    tally.statesSkipped++
    if (!inspector.active) return
    const { id: peer, bufferedBytes, unconfirmedBytes } = client
    const versions = { from: phase.held?.version ?? -1, to: views.held(seat).version }
    inspector.emit({
      kind: 'skipped',
      at: time.now(),
      peer,
      room,
      ...versions,
      bufferedBytes,
      unconfirmedBytes,
    })
  }

  function lacksState(seat: BehindSeat<C>): boolean {
    return seat.phase.held === null || views.lacks(seat, seat.phase.held)
  }

  function lacksNothing(seat: BehindSeat<C>): boolean {
    const { phase } = seat
    return !lacksState(seat) && !phase.missesPresence && phase.early.length === 0
  }

  /** Only snapshots are limited: a delta is never more than what everybody gets. */
  function mayHave({ client, phase }: BehindSeat<C>): boolean {
    return phase.held !== null || takeSnapshot(client)
  }

  function takeSnapshot(client: C): boolean {
    const budget = budgets.get(client) ?? createTokenBucket(time, SNAPSHOTS_PER_SECOND, SNAPSHOT_BURST)
    budgets.set(client, budget)
    return budget.take()
  }

  function catchUp(seat: BehindSeat<C>): void {
    const { client, phase } = seat
    const tick = clock.tick()
    const state = phase.held === null ? views.whole(seat, tick) : views.since(seat, phase.held, tick)
    if (phase.wrong !== null) for (const out of views.since(seat, phase.wrong, tick)) client.deliver(out)
    for (const out of state) client.deliver(out)
    if (phase.missesPresence) client.deliver(presence.full())
    const { early } = phase
    Object.assign(phase, {
      held: views.held(seat),
      missesPresence: false,
      isListWrong: false,
      holdsEvents: false,
      wrong: null,
      early: [],
    })
    for (const out of early) client.deliver(out)
  }

  function rejoin(seat: BehindSeat<C>): void {
    const { pace } = seat.phase
    if (pace.isClean) paces.delete(seat)
    else paces.set(seat, pace)
    release(seat)
    goLive(seat)
  }

  function each(run: (seat: BehindSeat<C>) => void): void {
    for (const seat of list) if (isBehind(seat)) run(seat)
  }

  return {
    skip(seat, held, missed) {
      const missesPresence = missed === 'presence'
      const added = add(seat, {
        ...NOTHING_WRONG,
        held,
        pace: paceOf(seat),
        early: [],
        missesPresence,
        stalledSince: time.now(),
      })
      keepPace(added, true)
      if (!missesPresence) noteSkip(added)
    },
    needsSnapshot(seat, isWrong = false) {
      const { phase } = seat
      const now = isWrong && phase.name === 'live' ? views.held(seat) : null
      const wrong = phase.name === 'behind' ? phase.wrong : now
      const early = 'early' in phase ? phase.early : []
      const pace = paceOf(seat)
      const { isListWrong } = phase.name === 'behind' ? phase : NOTHING_WRONG
      add(seat, {
        ...NOTHING_WRONG,
        held: null,
        pace,
        early,
        holdsEvents: true,
        wrong,
        missesPresence: true,
        isListWrong,
      })
    },
    needsPresence(seat) {
      const known = isBehind(seat)
        ? seat.phase
        : { ...NOTHING_WRONG, held: views.held(seat), pace: paceOf(seat), early: [] }
      add(seat, { ...known, missesPresence: true, isListWrong: true })
    },
    takeSnapshot,
    follow: () => each(follow),
    missedPresence: (changes) =>
      each(({ phase, client }) => {
        phase.missesPresence = true
        if (phase.isListWrong) client.deliver(changes)
      }),
    event(seat, out, afterState) {
      if (!isBehind(seat)) return
      const { phase, client } = seat
      // Once one event waits, all later ones do: a room's events keep their order.
      const waits = phase.holdsEvents || phase.early.length > 0 || (afterState && lacksState(seat))
      if (waits && phase.early.length >= MAX_EARLY) catchUp(seat)
      else if (waits) return void phase.early.push(out)
      client.deliver(out)
    },
    release,
    isIdle() {
      for (const seat of list) if (isBehind(seat) && !lacksNothing(seat)) return false
      return true
    },
  }
}

function isBehind<C extends Member>(seat: Seat<C>): seat is BehindSeat<C> {
  return isPhase(seat.phase)
}

function isPhase(phase: Phase): phase is Behind {
  return phase.name === 'behind'
}
