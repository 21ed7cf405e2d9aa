// What the server believes of our attention: told when it changes, and only while there is a connection to tell it on.
import type { Activity, Time } from '@painda/protocol'
import { createAttention } from './attention.js'
import type { Attention } from './attention.js'
import type { PageEvents } from './page.js'

export interface ActivityReport {
  /** Watches while the client is not closed, and tells what changed meanwhile once it is open. */
  follow(status: string): void
  /** A session begins active, whoever looks. */
  restart(): void
  set(activity: Activity): void
}

export function createActivityReport(
  how: {
    page: Pick<PageEvents, 'onVisible' | 'onInput'>
    time: Pick<Time, 'now' | 'after'>
    idleAfterMs: number
  },
  tell: (activity: Activity) => void,
): ActivityReport {
  let attention: Attention | null = null
  let told: Activity = 'active'
  let isOpen = false

  function report(): void {
    const activity = attention?.activity ?? 'active'
    if (activity === told || !isOpen) return
    told = activity
    tell(activity)
  }

  return {
    follow(status) {
      isOpen = status === 'open'
      if (status === 'closed') {
        attention?.close()
        attention = null
      } else attention ??= createAttention({ ...how, onChange: report })
      report()
    },
    restart: () => void (told = 'active'),
    set: (activity) => attention?.set(activity),
  }
}
