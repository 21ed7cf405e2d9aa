// One direction of one link at work: parcels wait for the wire, travel, and are handed over in order. A single
// timer per lane, and none while the lane is empty or offline.
import type { Undo } from '../emitter.js'
import type { Time } from '../time.js'
import type { DelayLine } from './delay-line.js'

/** Something under way. `owner` is whose it is: a closed owner's parcels are taken out. */
interface Parcel<Owner> {
  owner: Owner
  bytes: number
  /** Called on arrival. */
  arrive: () => void
  /** Called instead when the lane was purged of its owner. */
  lose: () => void
}

export interface Lane<Owner> {
  post(parcel: Parcel<Owner>): void
  /** Bytes of `owner` that have not left the sender. */
  queuedBytes(owner: Owner): number
  /** All that is kept in memory for `owner`, each parcel's own cost included. */
  heldBytes(owner: Owner): number
  /** Nothing leaves and nothing arrives until `resume`. */
  pause(): void
  resume(): void
  /** Nothing arrives before `until`; then all of it does. */
  holdUntil(until: number): void
  /** Hands over what is due now, without waiting for a timer. */
  flush(): void
  /** Forgets what belongs to `owner`. */
  purge(owner: Owner): void
  close(): void
}

/** What an empty parcel costs in memory, roughly: a flood of empty messages must meet the limit as well. */
const PARCEL_COST = 256
/** What a browser's timer cannot tell from now; more than the shortest way takes. */
const TIMER_GRAIN_MS = 4

export function createLane<Owner>(line: DelayLine, time: Time): Lane<Owner> {
  type Waiting = Parcel<Owner> & { since: number }
  type Travelling = Parcel<Owner> & { leaves: number; departs: number; arrives: number }
  let waiting: Waiting[] = []
  let travelling: Travelling[] = []
  const held = new Map<Owner, number>()
  let isPaused = false
  let resumedAt = -Infinity
  let heldUntil = -Infinity
  let timer: { at: number; cancel: Undo } | null = null

  function count(parcel: Parcel<Owner>, sign: 1 | -1): void {
    const left = (held.get(parcel.owner) ?? 0) + sign * (parcel.bytes + PARCEL_COST)
    if (left === 0) held.delete(parcel.owner)
    else held.set(parcel.owner, left)
  }

  /** Puts on the wire what the wire is free for. */
  function depart(now: number): void {
    while (!isPaused && line.freeAt <= now) {
      const next = waiting.shift()
      if (next === undefined) return
      // Not `now`: a host's timer fires late, and a late timer must not make the link slower than it is.
      const leaves = Math.max(next.since, resumedAt, line.freeAt)
      travelling.push({ ...next, leaves, ...line.offer(leaves, next.bytes) })
    }
  }

  function deliver(now: number): void {
    for (;;) {
      const first = travelling[0]
      if (isPaused || first === undefined || Math.max(first.arrives, heldUntil) > now) return
      travelling.shift()
      count(first, -1)
      first.arrive()
    }
  }

  function nextAt(): number {
    if (isPaused) return Infinity
    const first = travelling[0]
    const arrival = first === undefined ? Infinity : Math.max(first.arrives, heldUntil)
    return waiting.length === 0 ? arrival : Math.min(arrival, line.freeAt)
  }

  function arm(): void {
    const at = nextAt()
    if (timer?.at === at) return
    timer?.cancel()
    timer = at === Infinity ? null : { at, cancel: time.after(Math.max(0, at - time.now()), () => work(0)) }
  }

  function work(aheadMs: number): void {
    timer?.cancel()
    timer = null
    try {
      depart(time.now())
      deliver(time.now() + aheadMs)
    } finally {
      // Also when a listener threw: that is its owner's affair, the next parcel still arrives.
      depart(time.now())
      arm()
    }
  }

  return {
    post(parcel) {
      count(parcel, 1)
      waiting.push({ ...parcel, since: time.now() })
      // Only departs: nothing is ever delivered inside a call of the sender.
      depart(time.now())
      arm()
    },
    queuedBytes(owner) {
      const now = time.now()
      let bytes = 0
      for (const parcel of waiting) if (parcel.owner === owner) bytes += parcel.bytes
      const last = travelling.at(-1)
      if (last !== undefined && last.owner === owner && last.departs > now) {
        const part = Math.min(1, (last.departs - now) / (last.departs - last.leaves))
        bytes += Math.ceil(last.bytes * part)
      }
      return bytes
    },
    heldBytes: (owner) => held.get(owner) ?? 0,
    pause() {
      isPaused = true
      arm()
    },
    resume() {
      if (!isPaused) return
      isPaused = false
      resumedAt = time.now()
      depart(resumedAt)
      arm()
    },
    holdUntil(until) {
      heldUntil = Math.max(heldUntil, until)
      arm()
    },
    flush: () => work(TIMER_GRAIN_MS),
    purge(owner) {
      const isOwn = (parcel: Parcel<Owner>): boolean => parcel.owner === owner
      const lost = [...travelling.filter(isOwn), ...waiting.filter(isOwn)]
      travelling = travelling.filter((parcel) => !isOwn(parcel))
      waiting = waiting.filter((parcel) => !isOwn(parcel))
      held.delete(owner)
      for (const parcel of lost) parcel.lose()
      arm()
    },
    close() {
      waiting = []
      travelling = []
      held.clear()
      arm()
    },
  }
}
