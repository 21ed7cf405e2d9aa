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

/** A room's state, or the part of it that a member has for itself. */
interface Line {
  readonly beat: Beat
  version: number
}

export function createRowMarker(): RowMarker {
  const streams = new Map<string, Stream>()
  const lines = new Map<string, Line>()

  function forget(): void {
    streams.clear()
    lines.clear()
  }

  function streamOf(source: number, { peer }: FrameEvent, direction: 'in' | 'out'): Stream {
    const id = `${source} ${direction} ${peer}`
    const found = streams.get(id) ?? { sent: null, again: 0 }
    streams.set(id, found)
    return found
  }

  function welcomed(source: number, frame: FrameEvent, message: Message & { kind: 'welcome' }): void {
    const theirs = streamOf(source, frame, frame.direction)
    const ours = streamOf(source, frame, frame.direction === 'in' ? 'out' : 'in')
    const isNew = message.outcome === 'new' || message.outcome === 'expired'
    theirs.again = isNew ? 0 : message.missed
    // Only who sends knows what it has sent: at the server's end these come for the first time.
    ours.again = isNew || frame.direction === 'out' ? 0 : Math.max(0, (ours.sent ?? 0) - message.received)
    if (isNew) ours.sent = 0
  }

  function replayed(source: number, frame: FrameEvent, message: Message): boolean {
    if (!isReliable(message)) return false
    const stream = streamOf(source, frame, frame.direction)
    if (stream.again > 0) {
      stream.again--
      return true
    }
    if (stream.sent !== null) stream.sent++
    return false
  }

  function stateMarks(source: number, frame: FrameEvent, message: StateDelta | StateSnapshot): RowMark[] {
    const id = `${source} ${frame.peer} ${message.room}`
    const own = `${id} own`
    const key = message.scope === undefined ? id : own
    const line = lines.get(key)
    if (message.kind === 'snapshot') {
      // What a member has for itself lies over the room's state, and goes with it.
      if (key === id) lines.delete(own)
      const beat = line?.beat ?? createBeat()
      beat.next(frame.at, message.tick)
      lines.set(key, { beat, version: message.version })
      return []
    }
    const marks: RowMark[] = []
    const { from, to, tick } = message
    if (to - from > 1) marks.push({ kind: 'coalesced', text: `${to - from} versions in one` })
    if (line !== undefined && from !== line.version) {
      marks.push({ kind: 'dropped', text: `the replica is at version ${line.version}` })
      return marks
    }
    const beat = line?.beat ?? createBeat()
    lines.set(key, { beat, version: to })
    const lateMs = frame.direction === 'in' ? beat.next(frame.at, tick) : 0
    if (lateMs >= LATE_MS) marks.push({ kind: 'late', text: `${formatMs(lateMs)} after its time` })
    return marks
  }

  return {
    of(source, frame, message) {
      if (streams.size > MAX_KNOWN || lines.size > MAX_KNOWN) forget()
      if (message.kind === 'welcome') {
        welcomed(source, frame, message)
        return NO_MARKS
      }
      const marks =
        message.kind === 'delta' || message.kind === 'snapshot' ? stateMarks(source, frame, message) : []
      if (replayed(source, frame, message))
        marks.push({ kind: 'replayed', text: 'sent again after a lost connection' })
      return marks.length === 0 ? NO_MARKS : marks
    },
    forget,
  }
}
