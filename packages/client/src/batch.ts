// One notification per frame: whatever is marked while a frame is being applied is run once, after its last message.
export interface Batch {
  /** Runs `work`; what it marked runs when the outermost `run` ends. */
  run(work: () => void): void
  /** Runs `notify` at the end of the batch, once however often it is marked; at once when there is no batch. */
  mark(notify: () => void): void
}

/** `onError`: what a `notify` threw; the others run all the same. */
export function createBatch(onError: (thrown: unknown) => void): Batch {
  // A list, though each stands there once: a set that is emptied leaves a table behind each time, and each old table holds the next.
  const marked: (() => void)[] = []
  let depth = 0

  function flush(): void {
    // What a listener marks is a batch of its own: it runs in this loop, after those marked before it.
    depth++
    for (let notify = marked.shift(); notify !== undefined; notify = marked.shift()) {
      try {
        notify()
      } catch (thrown) {
        onError(thrown)
      }
    }
    depth--
  }

  return {
    run(work) {
      depth++
      try {
        work()
      } finally {
        depth--
        if (depth === 0) flush()
      }
    },
    mark(notify) {
      if (!marked.includes(notify)) marked.push(notify)
      if (depth === 0) flush()
    },
  }
}
