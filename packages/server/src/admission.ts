// How a connection comes in: its transport gets the format that it speaks and its hello goes to the handshakes. Where it came from
// is remembered for the session that it may begin.
import type { Inspector, Time, Transport } from '@painda/protocol'
import { blockOf } from './address.js'
import { Connection } from './connection.js'
import type { ConnectionOptions } from './connection.js'
import type { Handshakes } from './handshake.js'
import type { Settings } from './options.js'
import type { PeerCodec } from './outgoing.js'
import type { Packer } from './packing.js'
import type { Compressor } from './v2-compression.js'
import { withUrl } from './v2-session.js'
import type { TransportInfo } from './ws.js'

/** What may wait for a client that has not been let in: with 256 sockets of one address that is 64 MiB at most. */
const BEFORE_THE_WELCOME = { messages: 256, bytes: 256 * 1024 }

/** A connection that did not come through our own listener. */
export interface AcceptInfo extends Partial<TransportInfo> {
  /** The public id that an in-process client would like; it gets another when this one is taken. */
  readonly id?: string
  /** The client is in this process and reads the server's state itself: it is sent none. */
  readonly readsByReference?: boolean
}

export interface Admission {
  /** All open connections, with a session or without one. */
  readonly connections: ReadonlyMap<Connection, unknown>
  accept(transport: Transport, info: AcceptInfo): void
  /** Where it came from. */
  infoOf(connection: Connection): TransportInfo
  /** The address that it came from, or the block of which it is; null where nobody said one. */
  addressOf(connection: Connection): string | null
  readsByReference(connection: Connection): boolean
  /** Bytes that it and the others of its address have not read; 0 where nobody said where it came from. */
  unreadFrom(connection: Connection): number
}

export interface AdmissionOptions {
  readonly settings: Pick<
    Settings,
    'handshakeTimeoutMs' | 'heartbeatMs' | 'maxPayloadBytes' | 'maxBytesPerSecond'
  >
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

/** What is known of a connection before its first message. */
interface Arrival {
  readonly info: TransportInfo
  readonly address: string | null
  readonly readsByReference: boolean
  readonly wantedId: string | undefined
}

export function createAdmission(options: AdmissionOptions): Admission {
  const { settings, codecs, compress, packer, time, inspector, maxWaiting, handshakes, onFault } = options
  const connections = new Map<Connection, Arrival>()
  const byAddress = new Map<string, Set<Connection>>()
  const rules: ConnectionOptions = {
    packer,
    time,
    inspector,
    handshakeTimeoutMs: settings.handshakeTimeoutMs,
    heartbeatMs: settings.heartbeatMs,
    maxPayloadBytes: settings.maxPayloadBytes,
    maxBytesPerSecond: settings.maxBytesPerSecond,
    maxBacklog: {
      messages: Math.min(maxWaiting.messages, BEFORE_THE_WELCOME.messages),
      bytes: Math.min(maxWaiting.bytes, BEFORE_THE_WELCOME.bytes),
    },
    onFault,
    onHello(connection, hello) {
      const isV2 = connection.codec.name === 'v2'
      const said = isV2 ? withUrl(hello, infoOf(connection).url) : hello
      handshakes.hello(connection, said, connections.get(connection)?.wantedId)
    },
    onEnd: (connection) => handshakes.lost(connection),
  }

  function add(connection: Connection, arrival: Arrival): void {
    connections.set(connection, arrival)
    const { address } = arrival
    if (address === null) return
    const mine = byAddress.get(address)
    if (mine === undefined) byAddress.set(address, new Set([connection]))
    else mine.add(connection)
  }

  function remove(connection: Connection): void {
    const address = addressOf(connection)
    connections.delete(connection)
    const mine = byAddress.get(address ?? '')
    if (mine?.delete(connection) === true && mine.size === 0) byAddress.delete(address ?? '')
  }

  const addressOf = (connection: Connection): string | null => connections.get(connection)?.address ?? null

  const infoOf = (connection: Connection): TransportInfo => connections.get(connection)?.info ?? IN_PROCESS

  return {
    connections,
    accept(transport, { id, readsByReference = false, ...known }) {
      const info: TransportInfo = { ...IN_PROCESS, ...known }
      const { protocol } = info
      const { ip } = known
      let opened: Connection | null = null
      const line = inspector.through?.(transport, () => opened?.peer ?? 'new') ?? transport
      const isCompressed = protocol === 'v2' && compress !== null
      const connection = new Connection(isCompressed ? compress(line) : line, codecs[protocol], rules)
      opened = connection
      add(connection, {
        info,
        address: ip === undefined ? null : blockOf(ip),
        readsByReference,
        wantedId: id,
      })
      connection.listen()
      line.onClose(() => remove(connection))
    },
    infoOf,
    addressOf,
    readsByReference: (connection) => connections.get(connection)?.readsByReference ?? false,
    unreadFrom(connection) {
      let bytes = 0
      for (const one of byAddress.get(addressOf(connection) ?? '') ?? []) bytes += one.bufferedBytes
      return bytes
    },
  }
}

/** What a connection without a network is taken for. */
const IN_PROCESS: TransportInfo = { ip: '127.0.0.1', url: '/', headers: {}, protocol: 'painda.v3' }
