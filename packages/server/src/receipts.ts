// What a session has received, and the other end's share in it: told often enough that it can forget what it keeps, and seldom
// enough to cost nothing.
import type { Time, Undo } from '@painda/protocol'

/** A confirmation goes out after this many reliable messages … */
const CONFIRM_EVERY = 64
/** … or after this long. */
const CONFIRM_AFTER_MS = 1000

export class Receipts {
  readonly #time: Pick<Time, 'after'>
  readonly #confirm: (count: number) => void
  #received = 0
  /** How much of `#received` the other end has been told. */
  #told = 0
  #cancelConfirm: Undo | null = null

  /** `confirm` tells the other end, in a message of its own. */
  constructor(time: Pick<Time, 'after'>, confirm: (count: number) => void) {
    this.#time = time
    this.#confirm = confirm
  }

  /** Reliable messages since the session began. */
  get received(): number {
    return this.#received
  }

  /** A connection begins, whose other end has been told so many. */
  begin(told: number): void {
    this.#told = told
  }

  /** One more has come. `isAwaited`: the other end is there, and keeps it until it is told. */
  count(isAwaited: boolean): void {
    this.#received++
    if (!isAwaited) return
    if (this.#received - this.#told >= CONFIRM_EVERY) this.#due()
    else this.#cancelConfirm ??= this.#time.after(CONFIRM_AFTER_MS, () => this.#due())
  }

  /** The count, for a message that tells it. */
  tell(): number {
    this.rest()
    this.#told = this.#received
    return this.#received
  }

  /** Nobody is there to be told. */
  rest(): void {
    this.#cancelConfirm?.()
    this.#cancelConfirm = null
  }

  #due(): void {
    if (this.#received !== this.#told) this.#confirm(this.tell())
  }
}
