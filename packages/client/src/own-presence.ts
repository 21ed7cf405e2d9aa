// This client's own presence in a room: shown here at once, sent at most every `presenceThrottleMs`, and sent again to a
// session that has not heard of it.
import type { Time } from '@painda/protocol'
import { changeData } from './presence.js'
import type { Presence } from './presence.js'
import { createThrottle } from './throttle.js'
import { rememberSite } from '#witness'

export interface OwnPresence {
  update(change: unknown): void
  /** Sends what was not sent yet: the client is a member now. */
  tell(): void
  /** The server no longer knows it: it is sent again once the client is a member again. */
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
