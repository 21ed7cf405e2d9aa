// The options of a server, their defaults, and the checks of their values.
import { PPError } from '@painda/protocol'
import type { ContractShape, PPMode, PPSchemaRegistry, Random, Time } from '@painda/protocol'
import type { RoomStore } from './keeper.js'
import type { Logger } from './logger.js'
import type { TypeLimits } from './type-limits.js'
import type { CompressionOptions } from './v2-compression.js'

export interface RecoveryOptions {
  /** Unconfirmed messages kept per session. Default 1000. */
  maxBufferSize?: number
  /** Bytes of these messages. Default 1 MiB. */
  maxBufferBytes?: number
  /** How long a dropped session waits for its client. Default 120 000 ms. */
  retentionMs?: number
  /** How long it waits when the page has said that it goes away: a reload comes back, a closed tab does not. Default 5 000 ms. */
  leaveMs?: number
}

export interface ServerLimits {
  /** Bytes of one message from a client, at least 1. Default 1 MiB. */
  maxPayloadBytes?: number
  /** Messages of one client per second, with bursts of the same size; more are refused with `RATE_LIMITED`. 0: no limit. Default 500. */
  maxMessagesPerSecond?: number
  /**
   * Bytes of one connection per second, with bursts of two largest messages. Beyond it the connection ends with `RATE_LIMITED`. 0: no limit.
   * Default 256 KiB, or a quarter of `maxPayloadBytes` where that is more.
   */
  maxBytesPerSecond?: number
  /** How long a middleware may take to call `next`, in milliseconds; then it counts as failed. 0: no limit. Default 10 000 ms. */
  middlewareTimeoutMs?: number
  /** Sockets of one address, and as many sessions that lost theirs and may come back, at least 1. Default 256. */
  maxConnectionsPerIp?: number
  /** Rooms that one client may join by itself; more are refused with `TOO_MANY_ROOMS`. Default 64. */
  maxRoomsPerClient?: number
  /**
   * Rooms that clients of one address have made and that still exist, left or not. Default: twice `maxConnectionsPerIp`, one for each
   * session that it may hold.
   */
  maxRoomsPerIp?: number
  /** Messages of one client that may wait behind an asynchronous handler, at least 1; more end the connection. Default 1024. */
  maxInboxMessages?: number
  /**
   * Bytes that may wait for a slow client, at least 1; with more its connection ends with `SLOW_CONSUMER`. Default 16 MiB. Four times as
   * much for all clients of one address, or once for every 64 of `maxConnectionsPerIp` where that is more.
   */
  maxOutboxBytes?: number
}

export interface ServerOptions<C extends ContractShape = ContractShape> extends ServerLimits {
  /** The server listens on this port; 0: any free one. Without it connections come from `acceptTransport` only. */
  port?: number
  /** Default: every interface. */
  host?: string
  /** The URL path of its WebSockets, beginning with "/". Default: any path with `port`, "/pp" when attached to an HTTP server. */
  path?: string
  /** The contract that clients import, too. Without one every message and event name is allowed. */
  contract?: C
  /**
   * The same as `maxMessagesPerSecond` for single types: `{ chat: 2 }`, in whatever namespace or room. `join`, `leave` and
   * `presence` stand for what clients say to rooms.
   */
  maxMessagesPerSecondByType?: TypeLimits
  /** Label in v2 frames. Default "gaming". */
  mode?: PPMode
  /** Schemas of v2 frames. */
  registry?: PPSchemaRegistry
  /** A client silent for this many milliseconds is pinged, and dropped when it stays silent as long again. 0: never. Default 25 000 ms. */
  heartbeatInterval?: number
  /** How long a handshake may take, connection middleware included. 0: no limit. Default 10 000 ms. */
  handshakeTimeoutMs?: number
  /** How long `request` and `emitWithAck` wait, more than 0. Default 10 000 ms. */
  ackTimeout?: number
  /**
   * Which pages may connect: "*" for any, or origins such as "https://game.example". Default: pages of the same host
   * name, whatever the port, so that a dev server beside this one works. Clients without an `Origin` are no browsers and may connect.
   */
  allowedOrigins?: '*' | readonly string[]
  /** Believe `X-Forwarded-For` and `X-Forwarded-Host`. Only behind a proxy that sets them. Default false. */
  trustProxy?: boolean
  /** Sessions survive a lost connection. Default: true for v3 clients, false for v2 clients. */
  recovery?: boolean | RecoveryOptions
  /** Compresses what v2 clients get. Default: no compression. */
  compression?: CompressionOptions
  /** How often `server.presence` is sent. `syncInterval` in milliseconds, default 1000. */
  presence?: { syncInterval?: number }
  /** May this client join an event room by itself? Default: no, only `client.join` on the server puts it in. */
  joinEventRoom?: (client: { readonly id: string; readonly userId: string }, room: string) => boolean
  /** Where rooms of definitions with `persist` are saved: `createFileRoomStore(folder)` from `@painda/server/persistence`, or your own. */
  roomStore?: RoomStore
  logger?: Logger
  time?: Time
  random?: Random
}

