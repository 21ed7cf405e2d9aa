// Real sockets that misbehave, in both formats, and what an attacked server must show afterwards.
import { createServer, type Server as HttpServer } from 'node:http'
import { connect } from 'node:net'
import {
  createWireCodec,
  decodeFrame,
  encodeFrame,
  type Message,
  type PPMessageInput,
} from '@painda/protocol'
import { afterEach, beforeEach, expect, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { PPServer, silentLogger, type ServerOptions } from '../src/index.js'

export type Format = 'painda.v3' | 'v2'

const codec = createWireCodec()

/** Every test of the file fails when something is thrown that nobody catches. */
export function failOnUncaught(): void {
  const uncaught: unknown[] = []
  const note = (thrown: unknown): void => void uncaught.push(thrown)
  beforeEach(() => {
    uncaught.length = 0
    process.on('uncaughtException', note)
    process.on('unhandledRejection', note)
  })
  afterEach(() => {
    process.off('uncaughtException', note)
    process.off('unhandledRejection', note)
    expect(uncaught).toEqual([])
  })
}

export async function listen(
  options: ServerOptions = {},
): Promise<{ server: PPServer; url: string; port: number }> {
  const server = new PPServer({ port: 0, host: '127.0.0.1', logger: silentLogger, ...options })
  onTestFinished(() => server.close())
  return { server, ...(await server.listening()) }
}

export async function listenHttp(): Promise<{ http: HttpServer; port: number }> {
  const http = createServer((_request, response) => response.end('the other owner'))
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void http.close())
  const address = http.address()
  return { http, port: typeof address === 'object' && address !== null ? address.port : 0 }
}

/** One message as that format spells it. */
export function spell(format: Format, message: PPMessageInput): Uint8Array {
  if (format === 'v2') return encodeFrame('gaming', message)
  const { type, payload, __ackId: ackId, __ns: ns } = message
  const event = { kind: 'event' as const, type, payload, ...(ns === undefined ? {} : { ns }) }
  return codec.encode(ackId === undefined ? event : { ...event, ackId })
}

export interface RawOptions {
  protocols?: string[]
  headers?: Record<string, string>
  /** False: it never answers a WebSocket ping. */
  autoPong?: boolean
}

/** A socket that notes what comes; resolves what a test waits for from events, never from milliseconds. */
export class RawPeer {
  readonly socket: WebSocket
  readonly #codec = createWireCodec()
  readonly format: Format
  /** `[type or kind, payload or message]`, in both formats. */
  readonly log: [string, unknown][] = []
  closed: { code: number; reason: string } | null = null
  #wake: (() => void)[] = []

  constructor(url: string, format: Format, options: RawOptions = {}) {
    this.format = format
    const protocols = options.protocols ?? (format === 'v2' ? [] : ['painda.v3'])
    this.socket = new WebSocket(url, protocols, {
      headers: options.headers ?? {},
      autoPong: options.autoPong ?? true,
    })
    this.socket.binaryType = 'nodebuffer'
    this.socket.on('message', (data) => this.#read(data as Buffer))
    this.socket.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() }
      this.#notify()
    })
    this.socket.on('error', () => this.#notify())
  }

  /** Opens the socket and, in v3, shakes hands. */
  static async join(url: string, format: Format, options: RawOptions = {}): Promise<RawPeer> {
    const peer = new RawPeer(url, format, options)
    await peer.opened()
    if (format === 'painda.v3') {
      peer.socket.send(codec.encode({ kind: 'hello', version: 3 }))
      await peer.got('welcome')
    }
    return peer
  }

  async opened(): Promise<void> {
    await new Promise<void>((resolve) => this.socket.once('open', resolve))
  }

  send(message: PPMessageInput): void {
    this.socket.send(spell(this.format, message))
  }

  /** The first message of that type, whenever it came. */
  async got(type: string): Promise<unknown> {
    await this.until(() => this.log.some(([name]) => name === type))
    return this.log.find(([name]) => name === type)?.[1]
  }

  async ended(): Promise<{ code: number; reason: string }> {
    await this.until(() => this.closed !== null)
    return this.closed ?? { code: 0, reason: '' }
  }

  /** Codes of the errors it was told of. */
  get errors(): unknown[] {
    return this.log.flatMap(([name, payload]) => {
      const isError = name === '__pp_error' || name === 'error'
      return isError ? [(payload as { code: unknown }).code] : []
    })
  }

  #read(frame: Buffer): void {
    if (this.format === 'v2') {
      const { type, payload } = decodeFrame(frame) as { type: string; payload: unknown }
      this.log.push([type, payload])
    } else {
      for (const message of this.#codec.decode(frame)) this.log.push(named(message))
    }
    this.#notify()
  }

  /** Resolves when that is true, asked after everything that comes. */
  async until(isTrue: () => boolean): Promise<void> {
    while (!isTrue()) {
      if (this.closed !== null) throw new Error(`Closed instead: ${JSON.stringify(this.closed)}`)
      await new Promise<void>((resolve) => this.#wake.push(resolve))
    }
  }

  #notify(): void {
    const waiting = this.#wake
    this.#wake = []
    for (const wake of waiting) wake()
  }
}

/** Bytes straight onto a TCP socket, for what no WebSocket client would say; resolves to all that came back. */
export async function raw(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(text)
  let answer = ''
  socket.on('data', (data) => (answer += data.toString('latin1')))
  socket.on('error', () => {})
  await new Promise<void>((resolve) => socket.once('close', resolve))
  return answer
}

export function upgradeRequest(path: string, host: string, more: readonly string[] = []): string {
  return [
    `GET ${path} HTTP/1.1`,
    `Host: ${host}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ...more,
    '\r\n',
  ].join('\r\n')
}

function named(message: Message): [string, unknown] {
  return message.kind === 'event' ? [message.type, message.payload] : [message.kind, message]
}
