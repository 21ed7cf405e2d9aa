// Output leaves at the end of the turn in which it was made: everything that one piece of work sends to one peer
// becomes one frame and one write.

export interface Flushable {
  flush(): void
}

export interface Flush {
  /** Flushes it at the end of this turn. */
  mark(target: Flushable): void
  /** Flushes everything that is marked, now: what a tick made leaves with the tick. */
  now(): void
}

export function createFlush(defer: (run: () => void) => void = queueMicrotask): Flush {
  let marked = new Set<Flushable>()

  function now(): void {
    const targets = marked
    marked = new Set()
    for (const target of targets) target.flush()
  }

  return {
    mark(target) {
      if (marked.size === 0) defer(now)
      marked.add(target)
    },
    now,
  }
}
