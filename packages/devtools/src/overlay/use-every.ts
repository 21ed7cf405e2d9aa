// Draws again every so often, for what moves while nothing travels: countdowns, round trips, ages.
import { useEffect, useState } from 'preact/hooks'

/** Milliseconds since the epoch, at most `ms` old. */
export function useEvery(ms: number): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), ms)
    return () => clearInterval(timer)
  }, [ms])
  return now
}
