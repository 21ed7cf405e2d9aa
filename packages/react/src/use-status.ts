'use client'
// The connection, for a status bar.
import type { ConnectionSnapshot } from '@painda/client'
import { useSyncExternalStore } from 'react'
import { usePPClient } from './provider.js'

/**
 * `{ status, attempt, nextRetryAt, error }` of the connection. Renders when one of them changes. A render on the server and
 * the first one in the page show `connecting`: the page is not connected yet, whatever the server's own client is.
 * @throws PPError `INVALID_ARGUMENT` outside a `PPProvider`.
 */
export function usePPStatus(): ConnectionSnapshot {
  const client = usePPClient()
  return useSyncExternalStore(client.subscribeStatus, client.status, statusOfPage)
}

const CONNECTING: ConnectionSnapshot = { status: 'connecting', attempt: 0, nextRetryAt: null, error: null }

function statusOfPage(): ConnectionSnapshot {
  return CONNECTING
}
