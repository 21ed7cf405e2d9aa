// How long the end of a server waits for work of the application: for each room's last hooks, and for the store. While the server
// runs, for as long as it takes.
import type { Time } from '@painda/protocol'

export interface LastWait {
  /** Resolves to true with the work, however it ends, and to false when the server's end has waited for it long enough. */
  until(work: PromiseLike<unknown>): Promise<boolean>
  /** The server ends: from here on nothing is waited for longer than this. */
  begin(ms: number): void
  /** Null while the server runs. */
  readonly ms: number | null
}

export function createLastWait(time: Pick<Time, 'after'>): LastWait {
  const waits = new Set<() => void>()
  let limitMs: number | null = null
  return {
    until(work) {
      return new Promise((resolve) => {
        let cancel = (): void => {}
        const limit = (): void => {
          if (limitMs !== null) cancel = time.after(limitMs, () => resolve(false))
        }
        const done = (): void => {
          waits.delete(limit)
          cancel()
          resolve(true)
        }
        if (limitMs === null) waits.add(limit)
        else limit()
        work.then(done, done)
      })
    },
    begin(ms) {
      limitMs ??= ms
      for (const limit of waits) limit()
      waits.clear()
    },
    get ms() {
      return limitMs
    },
  }
}
