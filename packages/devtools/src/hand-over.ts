// A connection that can be moved onto a link while it is open: whoever holds it notices nothing, and from then on it goes through the
// weather. Until then it is the socket itself, with one call in between.
import type { CloseInfo, Transport, Undo } from '@painda/protocol'

export interface HandOver {
  readonly transport: Transport
  /** From now on over what `wrap` makes of it. */
  moveTo(wrap: (inner: Transport) => Transport): void
}

/** One who listens, and how to listen anew somewhere else. */
interface Listener {
  listen: (way: Transport) => Undo
  undo: Undo
}

export function createHandOver(inner: Transport): HandOver {
  const listeners = new Set<Listener>()
  let way = inner

  function add(listen: Listener['listen']): Undo {
    const listener: Listener = { listen, undo: () => {} }
    listeners.add(listener)
    listener.undo = listen(way)
    return () => {
      listeners.delete(listener)
      listener.undo()
    }
  }

  const transport: Transport = {
    send: (data) => way.send(data),
    get bufferedAmount() {
      return way.bufferedAmount
    },
    onMessage: (listener) => add((from) => from.onMessage(listener)),
    onClose(listener) {
      let isTold = false
      // Told by both: by the socket that was left, and by what it was moved to.
      const once = (info: CloseInfo): void => {
        if (isTold) return
        isTold = true
        listener(info)
      }
      return add((from) => from.onClose(once))
    },
    close: (code, reason) => way.close(code, reason),
    terminate: () => way.terminate(),
    flush: () => way.flush?.(),
  }
  const { onOpen, ping } = inner
  if (onOpen !== undefined) transport.onOpen = (listener) => onOpen.call(inner, listener)
  if (ping !== undefined) transport.ping = (onPong) => way.ping?.(onPong)

  return {
    transport,
    moveTo(wrap) {
      // It listens before the others leave: what comes meanwhile is not lost.
      const next = wrap(way)
      for (const { undo } of listeners) undo()
      way = next
      for (const listener of listeners) listener.undo = listener.listen(next)
    },
  }
}
