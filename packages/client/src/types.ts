// The options of a client, its connection as applications see it, and the events that the client raises itself.
import type {
  ContractShape,
  DisconnectReason,
  ExpiryReason,
  LayoutTable,
  PPError,
  Random,
  SessionOutcome,
  Time,
  Transport,
} from '@painda/protocol'
import type { PageEvents } from './page.js'
import type { ReloadOptions } from './page-life.js'
import type { CreateStore } from './store.js'
import type { PresenceEntry } from './presence.js'
import type { WebSocketConstructor } from './web-socket.js'

export interface ClientOptions<C extends ContractShape = ContractShape> {
  /** `ws://` or `wss://`. */
  url: string
  /** Names and types of rooms and messages: the object that the server imports, too. Without it every name is allowed. */
  contract?: C
  /**
   * The binary layouts that the server has for foreign clients, to be compared in the handshake; a difference is reported. This
   * client does not need them for its own messages. Needs a `contract`.
   */
  registry?: LayoutTable
  /** Connects by itself, one microtask after the construction, so that listeners can be added first. Default true. */
  autoConnect?: boolean
  /** Default `globalThis.WebSocket`; Node before 22 has none: give it `ws`'s. */
  WebSocket?: WebSocketConstructor
  /** Makes the transport instead of a WebSocket: an in-memory pair, a network engine. Default: a WebSocket to `url`. */
  connectTransport?: (url: string) => Transport
  /** Called before every connect and reconnect, so that the token is fresh. Default: no token. */
  getToken?: () => string | null | undefined | Promise<string | null | undefined>
  /** Reconnects after a lost connection. Default true. */
  reconnect?: boolean
  /** The wait before the first reconnect, in milliseconds; doubled each time, ±20 %. Default 1000 ms. */
  reconnectDelay?: number
  /** The longest wait before a reconnect, in milliseconds. Default 10 000 ms. */
  reconnectDelayMax?: number
  /** How many reconnects in a row may fail before the client closes. Default Infinity. */
  reconnectAttempts?: number
  /** How long a request waits for its answer, in milliseconds; then it rejects with `ACK_TIMEOUT`. Default 10 000 ms. */
  ackTimeout?: number
  /** How long one attempt to connect may take, from `getToken` to the server's welcome, in milliseconds. Default 10 000 ms. */
  connectTimeoutMs?: number
  /** How many messages are kept while there is no connection, and for how long. */
  buffer?: BufferOptions
  /** How long a room is kept after the last component that held it has unmounted, in milliseconds. Default 1000 ms. */
  lingerMs?: number
  /** Own presence is sent at most once in this many milliseconds; the latest value is always sent. 0: at once. Default 50 ms. */
  presenceThrottleMs?: number
  /** Makes the mirror store of a room, e.g. `(init, { key }) => createStore(devtools(init, { name: key }))`. Default zustand's `createStore`. */
  createStore?: CreateStore
  /** Events of the page or app, for hosts without a browser's. Default: those of `window` and `document`, if there are any. */
  page?: PageEvents
  /** Presence shows `idle` after this many milliseconds without input. 0: never. Default 300 000 ms. */
  idleAfterMs?: number
  /**
   * A page that is reloaded continues its session: same id, same rooms. Default: on, where the host has sessionStorage and Web Locks,
   * which need https or localhost. False: a reload begins a new session.
   */
  reload?: false | ReloadOptions
  time?: Time
  random?: Random
}

/** Beyond a limit the oldest message is dropped: its promise rejects with `BUFFER_OVERFLOW`, and one `error` event counts the dropped ones. */
export interface BufferOptions {
  /** Default 1000. */
  maxMessages?: number
  /** Default 1 MiB. */
  maxBytes?: number
  /** In milliseconds. Default 120 000 ms, as long as a server keeps a session. */
  maxAgeMs?: number
}

export type Status = 'idle' | 'connecting' | 'open' | 'waiting' | 'closed'

/** The connection at one moment; another object exactly when something in it changed. */
export interface ConnectionSnapshot {
  readonly status: Status
  /** Reconnects tried since the connection was last open, the one under way included. 0 at the first connect. */
  readonly attempt: number
  /** While `waiting`: when the next attempt begins, milliseconds since the epoch. */
  readonly nextRetryAt: number | null
  /** Why it is waiting or closed; null while all is well and after `close()`. */
  readonly error: PPError | null
}

/** The outcome of a reconnect. */
export interface Recovery {
  /** The public id of the session. */
  readonly sid: string
  /** False when this is a new session. */
  readonly recovered: boolean
  /** Messages that were missed and follow now. */
  readonly missedCount: number
  readonly outcome: Exclude<SessionOutcome, 'new'>
  /** Messages to this client that are lost, as far as the server can tell. */
  readonly lost: number
  /** With `expired`: why. */
  readonly reason: ExpiryReason | null
}

/** A replica that differed from the server and is replaced by a snapshot. */
export interface Desync<Place = string> {
  /** Null: the server's own list of who is here. */
  readonly room: string | null
  /** The version that the replica has. */
  readonly have: number
  /** The version that came. */
  readonly got: number
  /** `hash` is reported when the snapshot that heals it has come, `presence` when the whole list has; the others at once. */
  readonly why: 'gap' | 'hash' | 'undecodable' | 'presence'
  /** The first place that differs, as `players.p1.x`, or in the list as `ann.data.mood`; null where that is not known. */
  readonly path: Place | null
}

export interface ReceivedMessage {
  readonly type: string
  readonly payload: unknown
  readonly room?: string
}

/** Events of the client itself. No message from the server can raise them. */
export interface ClientEvents {
  connect: []
  /** The same as `connect`. */
  open: []
  /** The connection was lost or refused. */
  disconnect: [reason: DisconnectReason, error: PPError | null]
  /** The same as `disconnect`. */
  close: [reason: DisconnectReason, error: PPError | null]
  /** Open again, after this many attempts. */
  reconnect: [attempt: number]
  /** A reconnect has succeeded: what became of the session. */
  recovery: [recovery: Recovery]
  /** An error that no promise rejects with. Without a listener nothing is thrown. */
  error: [error: PPError]
  /** The connection has changed: the same as `client.status()`. */
  stateChange: [snapshot: ConnectionSnapshot]
  /** Every message from the server, rooms' included. */
  message: [message: ReceivedMessage]
  /** The server's global list, whole, whenever it changed. */
  presence: [{ presences: readonly PresenceEntry[] }]
  /** A whole state of a room came. */
  roomState: [{ room: string; state: unknown }]
  /** A change of a room's state came and was applied. */
  roomDelta: [{ room: string; delta: unknown }]
  /** A replica differed from the server. It heals by itself; report it as a bug of yours or ours. */
  desync: [desync: Desync]
}
