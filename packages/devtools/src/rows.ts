// From the event stream to the rows of the list: one row per message of a frame, and one per event that is no frame.
// The builder remembers open questions, so that an answer can say what it answers and how long that took.
import type { FrameEvent, InspectEvent, Message } from '@painda/protocol'
import { rowKindOf, type RowKind } from './kinds.js'
import type { Recorded } from './recorder.js'
import { createRowMarker, NO_MARKS, type RowMark } from './row-marks.js'
import { createServerClocks } from './server-clocks.js'

export interface Row {
  /** Unique and ascending. */
  readonly key: number
  /** The recorded event it came from. */
  readonly eventId: number
  readonly source: number
  readonly wallAt: number
  /** The server's clock at that moment, as far as this end can tell; null when it cannot. */
  readonly serverAt: number | null
  /** `local`: it never travelled, the client itself tells it. */
  readonly direction: 'in' | 'out' | 'local'
  readonly kind: RowKind
  readonly name: string
  readonly room: string | null
  readonly namespace: string | null
  /** The frame that carried it, and its place among the messages of that frame; null for local rows. */
  readonly frame: {
    readonly seq: number
    readonly bytes: Uint8Array
    readonly messages: readonly Message[]
    readonly part: number
    readonly parts: number
  } | null
  /** What the message does to the room's version. */
  readonly from: number | null
  readonly to: number | null
  /** Of an answer: since the question. */
  readonly latencyMs: number | null
  readonly isBad: boolean
  /** What befell it on its way. */
  readonly marks: readonly RowMark[]
  /** What the detail pane decodes and the text filter reads. */
  readonly content: unknown
  readonly message: Message | null
}

export interface RowBuilder {
  /** In the order of their ids. */
  build(recorded: Recorded): Row[]
  /** Events have passed by unseen. */
  skipped(): void
}

/** Questions that nobody answered; older ones are forgotten. */
const MAX_PENDING = 2_000

interface Question {
  readonly name: string
  readonly at: number
}

/** `wallOffset`: wall clock minus monotonic clock, until a frame tells it. */
export function createRowBuilder(wallOffset: number): RowBuilder {
  const questions = new Map<string, Question>()
  const offsets = new Map<number, number>()
  const marker = createRowMarker()
  const clocks = createServerClocks()
  let nextKey = 0
  let nextId = 0

  function ask(source: number, frame: FrameEvent, ackId: number, name: string): void {
    questions.set(`${source} ${frame.direction} ${ackId}`, { name, at: frame.at })
    if (questions.size <= MAX_PENDING) return
    for (const oldest of questions.keys()) {
      questions.delete(oldest)
      return
    }
  }

  function answered(source: number, frame: FrameEvent, ackId: number): Question | undefined {
    const asked = frame.direction === 'in' ? 'out' : 'in'
    const id = `${source} ${asked} ${ackId}`
    const question = questions.get(id)
    questions.delete(id)
    return question
  }

  function messageRow(recorded: Recorded, frame: FrameEvent, message: Message, part: number): Row {
    const { source } = recorded
    let question: Question | undefined
    if (message.kind === 'event' && message.ackId !== undefined)
      ask(source, frame, message.ackId, message.type)
    if (message.kind === 'join')
      ask(source, frame, message.ackId, `join ${message.room ?? message.name ?? ''}`)
    if (message.kind === 'ack') question = answered(source, frame, message.ackId)
    if (message.kind === 'joined' && message.ackId !== undefined)
      question = answered(source, frame, message.ackId)
    clocks.note(source, frame, message)
    const marks = marker.of(source, frame, message)
    const serverAt = clocks.at(source, frame)
    return new MessageRow(nextKey++, recorded, { frame, message, part, question, marks, serverAt })
  }

  function localRow(recorded: Recorded, event: Exclude<InspectEvent, FrameEvent>, shown: Local): Row {
    return {
      key: nextKey++,
      eventId: recorded.id,
      source: recorded.source,
      wallAt: event.at + (offsets.get(recorded.source) ?? wallOffset),
      serverAt: null,
      direction: 'local',
      frame: null,
      room: null,
      namespace: null,
      from: null,
      to: null,
      latencyMs: null,
      isBad: false,
      marks: NO_MARKS,
      content: event,
      message: null,
      ...shown,
    }
  }

  return {
    build(recorded) {
      const { event, id } = recorded
      // The ring has dropped what nobody looked at.
      if (id !== nextId) marker.forget()
      nextId = id + 1
      if (event.kind !== 'frame') {
        const shown = describeLocal(event)
        return shown === null ? [] : [localRow(recorded, event, shown)]
      }
      offsets.set(recorded.source, event.wallAt - event.at)
      return event.messages.map((message, part) => messageRow(recorded, event, message, part))
    },
    skipped: marker.forget,
  }
}

