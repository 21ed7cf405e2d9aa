// WebSockets, and the only file that knows `ws`: an own port or somebody else's HTTP server, the upgrade, and a socket
// as a Transport. What comes in as text, oversized or broken ends that socket and nothing else.
import { createServer, STATUS_CODES } from 'node:http'
import type { IncomingMessage, Server as HttpServer } from 'node:http'
import { Server as HttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Duplex, Writable } from 'node:stream'
import { Server as TlsServer } from 'node:tls'
import { CLOSE_NORMAL, ERRORS, PPError, SUBPROTOCOL_V3 } from '@painda/protocol'
import type { CloseInfo, ErrorCode, Transport } from '@painda/protocol'
import { WebSocketServer } from 'ws'
import type { RawData, WebSocket } from 'ws'
import { blockOf } from './address.js'
import type { Advise } from './advice.js'
import { claimPath } from './claimed-path.js'
import { limitHalfOpen, requestPatience } from './half-open.js'
import { clientIp, createIpLimit } from './ip.js'
import type { ReadingLine, ReadingTurns } from './reading-turns.js'
import { createFramer, sendShared, streamOf } from './socket-frames.js'
import type { Framer } from './socket-frames.js'
import { judgeUpgrade, pathOf } from './upgrade.js'
import type { UpgradeRules } from './upgrade.js'
import { isDeflated } from './v2-codec.js'

/** RFC 6455: the reason of a close frame is at most 123 bytes. */
const MAX_REASON_BYTES = 123
/** How long a peer may take to answer our close frame before the socket is dropped. */
const CLOSE_TIMEOUT_MS = 5000
/** What a refused peer may still say until it has read why: a hello with a token, and its own close. */
const MAX_REFUSED_BYTES = 16 * 1024
/** Pings under way: a peer that answers none is asked no more. Whoever measures by them stops trusting it long before. */
const MAX_PINGS = 16

export interface ListenAddress {
  readonly host: string
  readonly port: number
  /** Where a client on the same machine connects. */
  readonly url: string
}

/** Where a connection came from. */
export interface TransportInfo {
  readonly ip: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly protocol: 'painda.v3' | 'v2'
}

export interface ListenerOptions {
  target: { port: number; host: string | undefined } | { httpServer: HttpServer }
  path: string | null
  allowedOrigins: '*' | readonly string[] | undefined
  trustProxy: boolean
  maxPayloadBytes: number
  maxConnectionsPerIp: number
  handshakeTimeoutMs: number
  /** How what comes is read. */
  turns: ReadingTurns
  onTransport: (transport: Transport, info: TransportInfo) => void
  advise: Advise
  /** The port could not be opened, or failed later. */
  onError: (error: PPError) => void
}

export interface Listener {
  /** @throws PPError `INVALID_ARGUMENT` when the port cannot be opened */
  listening(): Promise<ListenAddress>
  /** From now on nobody comes in; sockets that are open stay, and so does the port, where /healthz says so. */
  stop(): void
  /** Drops every socket and gives the port back. An attached HTTP server stays as it is. */
  close(): Promise<void>
}

