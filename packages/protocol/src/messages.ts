// The tagged union of everything a v3 connection says. A new message is one line here and one table of its fields; the
// compiler then names every switch that must learn it.
import { ERROR } from './event.js'
import type { Ack, ErrorMessage, Event } from './event.js'
import type { Ping, Pong, Received } from './clock.js'
import type { Rules } from './fields.js'
import { BYE, HELLO, WELCOME } from './handshake.js'
import type { Bye, Hello, Welcome } from './handshake.js'
import { PRESENCE, PRESENCES } from './presence.js'
import type { PresenceSync, PresenceUpdate } from './presence.js'
import { DELTA, JOIN, JOINED, LEAVE, LEFT, RESYNC, SNAPSHOT } from './room.js'
import type { Join, Joined, Leave, Left, Resync, StateDelta, StateSnapshot } from './room.js'

export type Message =
  | Hello
  | Welcome
  | Bye
  | Event
  | Ack
  | ErrorMessage
  | Join
  | Joined
  | StateSnapshot
  | StateDelta
  | Resync
  | Leave
  | Left
  | PresenceUpdate
  | PresenceSync
  | Ping
  | Pong
  | Received

export type MessageKind = Message['kind']
export type MessageOf<Kind extends MessageKind> = Extract<Message, { kind: Kind }>

/** The tables of those messages that travel as an object of fields. */
export type Shapes = { readonly [Kind in MessageKind]?: Rules }

/** What a server says so. */
export const SERVER_SHAPES: Shapes = {
  welcome: WELCOME,
  bye: BYE,
  error: ERROR,
  joined: JOINED,
  left: LEFT,
  presences: PRESENCES,
  snapshot: SNAPSHOT,
  delta: DELTA,
}

/** What either end says so. */
export const ALL_SHAPES: Shapes = {
  welcome: WELCOME,
  bye: BYE,
  error: ERROR,
  joined: JOINED,
  left: LEFT,
  presences: PRESENCES,
  hello: HELLO,
  join: JOIN,
  snapshot: SNAPSHOT,
  delta: DELTA,
  resync: RESYNC,
  leave: LEAVE,
  presence: PRESENCE,
}

/** Kinds that both ends count. */
const RELIABLE: readonly MessageKind[] = [
  'event',
  'ack',
  'error',
  'join',
  'joined',
  'leave',
  'left',
  'presence',
]

/**
 * True for messages that both ends count: they arrive exactly once and in order, across reconnects. State and presence
 * lists are not among them, because a newer one replaces them.
 */
export function isReliable(message: Message): boolean {
  const isPassing =
    (message.kind === 'event' && message.volatile === true) ||
    (message.kind === 'error' && message.fatal === true)
  return !isPassing && RELIABLE.includes(message.kind)
}
