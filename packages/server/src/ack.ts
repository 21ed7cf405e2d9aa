// Questions that wait for the other end's answer. Each is settled exactly once: by the answer, by its timeout, or by
// the end of the session.
import { PPError } from '@painda/protocol'
import type { Ack, Time, Undo } from '@painda/protocol'

/** Error first, as in Node: `data` is the answer when `error` is null. */
export type AckCallback = (error: PPError | null, data?: unknown) => void

export interface Acks {
  /** Waits for an answer; returns the id that the question carries. */
  ask(timeoutMs: number, settle: AckCallback): number
  /** An answer came. False when nobody waits for it (any more): late answers are weather, not faults. */
  answer(ack: Ack): boolean
  /** The question was never sent. */
  forget(ackId: number): void
  rejectAll(error: PPError): void
  readonly pending: number
}

export interface AckOptions {
  time: Time
  /** What a callback of the application throws. */
  onError: (thrown: unknown) => void
}

export function createAcks(options: AckOptions): Acks {
  return new OpenQuestions(options)
}

class OpenQuestions implements Acks {
  readonly #options: AckOptions
  /** Null until the first: most clients are never asked anything. */
  #waiting: Map<number, { settle: AckCallback; cancel: Undo }> | null = null
  #lastId = 0

  constructor(options: AckOptions) {
    this.#options = options
  }

  get pending(): number {
    return this.#waiting?.size ?? 0
  }

  ask(timeoutMs: number, settle: AckCallback): number {
    const id = ++this.#lastId
    const cancel = this.#options.time.after(timeoutMs, () => {
      this.#settle(id, new PPError('ACK_TIMEOUT', `No answer came within ${timeoutMs} ms.`))
    })
    this.#waiting ??= new Map()
    this.#waiting.set(id, { settle, cancel })
    return id
  }

  answer({ ackId, error, data }: Ack): boolean {
    // Asked first: whoever answers what nobody asked would have an error made for each of its answers.
    if (this.#waiting?.has(ackId) !== true) return false
    return this.#settle(ackId, error === undefined ? null : new PPError(error.code, error.message), data)
  }

  forget(ackId: number): void {
    this.#waiting?.get(ackId)?.cancel()
    this.#waiting?.delete(ackId)
  }

  rejectAll(error: PPError): void {
    for (const id of [...(this.#waiting?.keys() ?? [])]) this.#settle(id, error)
  }

  #settle(id: number, error: PPError | null, data?: unknown): boolean {
    const question = this.#waiting?.get(id)
    if (question === undefined) return false
    this.#waiting?.delete(id)
    question.cancel()
    try {
      question.settle(error, data)
    } catch (thrown) {
      this.#options.onError(thrown)
    }
    return true
  }
}