export function createListener(options: ListenerOptions): Listener {
  const { target, path, maxPayloadBytes, maxConnectionsPerIp } = options
  const isAttached = 'httpServer' in target
  const httpServer = isAttached
    ? target.httpServer
    : createServer(requestPatience(options.handshakeTimeoutMs), answerHttp)
  const claim = isAttached ? claimPath(httpServer, path ?? '/') : null
  const rules: UpgradeRules = { ...options, path, isAttached }
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: true,
    perMessageDeflate: false,
    maxPayload: maxPayloadBytes,
    closeTimeout: CLOSE_TIMEOUT_MS,
    // A browser drops a socket whose server picks none of the protocols it offered, without a word to the page.
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL_V3) ? SUBPROTOCOL_V3 : ([...offered][0] ?? false)),
  } as ConstructorParameters<typeof WebSocketServer>[0])
  const ips = createIpLimit(maxConnectionsPerIp)
  // Behind a proxy all of them are the proxy's.
  const isShared = isAttached || options.trustProxy
  const hasAsked = isShared ? () => {} : limitHalfOpen(httpServer, maxConnectionsPerIp)
  const framer = createFramer()
  let isAccepting = true

  function answerHttp({ url }: IncomingMessage, response: import('node:http').ServerResponse): void {
    const isHealth = pathOf(url ?? '') === '/healthz'
    const status = !isHealth ? 404 : isAccepting ? 200 : 503
    response.writeHead(status, { 'content-type': 'application/json', connection: 'close' })
    response.end(JSON.stringify({ status: STATUS_CODES[status] }))
  }

  function onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { url = '', headers } = request
    hasAsked(socket)
    const verdict = judgeUpgrade(url, headers, rules)
    // Until somebody takes over nobody else listens, and an unheard 'error' would end the process.
    socket.on('error', ignore)
    if (verdict.name === 'ignore' || claim?.isCurrent() === false) {
      if (claim?.answersFor(pathOf(url)) === true) rejectUpgrade(socket, 404)
      return
    }
    if (verdict.name === 'reject') {
      if (verdict.status === 404) adviseOfPath(pathOf(url))
      return rejectUpgrade(socket, verdict.status)
    }
    if (verdict.name === 'refuse' && verdict.code === 'ORIGIN_FORBIDDEN') adviseOfOrigin(headers.origin)
    if (!isAccepting) return rejectUpgrade(socket, 503)

    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const ip = clientIp(request.socket.remoteAddress, headers, options.trustProxy)
      if (verdict.name === 'refuse') return refuse(webSocket, socket, verdict.code, verdict.text)
      const leave = ips.enter(ip)
      if (leave === null) return refuse(webSocket, socket, 'TOO_MANY_CONNECTIONS', 'too many connections')
      const { protocol } = verdict
      const transport = new WsTransport(webSocket, {
        framer,
        turns: options.turns,
        address: blockOf(ip),
        protocol,
      })
      // Not with the socket: as long as something of it waits to be read it takes a place.
      transport.onClose(leave)
      options.onTransport(transport, { ip, url, headers, protocol })
    })
  }

  function adviseOfPath(asked: string | null): void {
    options.advise(
      `A WebSocket asked for the path "${asked ?? ''}"; this server takes them at "${path ?? '/'}".`,
    )
  }

  function adviseOfOrigin(origin = ''): void {
    const rule =
      options.allowedOrigins === undefined
        ? 'it takes pages of its own host name'
        : 'it does not name that one'
    options.advise(`A page of ${origin} was refused: see the option allowedOrigins; ${rule}.`)
  }

  const onHttpError = (cause: Error): void => options.onError(portError(cause))
  httpServer.on('upgrade', onUpgrade)
  if (!isAttached) httpServer.on('error', onHttpError)
  let giveUp: (error: PPError) => void = () => {}
  const opened = isAttached
    ? new Promise<AddressInfo>((resolve, reject) => {
        giveUp = reject
        whenListening(httpServer, resolve)
      })
    : listen(httpServer, target.port, target.host)
  // Somebody may ask later; until then a failure is told by `onError` alone.
  opened.catch(() => {})

  return {
    listening: async () => addressOf(httpServer, path ?? '/', await opened),
    stop() {
      isAccepting = false
    },
    async close() {
      isAccepting = false
      httpServer.off('upgrade', onUpgrade)
      claim?.release()
      giveUp(new PPError('CLOSED', 'The server was closed before its HTTP server listened.'))
      for (const webSocket of sockets.clients) webSocket.terminate()
      sockets.close()
      if (isAttached) return
      await opened.catch(() => {})
      await new Promise<void>((resolve) => {
        httpServer.close(() => resolve())
        httpServer.closeAllConnections()
      })
    },
  }
}

/** What a socket is read and written with. */
interface Way {
  readonly framer: Framer
  readonly turns: ReadingTurns
  readonly address: string
  readonly protocol: TransportInfo['protocol']
}

/**
 * One WebSocket as a Transport. A class: V8 keeps an object that was written down with a getter as a dictionary, and then every
 * send looks up `send` in it.
 */
class WsTransport implements Transport {
  readonly #socket: WebSocket
  readonly #stream: Writable | null
  readonly #way: Way
  readonly #framer: Framer
  /** What it says, in the order in which it came. */
  #line: ReadingLine | null = null
  /** Made with the first: only connections of v2 have pings of their socket. */
  #pings: ((onPong: () => void) => void) | null = null
  #closed: CloseInfo | null = null
  /** Replaced, never changed: who leaves while they are called is still called. */
  #closeListeners: readonly ((info: CloseInfo) => void)[] = []
  /** It broke the rules below all messages: none of what comes until it is gone is delivered. */
  #isRefused = false

