// What an application meets: the options of a client, what its connection looks like from outside, and the events it
// raises itself.
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
  /** The file that the server imports too: names and types of rooms and messages. */
  contract?: C
  /**
   * The types with a layout of their own that foreign clients use: compared in the handshake, and a difference is named.
   * This client's own messages describe themselves and need none. Needs a `contract` beside it.
   */
  registry?: LayoutTable
  /** Connects by itself, one microtask after the construction, so that listeners can be added first. Default true. */
  autoConnect?: boolean
  /** Default `globalThis.WebSocket`; Node before 22 has none: give it `ws`'s. */
  WebSocket?: WebSocketConstructor
  /** Instead of a WebSocket: an in-memory pair, a network engine. */
  connectTransport?: (url: string) => Transport
  /** Asked before every connect and reconnect, so that a token is always fresh. */
  getToken?: () => string | null | undefined | Promise<string | null | undefined>
  /** Default true. */
  reconnect?: boolean
  /** The first wait before a reconnect, doubled each time, ±20 %. Default 1000 ms. */
  reconnectDelay?: number
  /** The longest wait before a reconnect. Default 10 000 ms. */
  reconnectDelayMax?: number
  /** Reconnects in a row that may fail before the client gives up. Default Infinity. */
  reconnectAttempts?: number
  /** How long a request waits for its answer. Default 10 000 ms. */
  ackTimeout?: number
  /** How long one attempt may take, from `getToken` to the server's welcome. Default 10 000 ms. */
  connectTimeoutMs?: number
  /** What is kept while there is no connection. */
  buffer?: BufferOptions
  /** How long a room is kept after the last component that held it is gone. Default 1000 ms. */
  lingerMs?: number
  /** A change of the own presence leaves at most this often; the latest always leaves. Default 50 ms, 0 for at once. */
  presenceThrottleMs?: number
  /** Makes the mirror store of a room, e.g. `(init, { key }) => createStore(devtools(init, { name: key }))`. Default zustand's `createStore`. */
  createStore?: CreateStore
  /** What the host tells of the page. Default: the events of a browser's window and document, where there are some. */
  page?: PageEvents
  /** Without any input for this long the user's presence shows `idle`. 0: never. Default 300 000 ms. */
  idleAfterMs?: number
  /**
   * A page that is loaded anew goes on with its session: same id, same rooms. Default: where the host has sessionStorage and
   * Web Locks, which need https or localhost. False: a reload begins a new session.
   */
  reload?: false | ReloadOptions
  time?: Time
  random?: Random
}

/** Past a bound the oldest message is dropped: its promise rejects with `BUFFER_OVERFLOW`, and an `error` event counts it. */
export interface BufferOptions {
  /** Default 1000. */
  maxMessages?: number
  /** Default 1 MiB. */
  maxBytes?: number
  /** Default 120 000 ms, the time for which a server keeps a session. */
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

/** What a reconnect became. */
export interface Recovery {
  /** The public id of the session. */
  readonly sid: string
  /** False when the session is another one. */
  readonly recovered: boolean
  /** Messages that follow because they were missed. */
  readonly missedCount: number
  readonly outcome: Exclude<SessionOutcome, 'new'>
  /** Messages to this client that are lost, as far as the server can tell. */
  readonly lost: number
  /** With `expired`: why. */
  readonly reason: ExpiryReason | null
}

/** A replica that could not follow and is being replaced. */
export interface Desync<Place = string> {
  /** Null: the server's own list of who is here. */
  readonly room: string | null
  /** The version that the replica has. */
  readonly have: number
  /** The version that came. */
  readonly got: number
  /** A `hash` is told when the snapshot that heals it comes, `presence` when the list does. */
  readonly why: 'gap' | 'hash' | 'undecodable' | 'presence'
  /** The first place that differs, as `players.p1.x`, or in the list as `ann.data.mood`; null where that is not known. */
  readonly path: Place | null
}

export interface ReceivedMessage {
  readonly type: string
  readonly payload: unknown
  readonly room?: string
}

/** What the client itself tells; no message from the server can raise one of these by its name. */
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
  recovery: [recovery: Recovery]
  /** Whatever nobody waited for. Without a listener nothing is thrown. */
  error: [error: PPError]
  stateChange: [snapshot: ConnectionSnapshot]
  /** Every message from the server, rooms' included. */
  message: [message: ReceivedMessage]
  /** The server's global list, whole, whenever it changed. */
  presence: [{ presences: readonly PresenceEntry[] }]
  /** A whole state of a room came. */
  roomState: [{ room: string; state: unknown }]
  /** A change of a room's state came and was applied. */
  roomDelta: [{ room: string; delta: unknown }]
  desync: [desync: Desync]
}
