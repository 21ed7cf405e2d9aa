// What befell a message on its way, as marks of its row:
//   late       a state came after its time, by the beat of those before it
//   coalesced  one delta brings several versions: the ones between were never sent
//   dropped    a version that was not sent, or a state that does not fit what the replica has
//   replayed   sent again after a lost connection
// All of it is read off the stream of messages: nobody has to tell it.
import {
  isReliable,
  type FrameEvent,
  type Message,
  type StateDelta,
  type StateSnapshot,
} from '@painda/protocol'
import { createBeat, type Beat } from './beat.js'
import { formatMs } from './format.js'

export const MARK_KINDS = ['late', 'coalesced', 'dropped', 'replayed'] as const

export type MarkKind = (typeof MARK_KINDS)[number]

export interface RowMark {
  readonly kind: MarkKind
  /** A few words on it. */
  readonly text: string
}

export interface RowMarker {
  /** In the order of the stream, each message once. */
  of(source: number, frame: FrameEvent, message: Message): readonly RowMark[]
  /** Messages have passed by unseen: what follows is no longer compared with what was before. */
  forget(): void
}

/** Three frames of a display; less nobody sees. */
const LATE_MS = 50

/** Rooms and peers of a page; whoever names more is no game, and begins anew. */
const MAX_KNOWN = 1_000

export const NO_MARKS: readonly RowMark[] = []

/** One direction of one session. */
interface Stream {
  /** Reliable messages of this session so far; null when its beginning was not seen. */
  sent: number | null
  /** The next so many are sent again. */
  again: number
}

/** One end of one connection, as a source tells of it. */
interface Place {
  readonly in: Stream
  readonly out: Stream
  /** By room. */
  readonly whole: Map<string, Line>
  readonly own: Map<string, Line>
}

/** A room's state, or the part of it that a member has for itself. */
interface Line {
  readonly beat: Beat
  version: number
}

export function createRowMarker(): RowMarker {
  /** By source and peer: a thousand messages a second look here, and texts put together for it would be most of the work. */
  const places = new Map<number, Map<string, Place>>()
  let known = 0

  function forget(): void {
    places.clear()
    known = 0
  }

  function placeOf(source: number, peer: string): Place {
    let mine = places.get(source)
    if (mine === undefined) places.set(source, (mine = new Map()))
    let place = mine.get(peer)
    if (place === undefined) {
      const stream = (): Stream => ({ sent: null, again: 0 })
      mine.set(peer, (place = { in: stream(), out: stream(), whole: new Map(), own: new Map() }))
      known++
    }
    return place
  }

  function put(lines: Map<string, Line>, room: string, line: Line | undefined, version: number): Beat {
    if (line !== undefined) {
      line.version = version
      return line.beat
    }
    const beat = createBeat()
    lines.set(room, { beat, version })
    known++
    return beat
  }

  function welcomed(place: Place, frame: FrameEvent, message: Message & { kind: 'welcome' }): void {
    const theirs = place[frame.direction]
    const ours = place[frame.direction === 'in' ? 'out' : 'in']
    const isNew = message.outcome === 'new' || message.outcome === 'expired'
    theirs.again = isNew ? 0 : message.missed
    // Only who sends knows what it has sent: at the server's end these come for the first time.
    ours.again = isNew || frame.direction === 'out' ? 0 : Math.max(0, (ours.sent ?? 0) - message.received)
    if (isNew) ours.sent = 0
  }

  function replayed(stream: Stream, message: Message): boolean {
    if (!isReliable(message)) return false
    if (stream.again > 0) {
      stream.again--
      return true
    }
    if (stream.sent !== null) stream.sent++
    return false
  }

  function stateMarks(
    place: Place,
    frame: FrameEvent,
    message: StateDelta | StateSnapshot,
  ): RowMark[] | null {
    const { room } = message
    const lines = message.scope === undefined ? place.whole : place.own
    const line = lines.get(room)
    if (message.kind === 'snapshot') {
      // What a member has for itself lies over the room's state, and goes with it.
      if (lines === place.whole) place.own.delete(room)
      put(lines, room, line, message.version).pause()
      return null
    }
    const marks: RowMark[] = []
    const { from, to } = message
    if (to - from > 1) marks.push({ kind: 'coalesced', text: `${to - from} versions in one` })
    if (line !== undefined && from !== line.version) {
      marks.push({ kind: 'dropped', text: `the replica is at version ${line.version}` })
      return marks
    }
    const beat = put(lines, room, line, to)
    const lateMs = frame.direction === 'in' ? beat.next(frame.at, message.tick) : 0
    if (lateMs >= LATE_MS) marks.push({ kind: 'late', text: `${formatMs(lateMs)} after its time` })
    return marks
  }

  return {
    of(source, frame, message) {
      if (known > MAX_KNOWN) forget()
      const place = placeOf(source, frame.peer)
      if (message.kind === 'welcome') {
        welcomed(place, frame, message)
        return NO_MARKS
      }
      const isState = message.kind === 'delta' || message.kind === 'snapshot'
      const marks = isState ? stateMarks(place, frame, message) : null
      if (replayed(place[frame.direction], message))
        return [...(marks ?? []), { kind: 'replayed', text: 'sent again after a lost connection' }]
      return marks === null || marks.length === 0 ? NO_MARKS : marks
    },
    forget,
  }
}
