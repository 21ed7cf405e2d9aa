// One client's messages, one after the other: while the work on one is still going on, the next ones wait here. Other
// clients are not held up, and a client whose work never ends fills a bounded queue and nothing else.

export interface Inbox<T> {
  /** Handles it at once when nothing is under way. False: there is no room left. */
  push(item: T, bytes: number): boolean
  /** Nothing is under way and nothing waits. */
  isIdle(): boolean
  /** Forgets what waits; what is under way goes on. */
  close(): void
}

export interface InboxOptions<T> {
  /** Must not throw or reject. A promise holds up the items after it. */
  handle: (item: T) => void | Promise<void>
  maxItems: number
  maxBytes: number
}

export function createInbox<T>({ handle, maxItems, maxBytes }: InboxOptions<T>): Inbox<T> {
  let waiting: { item: T; bytes: number }[] = []
  let waitingBytes = 0
  let isBusy = false
  let isClosed = false

  function run(item: T): void {
    const work = handle(item)
    if (work === undefined) return
    isBusy = true
    void work.then(() => {
      isBusy = false
      drain()
    })
  }

  function drain(): void {
    // `waiting` may grow while it is worked off, and may become asynchronous in the middle.
    let done = 0
    while (!isBusy && !isClosed) {
      const next = waiting[done]
      if (next === undefined) break
      done++
      waitingBytes -= next.bytes
      run(next.item)
    }
    waiting = waiting.slice(done)
  }

  return {
    push(item, bytes) {
      if (isClosed) return true
      if (!isBusy && waiting.length === 0) {
        run(item)
        return true
      }
      if (waiting.length >= maxItems || waitingBytes + bytes > maxBytes) return false
      waiting.push({ item, bytes })
      waitingBytes += bytes
      return true
    },
    isIdle: () => !isBusy && waiting.length === 0,
    close() {
      isClosed = true
      waiting = []
      waitingBytes = 0
    },
  }
}
