// Output leaves at the end of the turn in which it was made: everything that one piece of work sends to one peer
// becomes one frame and one write.

export interface Flushable {
  /** Set while it waits here; the flush keeps it. A field costs less than a place in a Set, hundreds of times per tick. */
  isMarked: boolean
  flush(): void
}

export interface Flush {
  /** Flushes it at the end of this turn. */
  mark(target: Flushable): void
  /** Flushes everything that is marked, now: what a tick made leaves with the tick. */
  now(): void
}

export function createFlush(defer: (run: () => void) => void = queueMicrotask): Flush {
  let marked: Flushable[] = []

  function now(): void {
    const targets = marked
    marked = []
    for (const target of targets) {
      // Before its flush: what that makes leaves with the next one.
      target.isMarked = false
      target.flush()
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
