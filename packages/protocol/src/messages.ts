// The tagged union of everything a v3 connection says. A new message is one line here and one table of its fields; the
// compiler then names every switch that must learn it.
import { ACK, ERROR, EVENT } from './event.js'
import type { Ack, ErrorMessage, Event } from './event.js'
import { PING, PONG, RECEIVED } from './clock.js'
import type { Ping, Pong, Received } from './clock.js'
import { isFields, readFields } from './fields.js'
import type { Rules, Shape } from './fields.js'
import { BYE, HELLO, WELCOME } from './handshake.js'
import type { Bye, Hello, Welcome } from './handshake.js'
import { INPUT, INPUT_ACK, INTEREST } from './input.js'
import type { Input, InputAck, Interest } from './input.js'
import { ensure } from './malformed.js'
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
  | Input
  | InputAck
  | Interest

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
}

/** What a client says so. */
export const CLIENT_SHAPES: Shapes = {
  hello: HELLO,
  error: ERROR,
  join: JOIN,
  resync: RESYNC,
  leave: LEAVE,
  presence: PRESENCE,
  interest: INTEREST,
}

/** What either end says, so or in a form of its own. */
export const ALL_SHAPES: { readonly [Kind in MessageKind]: Rules } = {
  hello: HELLO,
  welcome: WELCOME,
  bye: BYE,
  event: EVENT,
  ack: ACK,
  error: ERROR,
  join: JOIN,
  joined: JOINED,
  snapshot: SNAPSHOT,
  delta: DELTA,
  resync: RESYNC,
  leave: LEAVE,
  left: LEFT,
  presence: PRESENCE,
  presences: PRESENCES,
  ping: PING,
  pong: PONG,
  received: RECEIVED,
  input: INPUT,
  inputAck: INPUT_ACK,
  interest: INTEREST,
}

/**
 * A value from a file as a message, field by field: what is not declared is not copied.
 * @throws PPError `MALFORMED_FRAME` naming the field.
 */
export function readMessage(value: unknown): Message {
  const kind = isFields(value) ? value['kind'] : undefined
  ensure(typeof kind === 'string' && isMessageKind(kind), 'kind')
  // The table of a kind gives the fields of that kind, whichever it is.
  return { kind, ...readFields(ALL_SHAPES[kind] as Shape<Message>, value, kind) } as Message
}

function isMessageKind(kind: string): kind is MessageKind {
  return Object.hasOwn(ALL_SHAPES, kind)
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
  'interest',
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
