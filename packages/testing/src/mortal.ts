// What dies with a process: `kill -9` runs no handler, fires no timer and sends no goodbye. A server in memory gets a
// clock and sockets that can be taken away from it in the same way, so that a restart in a test is as rude as a real one.
import type { Time, Transport, Undo } from '@painda/protocol'

export interface MortalTime extends Time {
  /** From now on no timer of this clock runs, those that wait included. */
  kill(): void
}

/** `time`, for one process. */
export function createMortalTime(time: Time): MortalTime {
  const waiting = new Set<Undo>()
  let isDead = false

  function start(arm: (done: Undo) => Undo): Undo {
    if (isDead) return () => {}
    const undo: Undo = () => {
      waiting.delete(undo)
      cancel()
    }
    const cancel = arm(() => waiting.delete(undo))
    waiting.add(undo)
    return undo
  }

  return {
    now: () => time.now(),
    wallNow: () => time.wallNow(),
    after: (ms, run) =>
      start((done) =>
        time.after(ms, () => {
          done()
          run()
        }),
      ),
    every: (ms, run) => start(() => time.every(ms, run)),
    kill() {
      isDead = true
      for (const undo of [...waiting]) undo()
    },
  }
}

export interface MortalTransport {
  readonly transport: Transport
  /** Neither end's code runs any more for this end: the other end sees a connection that was cut. */
  kill(): void
}

/** `inner`, for one process. */
export function createMortalTransport(inner: Transport): MortalTransport {
  const undos: Undo[] = []
  let isDead = false

  function keep(undo: Undo): Undo {
    undos.push(undo)
    return undo
  }

  return {
    transport: {
      send: (data) => {
        if (!isDead) inner.send(data)
      },
      get bufferedAmount() {
        return isDead ? 0 : inner.bufferedAmount
      },
      onMessage: (listener) => (isDead ? () => {} : keep(inner.onMessage(listener))),
      onClose: (listener) => (isDead ? () => {} : keep(inner.onClose(listener))),
      close: (code, reason) => {
        if (!isDead) inner.close(code, reason)
      },
      terminate: () => {
        if (!isDead) inner.terminate()
      },
    },
    kill() {
      if (isDead) return
      isDead = true
      for (const undo of undos.splice(0)) undo()
      inner.terminate()
    },
  }
}
