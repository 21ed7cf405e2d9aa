// The fields of a recorded frame. A delta names keys and places by numbers that came with frames before it, so the names of those are
// learned first: of the same end's frames, in the same direction, to the same peer.
import { createSpanReader, type Span } from '@painda/protocol/spans'
import type { Recorder } from './recorder.js'

/** Of the frame that was recorded as `eventId`; none for what is no frame, or no longer held. */
export function spansOf(recorder: Recorder, eventId: number): readonly Span[] {
  const chosen = recorder.at(eventId)
  if (chosen?.event.kind !== 'frame') return []
  const { source, event } = chosen
  const reader = createSpanReader()
  for (let id = recorder.firstId; id < eventId; id++) {
    const before = recorder.at(id)
    if (before?.source !== source || before.event.kind !== 'frame') continue
    const { direction, peer, bytes } = before.event
    if (direction === event.direction && peer === event.peer) reader.learn(bytes)
  }
  return reader.read(event.bytes)
}

/** Where a field lies, for people: whole bytes, or bits of some. */
export function extentOf({ from, to }: Span): string {
  const [first, last] = [Math.floor(from / 8), Math.ceil(to / 8) - 1]
  const where = first === last ? `byte ${first}` : `bytes ${first}–${last}`
  const isWhole = from % 8 === 0 && to % 8 === 0
  return isWhole ? where : `${where}, ${to - from} ${to - from === 1 ? 'bit' : 'bits'}`
}

/** Per byte the field that has most of its bits; −1 for none. */
export function ownersOf(spans: readonly Span[], bytes: number): Int32Array {
  const owners = new Int32Array(bytes).fill(-1)
  const most = new Uint8Array(bytes)
  for (const [index, { from, to }] of spans.entries()) {
    for (let at = Math.floor(from / 8); at < Math.min(bytes, Math.ceil(to / 8)); at++) {
      const bits = Math.min(to, at * 8 + 8) - Math.max(from, at * 8)
      if (bits <= (most[at] ?? 0)) continue
      most[at] = bits
      owners[at] = index
    }
  }
  return owners
}

/** True when the field has a bit of the byte. */
export function touches({ from, to }: Span, at: number): boolean {
  return from < at * 8 + 8 && to > at * 8
}
