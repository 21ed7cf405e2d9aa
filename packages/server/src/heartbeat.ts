// Is the other end still there? One timer, set for the moment when silence would become too long.
import { PPError } from '@painda/protocol'
import type { Time, Undo } from '@painda/protocol'

/** What rounding leaves of a wait can be too short to move a clock at all; hosts make a millisecond of it. */
const MIN_WAIT_MS = 1

/** The connection whose other end is asked. */
export interface Listening {
  /** When the last frame came, on the clock of Time. */
  readonly heardAt: number
  ping(): void
  end(error: PPError): void
}

/** `heartbeatMs`: silence after which the other end is asked; as long again, and it is gone. The undo stops asking. */
export function startHeartbeat(
  line: Listening,
  { time, heartbeatMs }: { readonly time: Pick<Time, 'now' | 'after'>; readonly heartbeatMs: number },
): Undo {
  let cancel = time.after(heartbeatMs, check)
  let askedAt = -Infinity

  function check(): void {
    const now = time.now()
    const silentMs = now - line.heardAt
    // Whoever was not asked gets its chance: after a stall of our own, answers may still wait to be read.
    const wasAsked = askedAt >= line.heardAt
    if (silentMs < heartbeatMs) {
      cancel = time.after(Math.max(MIN_WAIT_MS, heartbeatMs - silentMs), check)
    } else if (wasAsked && now - askedAt >= heartbeatMs) {
      line.end(new PPError('PING_TIMEOUT', `Ping timeout: nothing was heard for ${silentMs} ms.`))
    } else {
      if (!wasAsked) askedAt = now
      cancel = time.after(Math.max(MIN_WAIT_MS, askedAt + heartbeatMs - now), check)
      // Last: it may end the line, and this timer with it.
      if (!wasAsked) line.ping()
    }
  }

  return () => cancel()
}
