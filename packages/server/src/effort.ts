// Time that one kind of work has taken, and the rest that it owes to everybody else: so it has a part of the server's time,
// however much of it there is to do.
import type { Time } from '@painda/protocol'

/** Rest that may be owed without waiting for it: work that takes little time needs no timer each. */
const SPARE_MS = 5
/** Hosts have no shorter timers. */
const MIN_WAIT_MS = 1

/** A class: whoever reads much asks it for each message. */
export class Effort {
  readonly #time: Pick<Time, 'now'>
  readonly #rest: number
  readonly #spareMs: number
  #restedAt = -Infinity

  /** `rest`: so many times as long as the work took; 1 is half of the time. */
  constructor(time: Pick<Time, 'now'>, rest: number, spareMs = SPARE_MS) {
    this.#time = time
    this.#rest = rest
    this.#spareMs = spareMs
  }

  get hasRested(): boolean {
    return this.hasRestedBy(this.#time.now())
  }

  /** The same, for whoever knows the time already. */
  hasRestedBy(now: number): boolean {
    return this.#restedAt - now <= this.#spareMs
  }

  /** Until it has rested, at least what a timer takes. */
  get waitMs(): number {
    return Math.max(MIN_WAIT_MS, this.#restedAt - this.#spareMs - this.#time.now())
  }

  spend<T>(work: () => T): T {
    const from = this.#time.now()
    try {
      return work()
    } finally {
      this.spent(from, this.#time.now())
    }
  }

  /** The same, for whoever knows when it began and ended. */
  spent(from: number, to: number): void {
    this.#restedAt = Math.max(this.#restedAt, from) + (to - from) * (1 + this.#rest)
  }
}