/** Every option, to find misspelled ones. */
export const OPTIONS = {
  maxPayloadBytes: 0,
  maxMessagesPerSecond: 0,
  maxBytesPerSecond: 0,
  middlewareTimeoutMs: 0,
  maxConnectionsPerIp: 0,
  maxRoomsPerClient: 0,
  maxRoomsPerIp: 0,
  maxInboxMessages: 0,
  maxOutboxBytes: 0,
  port: 0,
  host: 0,
  path: 0,
  contract: 0,
  maxMessagesPerSecondByType: 0,
  mode: 0,
  registry: 0,
  heartbeatInterval: 0,
  handshakeTimeoutMs: 0,
  ackTimeout: 0,
  allowedOrigins: 0,
  trustProxy: 0,
  recovery: 0,
  compression: 0,
  presence: 0,
  joinEventRoom: 0,
  roomStore: 0,
  logger: 0,
  time: 0,
  random: 0,
} satisfies Record<keyof ServerOptions, 0>

export interface Recovery {
  readonly windowMs: number
  /** The window of a session whose page said goodbye. */
  readonly leaveMs: number
  readonly maxMessages: number
  readonly maxBytes: number
}

/** Every option with a number, filled in and checked. */
export interface Settings extends Required<ServerLimits> {
  readonly heartbeatMs: number
  readonly handshakeTimeoutMs: number
  readonly ackTimeoutMs: number
  readonly recovery: Recovery
  /** The same for sessions of v2. */
  readonly v2Recovery: Recovery
  readonly presenceSyncMs: number
  readonly maxPerType: TypeLimits
  /** What the connections of one address may leave unread together. */
  readonly maxUnreadPerAddress: number
}

/**
 * Inputs at 60 Hz are a few KiB a second. Reading 1 MiB of small objects takes a server 100 to 180 ms, so ten clients who upload at
 * this rate leave it half of its time.
 */
const MIN_BYTES_PER_SECOND = 256 * 1024
/** A largest message counts for this many seconds of the rate, when that is more than the minimum. */
const SECONDS_PER_LARGEST = 4

/** Of the connections of an address so many may be as slow as one may be, at least, and of all of them one in so many. */
const LEAST_SLOW = 4
const CONNECTIONS_PER_SLOW = 64

/** Sessions of an address: those with a connection, and as many that wait for theirs. */
const SESSIONS_PER_CONNECTION = 2

const DEFAULTS: Required<Omit<ServerLimits, 'maxBytesPerSecond' | 'maxRoomsPerIp'>> = {
  maxPayloadBytes: 1024 * 1024,
  maxMessagesPerSecond: 500,
  middlewareTimeoutMs: 10_000,
  maxConnectionsPerIp: 256,
  maxRoomsPerClient: 64,
  maxInboxMessages: 1024,
  maxOutboxBytes: 16 * 1024 * 1024,
}

