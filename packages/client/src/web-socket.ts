// A WebSocket as a Transport. A Transport is open from the start: what is sent while the socket connects waits here.
import { DEV, CLOSE_ABNORMAL, CLOSE_NORMAL, encodeUtf8, PPError, SUBPROTOCOL_V3 } from '@painda/protocol'
import type { CloseInfo, Transport } from '@painda/protocol'

/** What is used of a WebSocket. The browser's, Node's and the `ws` package's all fit. */
export interface WebSocketLike {
  binaryType: string
  readonly readyState: number
  readonly bufferedAmount: number
  send(data: Uint8Array<ArrayBuffer>): void
  close(code?: number, reason?: string): void
  addEventListener(type: 'open' | 'error', listener: () => void): void
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void
  addEventListener(type: 'close', listener: (event: { code: number; reason: string }) => void): void
}

export type WebSocketConstructor = new (url: string, protocols: string[]) => WebSocketLike

const OPEN = 1
/** What RFC 6455 lets a close frame carry: 125 bytes less the code. */
const MAX_REASON_BYTES = 123
/** The code for an end whose own code a browser may not send. */
const CLOSE_OTHER = 4000

export interface DialOptions {
  url: string
  connectTransport?: (url: string) => Transport
  WebSocket?: WebSocketConstructor
}

/** A connection as a client's options say. @throws PPError `INVALID_ARGUMENT` where the host has no WebSocket. */
export function dialFrom({
  url,
  connectTransport,
  WebSocket = globalThis.WebSocket,
}: DialOptions): Transport {
  if (connectTransport !== undefined) return connectTransport(url)
  if (typeof WebSocket === 'function') return connectWebSocket(url, WebSocket)
  throw new PPError(
    'INVALID_ARGUMENT',
    DEV && 'This host has no WebSocket.',
    DEV && {
      hint: "Give the client one: new PPClient(url, { WebSocket }) with that of the package 'ws'.",
    },
  )
}

/**
 * What a client connects by where it is not told otherwise; for a `connectTransport` that puts something in between.
 * @throws PPError `INVALID_ARGUMENT` for what is no WebSocket URL.
 * @example
 * connectTransport: (url) => link.wrap(connectWebSocket(url, WebSocket))
 */
export function connectWebSocket(url: string, WebSocket: WebSocketConstructor): Transport {
  let socket: WebSocketLike
  try {
    socket = new WebSocket(url, [SUBPROTOCOL_V3])
  } catch (cause) {
    // The browser's own words for a page over https are a SecurityError without advice.
    const advice = DEV && 'An address begins with ws:// or wss://, and in a page over https with wss://.'
    throw new PPError('INVALID_ARGUMENT', DEV && `No WebSocket can be made for "${url}". ${advice}`, {
      cause,
    })
  }
  // A browser's default is Blob, which can only be read asynchronously.
  socket.binaryType = 'arraybuffer'

  const messageListeners = new Set<(data: Uint8Array) => void>()
  const closeListeners = new Set<(info: CloseInfo) => void>()
  const openListeners = new Set<() => void>()
  let waiting: Uint8Array[] = []
  let closed: CloseInfo | null = null

  function end(info: CloseInfo): void {
    if (closed !== null) return
    closed = info
    waiting = []
    messageListeners.clear()
    openListeners.clear()
    const listeners = [...closeListeners]
    closeListeners.clear()
    for (const listener of listeners) listener(info)
  }

  socket.addEventListener('open', () => {
    const early = waiting
    waiting = []
    for (const data of early) write(socket, data)
    const listeners = [...openListeners]
    openListeners.clear()
    for (const listener of listeners) listener()
  })
  socket.addEventListener('message', (event) => {
    if (closed !== null) return
    const data = readData(event.data)
    for (const listener of [...messageListeners]) listener(data)
  })
  socket.addEventListener('close', ({ code, reason }) => end({ code, reason }))
  // Every error is followed by a close; a listener is needed because `ws` throws an error that nobody listens to.
  socket.addEventListener('error', () => {})

  return {
    send(data) {
      if (closed !== null) return
      if (socket.readyState === OPEN) write(socket, data)
      else waiting.push(data)
    },
    get bufferedAmount() {
      return waiting.reduce((sum, data) => sum + data.byteLength, socket.bufferedAmount)
    },
    onOpen(listener) {
      if (socket.readyState === OPEN) listener()
      else if (closed === null) openListeners.add(listener)
      return () => void openListeners.delete(listener)
    },
    onMessage(listener) {
      messageListeners.add(listener)
      return () => void messageListeners.delete(listener)
    },
    onClose(listener) {
      if (closed !== null) {
        const info = closed
        void Promise.resolve().then(() => listener(info))
        return () => {}
      }
      closeListeners.add(listener)
      return () => void closeListeners.delete(listener)
    },
    close(code = CLOSE_NORMAL, reason = '') {
      if (closed === null) shut(socket, code, reason)
    },
    terminate() {
      if (closed !== null) return
      shut(socket, CLOSE_OTHER, '')
      // A half-open socket never answers a close: this end is over now.
      end({ code: CLOSE_ABNORMAL, reason: '' })
    },
  }
}

function write(socket: WebSocketLike, data: Uint8Array): void {
  // Codecs make their bytes themselves, never over shared memory.
  if (socket.readyState === OPEN) socket.send(data as Uint8Array<ArrayBuffer>)
}

/** v3 is binary; a text message is handed on as bytes that no codec accepts, so that it ends as a malformed frame. */
function readData(data: unknown): Uint8Array {
  if (data instanceof ArrayBuffer) return new Uint8Array(data)
  if (data instanceof Uint8Array) return data
  return new Uint8Array(0)
}

function shut(socket: WebSocketLike, code: number, reason: string): void {
  const allowed = code === CLOSE_NORMAL || (code >= 3000 && code <= 4999)
  try {
    socket.close(allowed ? code : CLOSE_OTHER, truncate(reason))
  } catch {
    // `ws` throws when the socket has not begun to connect; it closes all the same.
  }
}

function truncate(reason: string): string {
  let text = reason.slice(0, MAX_REASON_BYTES)
  while (encodeUtf8(text).length > MAX_REASON_BYTES) text = text.slice(0, -1)
  return text
}
