// Output leaves at the end of the turn in which it was made: everything that one piece of work sends to one peer
// becomes one frame and one write.
import { PPError } from '@painda/protocol'

export interface Flushable {
  /** Set while it waits here; the flush keeps it. A field costs less than a place in a Set, hundreds of times per tick. */
  isMarked: boolean
  flush(): void
  /** Its flush failed: whatever it stands for ends, and is told why. */
  fail(error: PPError): void
}

export interface Flush {
  /** Flushes it at the end of this turn. */
  mark(target: Flushable): void
  /** Flushes everything that is marked, now: what a tick made leaves with the tick. */
  now(): void
}

/** One that fails costs itself only: the others of the turn are flushed, and so is what comes in later turns. */
export function createFlush(
  onFault: (thrown: unknown) => void,
  defer: (run: () => void) => void = queueMicrotask,
): Flush {
  let marked: Flushable[] = []

  function now(): void {
    const targets = marked
    marked = []
    for (const target of targets) {
      // Before its flush: what that makes leaves with the next one.
      target.isMarked = false
      try {
        target.flush()
      } catch (thrown) {
        onFault(thrown)
        end(target)
      }
    }
  }

  function end(target: Flushable): void {
    try {
      target.fail(new PPError('TRANSPORT_ERROR', 'What was to be sent could not be written.'))
    } catch (thrown) {
      onFault(thrown)
    }
  }

  return {
    mark(target) {
      if (target.isMarked) return
      target.isMarked = true
      if (marked.length === 0) defer(now)
      marked.push(target)
    },
    now,
  }
}
