// The flight recorder: the newest events of all clients of the page, in a ring that is bounded by number and by memory.
// It runs from the first moment, so recording is one object and a few additions; whoever wants to look (the overlay)
// reads it later.
import type { InspectEvent, Undo } from '@painda/protocol'
import { costOf, heldOf } from './held.js'
import { createRates, type Rates } from './rates.js'

export interface Recorded {
  /** Counts all events ever recorded, from 0; never reused. */
  readonly id: number
  /** Which client, as the hook numbers them. */
  readonly source: number
  readonly event: InspectEvent
}

/** A room's state at a version, taken by reference from the client's immutable replica. */
export interface Checkpoint {
  /** The first event after it. */
  readonly before: number
  readonly source: number
  readonly room: string
  readonly version: number
  readonly state: unknown
}

/** In the ring, with what it counts for. */
interface Held extends Recorded {
  readonly cost: number
}

export interface RecorderLimits {
  /** Default 10 000. */
  maxEvents?: number
  /** Estimated memory, decoded messages included. Default 24 MB, which leaves room below 30 MB for what is drawn of it. */
  maxBytes?: number
}

export interface Totals {
  framesIn: number
  framesOut: number
  bytesIn: number
  bytesOut: number
  /** Errors and lost replicas. */
  problems: number
}

export interface Recorder {
  /** The id of the oldest event still held. */
  readonly firstId: number
  /** The id that the next event will get; `nextId - firstId` are held. */
  readonly nextId: number
  /** Estimated bytes of memory held. */
  readonly heldBytes: number
  /** False: events pass by unseen, and are counted as missed. */
  capturing: boolean
  readonly missed: number
  /** Errors and lost replicas of all sources, ever: what the button's badge counts. */
  readonly problems: number
  record(source: number, event: InspectEvent): void
  checkpoint(taken: Omit<Checkpoint, 'before'>): void
  /** Undefined when it was not recorded or is no longer held. */
  at(id: number): Recorded | undefined
  checkpoints(): readonly Checkpoint[]
  totals(source: number): Readonly<Totals>
  rates(source: number, direction: 'in' | 'out'): Rates
  /** The source is gone for good: what was counted of it goes too. Its events stay while there is room. */
  forget(source: number): void
  clear(): void
  /** Called after each event and after `clear`; must be cheap. */
  subscribe(listener: () => void): Undo
}

const MAX_EVENTS = 10_000
const MAX_BYTES = 24_000_000

/** A checkpoint shares most of its tree with its neighbours. */
const CHECKPOINT_COST = 2_000

export function createRecorder({
  maxEvents = MAX_EVENTS,
  maxBytes = MAX_BYTES,
}: RecorderLimits = {}): Recorder {
  const ring: (Held | undefined)[] = []
  const listeners = new Set<() => void>()
  const totals = new Map<number, Totals>()
  const rates = { in: new Map<number, Rates>(), out: new Map<number, Rates>() }
  let checkpoints: Checkpoint[] = []
  let firstId = 0
  let nextId = 0
  let heldBytes = 0
  let missed = 0
  let problems = 0

  function totalsOf(source: number): Totals {
    let found = totals.get(source)
    if (found === undefined) {
      found = { framesIn: 0, framesOut: 0, bytesIn: 0, bytesOut: 0, problems: 0 }
      totals.set(source, found)
    }
    return found
  }

  function ratesOf(source: number, direction: 'in' | 'out'): Rates {
    let found = rates[direction].get(source)
    if (found === undefined) {
      found = createRates()
      rates[direction].set(source, found)
    }
    return found
  }

  function count(source: number, event: InspectEvent): void {
    const sums = totalsOf(source)
    if (isProblem(event)) {
      sums.problems++
      problems++
    }
    if (event.kind !== 'frame') return
    const size = event.bytes.byteLength
    ratesOf(source, event.direction).add(event.at, size)
    if (event.direction === 'in') {
      sums.framesIn++
      sums.bytesIn += size
    } else {
      sums.framesOut++
      sums.bytesOut += size
    }
  }

  function dropOldest(): void {
    const slot = firstId % maxEvents
    const gone = ring[slot]
    ring[slot] = undefined
    if (gone !== undefined) heldBytes -= gone.cost
    firstId++
    while (checkpoints[0] !== undefined && checkpoints[0].before < firstId) {
      checkpoints.shift()
      heldBytes -= CHECKPOINT_COST
    }
  }

  const recorder: Recorder = {
    get firstId() {
      return firstId
    },
    get nextId() {
      return nextId
    },
    get heldBytes() {
      return heldBytes
    },
    get missed() {
      return missed
    },
    get problems() {
      return problems
    },
    capturing: true,
    record(source, event) {
      count(source, event)
      if (!recorder.capturing) {
        missed++
        return
      }
      if (nextId - firstId >= maxEvents) dropOldest()
      // What is recorded ends up in screenshots, files and bug reports.
      const held = heldOf(event)
      // Walks all that the event holds, so it is done once.
      const cost = costOf(held)
      ring[nextId % maxEvents] = { id: nextId, source, event: held, cost }
      nextId++
      heldBytes += cost
      // The newest is kept however large it is: it is what somebody wants to look at.
      while (heldBytes > maxBytes && nextId - firstId > 1) dropOldest()
      for (const listener of listeners) listener()
    },
    checkpoint(taken) {
      checkpoints.push({ ...taken, before: nextId })
      heldBytes += CHECKPOINT_COST
    },
    at(id) {
      return id >= firstId && id < nextId ? ring[id % maxEvents] : undefined
    },
    checkpoints: () => checkpoints,
    totals: totalsOf,
    rates: ratesOf,
    forget(source) {
      totals.delete(source)
      rates.in.delete(source)
      rates.out.delete(source)
    },
    clear() {
      ring.length = 0
      checkpoints = []
      firstId = nextId
      heldBytes = 0
      missed = 0
      for (const listener of listeners) listener()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
  return recorder
}

/** True for what the button's badge counts. */
function isProblem(event: InspectEvent): boolean {
  if (event.kind === 'error' || event.kind === 'desync') return true
  if (event.kind === 'reload') return event.outcome === 'failed'
  return event.kind === 'frame' && event.messages.some((message) => message.kind === 'error')
}
