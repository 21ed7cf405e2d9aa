// Bodies into a frame and back. One body is a frame as it is; several stand behind a table of their lengths, so that a
// reader that cannot read one of them still reads the others.
//   bundle opcode, varint count (at least 2), varint length of each but the last, the bodies
import { ensure } from '../malformed.js'
import { BUNDLE } from './opcodes.js'
import { Reader } from './reader.js'
import { fill } from './rows.js'
import { Writer } from './writer.js'

/** A frame is one tick of one peer; more messages in one frame is an attack on our loops. */
export const MAX_MESSAGES_PER_FRAME = 4096

const tables = new Writer()

export function packBodies(bodies: readonly Uint8Array[]): readonly Uint8Array[] {
  const [first] = bodies
  if (first === undefined) return []
  if (bodies.length === 1) return [first]
  tables.u8(BUNDLE)
  tables.varint(bodies.length)
  for (let i = 0; i < bodies.length - 1; i++) tables.varint(bodies[i]?.length ?? 0)
  const table = tables.take()
  // In memory of just this size: a peer that does not read may hold it for long.
  const frame = new Uint8Array(bodies.reduce((sum, body) => sum + body.length, table.length))
  frame.set(table)
  let at = table.length
  for (const body of bodies) {
    frame.set(body, at)
    at += body.length
  }
  return [frame]
}

/** @throws PPError `MALFORMED_FRAME` */
export function unpackBodies(frame: Uint8Array): readonly Uint8Array[] {
  if (frame[0] !== BUNDLE) return [frame]
  const r = new Reader(frame)
  r.u8()
  const count = r.varint()
  ensure(count > 1 && count <= MAX_MESSAGES_PER_FRAME, 'bundle')
  const bodies = fill(count - 1, () => r.varint()).map((length) => r.raw(length))
  bodies.push(r.raw(r.left))
  return bodies
}
