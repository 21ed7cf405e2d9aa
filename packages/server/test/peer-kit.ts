// Raw peers for the server's tests: they speak messages over an in-memory pair and note what comes back, so that a test
// can say exactly what is on the wire, and in which order.
import {
  createNameTable,
  createWireCodec,
  createRandom,
  createTransportPair,
  isReliable,
  type CloseInfo,
  type Codec,
  type Hello,
  type Message,
  type MessageKind,
  type MessageOf,
  type Transport,
  type Welcome,
} from '@painda/protocol'
import { createFakeTime, type FakeTime } from '@painda/testing/fake-time'
import { PPServer, silentLogger, type ServerOptions } from '../src/index.js'

export interface Kit {
  server: PPServer
  time: FakeTime
  /** A connection that has said nothing yet. */
  dial(info?: Parameters<PPServer['acceptTransport']>[1], names?: readonly string[]): Peer
  /** A connection that was welcomed. */
  join(hello?: Partial<Hello>): Promise<Peer>
  settle(): Promise<void>
}

export function createKit(options: ServerOptions = {}): Kit {
  const time = createFakeTime()
  const server = new PPServer({ time, random: createRandom(1), logger: silentLogger, ...options })
  const settle = (): Promise<void> => time.flushMicrotasks()
  const dial: Kit['dial'] = (info, names) => {
    const [mine, theirs] = createTransportPair()
    server.acceptTransport(theirs, info)
    return new Peer(mine, names)
  }
  return {
    server,
    time,
    dial,
    settle,
    async join(hello) {
      const peer = dial()
      peer.hello(hello)
      await settle()
      return peer
    },
  }
}

export class Peer {
  readonly transport: Transport
  /** Its own: a decoder keeps the views of one connection, and what was agreed on it. */
  readonly #codec: Codec
  /** Everything that was read, in order. */
  readonly log: Message[] = []
  /** One list per frame. */
  readonly frames: Message[][] = []
  closed: CloseInfo | null = null
  /** Reliable messages received in this session. */
  received = 0

  /** `names`: those of its contract. */
  constructor(transport: Transport, names: readonly string[] = []) {
    this.transport = transport
    this.#codec = createWireCodec(undefined, createNameTable(names))
    transport.onMessage((frame) => {
      const messages = this.#codec.decode(frame)
      this.frames.push(messages)
      for (const message of messages) {
        this.log.push(message)
        if (isReliable(message)) this.received++
      }
    })
    transport.onClose((info) => (this.closed = info))
  }

  say(...messages: Message[]): void {
    for (const frame of this.#codec.pack(messages.map((message) => this.#codec.encode(message))))
      this.transport.send(frame)
  }

  hello(more: Partial<Hello> = {}): void {
    this.say({ kind: 'hello', version: 3, ...more })
  }

  emit(type: string, payload?: unknown, ackId?: number): void {
    this.say({ kind: 'event', type, payload, ...(ackId === undefined ? {} : { ackId }) })
  }

  of<Kind extends MessageKind>(kind: Kind): MessageOf<Kind>[] {
    return this.log.filter((message): message is MessageOf<Kind> => message.kind === kind)
  }

  /** Payloads of the events of one type. */
  payloads(type: string): unknown[] {
    return this.of('event').flatMap((event) => (event.type === type ? [event.payload] : []))
  }

  get welcome(): Welcome {
    const [welcome] = this.of('welcome')
    if (welcome === undefined) throw new Error('Not welcomed.')
    return welcome
  }

  /** What this peer presents to come back. */
  get session(): { id: string; token: string; received: number } {
    const { id, token } = this.welcome
    return { id, token, received: this.received }
  }

  /** The network fails. */
  cut(): void {
    this.transport.terminate()
  }
}
