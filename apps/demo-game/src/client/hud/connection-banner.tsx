// What the connection is doing, whenever it is not simply there.
import { usePPClient, usePPStatus } from '@painda/react'
import { useEffect, useState, useSyncExternalStore } from 'react'
import type { ReactNode } from 'react'

/** A hiccup shorter than this is nobody's business. */
const QUIET_MS = 250

export function ConnectionBanner(): ReactNode {
  const client = usePPClient()
  const { status, attempt, nextRetryAt, error } = usePPStatus()
  const isOnline = useSyncExternalStore(subscribeOnline, () => navigator.onLine)
  const isTrouble = status === 'waiting' || status === 'closed' || (status === 'connecting' && attempt > 0)
  const isShown = useLasting(isTrouble, QUIET_MS)
  if (!isShown) return <div role="status" aria-live="polite" />

  return (
    <div
      className="banner"
      role="status"
      aria-live="polite"
      data-status={status}
      data-testid="connection-banner"
    >
      <i className="banner-dot" aria-hidden="true" />
      <p>
        {!isOnline ? (
          <>
            <b>You are offline.</b> The game goes on as soon as the network is back.
          </>
        ) : status === 'closed' ? (
          <>
            <b>Disconnected.</b> {error?.message ?? 'The connection was closed.'}
          </>
        ) : status === 'waiting' ? (
          <>
            <b>Connection lost.</b> <Countdown until={nextRetryAt} />
          </>
        ) : (
          <>
            <b>Reconnecting …</b> Your place is kept.
          </>
        )}
      </p>
      {status === 'waiting' && (
        <button className="button button-banner" onClick={() => client.retryNow()} data-testid="retry-now">
          Retry now
        </button>
      )}
      {status === 'closed' && (
        <button className="button button-banner" onClick={() => client.connect()}>
          Connect again
        </button>
      )}
    </div>
  )
}

function Countdown({ until }: { until: number | null }): ReactNode {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 200)
    return () => clearInterval(timer)
  }, [])
  const seconds = until === null ? 0 : Math.max(0, Math.ceil((until - now) / 1000))
  // A screen reader hears the sentence around it once, not every second.
  return <span aria-hidden="true">{seconds === 0 ? 'Trying now …' : `Trying again in ${seconds} s.`}</span>
}

/** True once `value` has been true for `ms` without a break. */
function useLasting(value: boolean, ms: number): boolean {
  const [lasted, setLasted] = useState(false)
  useEffect(() => {
    if (!value) return
    const timer = setTimeout(() => setLasted(true), ms)
    return () => {
      clearTimeout(timer)
      setLasted(false)
    }
  }, [value, ms])
  return value && lasted
}

function subscribeOnline(wake: () => void): () => void {
  const listening = new AbortController()
  window.addEventListener('online', wake, { signal: listening.signal })
  window.addEventListener('offline', wake, { signal: listening.signal })
  return () => listening.abort()
}
