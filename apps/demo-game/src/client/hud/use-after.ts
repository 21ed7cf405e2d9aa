// A timer in a component.
import { useEffect } from 'react'

/** Runs once, `ms` after `ms` became a number. */
export function useAfter(ms: number | null, run: () => void): void {
  useEffect(() => {
    if (ms === null) return
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
    // `run` may be another function on every render; it is the time that starts the timer.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [ms])
}
