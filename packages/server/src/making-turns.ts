// Rooms that clients wish for are made in a third of the server's time. A wish is fifty bytes, and a room with much in it takes
// milliseconds: a few clients who made and left rooms, each within its rate, held up everybody else for seconds. Who waits is
// one wish per client, since what a client says next waits behind it.
import type { Time, Undo } from '@painda/protocol'
import { Effort } from './effort.js'

/** A third of the time; with what comes later, when its first state is told and it is taken down, it is half. */
const REST = 2

export interface MakingTurns {
  /** Null: it may be made now. Else resolves when it is its turn. */
  wait(): Promise<void> | null
  make<T>(run: () => T): T
}

export function createMakingTurns(time: Time): MakingTurns {
  const effort = new Effort(time, REST)
  const waiting: (() => void)[] = []
  let cancel: Undo | null = null

  function work(): void {
    cancel = null
    if (effort.hasRested) waiting.shift()?.()
    schedule()
  }

  function schedule(): void {
    if (waiting.length > 0) cancel ??= time.after(effort.waitMs, work)
  }

  return {
    wait() {
      if (waiting.length === 0 && effort.hasRested) return null
      return new Promise((resolve) => {
        waiting.push(resolve)
        schedule()
      })
    },
    make: (run) => effort.spend(run),
  }
}
