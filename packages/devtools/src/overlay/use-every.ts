// Draws again every so often, for what moves while nothing travels: countdowns, round trips, sparklines.
import { useEffect, useReducer } from 'preact/hooks'

export function useEvery(ms: number): void {
  const [, redraw] = useReducer((count: number) => count + 1, 0)
  useEffect(() => {
    const timer = setInterval(() => redraw(0), ms)
    return () => clearInterval(timer)
  }, [ms])
}
