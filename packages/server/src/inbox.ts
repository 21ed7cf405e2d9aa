// One client's messages, one after the other: while the work on one is still going on, the next ones wait here. Other
// clients are not held up, and a client whose work never ends fills a bounded queue and nothing else.

import type { Time } from '@painda/protocol'

/** Who works on the messages of one client. */
export interface Handling<T> {
  /** Must not throw or reject. A promise holds up the items after it. */
  handle(item: T): void | Promise<void>
  /** About what it takes in memory; some number above `most` as soon as it is more. */
  sizeOf(item: T, most: number): number
  /** One more waits; null: too much waits elsewhere too. Call what is returned when it waits no longer. */
  wait(bytes: number): (() => void) | null
  /** Items that had waited have been worked on, in that time. */
  handledLate(from: number, to: number): void
}

/** A class, as what each client has one of. */
export class Inbox<T> {
  readonly #work: Handling<T>
  readonly #time: Pick<Time, 'now'>
  readonly #maxItems: number
  readonly #maxBytes: number
  #waiting: { item: T; bytes: number; leave: () => void }[] | null = null
  #waitingBytes = 0
  #isBusy = false
  #isClosed = false

  constructor(work: Handling<T>, time: Pick<Time, 'now'>, maxItems: number, maxBytes: number) {
    this.#work = work
    this.#time = time
    this.#maxItems = maxItems
    this.#maxBytes = maxBytes
  }

  /** Nothing is under way and nothing waits. */
  get isIdle(): boolean {
    return !this.#isBusy && this.#waiting === null
  }

  /** Handles it at once when nothing is under way. False: there is no room left. One may wait however large it is. */
  push(item: T): boolean {
    if (this.#isClosed) return true
    if (this.isIdle) {
      this.#run(item)
      return true
    }
    const waiting = (this.#waiting ??= [])
    const bytes = this.#work.sizeOf(item, this.#maxBytes)
    const isTooMuch = waiting.length > 0 && this.#waitingBytes + bytes > this.#maxBytes
    if (isTooMuch || waiting.length >= this.#maxItems) return false
    const leave = this.#work.wait(bytes)
    if (leave === null) return false
    waiting.push({ item, bytes, leave })
    this.#waitingBytes += bytes
    return true
  }

  /** Forgets what waits; what is under way goes on. */
  close(): void {
    this.#isClosed = true
    for (const { leave } of this.#waiting ?? []) leave()
    this.#waiting = null
    this.#waitingBytes = 0
  }

  #run(item: T): void {
    const work = this.#work.handle(item)
    if (work === undefined) return
    this.#isBusy = true
    void work.then(() => {
      this.#isBusy = false
      this.#drain()
    })
  }

  #drain(): void {
    if (this.#waiting === null) return
    const from = this.#time.now()
    // What waits may grow while it is worked off, and the work may become asynchronous in the middle.
    let done = 0
    while (!this.#isBusy && !this.#isClosed) {
      const next = this.#waiting?.[done]
      if (next === undefined) break
      done++
      this.#waitingBytes -= next.bytes
      next.leave()
      this.#run(next.item)
    }
    const left = this.#waiting?.slice(done) ?? []
    this.#waiting = left.length === 0 ? null : left
    this.#work.handledLate(from, this.#time.now())
  }
}
