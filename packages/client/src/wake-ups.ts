// Wake-ups, a bounded number of them: one glance at a page raises several events, and a window that is clicked in and out
// of must not become a storm of sockets.
import type { Time, Undo } from '@painda/protocol'
import type { PageEvents } from './page.js'

/** One a second; what comes in between is made good at its end. */
const WAKE_SPACING_MS = 1_000

/** Calls `onWake` when the page wakes up, at once if the last time is a second ago. */
export function listenForWakeUps(
  page: Pick<PageEvents, 'onWake'>,
  time: Pick<Time, 'now' | 'after'>,
  onWake: () => void,
): Undo {
  let lastAt = -Infinity
  let cancel: Undo | null = null

  function wake(): void {
    cancel = null
    lastAt = time.now()
    onWake()
  }

  const undo = page.onWake(() => {
    if (cancel !== null) return
    const wait = lastAt + WAKE_SPACING_MS - time.now()
    if (wait <= 0) wake()
    else cancel = time.after(wait, wake)
  })
  return () => {
    undo()
    cancel?.()
  }
}
