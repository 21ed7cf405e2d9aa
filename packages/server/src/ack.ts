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

export function createAcks({ time, onError }: AckOptions): Acks {
  const waiting = new Map<number, { settle: AckCallback; cancel: Undo }>()
  let lastId = 0

  function settle(id: number, error: PPError | null, data?: unknown): boolean {
    const question = waiting.get(id)
    if (question === undefined) return false
    waiting.delete(id)
    question.cancel()
    try {
      question.settle(error, data)
    } catch (thrown) {
      onError(thrown)
    }
    return true
  }

  return {
    ask(timeoutMs, done) {
      const id = ++lastId
      const cancel = time.after(timeoutMs, () => {
        settle(id, new PPError('ACK_TIMEOUT', `No answer came within ${timeoutMs} ms.`))
      })
      waiting.set(id, { settle: done, cancel })
      return id
    },
    answer({ ackId, error, data }) {
      return settle(ackId, error === undefined ? null : new PPError(error.code, error.message), data)
    },
    forget(ackId) {
      waiting.get(ackId)?.cancel()
      waiting.delete(ackId)
    },
    rejectAll(error) {
      for (const id of [...waiting.keys()]) settle(id, error)
    },
    get pending() {
      return waiting.size
    },
  }
}
