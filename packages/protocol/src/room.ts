// Rooms.
//   client → server  Join      asks to enter; answered by Joined, or by an Ack with an error
//   server → client  Joined    the client is in; also without a question, when the server itself put it there
//   server → client  Snapshot  the whole view at a version: after Joined, after Resync, after a resume
//   server → client  Delta     what changed between two versions; `from` is the version the receiver must be at
//   server → client  both also with scope "own": what is marked for this member alone (owned.ts), with versions of its own
//   client → server  Resync    "I cannot apply what I got": answered by a Snapshot
//   client → server  Leave     answered by Left
//   server → client  Left      the client is out, and why
// Event rooms have no state: Joined is all they send. A room id names the room in every later message.
import { optional, passThrough, readCount, readName, readOneOf } from './fields.js'
import type { Fields } from './fields.js'

/** `join`: that id, event room or typed. The others make or find a room of definition `name`. */
export type JoinHow = 'join' | 'create' | 'joinOrCreate' | 'joinById'

export interface Join {
  kind: 'join'
  ackId: number
  how: JoinHow
  /** The definition's name; absent with `join`. */
  name?: string
  /** The room's id; absent when the server chooses. */
  room?: string
  /** Reaches the room's `onJoin`. */
  options?: unknown
}

export interface Joined {
  kind: 'joined'
  room: string
  /** The Join it answers. */
  ackId?: number
  /** The definition's name, for typed rooms of a definition. */
  name?: string
  /** `event` rooms send no state. */
  type: 'event' | 'state'
}

export interface StateSnapshot {
  kind: 'snapshot'
  room: string
  version: number
  /** The room's tick count when this version was made. */
  tick: number
  state: unknown
  hash?: number
  /** Not the room's state but what lies over it for this member; a snapshot without it takes the layer away. */
  scope?: StateScope
}

/** Absent: what all members of a view share. */
export type StateScope = 'own'

export interface StateDelta {
  kind: 'delta'
  room: string
  from: number
  to: number
  tick: number
  /** The documented delta form; see rules DL. */
  delta: unknown
  hash?: number
  /** As in the snapshot that it follows. */
  scope?: StateScope
  /** The whole new state, where the decoder has made it already; never on the wire. Shares what did not change. */
  state?: unknown
  /** The decoder could not read it: `delta` is undefined. Never on the wire. */
  isDamaged?: true
}

export interface Resync {
  kind: 'resync'
  room: string
  /** The version the client has. */
  version: number
  why: 'gap' | 'hash' | 'undecodable'
}

export interface Leave {
  kind: 'leave'
  room: string
}

export interface Left {
  kind: 'left'
  room: string
  reason: LeaveReason
}

export type LeaveReason = 'left' | 'kicked' | 'disposed'

export function readJoin(from: Fields): Join {
  return {
    kind: 'join',
    ackId: readCount(from, 'ackId'),
    how: readOneOf(from, 'how', ['join', 'create', 'joinOrCreate', 'joinById']),
    ...optional(from, 'name', readName),
    ...optional(from, 'room', readName),
    ...passThrough(from, 'options'),
  }
}

export function readJoined(from: Fields): Joined {
  return {
    kind: 'joined',
    room: readName(from, 'room'),
    ...optional(from, 'ackId', readCount),
    ...optional(from, 'name', readName),
    type: readOneOf(from, 'type', ['event', 'state']),
  }
}

export function readSnapshot(from: Fields): StateSnapshot {
  return {
    kind: 'snapshot',
    room: readName(from, 'room'),
    version: readCount(from, 'version'),
    tick: readCount(from, 'tick'),
    state: from['state'],
    ...optional(from, 'hash', readCount),
    ...optional(from, 'scope', readScope),
  }
}

export function readDelta(from: Fields): StateDelta {
  return {
    kind: 'delta',
    room: readName(from, 'room'),
    from: readCount(from, 'from'),
    to: readCount(from, 'to'),
    tick: readCount(from, 'tick'),
    delta: from['delta'],
    ...optional(from, 'hash', readCount),
    ...optional(from, 'scope', readScope),
  }
}

function readScope(from: Fields, field: string): StateScope {
  return readOneOf(from, field, ['own'])
}

export function readResync(from: Fields): Resync {
  return {
    kind: 'resync',
    room: readName(from, 'room'),
    version: readCount(from, 'version'),
    why: readOneOf(from, 'why', ['gap', 'hash', 'undecodable']),
  }
}

export function readLeave(from: Fields): Leave {
  return { kind: 'leave', room: readName(from, 'room') }
}

export function readLeft(from: Fields): Left {
  return {
    kind: 'left',
    room: readName(from, 'room'),
    reason: readOneOf(from, 'reason', ['left', 'kicked', 'disposed']),
  }
}
