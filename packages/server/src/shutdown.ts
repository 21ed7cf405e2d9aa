// A planned end: every client is told when to come back, each at another moment, and what is on its way may arrive.
import { PPError } from '@painda/protocol'
import type { Random, Time } from '@painda/protocol'
import { outgoing } from './outgoing.js'
import type { Session } from './session.js'

/** Clients come back within this long, spread evenly: a restarted server is not met by all of them at once. */
const RETURN_SPREAD_MS = 5000
/** How often a drain looks whether it is done. */
const DRAIN_POLL_MS = 20

export const SHUTDOWN = new PPError('SERVER_SHUTDOWN', 'Server shutting down')

export function sayBye(sessions: Iterable<Session>, random: Random): void {
  for (const session of sessions) {
    const retryAfterMs = random.int(0, RETURN_SPREAD_MS)
    session.send(outgoing({ kind: 'bye', reason: SHUTDOWN.message, retryAfterMs }))
  }
}

/** Resolves when `isDone` says so, and after `timeoutMs` at the latest. */
export function drain(time: Time, timeoutMs: number, isDone: () => boolean): Promise<void> {
  if (isDone()) return Promise.resolve()
  return new Promise((resolve) => {
    const stop = (): void => {
      cancelPoll()
      cancelTimeout()
      resolve()
    }
    const cancelPoll = time.every(DRAIN_POLL_MS, () => {
      if (isDone()) stop()
    })
    const cancelTimeout = time.after(timeoutMs, stop)
  })
}
