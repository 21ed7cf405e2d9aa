// A v2 client as they were written: its own few lines over a real socket, with nothing of ours but the frames. It counts
// what it gets, believes every `__pp_session`, and names sid, offset and rtoken in the URL when it comes back.
import { inflateSync } from 'node:zlib'
import { decodeFrame, encodeFrame, type PPMessage, type PPMessageInput } from '@painda/protocol'
import type { PPSchemaRegistry } from '@painda/protocol'
import { onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import type { PPServer, PPServerClient } from '../src/index.js'

export interface V2Options {
  /** Some count every frame, some only what is no `__pp_`. Default: every frame. */
  counts?: 'frames' | 'messages'
  /** Sent as `__pp_auth` first. Default "tok"; null: nothing is sent. */
  token?: string | null
  registry?: PPSchemaRegistry
}

type Fields = Record<string, unknown>

export class V2Client {
  readonly url: string
  readonly #options: V2Options
  sid: string | null = null
  rtoken: string | null = null
  offset = 0
  /** Everything, of all its connections, in order. */
  readonly log: PPMessage[] = []
  /** The frames of `log`. */
  readonly frames: Uint8Array[] = []
  /** Its copies of rooms. */
  readonly rooms = new Map<string, unknown>()
  closed: { code: number; reason: string } | null = null
  #socket: WebSocket | null = null
  #wake: (() => void)[] = []
  #lastAckId = 0

  constructor(url: string, options: V2Options = {}) {
    this.url = url
    this.#options = options
    onTestFinished(() => this.#socket?.terminate())
  }

  static async connect(url: string, options?: V2Options): Promise<V2Client> {
    const client = new V2Client(url, options)
    await client.open()
    return client
  }

  /** The URL of the next connection. */
  get nextUrl(): string {
    if (this.sid === null) return this.url
    const secret = this.rtoken === null ? '' : `&pp_rtoken=${this.rtoken}`
    return `${this.url}/?pp_sid=${this.sid}&pp_offset=${this.offset}${secret}`
  }

  async open(url = this.nextUrl): Promise<void> {
    const socket = new WebSocket(url)
    socket.binaryType = 'nodebuffer'
    this.#socket = socket
    this.closed = null
    socket.on('message', (data) => this.#read(data as Buffer))
    socket.on('close', (code, reason) => {
      if (this.#socket !== socket) return
      this.closed = { code, reason: reason.toString() }
      this.#notify()
    })
    socket.on('error', () => {})
    await new Promise<void>((resolve) => socket.once('open', resolve))
    const { token = 'tok' } = this.#options
    if (token !== null) this.send({ type: '__pp_auth', payload: { token } })
  }

  /** Opens again and waits until it is told what became of its session. */
  async reopen(url?: string): Promise<void> {
    const start = this.log.length
    await this.open(url)
    await this.got('__pp_recovery', start)
    await this.got('__pp_session', start)
  }

  send(message: PPMessageInput): void {
    this.#socket?.send(encodeFrame('gaming', message, this.#options.registry))
  }

  sendBytes(bytes: Uint8Array): void {
    this.#socket?.send(bytes)
  }

  async ask(type: string, payload?: unknown, ns?: string): Promise<unknown> {
    const __ackId = ++this.#lastAckId
    this.send({ type, payload, __ackId, __ns: ns })
    const answer = await this.#found(
      ({ type: name, payload: said }) => name === '__pp_ack' && (said as Fields)['ackId'] === __ackId,
    )
    return ((answer.payload as Fields)['args'] as unknown[])[0]
  }

  /** The payload of the first message of that type from `start` on, whenever it comes. */
  async got(type: string, start = 0): Promise<unknown> {
    return (await this.#found((message, index) => index >= start && message.type === type)).payload
  }

  /** Waits for the first message that `isIt`. */
  async until(isIt: (message: PPMessage) => boolean): Promise<void> {
    await this.#found(isIt)
  }

  payloads(type: string): unknown[] {
    return this.log.flatMap((message) => (message.type === type ? [message.payload] : []))
  }

  async ended(): Promise<{ code: number; reason: string }> {
    while (this.closed === null) await this.#next()
    return this.closed
  }

  /** The cable is cut; resolves when the server knows. */
  async cut(server: PPServer): Promise<void> {
    const client = server.getClient(this.sid ?? '') as PPServerClient
    const known = new Promise<void>((resolve) => client.on('drop', () => resolve()))
    this.#socket?.terminate()
    await known
    await this.ended()
  }

  /** Closes on purpose. */
  close(): void {
    this.#socket?.close(1000)
  }

  #read(frame: Buffer): void {
    const message = decodeFrame(frame, this.#options.registry, { inflate: (bytes) => inflateSync(bytes) })
    const { type, payload } = message
    this.log.push(message)
    this.frames.push(frame)
    if (this.#options.counts !== 'messages' || !type.startsWith('__pp_')) this.offset++
    const fields = payload as Fields
    if (type === '__pp_session') {
      this.sid = fields['sid'] as string
      this.offset = fields['offset'] as number
      // As the eager ones do: a frame without a token takes the token away.
      this.rtoken = (fields['rtoken'] as string | undefined) ?? null
    }
    if (type === '__pp_room_state') this.rooms.set(fields['room'] as string, fields['state'])
    if (type === '__pp_room_delta') {
      const room = fields['room'] as string
      this.rooms.set(room, patched(this.rooms.get(room), fields['delta']))
    }
    this.#notify()
  }

  async #found(isIt: (message: PPMessage, index: number) => boolean): Promise<PPMessage> {
    for (;;) {
      const found = this.log.find(isIt)
      if (found !== undefined) return found
      if (this.closed !== null) throw new Error(`Closed instead: ${JSON.stringify(this.closed)}`)
      await this.#next()
    }
  }

  #next(): Promise<void> {
    return new Promise((resolve) => this.#wake.push(resolve))
  }

  #notify(): void {
    const waiting = this.#wake
    this.#wake = []
    for (const wake of waiting) wake()
  }
}

/** What these clients know of deltas: fields, deletions, and whole values for everything else. */
function patched(state: unknown, delta: unknown): unknown {
  if (!isFields(delta) || !isFields(state)) return delta
  const next = { ...state }
  for (const [key, change] of Object.entries(delta)) {
    if (isFields(change) && change['__pp_deleted'] === true) delete next[key]
    else next[key] = patched(next[key], change)
  }
  return next
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
