// What this client shows of itself in a room: seen here at once, told the server when it may be, and again to a session
// that has not heard of it.
import type { Time } from '@painda/protocol'
import { changeData } from './presence.js'
import type { Presence } from './presence.js'
import { createThrottle } from './throttle.js'
import { rememberSite } from '#witness'

export interface OwnPresence {
  update(change: unknown): void
  /** Tells what is still untold: the client is a member now. */
  tell(): void
  /** The server knows nothing of it: nothing that waits is told before the client is a member again, and then all of it is. */
  forget(): void
}

/** `send` is false where it cannot leave: then `tell` comes once the client is a member. */
export function createOwnPresence(
  time: Pick<Time, 'after'>,
  throttleMs: number,
  presence: Presence,
  send: (data: unknown) => boolean,
): OwnPresence {
  let isTold = true
  const throttle = createThrottle(time, throttleMs, tell)

  function tell(): void {
    if (presence.own === null || isTold) return
    isTold = send(presence.own.data)
    if (isTold) presence.sentOwn()
  }

  return {
    update(change) {
      const data = changeData(presence.own?.data ?? presence.view.self?.data, change)
      isTold = false
      rememberSite(presence)
      presence.setOwn(data)
      throttle.run()
    },
    tell,
    forget() {
      isTold = false
      throttle.cancel()
    },
  }
}
