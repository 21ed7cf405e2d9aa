// The tagged union of everything a v3 connection says. A new message is one line here and one reader; the compiler
// then names every switch that must learn it.
import { readAck, readErrorMessage, readEvent } from './event.js'
import type { Ack, ErrorMessage, Event } from './event.js'
import { readPing, readPong, readReceived } from './clock.js'
import type { Ping, Pong, Received } from './clock.js'
import { PPError } from './errors.js'
import { isFields } from './fields.js'
import type { Fields } from './fields.js'
import { readBye, readHello, readWelcome } from './handshake.js'
import type { Bye, Hello, Welcome } from './handshake.js'
import { readPresenceSync, readPresenceUpdate } from './presence.js'
import type { PresenceSync, PresenceUpdate } from './presence.js'
import { readDelta, readJoin, readJoined, readLeave, readLeft, readResync, readSnapshot } from './room.js'
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

const readers: { readonly [Kind in MessageKind]: (from: Fields) => MessageOf<Kind> } = {
  hello: readHello,
  welcome: readWelcome,
  bye: readBye,
  event: readEvent,
  ack: readAck,
  error: readErrorMessage,
  join: readJoin,
  joined: readJoined,
  snapshot: readSnapshot,
  delta: readDelta,
  resync: readResync,
  leave: readLeave,
  left: readLeft,
  presence: readPresenceUpdate,
  presences: readPresenceSync,
  ping: readPing,
  pong: readPong,
  received: readReceived,
}

/**
 * A value from the wire as a message, field by field: what is not declared is not copied.
 * @throws PPError `MALFORMED_FRAME` naming the field.
 */
export function readMessage(value: unknown): Message {
  if (!isFields(value)) throw new PPError('MALFORMED_FRAME', 'A message must be an object.')
  const kind = value['kind']
  if (typeof kind !== 'string' || !isMessageKind(kind)) {
    throw new PPError('MALFORMED_FRAME', 'A message must have a known "kind".')
  }
  return readers[kind](value)
}

/**
 * True for messages that both ends count: they arrive exactly once and in order, across reconnects. State and presence
 * lists are not among them, because a newer one replaces them.
 */
export function isReliable(message: Message): boolean {
  switch (message.kind) {
    case 'event':
      return message.volatile !== true
    case 'error':
      return message.fatal !== true
    case 'ack':
    case 'join':
    case 'joined':
    case 'leave':
    case 'left':
    case 'presence':
      return true
    default:
      return false
  }
}

function isMessageKind(kind: string): kind is MessageKind {
  return Object.prototype.hasOwnProperty.call(readers, kind)
}
