// The life of a session, and who is told of it in which order: let in, connection lost, back again, over.
import type {
  DisconnectReason,
  ExpiryReason,
  Inspector,
  Message,
  PPMessageInput,
  RoomVersions,
  Time,
  WireError,
} from '@painda/protocol'
import { PPServerClient } from './client.js'
import type { ClientHost, ClientParts, Handshake } from './client.js'
import type { Connection } from './connection.js'
import type { Faults } from './faults.js'
import type { Flush } from './flush.js'
import { createGhosts } from './ghosts.js'
import type { Handlers } from './handlers.js'
import type { Member } from './member.js'
import type { Membership } from './membership.js'
import type { Namespaces } from './namespace.js'
import type { Recovery } from './options.js'
import type { PeerCodec } from './outgoing.js'
import type { Line } from './pipeline.js'
import type { Plugins } from './plugin.js'
import type { GlobalPresence } from './presence.js'
import type { Rooms } from './rooms.js'
import type { ServerNow } from './server-clock.js'
import { Session } from './session.js'
import type { ClientMessage, SessionHooks } from './session.js'
import type { SessionEntry, Sessions } from './sessions.js'
import { createV2Cursor } from './v2-session.js'

export interface SessionLifeOptions {
  time: Time
  serverNow: ServerNow
  flush: Flush
  inspector: Inspector
  faults: Faults
  recovery: Recovery
  v2Recovery: Recovery
  /** Sessions of one address that may wait for their clients. */
  maxGhostsPerIp: number
  /** A frame of words that only v2 has. */
  sayToV2: (message: PPMessageInput) => Uint8Array
  maxOutboxBytes: number
  maxUnreadPerAddress: number
  unreadFrom: (connection: Connection) => number
  /** A body of either v3 codec as the message that it says. */
  reread: (body: Uint8Array) => Message
  sessions: Sessions
  membership: Membership
  rooms: Rooms<PPServerClient>
  presence: GlobalPresence
  namespaces: Namespaces
  plugins: Plugins
  host: ClientHost
  lineOf: (entry: SessionEntry) => Line
  onConnection: Handlers<[client: PPServerClient]>
  onDisconnection: Handlers<[client: PPServerClient, reason: DisconnectReason, expiry: ExpiryReason | null]>
}

/** What is known of a session's first connection. */
export interface Arrived {
  readonly codec: PeerCodec
  readonly handshake: Handshake
  readonly address: string | null
  readonly readsByReference: boolean
}

/** What is known of a later one. `versions`: where the client's rooms go on. */
export interface Returned {
  readonly address: string | null
  readonly token: string | null
  readonly versions: RoomVersions | null
}

export interface SessionLife {
  /** A session and its client, known to nobody yet. */
  create(id: string, first: Arrived): SessionEntry
  admitted(entry: SessionEntry): void
  resumed(entry: SessionEntry, next: Returned): void
  partsOf(client: PPServerClient): ClientParts
  lineOf(client: PPServerClient): Line | undefined
  /** False once its session is over: nothing would ever take it out of what it entered now. */
  isAlive(member: Member): boolean
  /** Every client's messages are handled. */
  isIdle(): boolean
}

