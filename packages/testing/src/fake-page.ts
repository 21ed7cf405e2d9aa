// A page that does what the test says: it is looked at again, or it goes away.
import type { PageEvents } from '@painda/client'

export interface FakePage extends PageEvents {
  /** As `visibilitychange`, `focus`, `online`, `pageshow` and `resume`. */
  wake(): void
  /** As `pagehide`. */
  leave(options?: { mayReturn?: boolean }): void
}

export function createFakePage(): FakePage {
  const wakes = new Set<() => void>()
  const leaves = new Set<(mayReturn: boolean) => void>()
  return {
    onWake(listener) {
      wakes.add(listener)
      return () => void wakes.delete(listener)
    },
    onLeave(listener) {
      leaves.add(listener)
      return () => void leaves.delete(listener)
    },
    wake() {
      for (const listener of [...wakes]) listener()
    },
    leave({ mayReturn = false } = {}) {
      for (const listener of [...leaves]) listener(mayReturn)
    },
  }
}
