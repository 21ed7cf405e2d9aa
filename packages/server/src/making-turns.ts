// Rooms that clients ask for are made in a third of the server's time. A request is fifty bytes, and a room with a large state takes
// milliseconds: a few clients who made and left rooms, each within its rate, held up everybody else for seconds. At most one
// request per client waits, because the client's next messages wait behind it, and addresses take turns: a request does not wait
// for all requests of another address.
import type { Time, Undo } from '@painda/protocol'
import { Effort } from './effort.js'

/** A third of the time; with what comes later, when its first state is told and it is taken down, it is half. */
const REST = 2

export interface MakingTurns {
  /** Null: it may be made now. Else resolves when it is its turn. */
  wait(address: string | null): Promise<void> | null
  make<T>(run: () => T): T
}

export function createMakingTurns(time: Time): MakingTurns {
  const effort = new Effort(time, REST)
  /** By address, those of this process under null. The first address is next; no list is empty. */
  const waiting = new Map<string | null, (() => void)[]>()
  let cancel: Undo | null = null

  function work(): void {
    cancel = null
    if (effort.hasRested) next()
    schedule()
  }

  /** One wish of one address, which is then the last of all. */
  function next(): void {
    for (const [address, [go, ...others]] of waiting) {
      waiting.delete(address)
      if (others.length > 0) waiting.set(address, others)
      go?.()
      return
    }
  }

  function schedule(): void {
    if (waiting.size > 0) cancel ??= time.after(effort.waitMs, work)
  }

  return {
    wait(address) {
      if (waiting.size === 0 && effort.hasRested) return null
      return new Promise((resolve) => {
        const wishes = waiting.get(address)
        if (wishes === undefined) waiting.set(address, [resolve])
        else wishes.push(resolve)
        schedule()
      })
    },
    make: (run) => effort.spend(run),
  }
}
