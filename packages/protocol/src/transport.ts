// The seam below everything: a reliable, ordered pipe of byte messages between two ends. Real sockets, virtual
// clients, the tests' in-memory pair and the network engine are all Transports.
import type { Undo } from './emitter.js'

export interface CloseInfo {
  code: number
  reason: string
}

export interface Transport {
  /** Hands one message over. Never throws; after the close it does nothing. The bytes must not be changed afterwards. */
  send(data: Uint8Array): void
  /** Bytes handed over that the network has not taken yet. */
  readonly bufferedAmount: number
  onMessage(listener: (data: Uint8Array) => void): Undo
  /** Called exactly once, whichever end or failure closed it; also when it was closed before the call. */
  onClose(listener: (info: CloseInfo) => void): Undo
  /** Closes in order after what was sent. Safe to call twice. */
  close(code?: number, reason?: string): void
  /** Drops the pipe at once, as a cut cable would. */
  terminate(): void
  /**
   * Calls back once when the other end has been reached; at once when it was before. What is sent earlier waits. Absent
   * where a Transport is connected from the start.
   */
  onOpen?(listener: () => void): Undo
  /** A ping below the messages, for peers whose protocol has none (v2). Absent where there is no such thing. */
  ping?(onPong: () => void): void
  /**
   * This host is about to stand still, and its timers with it: what is due goes out within this call, and a close after it. A Transport
   * around another one flushes that too. Absent where nothing waits for a timer.
   */
  flush?(): void
}

/** "Normal closure" of RFC 6455. */
export const CLOSE_NORMAL = 1000
/** "Closed abnormally" of RFC 6455: seen locally, never sent. */
export const CLOSE_ABNORMAL = 1006

/** A browser's own goodbye when a page goes away. A script may not send it. */
export const CLOSE_GOING_AWAY = 1001
/** A client says that its page goes away: a reload or a closed tab. Who reloads is back within seconds. */
export const CLOSE_PAGE_LEFT = 4019
/** A client says that its page is put aside, for the back button. It may be back at any time. */
export const CLOSE_PUT_ASIDE = 4020

export interface TransportPairOptions {
  /**
   * Runs one delivery. The default is a microtask, so that `send` never calls the receiver re-entrantly; a test that
   * cares about order keeps the deliveries and runs them by hand.
   */
  defer?: (deliver: () => void) => void
}

/** Two connected Transports in memory: what one sends, the other receives, in order. */
export function createTransportPair(options: TransportPairOptions = {}): [Transport, Transport] {
  const defer = options.defer ?? ((deliver) => void Promise.resolve().then(deliver))
  const a = new MemoryTransport(defer)
  const b = new MemoryTransport(defer)
  a.connect(b)
  b.connect(a)
  return [a, b]
}

class MemoryTransport implements Transport {
  readonly #defer: (deliver: () => void) => void
  readonly #messageListeners = new Set<(data: Uint8Array) => void>()
  readonly #closeListeners = new Set<(info: CloseInfo) => void>()
  /** Messages that came before anybody listened: a server may speak before the client has subscribed. */
  #early: Uint8Array[] = []
  #peer: MemoryTransport | null = null
  #closed: CloseInfo | null = null
  #closing = false
  bufferedAmount = 0

  constructor(defer: (deliver: () => void) => void) {
    this.#defer = defer
  }

  connect(peer: MemoryTransport): void {
    this.#peer = peer
  }

  send(data: Uint8Array): void {
    const peer = this.#peer
    if (peer === null || this.#closing || this.#closed !== null) return
    this.bufferedAmount += data.byteLength
    this.#defer(() => {
      this.bufferedAmount -= data.byteLength
      peer.#receive(data)
    })
  }

  close(code = CLOSE_NORMAL, reason = ''): void {
    const peer = this.#peer
    if (this.#closing || this.#closed !== null) return
    this.#closing = true
    // The peer hears of it after what was sent before; this end hears of it then too, as with a closing handshake.
    this.#defer(() => {
      if (peer !== null) peer.#end({ code, reason })
      this.#end({ code, reason })
    })
  }

  terminate(): void {
    const peer = this.#peer
    if (this.#closed !== null) return
    this.#end({ code: CLOSE_ABNORMAL, reason: '' })
    this.#defer(() => {
      if (peer !== null) peer.#end({ code: CLOSE_ABNORMAL, reason: '' })
    })
  }

  onMessage(listener: (data: Uint8Array) => void): Undo {
    this.#messageListeners.add(listener)
    const early = this.#early
    this.#early = []
    for (const data of early) this.#receive(data)
    return () => void this.#messageListeners.delete(listener)
  }

  onClose(listener: (info: CloseInfo) => void): Undo {
    const closed = this.#closed
    if (closed !== null) {
      this.#defer(() => listener(closed))
      return () => {}
    }
    this.#closeListeners.add(listener)
    return () => void this.#closeListeners.delete(listener)
  }

  #receive(data: Uint8Array): void {
    if (this.#closed !== null) return
    if (this.#messageListeners.size === 0) {
      this.#early.push(data)
      return
    }
    for (const listener of [...this.#messageListeners]) listener(data)
  }

  #end(info: CloseInfo): void {
    if (this.#closed !== null) return
    this.#closed = info
    for (const listener of [...this.#closeListeners]) listener(info)
    this.#closeListeners.clear()
    this.#messageListeners.clear()
  }
}
