// Moments at which a client that waits should try again at once. The host's events come in here; more of them
// (visibility, page show, focus) belong here too.
import type { Undo } from '@painda/protocol'

/** Calls `onWake` when the host says that the network is back. Hosts without such events never call. */
export function listenForWakeUps(onWake: () => void): Undo {
  if (typeof globalThis.addEventListener !== 'function') return () => {}
  globalThis.addEventListener('online', onWake)
  return () => globalThis.removeEventListener('online', onWake)
}
