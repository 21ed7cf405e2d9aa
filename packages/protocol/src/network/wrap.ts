// A Transport that goes through a link. The near end is what the application holds; `inner` is the far side of the
// weather. Messages, the closing handshake and pings all travel in order over the link's lanes.
import type { Undo } from '../emitter.js'
import type { Time } from '../time.js'
import {
  CLOSE_ABNORMAL,
  CLOSE_NORMAL,
  createTransportPair,
  type CloseInfo,
  type Transport,
} from '../transport.js'
import type { LinkSocket, OpenSocket } from './socket.js'

/** A WebSocket that gets no answer to its close is closed all the same after a while; browsers wait about this long. */
export const CLOSE_TIMEOUT_MS = 10_000

/** A control frame of RFC 6455 without payload, masked: 2 + 4 bytes. */
const PING_BYTES = 6

type State = { name: 'open' } | { name: 'closing'; cancel: Undo } | { name: 'closed'; info: CloseInfo }

/** See `Link.wrap`. */
export function wrapTransport(open: OpenSocket, inner: Transport, time: Time): Transport {
  return createWrap(open, inner, time).near
}

/** See `Link.connect`. */
export function acceptOverLink(
  open: OpenSocket,
  accept: (serverEnd: Transport) => void,
  time: Time,
): Transport {
  const [inner, server] = createTransportPair()
  const { near, socket } = createWrap(open, inner, time)
  if (socket !== null) accept(withQueue(server, () => socket.queuedBytes('down')))
  return near
}

/** `inner`, whose `bufferedAmount` also counts what the link has not let out yet. */
function withQueue(inner: Transport, queuedBytes: () => number): Transport {
  return {
    send: (data) => inner.send(data),
    get bufferedAmount() {
      return inner.bufferedAmount + queuedBytes()
    },
    onMessage: (listener) => inner.onMessage(listener),
    onClose: (listener) => inner.onClose(listener),
    close: (code, reason) => inner.close(code, reason),
    terminate: () => inner.terminate(),
  }
}

function createWrap(
  open: OpenSocket,
  inner: Transport,
  time: Time,
): { near: Transport; socket: LinkSocket | null } {
  let state: State = { name: 'open' }
  let isInnerOver = false
  const messageListeners = new Set<(data: Uint8Array) => void>()
  const closeListeners = new Set<(info: CloseInfo) => void>()
  const undos: Undo[] = []
  /** What arrived before anybody listened. */
  let early: Uint8Array[] = []

  const socket = open({
    unit: 'messages',
    deliver: (direction, data) => (direction === 'up' ? inner.send(data) : receive(data)),
    onCut() {
      finish({ code: CLOSE_ABNORMAL, reason: '' })
      inner.terminate()
    },
  })

  function receive(data: Uint8Array): void {
    if (state.name === 'closed') return
    if (messageListeners.size === 0) early.push(data)
    else for (const listener of [...messageListeners]) listener(data)
  }

  /** The near end is over. What it sent goes on travelling: the sender is gone, not the network. */
  function end(info: CloseInfo): void {
    if (state.name === 'closed') return
    if (state.name === 'closing') state.cancel()
    state = { name: 'closed', info }
    early = []
    messageListeners.clear()
    const listeners = [...closeListeners]
    closeListeners.clear()
    if (isInnerOver) release()
    for (const listener of listeners) listener(info)
  }

  /** The far end is over. The near end hears of it after what was sent before, and never over a dead link. */
  function onInnerClose(info: CloseInfo): void {
    isInnerOver = true
    if (state.name === 'closed') release()
    else socket?.follow('down', () => finish(info))
  }

  /** Nothing of this connection is left on the link. */
  function release(): void {
    for (const undo of undos.splice(0)) undo()
    socket?.close()
  }

  function finish(info: CloseInfo): void {
    release()
    end(info)
  }

  if (socket === null) {
    state = { name: 'closed', info: { code: CLOSE_ABNORMAL, reason: '' } }
    inner.terminate()
  } else {
    undos.push(
      inner.onMessage((data) => socket.send('down', data)),
      inner.onClose(onInnerClose),
    )
  }

  const near: Transport = {
    send(data) {
      if (state.name === 'open') socket?.send('up', data)
    },
    get bufferedAmount() {
      return state.name === 'closed' ? 0 : (socket?.queuedBytes('up') ?? 0) + inner.bufferedAmount
    },
    onMessage(listener) {
      if (state.name === 'closed') return () => {}
      messageListeners.add(listener)
      const waiting = early
      early = []
      for (const data of waiting) receive(data)
      return () => void messageListeners.delete(listener)
    },
    onClose(listener) {
      if (state.name === 'closed') {
        const { info } = state
        void Promise.resolve().then(() => listener(info))
        return () => {}
      }
      closeListeners.add(listener)
      return () => void closeListeners.delete(listener)
    },
    close(code = CLOSE_NORMAL, reason = '') {
      if (state.name !== 'open' || socket === null) return
      const cancel = time.after(CLOSE_TIMEOUT_MS, () => end({ code: CLOSE_ABNORMAL, reason: '' }))
      state = { name: 'closing', cancel }
      socket.follow('up', () => inner.close(code, reason))
    },
    terminate() {
      if (state.name === 'closed') return
      // The far end hears of it when the reset has travelled, and never when the link is dead.
      socket?.follow('up', () => inner.terminate())
      end({ code: CLOSE_ABNORMAL, reason: '' })
    },
    flush() {
      socket?.flush('up')
      inner.flush?.()
    },
  }
  const { onOpen } = inner
  if (onOpen !== undefined && socket !== null) near.onOpen = (listener) => onOpen.call(inner, listener)
  if (inner.ping !== undefined && socket !== null) {
    near.ping = (onPong) => {
      if (state.name !== 'open') return
      const answer = (): void => socket.follow('down', onPong, PING_BYTES)
      socket.follow('up', () => inner.ping?.(answer), PING_BYTES)
    }
  }
  return { near, socket }
}
