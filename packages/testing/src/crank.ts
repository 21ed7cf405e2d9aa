// Delivery by hand: what arrives over a link waits here until the test lets it through, one message at a time, in the
// order of arrival over all clients. For tests in which the order of two messages is the very point.
import { CLOSE_ABNORMAL, type CloseInfo, type Direction, type Transport, type Undo } from '@painda/protocol'

/** Something that has arrived and waits to be handed over. */
export interface Waiting {
  /** The client's name. */
  readonly client: string
  readonly direction: Direction
  readonly what: 'message' | 'close'
  readonly bytes: number
}

export interface Crank {
  readonly waiting: readonly Waiting[]
  /** `inner`, whose messages and goodbyes wait for `next`. A cut connection loses what waits, and is seen at once. */
  hold(inner: Transport, client: string, direction: Direction): Transport
  /** Hands over what came first; false when nothing waits. */
  next(): boolean
}

interface Held extends Waiting {
  owner: object
  run: () => void
}

export function createCrank(): Crank {
  let queue: Held[] = []

  return {
    get waiting() {
      return queue.map(({ client, direction, what, bytes }) => ({ client, direction, what, bytes }))
    },
    next() {
      const first = queue.shift()
      first?.run()
      return first !== undefined
    },
    hold(inner, client, direction) {
      const owner = {}
      const listeners = new Set<(data: Uint8Array) => void>()
      const closeListeners = new Set<(info: CloseInfo) => void>()
      let early: Uint8Array[] = []
      let closed: CloseInfo | null = null

      function receive(data: Uint8Array): void {
        if (closed !== null) return
        if (listeners.size === 0) early.push(data)
        else for (const listener of [...listeners]) listener(data)
      }

      function end(info: CloseInfo): void {
        closed = info
        queue = queue.filter((held) => held.owner !== owner)
        early = []
        listeners.clear()
        for (const listener of [...closeListeners]) listener(info)
        closeListeners.clear()
      }

      inner.onMessage((data) => {
        const bytes = data.byteLength
        queue.push({ owner, client, direction, what: 'message', bytes, run: () => receive(data) })
      })
      inner.onClose((info) => {
        if (info.code === CLOSE_ABNORMAL) return end(info)
        queue.push({ owner, client, direction, what: 'close', bytes: 0, run: () => end(info) })
      })

      return {
        send: (data) => inner.send(data),
        get bufferedAmount() {
          return inner.bufferedAmount
        },
        onMessage(listener): Undo {
          if (closed !== null) return () => {}
          listeners.add(listener)
          for (const data of early.splice(0)) receive(data)
          return () => void listeners.delete(listener)
        },
        onClose(listener): Undo {
          if (closed !== null) {
            const info = closed
            void Promise.resolve().then(() => listener(info))
            return () => {}
          }
          closeListeners.add(listener)
          return () => void closeListeners.delete(listener)
        },
        close: (code, reason) => inner.close(code, reason),
        terminate: () => inner.terminate(),
      }
    },
  }
}
