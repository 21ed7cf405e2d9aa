// The Transport contract on real sockets: the server's end as PPServer hands it out, and a plain WebSocket at the other.
import { once } from 'node:events'
import { CLOSE_NORMAL, SUBPROTOCOL_V3, type CloseInfo, type Transport } from '@painda/protocol'
import { PPServer } from '@painda/server'
import { describe, test } from 'vitest'
import { WebSocket } from 'ws'
import { describeTransport, type TransportPair } from '../src/index.js'

/** A server that keeps what it is given, and does nothing with it. */
class Tap extends PPServer {
  readonly accepted: Promise<Transport>
  #accept: (transport: Transport) => void = () => {}

  constructor() {
    super({ port: 0, host: '127.0.0.1' })
    this.accepted = new Promise((resolve) => (this.#accept = resolve))
  }

  override acceptTransport(transport: Transport): void {
    this.#accept(transport)
  }
}

function fromWebSocket(socket: WebSocket): Transport {
  let closed: CloseInfo | null = null
  let early: Uint8Array[] | null = []
  const listeners = new Set<(data: Uint8Array) => void>()
  socket.on('message', (data: Buffer) => {
    if (listeners.size === 0) early?.push(data)
    else for (const listener of [...listeners]) listener(data)
  })
  socket.on('close', (code, reason) => (closed = { code, reason: reason.toString() }))
  socket.on('error', () => {})
  return {
    send(data) {
      if (socket.readyState === WebSocket.OPEN) socket.send(data)
    },
    get bufferedAmount() {
      return socket.bufferedAmount
    },
    onMessage(listener) {
      listeners.add(listener)
      for (const data of early ?? []) listener(data)
      early = null
      return () => void listeners.delete(listener)
    },
    onClose(listener) {
      if (closed !== null) {
        const info = closed
        queueMicrotask(() => listener(info))
        return () => {}
      }
      const onClose = (code: number, reason: Buffer): void => listener({ code, reason: reason.toString() })
      socket.on('close', onClose)
      return () => void socket.off('close', onClose)
    },
    close: (code = CLOSE_NORMAL, reason = '') => socket.close(code, reason),
    terminate: () => socket.terminate(),
  }
}

async function pairOfSockets(): Promise<TransportPair & { socket: WebSocket }> {
  const server = new Tap()
  const { url } = await server.listening()
  const socket = new WebSocket(url, SUBPROTOCOL_V3)
  const near = fromWebSocket(socket)
  await once(socket, 'open')
  const far = await server.accepted
  const over = Promise.all(
    [near, far].map((end) => new Promise<void>((resolve) => void end.onClose(() => resolve()))),
  )

  /** A ping follows what the client sent, its pong what the server sent; a connection that ends is waited for. */
  async function settle(): Promise<void> {
    const answered = new Promise<void>((resolve) => void socket.once('pong', () => resolve()))
    if (socket.readyState === WebSocket.OPEN) socket.ping()
    await Promise.race([answered, over])
    await new Promise(setImmediate)
  }

  async function close(): Promise<void> {
    socket.terminate()
    await server.close()
  }

  return { a: far, b: near, socket, settle, close }
}

describeTransport('a real socket, the server first', pairOfSockets, { describe, test }, { endsAtOnce: false })
describeTransport(
  'a real socket, the client first',
  async () => {
    const { a, b, ...rest } = await pairOfSockets()
    return { ...rest, a: b, b: a }
  },
  { describe, test },
  { endsAtOnce: false, keepsEarly: false },
)
