// The recording as time: a lane per client with what it carried, when it was cut off and what went wrong, and the moments of a
// room between which a reader scrubs. The states themselves are rebuilt one at a time, by rebuild.ts.
import type { FrameEvent, InspectEvent, Message } from '@painda/protocol'
import { createBeat, type Beat } from './beat.js'
import type { Recorder } from './recorder.js'
import { SERVER_SOURCE } from './server-lane.js'

/** A version of a room, as a client was told of it. */
export interface Moment {
  readonly eventId: number
  /** The clock of the events, milliseconds. */
  readonly at: number
  readonly version: number
}

export interface Lane {
  readonly source: number
  /** Bytes in each column, from the oldest to the newest. */
  readonly columns: readonly { readonly in: number; readonly out: number }[]
  /** Without a connection: shares of the whole width, 0 to 1. */
  readonly gaps: readonly { readonly from: number; readonly to: number }[]
  readonly marks: readonly Mark[]
  /** Milliseconds that the latest state of each column came after its time; 0 for in time and for none. */
  readonly lateMs: readonly number[]
  /** How regularly states came in the end, as beat.ts says; null where too few came. */
  readonly jitterMs: number | null
}

export interface Mark {
  /** Share of the whole width, 0 to 1. */
  readonly place: number
  /** `skipped`: a member was behind, and did not get a version. */
  readonly kind: 'desync' | 'error' | 'skipped' | 'reload'
  readonly eventId: number
  /** The file, where somebody has saved one. */
  readonly file?: string
}

export interface Span {
  readonly from: number
  readonly to: number
}

/** Oldest first; several state messages in one frame are one moment. */
export function momentsOf(recorder: Recorder, source: number, room: string): Moment[] {
  const moments: Moment[] = []
  for (let id = recorder.firstId; id < recorder.nextId; id++) {
    const recorded = recorder.at(id)
    if (recorded?.source !== source || recorded.event.kind !== 'frame') continue
    let version: number | null = null
    for (const message of recorded.event.messages) version = versionAfter(message, room) ?? version
    if (version !== null) moments.push({ eventId: id, at: recorded.event.at, version })
  }
  return moments
}

/** What a member alone sees has versions of its own, and is no version of the room. */
function versionAfter(message: Message, room: string): number | null {
  if (message.kind !== 'snapshot' && message.kind !== 'delta') return null
  if (message.room !== room || message.scope !== undefined) return null
  return message.kind === 'snapshot' ? message.version : message.to
}

/** The index of the last moment not after `at`; 0 when all are. */
export function momentBefore(moments: readonly Moment[], at: number): number {
  const after = moments.findIndex((moment) => moment.at > at)
  return Math.max(0, (after === -1 ? moments.length : after) - 1)
}

/** First and last event held. */
export function spanOf(recorder: Recorder): Span {
  const from = recorder.at(recorder.firstId)?.event.at ?? 0
  const to = recorder.at(recorder.nextId - 1)?.event.at ?? from
  return { from, to: Math.max(to, from + 1) }
}

export function lanesOf(recorder: Recorder, sources: readonly number[], width: number): Lane[] {
  const span = spanOf(recorder)
  const lanes = new Map(sources.map((source) => [source, createLane(source, width)]))
  for (let id = recorder.firstId; id < recorder.nextId; id++) {
    const recorded = recorder.at(id)
    if (recorded === undefined) continue
    const { source, event } = recorded
    // Saved code concerns everybody.
    const concerned = event.kind === 'reload' ? [...lanes.values()] : [lanes.get(source)]
    for (const lane of concerned) lane?.add(id, event, placeIn(span, event.at))
  }
  return [...lanes.values()].map((lane) => lane.done())
}

export function placeIn({ from, to }: Span, at: number): number {
  return Math.min(1, Math.max(0, (at - from) / (to - from)))
}

function createLane(source: number, width: number) {
  const columns = Array.from({ length: width }, () => ({ in: 0, out: 0 }))
  const gaps: { from: number; to: number }[] = []
  const marks: Mark[] = []
  const lateMs = Array.from({ length: width }, () => 0)
  const beats = new Map<string, Beat>()
  let jitterMs: number | null = null
  let cutAt: number | null = null
  let wasOpen = false

  /** What comes in at the server is no state. */
  function keepBeat({ at, messages }: FrameEvent, column: number): void {
    for (const message of messages) {
      if (message.kind !== 'delta' && message.kind !== 'snapshot') continue
      if (message.scope !== undefined) continue
      const beat = beats.get(message.room) ?? createBeat()
      beats.set(message.room, beat)
      if (message.kind === 'snapshot') {
        beat.pause()
        continue
      }
      lateMs[column] = Math.max(lateMs[column] ?? 0, beat.next(at, message.tick))
      jitterMs = beat.jitterMs
    }
  }

  return {
    add(eventId: number, event: InspectEvent, place: number): void {
      switch (event.kind) {
        case 'frame': {
          const at = Math.min(width - 1, Math.floor(place * width))
          const column = columns[at]
          if (column !== undefined) column[event.direction] += event.bytes.byteLength
          if (event.direction === 'in') keepBeat(event, at)
          return
        }
        case 'connection':
          // The server tells of everybody's.
          if (source === SERVER_SOURCE) return
          if (event.state === 'open') {
            if (cutAt !== null) gaps.push({ from: cutAt, to: place })
            cutAt = null
            wasOpen = true
          } else if (wasOpen) cutAt ??= place
          return
        case 'reload':
          marks.push({
            place,
            kind: event.outcome === 'failed' ? 'error' : 'reload',
            eventId,
            file: event.file,
          })
          return
        case 'desync':
        case 'error':
        case 'skipped':
          marks.push({ place, kind: event.kind, eventId })
          return
        default:
      }
    },
    done: (): Lane => ({
      source,
      columns,
      gaps: cutAt === null ? gaps : [...gaps, { from: cutAt, to: 1 }],
      marks,
      lateMs,
      jitterMs,
    }),
  }
}
