// Draws again each second, for what changes while nothing travels: countdowns, round trips, ages.
import { useEffect, useState } from 'preact/hooks'

/** Milliseconds since the epoch, at most a second old. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000)
    return () => clearInterval(timer)
  }, [])
  return now
}
