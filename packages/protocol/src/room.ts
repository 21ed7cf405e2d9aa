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
import { any, askedName, count, flag, name, oneOf, text } from './fields.js'
import type { Shape } from './fields.js'

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
  /** To look on, not to play. */
  spectate?: boolean
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
  /**
   * A receiver may put an equal tree here that shares with what it had: the decoder goes on from it.
   */
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
  /**
   * The whole new state, where the decoder has made it already; never on the wire. Shares what did not change with `before`.
   * A receiver may put an equal tree here, as in a snapshot.
   */
  state?: unknown
  /** The state at `from` that the decoder began with; never on the wire. */
  before?: unknown
  /** Where something changed, the decoder's word; never on the wire. */
  touched?: readonly Touched[]
  /** The decoder could not read it: `delta` is undefined. Never on the wire. */
  isDamaged?: true
}

/** Where a group of changes lies: per step of its path the key of all rows, or the keys of each. */
export interface Touched {
  readonly path: readonly (TouchedKey | readonly TouchedKey[])[]
  readonly rows: number
  /** What changed in the objects there; empty: what stands there itself. */
  readonly fields: readonly string[]
}

/** A name, or the index of an item. */
export type TouchedKey = string | number

export interface Resync {
  kind: 'resync'
  /** Absent: the global presence list, and only that. */
  room?: string
  /** The version the client has. */
  version: number
  /** `presence`: the state is right, the list of who is here is not. */
  why: 'gap' | 'hash' | 'undecodable' | 'presence'
}

export interface Leave {
  kind: 'leave'
  room: string
}

export interface Left {
  kind: 'left'
  room: string
  reason: LeaveReason
  /** In the application's words, for people. */
  text?: string
}

export type LeaveReason = 'left' | 'kicked' | 'disposed'

export const JOIN: Shape<Join> = {
  ackId: count,
  how: (value, field) => oneOf(['join', 'create', 'joinOrCreate', 'joinById'], value, field),
  'name?': name,
  'room?': askedName,
  'options?': any,
  'spectate?': flag,
}

export const JOINED: Shape<Joined> = {
  room: name,
  'ackId?': count,
  'name?': name,
  type: (value, field) => oneOf(['event', 'state'], value, field),
}

export const SNAPSHOT: Shape<Pick<StateSnapshot, 'room' | 'version' | 'tick' | 'state' | 'hash' | 'scope'>> =
  {
    room: name,
    version: count,
    tick: count,
    state: any,
    'hash?': count,
    'scope?': scope,
  }

export const DELTA: Shape<Pick<StateDelta, 'room' | 'from' | 'to' | 'tick' | 'delta' | 'hash' | 'scope'>> = {
  room: name,
  from: count,
  to: count,
  tick: count,
  delta: any,
  'hash?': count,
  'scope?': scope,
}

function scope(value: unknown, field: string): StateScope {
  return oneOf(['own'], value, field)
}

export const RESYNC: Shape<Resync> = {
  'room?': name,
  version: count,
  why: (value, field) => oneOf(['gap', 'hash', 'undecodable', 'presence'], value, field),
}

export const LEAVE: Shape<Leave> = { room: askedName }

export const LEFT: Shape<Left> = {
  room: name,
  reason: (value, field) => oneOf(['left', 'kicked', 'disposed'], value, field),
  'text?': text,
}
