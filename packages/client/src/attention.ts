// Is somebody looking? A page that nobody sees is away, one that nobody touches for minutes is idle. The server shows it
// with the user's presence, and is told what changed; a user with a second tab that is looked at is active all the same.
import type { Activity, Time, Undo } from '@painda/protocol'
import type { PageEvents } from './page.js'

/** People read, think and fetch coffee; who has touched nothing for five minutes is doing something else. */
export const IDLE_AFTER_MS = 5 * 60_000

export interface Attention {
  readonly activity: Activity
  /** What the application knows better. The page's own next event counts again. */
  set(activity: Activity): void
  close(): void
}

export function createAttention({
  page,
  time,
  idleAfterMs,
  onChange,
}: {
  page: Pick<PageEvents, 'onVisible' | 'onInput'>
  time: Pick<Time, 'now' | 'after'>
  idleAfterMs: number
  onChange: () => void
}): Attention {
  let activity: Activity = 'active'
  let lastInput = time.now()
  let cancel: Undo | null = null

  function set(next: Activity): void {
    if (next === 'active') watch()
    if (next === activity) return
    activity = next
    onChange()
  }

  /** One timer, set anew when it finds that there was input meanwhile: an input costs nothing but a number. */
  function watch(): void {
    lastInput = time.now()
    if (idleAfterMs > 0 && page.onInput !== undefined) cancel ??= time.after(idleAfterMs, look)
  }

  function look(): void {
    cancel = null
    const left = lastInput + idleAfterMs - time.now()
    if (left > 0) cancel = time.after(left, look)
    else if (activity === 'active') set('idle')
  }

  const undos = [
    page.onVisible?.((isVisible) => set(isVisible ? 'active' : 'away')),
    page.onInput?.(() => (activity === 'idle' ? set('active') : void (lastInput = time.now()))),
  ]
  watch()

  return {
    get activity() {
      return activity
    },
    set,
    close() {
      for (const undo of undos) undo?.()
      cancel?.()
      cancel = null
    },
  }
}