/** @throws PPError `INVALID_ARGUMENT` for a number that is none or is negative, and for a place where nobody could connect */
export function readSettings(options: ServerOptions): Settings {
  checkPlace(options)
  const pick = (name: keyof typeof DEFAULTS, check = checked): number =>
    check(name, options[name] ?? DEFAULTS[name])
  const maxPayloadBytes = pick('maxPayloadBytes', atLeastOne)
  const maxOutboxBytes = pick('maxOutboxBytes', atLeastOne)
  const maxConnectionsPerIp = pick('maxConnectionsPerIp', atLeastOne)
  const perSecond = Math.max(MIN_BYTES_PER_SECOND, maxPayloadBytes / SECONDS_PER_LARGEST)
  return {
    maxPayloadBytes,
    maxBytesPerSecond: checked('maxBytesPerSecond', options.maxBytesPerSecond ?? perSecond),
    maxMessagesPerSecond: pick('maxMessagesPerSecond'),
    middlewareTimeoutMs: pick('middlewareTimeoutMs'),
    maxPerType: readPerType(options.maxMessagesPerSecondByType ?? {}),
    maxConnectionsPerIp,
    maxRoomsPerClient: pick('maxRoomsPerClient'),
    maxRoomsPerIp: checked(
      'maxRoomsPerIp',
      options.maxRoomsPerIp ?? maxConnectionsPerIp * SESSIONS_PER_CONNECTION,
    ),
    maxInboxMessages: pick('maxInboxMessages', atLeastOne),
    maxOutboxBytes,
    maxUnreadPerAddress: maxOutboxBytes * Math.max(LEAST_SLOW, maxConnectionsPerIp / CONNECTIONS_PER_SLOW),
    heartbeatMs: checked('heartbeatInterval', options.heartbeatInterval ?? 25_000),
    handshakeTimeoutMs: checked('handshakeTimeoutMs', options.handshakeTimeoutMs ?? 10_000),
    ackTimeoutMs: positive('ackTimeout', options.ackTimeout ?? 10_000),
    presenceSyncMs: checked('presence.syncInterval', options.presence?.syncInterval ?? 1000),
    recovery: readRecovery(options.recovery ?? true),
    v2Recovery: readRecovery(options.recovery ?? false),
  }
}

/** A reload takes one to three seconds. The others should not see somebody who closed the tab for longer than this. */
const LEAVE_MS = 5_000

function readRecovery(recovery: boolean | RecoveryOptions): Recovery {
  if (recovery === false) return { windowMs: 0, leaveMs: 0, maxMessages: 0, maxBytes: 0 }
  const {
    maxBufferSize = 1000,
    maxBufferBytes = 1024 * 1024,
    retentionMs = 120_000,
    leaveMs = LEAVE_MS,
  } = recovery === true ? {} : recovery
  return {
    windowMs: checked('recovery.retentionMs', retentionMs),
    leaveMs: Math.min(retentionMs, checked('recovery.leaveMs', leaveMs)),
    maxMessages: checked('recovery.maxBufferSize', maxBufferSize),
    maxBytes: checked('recovery.maxBufferBytes', maxBufferBytes),
  }
}

function readPerType(limits: TypeLimits): TypeLimits {
  for (const [type, perSecond] of Object.entries(limits))
    checked(`maxMessagesPerSecondByType.${type}`, perSecond)
  return limits
}

function checkPlace({ port = 0, path = '/' }: Pick<ServerOptions, 'port' | 'path'>): void {
  // As digits: so "3000" will do, which is what an environment variable holds.
  if (!/^\d{1,5}$/.test(String(port)) || Number(port) > 65_535) {
    throw new PPError('INVALID_ARGUMENT', 'The option port must be a whole number from 0 to 65535.')
  }
  if (!path.startsWith('/')) {
    throw new PPError('INVALID_ARGUMENT', `The option path must begin with "/": "/${path}".`)
  }
}

function checked(name: string, value: number): number {
  return assured(name, value, value >= 0, 'a number from 0')
}

/** For limits where 0 would not mean "no limit" but that nobody could connect. */
function atLeastOne(name: string, value: number): number {
  return assured(name, value, value >= 1, 'a number from 1')
}

function positive(name: string, value: number): number {
  return assured(name, value, value > 0, 'a number above 0')
}

function assured(name: string, value: number, isGood: boolean, what: string): number {
  if (Number.isFinite(value) && isGood) return value
  throw new PPError('INVALID_ARGUMENT', `The option ${name} must be ${what}, not ${String(value)}.`)
}