  constructor(socket: WebSocket, way: Way) {
    this.#socket = socket
    this.#stream = streamOf(socket)
    this.#way = way
    this.#framer = way.framer
    socket.on('close', (code, reason) => {
      const info = { code, reason: reason.toString('utf8') }
      // What it said before it went is heard before.
      if (this.#line === null) this.#close(info)
      else this.#line.end(() => this.#close(info))
    })
    // ws closes the socket itself after an error, with the fitting code (1009 for a message that is too large).
    socket.on('error', ignore)
  }

  send(data: Uint8Array): void {
    sendShared(this.#socket, this.#stream, data, this.#framer)
  }

  get bufferedAmount(): number {
    return this.#stream === null ? this.#socket.bufferedAmount : this.#stream.writableLength
  }

  onMessage(listener: (data: Uint8Array) => void): () => void {
    const socket = this.#socket
    const { turns, address, protocol } = this.#way
    const line = turns.line({
      address,
      read: listener,
      hold: (isHeld) => (isHeld ? socket.pause() : socket.resume()),
    })
    this.#line = line
    const onMessage = (data: RawData, isBinary: boolean): void => {
      if (this.#isRefused) return
      if (isBinary) {
        const bytes = bytesOf(data)
        return line.push(bytes, protocol === 'v2' && isDeflated(bytes))
      }
      this.#isRefused = true
      closeSocket(
        socket,
        ERRORS.MALFORMED_FRAME.closeCode,
        'malformed frame: text, where bytes were expected',
      )
    }
    socket.on('message', onMessage)
    return () => {
      socket.off('message', onMessage)
      line.close()
    }
  }

  onClose(listener: (info: CloseInfo) => void): () => void {
    const already = this.#closed
    if (already === null) this.#closeListeners = [...this.#closeListeners, listener]
    else queueMicrotask(() => listener(already))
    return () => {
      this.#closeListeners = this.#closeListeners.filter((other) => other !== listener)
    }
  }

  close(code = CLOSE_NORMAL, reason = ''): void {
    closeSocket(this.#socket, code, reason)
  }

  terminate(): void {
    this.#socket.terminate()
  }

  ping(onPong: () => void): void {
    this.#pings ??= createPings(this.#socket)
    this.#pings(onPong)
  }

  #close(info: CloseInfo): void {
    this.#closed = info
    for (const listener of this.#closeListeners) listener(info)
  }
}

/**
 * For errors that end a socket by themselves, and would end the process where nobody hears of them. Not written down where it is
 * used: there it would keep the request of each socket for as long as that lives.
 */
function ignore(): void {}

/** Each ping carries its number, so that a pong answers that one and those before it, and what nobody asked answers nothing. */
function createPings(socket: WebSocket): (onPong: () => void) => void {
  const open = new Map<number, () => void>()
  let last = 0

  function answered(data: Buffer): void {
    const number = data.length === 4 ? data.readUInt32BE() : 0
    if (!open.has(number)) return
    // In the order of asking.
    for (const [asked, onPong] of open) {
      if (asked > number) return
      open.delete(asked)
      onPong()
    }
  }

  return (onPong) => {
    if (socket.readyState !== socket.OPEN || open.size >= MAX_PINGS) return
    if (last === 0) socket.on('pong', answered)
    last = (last % 0xffff_ffff) + 1
    open.set(last, onPong)
    const number = Buffer.alloc(4)
    number.writeUInt32BE(last)
    socket.ping(number)
  }
}

function closeSocket(socket: WebSocket, code: number, reason: string): void {
  socket.close(code, clip(reason))
}

/** `raw`: what the WebSocket reads from. A peer that goes on sending is dropped without waiting for its goodbye. */
function refuse(socket: WebSocket, raw: Duplex, code: ErrorCode, reason: string): void {
  let left = MAX_REFUSED_BYTES
  socket.on('error', ignore)
  raw.on('data', ({ length }: Buffer) => {
    left -= length
    if (left < 0) socket.terminate()
  })
  closeSocket(socket, ERRORS[code].closeCode, reason)
}

function rejectUpgrade(socket: Duplex, status: number): void {
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
  )
  // A peer that does not close its half would keep ours open.
  socket.once('finish', () => socket.destroy())
}

/** Cut to the bytes that a close frame holds, never inside a character. */
function clip(reason: string): string {
  const bytes = Buffer.from(reason)
  if (bytes.byteLength <= MAX_REASON_BYTES) return reason
  return bytes
    .subarray(0, MAX_REASON_BYTES)
    .toString('utf8')
    .replace(/\uFFFD+$/, '')
}

function bytesOf(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data)
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data
}

function listen(server: HttpServer, port: number, host: string | undefined): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => reject(portError(cause)))
    server.listen({ port, ...(host === undefined ? {} : { host }) }, () => resolve(infoOf(server)))
  })
}

function whenListening(server: HttpServer, run: (info: AddressInfo) => void): void {
  if (server.listening) run(infoOf(server))
  else server.once('listening', () => run(infoOf(server)))
}

/** A TCP server's address is never a string or null while it listens. */
function infoOf(server: HttpServer): AddressInfo {
  return server.address() as AddressInfo
}

function addressOf(server: HttpServer, path: string, { address, port }: AddressInfo): ListenAddress {
  const isAny = address === '::' || address === '0.0.0.0'
  const host = isAny ? 'localhost' : address.includes(':') ? `[${address}]` : address
  // Bun's HTTPS servers are no servers of TLS, and those of HTTP/2 are none of HTTPS.
  const isSecure = server instanceof TlsServer || server instanceof HttpsServer
  const scheme = isSecure ? 'wss' : 'ws'
  return { host: address, port, url: `${scheme}://${host}:${port}${path === '/' ? '' : path}` }
}

function portError(cause: Error): PPError {
  return new PPError('INVALID_ARGUMENT', `The server cannot listen: ${cause.message}.`, {
    hint: 'Is the port taken?',
    cause,
  })
}
