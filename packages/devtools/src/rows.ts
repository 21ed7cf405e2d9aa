// From the event stream to the rows of the list: one row per message of a frame, and one per event that is no frame.
// The builder remembers open questions, so that an answer can say what it answers and how long that took.
import type { FrameEvent, InspectEvent, Message } from '@painda/protocol'
import { rowKindOf, type RowKind } from './kinds.js'
import type { Recorded } from './recorder.js'

export interface Row {
  /** Unique and ascending. */
  readonly key: number
  /** The recorded event it came from. */
  readonly eventId: number
  readonly source: number
  readonly wallAt: number
  /** `local`: it never travelled, the client itself tells it. */
  readonly direction: 'in' | 'out' | 'local'
  readonly kind: RowKind
  readonly name: string
  readonly room: string | null
  /** The frame that carried it, and its place among the messages of that frame; null for local rows. */
  readonly frame: {
    readonly seq: number
    readonly bytes: Uint8Array
    readonly part: number
    readonly parts: number
  } | null
  /** What the message does to the room's version. */
  readonly from: number | null
  readonly to: number | null
  /** Of an answer: since the question. */
  readonly latencyMs: number | null
  readonly isBad: boolean
  /** What the detail pane decodes and the text filter reads. */
  readonly content: unknown
  readonly message: Message | null
}

export interface RowBuilder {
  build(recorded: Recorded): Row[]
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
  let nextKey = 0

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
    return new MessageRow(nextKey++, recorded, frame, message, part, question)
  }

  function localRow(recorded: Recorded, event: Exclude<InspectEvent, FrameEvent>, shown: Local): Row {
    return {
      key: nextKey++,
      eventId: recorded.id,
      source: recorded.source,
      wallAt: event.at + (offsets.get(recorded.source) ?? wallOffset),
      direction: 'local',
      frame: null,
      room: null,
      from: null,
      to: null,
      latencyMs: null,
      isBad: false,
      content: event,
      message: null,
      ...shown,
    }
  }

  return {
    build(recorded) {
      const { event } = recorded
      if (event.kind !== 'frame') {
        const shown = describeLocal(event)
        return shown === null ? [] : [localRow(recorded, event, shown)]
      }
      offsets.set(recorded.source, event.wallAt - event.at)
      return event.messages.map((message, part) => messageRow(recorded, event, message, part))
    },
  }
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

  constructor(
    key: number,
    { id, source }: Recorded,
    frame: FrameEvent,
    message: Message,
    part: number,
    question: Question | undefined,
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
    this.frame = { seq: frame.seq, bytes: frame.bytes, part, parts: frame.messages.length }
    this.from = from
    this.to = to
    this.latencyMs = question === undefined ? null : frame.at - question.at
    this.isBad = message.kind === 'error' || (message.kind === 'ack' && message.error !== undefined)
    this.message = message
  }

  /** Made when somebody looks: a delta is held as text. */
  get content(): unknown {
    return contentOf(this.message)
  }
}

type Local = Pick<Row, 'kind' | 'name'> & Partial<Pick<Row, 'room' | 'from' | 'to' | 'isBad'>>

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
      return { kind: 'delta', name: 'skipped', room: event.room, from: event.from, to: event.to }
    case 'rate':
      return { kind: 'room', name: `${Math.round(event.rate)} states a second`, room: event.room }
    case 'reload': {
      const isBad = event.outcome === 'failed'
      return { kind: isBad ? 'error' : 'connection', name: RELOADS[event.outcome], isBad }
    }
    case 'tick':
    case 'input':
    case 'step':
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
