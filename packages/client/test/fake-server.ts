// The server's end of an in-memory pair, played by hand: it says only what a test makes it say, and keeps what it hears.
import { createNameTable, createTransportPair, createViewEncoder, createWireCodec } from '@painda/protocol'
import type { Message, MessageKind, MessageOf, Transport, ViewEncoder, Welcome } from '@painda/protocol'
import { createFakeTime } from '@painda/testing/fake-time'
import type { FakeTime } from '@painda/testing/fake-time'
import { createRandom } from '@painda/protocol'
import { PPClient } from '../src/index.js'
import type { ClientOptions, ContractShape } from '../src/index.js'

export interface Peer {
  /** Everything the client said on this connection, in order. */
  readonly heard: Message[]
  /** How many frames it came in. */
  readonly frames: number
  /** How this connection ended, as the server saw it. */
  closed: { code: number; reason: string } | null
  of<Kind extends MessageKind>(kind: Kind): MessageOf<Kind>[]
  /** The types of the events heard, in order. */
  types(): string[]
  /** One frame. */
  say(...messages: Message[]): void
  bytes(data: Uint8Array): void
  welcome(welcome?: Partial<Welcome>): void
  close(code: number, reason?: string): void
  cut(): void
}

export interface FakeServer {
  readonly peers: Peer[]
  readonly last: Peer
  readonly time: FakeTime
  /** Those of its contract: it reads their numbers. */
  names: readonly string[]
  /** Answers each hello with this; null: by hand. */
  autoWelcome: ((peer: Peer, count: number) => Partial<Welcome>) | null
  dial(): Transport
  client<C extends ContractShape = ContractShape>(options?: Partial<ClientOptions<C>>): PPClient<C>
  /** Lets everything that is on its way arrive. */
  settle(): Promise<void>
}

const codec = createWireCodec()

export const WELCOME: Welcome = {
  kind: 'welcome',
  id: 'c1',
  token: 't1',
  outcome: 'new',
  received: 0,
  missed: 0,
  heartbeatMs: 25_000,
  windowMs: 120_000,
  maxPayloadBytes: 1024 * 1024,
  serverNow: 5_000_000,
}

export function createFakeServer(): FakeServer {
  const time = createFakeTime()
  const peers: Peer[] = []
  const lines = new Map<string, ViewEncoder>()
  const server: FakeServer = {
    peers,
    time,
    names: [],
    autoWelcome: () => ({}),
    get last() {
      const peer = peers.at(-1)
      if (peer === undefined) throw new Error('nobody has connected')
      return peer
    },
    dial() {
      const [clientEnd, serverEnd] = createTransportPair()
      const peer = createPeer(serverEnd, lines, server.names, () => {
        const welcome = server.autoWelcome
        if (welcome !== null) peer.welcome(welcome(peer, peers.length))
      })
      peers.push(peer)
      return clientEnd
    },
    client: (options) =>
      new PPClient({
        url: 'memory:',
        connectTransport: () => server.dial(),
        time,
        random: createRandom(1),
        ...options,
      }),
    settle: () => time.flushMicrotasks(),
  }
  return server
}

/** `lines`: the states of each room, as its last snapshot began them; they outlive connections. */
function createPeer(
  transport: Transport,
  lines: Map<string, ViewEncoder>,
  names: readonly string[],
  onHello: () => void,
): Peer {
  const reader = createWireCodec(undefined, createNameTable(names, true))
  let frames = 0

  function encode(message: Message): Uint8Array {
    if (message.kind !== 'snapshot' && message.kind !== 'delta') return codec.encode(message)
    const line = `${message.room} ${message.scope ?? ''}`
    if (message.kind === 'delta') return (lines.get(line) ?? createViewEncoder(0)).delta(message)
    const view = createViewEncoder(lines.size + 1)
    lines.set(line, view)
    return view.snapshot(message)
  }

  const peer: Peer = {
    heard: [],
    closed: null,
    get frames() {
      return frames
    },
    // The filter leaves exactly the messages of that kind.
    of: (kind) => peer.heard.filter((message) => message.kind === kind) as never,
    types: () => peer.of('event').map(({ type }) => type),
    say: (...messages) => {
      for (const frame of codec.pack(messages.map(encode))) transport.send(frame)
    },
    bytes: (data) => transport.send(data),
    welcome: (welcome = {}) => peer.say({ ...WELCOME, ...welcome }),
    close: (code, reason) => transport.close(code, reason),
    cut: () => transport.terminate(),
  }
  transport.onMessage((data) => {
    frames++
    for (const message of reader.decode(data)) {
      peer.heard.push(message)
      if (message.kind === 'hello') onHello()
    }
  })
  transport.onClose((info) => {
    peer.closed = info
  })
  return peer
}
