// A member's own presence leaves at most once in a while: a pointer moves far more often than anybody else has to see.
import type { Time, Undo } from '@painda/protocol'

export interface Throttle {
  /** Runs the work of the owner: at once, or as soon as the last run is long enough ago. */
  run(): void
  /** Nothing that waits is run any more. */
  cancel(): void
}

/** Never runs `work` twice within `ms`; what is asked for in between is done once, at the end of that time. 0: always at once. */
export function createThrottle(time: Pick<Time, 'after'>, ms: number, work: () => void): Throttle {
  let cool: Undo | null = null
  let isDue = false

  function start(): void {
    isDue = false
    work()
    if (ms <= 0) return
    cool = time.after(ms, () => {
      cool = null
      if (isDue) start()
    })
  }

  return {
    run() {
      if (cool === null) start()
      else isDue = true
    },
    cancel() {
      cool?.()
      cool = null
      isDue = false
    },
  }
}
