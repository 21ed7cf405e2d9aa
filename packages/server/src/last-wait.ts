// How long the end of a room waits for work of the application, and that of a server for each room's last hooks and for the store.
// A hook that waits for the end of its room would wait for itself.
import type { Time } from '@painda/protocol'

/** While the server runs: longer than any application takes to save, and not for ever. */
const HOOKS_MS = 60_000

export interface LastWait {
  /** Resolves to true with the work, however it ends, and to false when it has been waited for long enough. */
  until(work: PromiseLike<unknown>): Promise<boolean>
  /** The server ends: from here on nothing is waited for longer than this. */
  begin(ms: number): void
  /** How long, at most. */
  readonly ms: number
}

export function createLastWait(time: Pick<Time, 'after'>): LastWait {
  const waits = new Set<() => void>()
  let limitMs = HOOKS_MS
  let isBegun = false
  return {
    until(work) {
      return new Promise((resolve) => {
        let cancel = (): void => {}
        const limit = (): void => {
          cancel()
          cancel = time.after(limitMs, () => done(false))
        }
        const done = (isInTime = true): void => {
          waits.delete(limit)
          cancel()
          resolve(isInTime)
        }
        waits.add(limit)
        limit()
        work.then(
          () => done(),
          () => done(),
        )
      })
    },
    begin(ms) {
      if (isBegun) return
      isBegun = true
      limitMs = ms
      for (const limit of waits) limit()
    },
    get ms() {
      return limitMs
    },
  }
}
