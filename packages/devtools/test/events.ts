// Small events for tests that need just one.
import { createWireCodec, type FrameEvent, type InspectEvent, type Message } from '@painda/protocol'
import type { Recorded } from '../src/recorder.js'
import { createRowBuilder, type Row } from '../src/rows.js'

const codec = createWireCodec()

export function frameOf(
  direction: 'in' | 'out',
  messages: readonly Message[],
  { at = 1_000, seq = 1 } = {},
): FrameEvent {
  const [bytes = new Uint8Array()] = codec.pack(messages.map((message) => codec.encode(message)))
  return { kind: 'frame', at, wallAt: at + 1_000_000, direction, seq, peer: 'server', bytes, messages }
}

export function recordedOf(event: InspectEvent, id = 0, source = 0): Recorded {
  return { id, source, event }
}

/** The row of one message in a frame of its own. */
export function rowOf(message: Message, direction: 'in' | 'out' = 'in'): Row {
  const [row] = createRowBuilder(0).build(recordedOf(frameOf(direction, [message])))
  if (row === undefined) throw new Error('A message makes a row.')
  return row
}

export function deltaOf(from: number, delta: unknown, room = 'arena'): Message {
  return { kind: 'delta', room, from, to: from + 1, tick: from, delta }
}

export function snapshotOf(version: number, state: unknown, room = 'arena'): Message {
  return { kind: 'snapshot', room, version, tick: version, state }
}
