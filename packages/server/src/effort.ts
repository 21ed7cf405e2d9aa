// Time that one kind of work has taken, and the rest that it owes to everybody else: so it has a part of the server's time,
// however much of it there is to do.
import type { Time } from '@painda/protocol'

/** What may be done without a rest after it: work that takes little time needs no timer each. */
const SPARE_MS = 5
/** Hosts have no shorter timers. */
const MIN_WAIT_MS = 1

/** A class: whoever reads much asks it for each message. */
export class Effort {
  readonly #time: Pick<Time, 'now'>
  readonly #rest: number
  #restedAt = -Infinity

  /** `rest`: so many times as long as the work took; 1 is half of the time. */
  constructor(time: Pick<Time, 'now'>, rest: number) {
    this.#time = time
    this.#rest = rest
  }

  get hasRested(): boolean {
    return this.#restedAt - this.#time.now() <= SPARE_MS
  }

  /** Until it has rested, at least what a timer takes. */
  get waitMs(): number {
    return Math.max(MIN_WAIT_MS, this.#restedAt - SPARE_MS - this.#time.now())
  }

  spend<T>(work: () => T): T {
    const from = this.#time.now()
    try {
      return work()
    } finally {
      this.#restedAt = Math.max(this.#restedAt, from) + (this.#time.now() - from) * (1 + this.#rest)
    }
  }
}
