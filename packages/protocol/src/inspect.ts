// The one stream of events that devtools, metrics and admin read. An end without listeners pays one comparison per
// event: the event object itself is only made when somebody listens.
import type { Undo } from './emitter.js'
import type { InputEvent, RoomJournal, StepEvent } from './journal.js'
import type { Message } from './messages.js'
import type { Transport } from './transport.js'

export type InspectEvent =
  | FrameEvent
  | { kind: 'connection'; at: number; peer: string; state: string; detail?: string }
  | { kind: 'room'; at: number; peer: string; room: string; status: string; version: number }
  | { kind: 'desync'; at: number; peer: string; room: string; have: number; got: number; path?: string }
  | { kind: 'error'; at: number; peer: string; code: string; message: string }
  | SkippedEvent
  | ReloadEvent
  /** How often a second the member `peer` gets the room's state from now on. */
  | { kind: 'rate'; at: number; peer: string; room: string; rate: number }
  | { kind: 'tick'; at: number; room: string; tick: number; durationMs: number; dropped: number }
  // Of a room's journal: told to who keeps it, not to listeners; in session files.
  | InputEvent
  | StepEvent

export interface FrameEvent {
  kind: 'frame'
  /** Milliseconds on the monotonic clock of the end that saw it. */
  at: number
  /** Milliseconds since the epoch. */
  wallAt: number
  direction: 'in' | 'out'
  /** Counts the frames of one end. */
  seq: number
  /** The other end, as this end names it: a client's id, or "server". */
  peer: string
  /** Bytes as they travelled. */
  bytes: Uint8Array
  messages: readonly Message[]
}

/** In development: code was saved, and this became of it. */
export interface ReloadEvent {
  kind: 'reload'
  at: number
  side: 'server' | 'page'
  /**
   * `kept`: rooms and sockets go on with the new code. `restarted`: the server is a new one, clients come back to the rooms that it could
   * take over, or to new ones. `failed`: nothing has changed.
   */
  outcome: 'kept' | 'restarted' | 'failed'
  /** What was saved, relative to the project. */
  file: string
  message: string
}

/** The connection of member `peer` is behind: a version was not sent, the next state brings what was in it. */
export interface SkippedEvent {
  kind: 'skipped'
  at: number
  peer: string
  room: string
  /** The version that the member has; -1 for none. */
  from: number
  /** The version that it does not get. */
  to: number
  /** What waits in this process … */
  bufferedBytes: number
  /** … and what was handed over and is not confirmed. */
  unconfirmedBytes: number
}

export interface Inspector {
  /** True while somebody listens: ask before building an event. */
  readonly active: boolean
  emit(event: InspectEvent): void
  listen(listener: (event: InspectEvent) => void): Undo
  /**
   * Wraps every transport that a client dials or a server accepts: a tool's network faults. A server also tells who is at the other
   * end, by the id that its events use at that moment. Not set in production.
   */
  through?: (transport: Transport, peer?: () => string) => Transport
  /** Gets from a server's rooms what it takes to replay them. Not set in production. */
  journal?: RoomJournal
}

/**
 * For a tool, in development only: it learns which code asked for a message, and which listeners a frame has called. Every method is
 * called in the turn in which it happens, by all clients of the page. Production builds do not call it.
 */
export interface Witness {
  /** Milliseconds, for durations; undefined while nobody looks: then nothing more is told. */
  now(): number | undefined
  /** The call stack of now; null while nobody looks. To be handed back for a message that is made later. */
  site(): string | null
  /** The application asked for this message, by default here and now. */
  asked(message: Message, site?: string | null): void
  /** The same message in other words: under the id that its room has by now. */
  rewritten(from: Message, to: Message): void
  /** Somebody listens from here on; `how` is the call that made it so. */
  listens(listener: object, how: string): void
  woke(reaction: Reaction): void
}

/** One listener that a change has reached. */
export interface Reaction {
  readonly kind: 'selector' | 'room' | 'presence' | 'message'
  readonly listener: object
  /** The hook behind it; undefined where the application listens itself. */
  readonly owner: Owner | undefined
  /** What the listener was called with, of a message. */
  readonly message?: Message
  /** What a selector has read, such as `players.p1.x`. */
  readonly paths?: readonly string[]
  /** False: a selector looked, and found what it had before. */
  readonly isChanged: boolean
  /** Of the selector, or of the handler. */
  readonly ms: number
}

/** A component's hook that listens. */
export interface Owner {
  readonly hook: string
  /** Made while the component rendered; its stack tells where. */
  readonly made: Error
  /** Called when the component is committed. */
  onCommit: (() => void) | null
}

export function createInspector(): Inspector {
  const listeners = new Set<(event: InspectEvent) => void>()
  // A field, not a getter: it is read for every frame in and out.
  const inspector: { -readonly [Name in keyof Inspector]: Inspector[Name] } = {
    active: false,
    emit(event) {
      for (const listener of listeners) listener(event)
    },
    listen(listener) {
      listeners.add(listener)
      inspector.active = true
      return () => {
        listeners.delete(listener)
        inspector.active = listeners.size > 0
      }
    },
  }
  return inspector
}
