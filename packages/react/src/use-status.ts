'use client'
// The connection, for a status bar.
import type { ConnectionSnapshot } from '@painda/client'
import { useSyncExternalStore } from 'react'
import { usePPClient } from './provider.js'

/**
 * `{ status, attempt, nextRetryAt, error }` of the connection. Renders when one of them changes.
 * @throws PPError `INVALID_ARGUMENT` outside a `PPProvider`.
 */
export function usePPStatus(): ConnectionSnapshot {
  const client = usePPClient()
  return useSyncExternalStore(client.subscribeStatus, client.status, client.status)
}
