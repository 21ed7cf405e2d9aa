// A room's events that came before the state they were made in: they wait for it, in order.
import type { Event } from '@painda/protocol'

export interface EarlyEvents {
  /** Hears an event, at once or, when it `isWaiting` for its state or comes behind one that is, later. */
  take(event: Event, isWaiting: boolean): void
  /** The state is here, or will not come: all that waited are heard. */
  release(): void
}

/** Events that wait for their room's state. With more of them they are heard without it. */
const MAX_EARLY = 1024

export function createEarlyEvents(hear: (event: Event) => void): EarlyEvents {
  const early: Event[] = []

  function release(): void {
    for (const event of early.splice(0)) hear(event)
  }

  return {
    take(event, isWaiting) {
      const isAhead = isWaiting || early.length > 0
      early.push(event)
      if (!isAhead || early.length > MAX_EARLY) release()
    },
    release,
  }
}
