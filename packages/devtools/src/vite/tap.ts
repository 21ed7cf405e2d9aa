// The tap on every connection of a game server in development: nothing passes but through it, and so it can be cut, or go dead without
// either end hearing of it.
import { CLOSE_ABNORMAL, type CloseInfo, type Transport, type Undo } from '@painda/protocol'

export interface Taps {
  /** For `Inspector.through` of a server. */
  through(transport: Transport, peer?: () => string): Transport
  /** Breaks the connections of this peer, as a network would. False when it has none. */
  cut(peer: string): boolean
  /** Half-open: what either end sends vanishes, and neither hears of it. False when it has none. */
  silence(peer: string): boolean
}

interface Tap {
  readonly transport: Transport
  silence(): void
}

export function createTaps(): Taps {
  const taps = new Map<Tap, () => string>()

  function of(peer: string): Tap[] {
    return [...taps].flatMap(([tap, name]) => (name() === peer ? [tap] : []))
  }

  return {
    through(transport, peer = () => '') {
      const tap = createTap(transport)
      taps.set(tap, peer)
      tap.transport.onClose(() => taps.delete(tap))
      return tap.transport
    },
    cut(peer) {
      const found = of(peer)
      for (const { transport } of found) transport.terminate()
      return found.length > 0
    },
    silence(peer) {
      const found = of(peer)
      for (const tap of found) tap.silence()
      return found.length > 0
    },
  }
}

function createTap(inner: Transport): Tap {
  const closeListeners = new Set<(info: CloseInfo) => void>()
  let isDead = false

  /** Our end gives up a dead connection: it hears what a host hears then. */
  function bury(): void {
    inner.terminate()
    const listeners = [...closeListeners]
    closeListeners.clear()
    for (const listener of listeners) listener({ code: CLOSE_ABNORMAL, reason: '' })
  }

  const transport: Transport = {
    send(data) {
      if (!isDead) inner.send(data)
    },
    get bufferedAmount() {
      return inner.bufferedAmount
    },
    onMessage: (listener) =>
      inner.onMessage((data) => {
        if (!isDead) listener(data)
      }),
    onClose(listener): Undo {
      closeListeners.add(listener)
      const undo = inner.onClose((info) => {
        // Over a dead line nobody hears that the other end is gone.
        if (!isDead && closeListeners.delete(listener)) listener(info)
      })
      return () => {
        closeListeners.delete(listener)
        undo()
      }
    },
    close(code, reason) {
      if (isDead) bury()
      else inner.close(code, reason)
    },
    terminate() {
      if (isDead) bury()
      else inner.terminate()
    },
  }
  const { onOpen, ping, flush } = inner
  if (onOpen !== undefined) transport.onOpen = (listener) => onOpen.call(inner, listener)
  if (flush !== undefined) transport.flush = () => flush.call(inner)
  if (ping !== undefined) {
    transport.ping = (onPong) => {
      if (isDead) return
      ping.call(inner, () => {
        if (!isDead) onPong()
      })
    }
  }
  return { transport, silence: () => void (isDead = true) }
}
