// Questions that wait for their answer. Each is settled exactly once: by the answer, its timeout, its signal, the end of
// the session or the end of the client.
import { DEV, PPError } from '@painda/protocol'
import type { Ack, Time } from '@painda/protocol'
import { createDeferred } from './deferred.js'

export interface AskOptions {
  /** How long to wait for the answer, in milliseconds. Default: the client's `ackTimeout`, 10 000 ms. */
  timeout?: number
  /** Aborting it rejects the promise. A request that still waits is not sent; one that was sent is carried out. */
  signal?: AbortSignal
}

export interface RoomAskOptions extends AskOptions {
  /**
   * Called when the room has carried out the request, with the version of the state that shows the effect: the replica has it once
   * `room.version` is that or more, now or some frames later. It runs before the frame's listeners and before the promise
   * resolves, so that an optimistic change can be removed in the moment in which the state replaces it. Not called for a
   * refusal. Versions of a room that is joined anew begin anew.
   */
  onVersion?: (version: number) => void
}

export interface Asks {
  /** The id to send and the promise of the answer. `what` names the question in errors. */
  ask(what: string, options: RoomAskOptions): { ackId: number; answer: Promise<unknown> }
  /** An id for a question that keeps its own books: a join. */
  nextId(): number
  /** The last id given out. */
  readonly lastId: number
  /** The page before asked up to this id. */
  startAfter(id: number): void
  /** Settles the request that it answers; without one it is ignored. */
  settle(ack: Ack): void
  reject(ackId: number, error: PPError): void
  rejectAll(makeError: (what: string) => PPError, isMeant?: (ackId: number) => boolean): void
}

interface Pending {
  what: string
  answer: (data: unknown, version: number | undefined) => void
  reject: (error: PPError) => void
}

/** `onGone` is told of each question that was settled without its answer. */
export function createAsks({
  time,
  defaultTimeoutMs,
  onGone,
  onError,
}: {
  time: Pick<Time, 'after'>
  defaultTimeoutMs: number
  onGone: (ackId: number) => void
  /** What an `onVersion` threw. */
  onError: (thrown: unknown) => void
}): Asks {
  const pending = new Map<number, Pending>()
  let lastId = 0

  function reject(ackId: number, error: PPError): void {
    pending.get(ackId)?.reject(error)
  }

  return {
    ask(what, { timeout = defaultTimeoutMs, signal, onVersion }) {
      const ackId = ++lastId
      const { promise, ...ends } = createDeferred<unknown>()
      const abort = (): void => {
        reject(
          ackId,
          new PPError('CLOSED', DEV && `The request "${what}" was aborted.`, { cause: signal?.reason }),
        )
      }
      const expire = (): void => {
        reject(
          ackId,
          new PPError(
            'ACK_TIMEOUT',
            `"${what}" was not answered within ${timeout} ms.`,
            DEV && {
              hint: 'Does its handler on the server come to an end, and outside of rooms call ack(null, data)?',
            },
          ),
        )
      }
      const cancel = Number.isFinite(timeout) ? time.after(timeout, expire) : () => {}
      const done = (): void => {
        pending.delete(ackId)
        cancel()
        signal?.removeEventListener('abort', abort)
      }
      pending.set(ackId, {
        what,
        answer(data, version) {
          done()
          ends.resolve(data)
          if (version === undefined) return
          try {
            onVersion?.(version)
          } catch (thrown) {
            onError(thrown)
          }
        },
        reject(error) {
          done()
          ends.reject(error)
          onGone(ackId)
        },
      })
      if (signal?.aborted === true) abort()
      else signal?.addEventListener('abort', abort)
      return { ackId, answer: promise }
    },
    nextId: () => ++lastId,
    get lastId() {
      return lastId
    },
    startAfter: (id) => void (lastId = Math.max(lastId, id)),
    settle(ack) {
      const one = pending.get(ack.ackId)
      if (ack.error === undefined) one?.answer(ack.data, ack.version)
      else one?.reject(new PPError(ack.error.code, ack.error.message))
    },
    reject,
    rejectAll(makeError, isMeant = () => true) {
      for (const [ackId, one] of [...pending]) if (isMeant(ackId)) one.reject(makeError(one.what))
    },
  }
}
