// How a connection comes in: its transport gets the format that it speaks and its hello goes to the handshakes. Where it came from
// is remembered for the session that it may begin.
import type { Inspector, Time, Transport } from '@painda/protocol'
import { Connection } from './connection.js'
import type { Handshakes } from './handshake.js'
import type { Settings } from './options.js'
import type { PeerCodec } from './outgoing.js'
import type { Packer } from './packing.js'
import type { Compressor } from './v2-compression.js'
import { withUrl } from './v2-session.js'
import type { TransportInfo } from './ws.js'

/** Whoever has not been let in yet costs little: 256 sockets of one address may hold 64 MiB with this, and no more. */
const BEFORE_THE_WELCOME = { messages: 256, bytes: 256 * 1024 }

/** A connection that did not come through our own listener. */
export interface AcceptInfo extends Partial<TransportInfo> {
  /** The public id that an in-process peer wishes; it gets another when this one is taken. */
  readonly id?: string
  /** The peer is of this process and reads rooms where they are: it is sent no state. */
  readonly readsByReference?: boolean
}

export interface Admission {
  /** Those that are there, with a session or without one. */
  readonly connections: ReadonlySet<Connection>
  accept(transport: Transport, info: AcceptInfo): void
  /** Where it came from. */
  infoOf(connection: Connection): TransportInfo
  /** The address that it came from; null where nobody said one. */
  addressOf(connection: Connection): string | null
  readsByReference(connection: Connection): boolean
}

export interface AdmissionOptions {
  readonly settings: Pick<Settings, 'handshakeTimeoutMs' | 'heartbeatMs' | 'maxPayloadBytes'>
  readonly codecs: Readonly<Record<TransportInfo['protocol'], PeerCodec>>
  /** For connections of v2; null where nothing is compressed. */
  readonly compress: Compressor | null
  readonly packer: Packer
  readonly time: Time
  readonly inspector: Inspector
  /** What may wait for a client that has been let in. */
  readonly maxWaiting: { readonly messages: number; readonly bytes: number }
  readonly handshakes: Pick<Handshakes, 'hello' | 'lost'>
  /** What a transport throws. */
  readonly onFault: (thrown: unknown) => void
}

export function createAdmission(options: AdmissionOptions): Admission {
  const { settings, codecs, compress, packer, time, inspector, maxWaiting, handshakes, onFault } = options
  const { handshakeTimeoutMs, heartbeatMs, maxPayloadBytes } = settings
  const connections = new Set<Connection>()
  const infos = new WeakMap<Connection, TransportInfo>()
  const addresses = new WeakMap<Connection, string>()
  const readers = new WeakSet<Connection>()
  const maxBacklog = {
    messages: Math.min(maxWaiting.messages, BEFORE_THE_WELCOME.messages),
    bytes: Math.min(maxWaiting.bytes, BEFORE_THE_WELCOME.bytes),
  }

  return {
    connections,
    accept(transport, { id, readsByReference, ...info }) {
      const origin: TransportInfo = { ...IN_PROCESS, ...info }
      const isV2 = origin.protocol === 'v2'
      let opened: Connection | null = null
      const line = inspector.through?.(transport, () => opened?.peer ?? 'new') ?? transport
      const connection = new Connection({
        transport: isV2 && compress !== null ? compress(line) : line,
        codec: codecs[origin.protocol],
        packer,
        time,
        inspector,
        handshakeTimeoutMs,
        heartbeatMs,
        maxPayloadBytes,
        maxBacklog,
        onFault,
        // An early hello is answered before the constructor returns.
        onHello(greeted, hello) {
          infos.set(greeted, origin)
          if (info.ip !== undefined) addresses.set(greeted, info.ip)
          if (readsByReference === true) readers.add(greeted)
          handshakes.hello(greeted, isV2 ? withUrl(hello, origin.url) : hello, id)
        },
        onEnd: (ended) => handshakes.lost(ended),
      })
      opened = connection
      connections.add(connection)
      line.onClose(() => connections.delete(connection))
    },
    infoOf: (connection) => infos.get(connection) ?? IN_PROCESS,
    addressOf: (connection) => addresses.get(connection) ?? null,
    readsByReference: (connection) => readers.has(connection),
  }
}

/** What a connection without a network is taken for. */
const IN_PROCESS: TransportInfo = { ip: '127.0.0.1', url: '/', headers: {}, protocol: 'painda.v3' }
