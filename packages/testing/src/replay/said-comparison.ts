// Compares what a room says while it is played again with what it said then: by every tick the same events, to the same members, in
// the same order.
import { findDifference, type FirstDifference, type Recording, type SaidEvent } from '@painda/protocol'

export interface SaidDifference {
  /** Its path begins with `events` and the place among those of the tick. */
  readonly difference: FirstDifference
  /** The event that was sent; undefined when one is sent that was not. */
  readonly recorded: SaidEvent | undefined
  /** The event that is sent; undefined when it is no longer. */
  readonly now: SaidEvent | undefined
}

export interface SaidComparison {
  /** Events that were compared. */
  readonly checks: number
  hear(event: SaidEvent): void
  /** This tick has run. Null when all is the same, and where the recording knows of no such tick. */
  check(tick: number): SaidDifference | null
  /** All is played: what came after the last tick. The recording may have been cut there, so what is more than it knows may be right. */
  end(): SaidDifference | null
}

/** One step of the recording. */
interface Passage {
  readonly from: number
  readonly tick: number
  /** What was said before its first tick had run, … */
  readonly first: readonly SaidEvent[]
  /** … and after that up to its last. */
  readonly last: readonly SaidEvent[]
}

export function createSaidComparison({
  create,
  events,
}: Pick<Recording, 'create' | 'events'>): SaidComparison {
  const isTold = create.input.tellsEvents === true
  const { passages, rest } = passagesOf(events)
  let heard: SaidEvent[] = []
  /** What was said by the ticks that are past, and has not been compared. */
  let owed: SaidEvent[] = []
  let checks = 0
  /** The passage of the tick that comes. */
  let next = 0
  let isInside = false

  function moveTo(tick: number): boolean {
    for (
      let passage = passages[next];
      passage !== undefined && passage.from <= tick;
      passage = passages[next]
    ) {
      if (!isInside) owed = owed.concat(passage.first)
      isInside = true
      if (tick < passage.tick) return true
      owed = owed.concat(passage.last)
      isInside = false
      next++
      if (tick === passage.tick) return true
    }
    return false
  }

  function compare(now: readonly SaidEvent[]): SaidDifference | null {
    const recorded = owed
    owed = []
    heard = []
    checks += recorded.length
    return differenceOf(recorded, now)
  }

  return {
    get checks() {
      return checks
    },
    hear(event) {
      if (isTold) heard.push(event)
    },
    check: (tick) => (isTold && moveTo(tick) ? compare(heard) : null),
    end() {
      if (!isTold) return null
      owed = owed.concat(rest)
      return compare(heard.slice(0, owed.length))
    },
  }
}

function passagesOf(events: Recording['events']): { passages: Passage[]; rest: SaidEvent[] } {
  const passages: Passage[] = []
  let rest: SaidEvent[] = []
  for (const event of events) {
    const { said = [] } = event
    if (event.kind === 'step') {
      passages.push({ from: event.from, tick: event.tick, first: rest, last: said })
      rest = []
    } else rest.push(...said)
  }
  return { passages, rest }
}

function differenceOf(recorded: readonly SaidEvent[], now: readonly SaidEvent[]): SaidDifference | null {
  for (let i = 0; i < Math.max(recorded.length, now.length); i++) {
    const [was, is] = [recorded[i], now[i]]
    const path = ['events', i]
    const difference = findDifference(was, is, path)
    if (difference === null) continue
    // One that is missing moves all behind it: that is not their difference.
    if (now.length < recorded.length && isSame(recorded[i + 1], is)) {
      return { difference: { path, server: was, replica: undefined }, recorded: was, now: undefined }
    }
    if (now.length > recorded.length && isSame(was, now[i + 1])) {
      return { difference: { path, server: undefined, replica: is }, recorded: undefined, now: is }
    }
    const isOther = was?.type !== is?.type
    return {
      difference: isOther ? { path, server: was, replica: is } : difference,
      recorded: was,
      now: is,
    }
  }
  return null
}

function isSame(a: SaidEvent | undefined, b: SaidEvent | undefined): boolean {
  return findDifference(a, b) === null
}