interface MessageRowParts {
  readonly frame: FrameEvent
  readonly message: Message
  readonly part: number
  readonly question: Question | undefined
  readonly marks: readonly RowMark[]
  readonly serverAt: number | null
}

/** A class, because there are ten thousand: a getter in a literal would make a dictionary of each. */
class MessageRow implements Row {
  readonly eventId: number
  readonly source: number
  readonly wallAt: number
  readonly direction: 'in' | 'out'
  readonly kind: RowKind
  readonly name: string
  readonly room: string | null
  readonly frame: NonNullable<Row['frame']>
  readonly from: number | null
  readonly to: number | null
  readonly latencyMs: number | null
  readonly isBad: boolean
  readonly key: number
  readonly message: Message
  readonly marks: readonly RowMark[]
  readonly serverAt: number | null

  constructor(
    key: number,
    { id, source }: Recorded,
    { frame, message, part, question, marks, serverAt }: MessageRowParts,
  ) {
    const { from, to } = versionsOf(message)
    this.key = key
    this.eventId = id
    this.source = source
    this.wallAt = frame.wallAt
    this.direction = frame.direction
    this.kind = rowKindOf(message.kind)
    this.name = message.kind === 'ack' ? (question?.name ?? `#${message.ackId}`) : nameOf(message)
    this.room = roomOf(message)
    const { seq, bytes, messages } = frame
    this.frame = { seq, bytes, messages, part, parts: messages.length }
    this.from = from
    this.to = to
    this.latencyMs = question === undefined ? null : frame.at - question.at
    this.isBad = message.kind === 'error' || (message.kind === 'ack' && message.error !== undefined)
    this.message = message
    this.marks = marks
    this.serverAt = serverAt
  }

  get namespace(): string | null {
    return this.message.kind === 'event' ? (this.message.ns ?? null) : null
  }

  /** Made when somebody looks: a delta is held as text. */
  get content(): unknown {
    return contentOf(this.message)
  }
}

type Local = Pick<Row, 'kind' | 'name'> & Partial<Pick<Row, 'room' | 'from' | 'to' | 'isBad' | 'marks'>>

const NOT_SENT: readonly RowMark[] = [
  { kind: 'dropped', text: 'the connection was behind: the next state brings what was in it' },
]

const RELOADS = { kept: 'new code', restarted: 'new server', failed: 'code refused' } as const

/** Null: no row. Ticks come many times a second and say nothing that a delta does not say. */
function describeLocal(event: Exclude<InspectEvent, FrameEvent>): Local | null {
  switch (event.kind) {
    case 'connection':
      return { kind: 'connection', name: event.state }
    case 'room':
      return { kind: 'room', name: event.status, room: event.room, to: event.version }
    case 'desync':
      return { kind: 'error', name: 'desync', room: event.room, from: event.have, to: event.got, isBad: true }
    case 'error':
      return { kind: 'error', name: event.code, isBad: true }
    case 'skipped':
      return {
        kind: 'delta',
        name: 'skipped',
        room: event.room,
        from: event.from,
        to: event.to,
        marks: NOT_SENT,
      }
    case 'rate':
      return { kind: 'room', name: `${Math.round(event.rate)} states a second`, room: event.room }
    case 'reload': {
      const isBad = event.outcome === 'failed'
      return { kind: isBad ? 'error' : 'connection', name: RELOADS[event.outcome], isBad }
    }
    // Ticks, a room's journal, and what a newer release may tell.
    default:
      return null
  }
}

function nameOf(message: Message): string {
  switch (message.kind) {
    case 'event':
      return message.type
    case 'error':
      return message.code
    case 'delta':
    case 'snapshot':
      return `tick ${message.tick}`
    default:
      return message.kind
  }
}

function roomOf(message: Message): string | null {
  if (!('room' in message)) return message.kind === 'join' ? (message.name ?? null) : null
  return message.room ?? null
}

function versionsOf(message: Message): { from: number | null; to: number | null } {
  switch (message.kind) {
    case 'delta':
      return { from: message.from, to: message.to }
    case 'snapshot':
      return { from: null, to: message.version }
    case 'resync':
      return { from: message.version, to: null }
    case 'ack':
      return { from: null, to: message.version ?? null }
    default:
      return { from: null, to: null }
  }
}

/** What a reader means by "the payload": the application's own value where there is one, else the whole message. */
function contentOf(message: Message): unknown {
  switch (message.kind) {
    case 'event':
      return message.payload
    case 'ack':
      return message.error ?? message.data
    case 'snapshot':
      return message.state
    case 'delta':
      return message.delta
    default:
      return message
  }
}