export function createSessionLife(options: SessionLifeOptions): SessionLife {
  const { time, inspector, faults, sessions, membership, rooms, presence, namespaces, plugins } = options
  const { onConnection, onDisconnection, v2Recovery } = options
  const ghosts = createGhosts<Session>(options.maxGhostsPerIp)
  const lines = new Map<Session, Line>()
  const insides = new WeakMap<Member, ClientParts>()
  const report = (where: string) => (thrown: unknown) => void faults.report(thrown, where)

  function partsOf(client: PPServerClient): ClientParts {
    const parts = insides.get(client)
    // Clients are made here and nowhere else.
    if (parts === undefined) throw new TypeError('This client belongs to another server.')
    return parts
  }

  function dropped({ session, client }: SessionEntry, reason: DisconnectReason): void {
    const { events, address } = partsOf(client)
    inspect(client, 'dropped', reason)
    presence.dropped(client)
    rooms.dropped(client)
    events?.emit('drop', reason)
    // A listener may have closed it.
    if (!session.isEnded) ghosts.add(session, address)?.expire('window')
  }

  function ended(entry: SessionEntry, reason: DisconnectReason, expiry: ExpiryReason | null): void {
    const { session, client } = entry
    const wasLetIn = sessions.get(session.id) === entry
    ghosts.remove(session)
    lines.get(session)?.close()
    lines.delete(session)
    presence.ended(client)
    rooms.ended(client)
    for (const room of [...membership.roomsOf(client.id)]) membership.exit(room, client.id)
    const parts = partsOf(client)
    if (wasLetIn) {
      sessions.remove(session, expiry)
      inspect(client, 'ended', expiry === null ? reason : `${reason}, ${expiry}`)
      namespaces.left(client, reason)
      parts.events?.emit('disconnect', reason, expiry)
      plugins.notify('onDisconnect', client, reason)
      void onDisconnection.run('', [client, reason, expiry], report('A disconnection handler'))
    }
    parts.events?.clear()
    parts.messages?.clear()
    parts.handlers?.clear()
    parts.any?.clear()
  }

  const turns: Turns = { dropped, ended }

  function inspect({ id }: PPServerClient, state: string, detail?: string): void {
    if (!inspector.active) return
    const more = detail === undefined ? {} : { detail }
    inspector.emit({ kind: 'connection', at: time.now(), peer: id, state, ...more })
  }

  return {
    create(id, { codec, handshake, address, readsByReference }) {
      const openSession = (hooks: SessionHooks): Session =>
        new Session({
          id,
          codec,
          time,
          serverNow: options.serverNow,
          flush: options.flush,
          recovery: codec.name === 'v2' ? v2Recovery : options.recovery,
          ...(codec.name === 'v2' && v2Recovery.windowMs > 0
            ? { cursor: createV2Cursor(id, options.sayToV2) }
            : {}),
          maxOutboxBytes: options.maxOutboxBytes,
          maxUnreadPerAddress: options.maxUnreadPerAddress,
          unreadFrom: options.unreadFrom,
          reread: options.reread,
          onFault: faults.report,
          hooks,
        })
      const makeClient = (session: Session, takeRefusal: () => boolean): PPServerClient => {
        const parts: ClientParts = {
          session,
          host: options.host,
          events: null,
          messages: null,
          handlers: null,
          any: null,
          handshake,
          address,
          readsByReference,
          takeRefusal,
          activity: 'active',
        }
        const client = new PPServerClient(parts)
        insides.set(client, parts)
        return client
      }
      const entry = new LivingSession({ openSession, makeClient, lineOf: options.lineOf }, turns)
      lines.set(entry.session, entry.line)
      return entry
    },
    admitted({ client }) {
      inspect(client, 'open')
      presence.greet(client)
      plugins.notify('onConnect', client)
      // Rooms that a middleware has put it into, when plugins did not know it yet.
      for (const room of [...membership.roomsOf(client.id)]) plugins.notify('onRoomJoin', client, room)
      void onConnection.run('', [client], report('A connection handler'))
    },
    resumed({ session, client }, { address, token, versions }) {
      ghosts.remove(session)
      lines.get(session)?.resumed()
      const parts = partsOf(client)
      parts.address = address
      inspect(client, 'resumed')
      presence.resumed(client)
      presence.greet(client)
      rooms.resumed(client, versions)
      parts.events?.emit('resume', { uncheckedToken: token })
    },
    partsOf,
    isAlive: (member) => insides.get(member)?.session.isEnded === false,
    lineOf: (client) => lines.get(partsOf(client).session),
    isIdle: () => [...lines.values()].every((line) => line.isIdle()),
  }
}

/** Told where a session's life turns. */
interface Turns {
  dropped(entry: SessionEntry, reason: DisconnectReason): void
  ended(entry: SessionEntry, reason: DisconnectReason, expiry: ExpiryReason | null): void
}

interface LivingParts {
  openSession(hooks: SessionHooks): Session
  makeClient(session: Session, takeRefusal: () => boolean): PPServerClient
  lineOf(entry: SessionEntry): Line
}

/** A session, its client and its place in the pipeline, and who hears of the session: each message comes by all of them, so they are one object. */
class LivingSession implements SessionEntry, SessionHooks {
  readonly session: Session
  readonly client: PPServerClient
  readonly line: Line
  readonly #turns: Turns

  constructor({ openSession, makeClient, lineOf }: LivingParts, turns: Turns) {
    this.#turns = turns
    this.session = openSession(this)
    this.client = makeClient(this.session, () => this.line.takeRefusal())
    this.line = lineOf(this)
  }

  message(message: ClientMessage): void {
    this.line.arrive(message)
  }

  refused(error: WireError): void {
    this.line.unusable(error)
  }

  dropped(reason: DisconnectReason): void {
    this.#turns.dropped(this, reason)
  }

  ended(reason: DisconnectReason, expiry: ExpiryReason | null): void {
    this.#turns.ended(this, reason, expiry)
  }
}
