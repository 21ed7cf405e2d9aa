// A frame as the messages in it, without reading them: for tools that hold back or lose messages of one kind. Bodies depend on nothing
// around them, so what is left of a frame is a frame.
import type { MessageKind } from '../messages.js'
import { packBodies, unpackBodies } from './bundle.js'
import * as op from './opcodes.js'

export interface FramePart {
  /** Null for what this release does not know. */
  readonly kind: MessageKind | null
  readonly body: Uint8Array
}

const KINDS: { readonly [opcode: number]: MessageKind } = {
  [op.DELTA]: 'delta',
  [op.SNAPSHOT]: 'snapshot',
  [op.EVENT]: 'event',
  [op.NUMBERED]: 'event',
  [op.ACK]: 'ack',
  [op.PING]: 'ping',
  [op.PONG]: 'pong',
  [op.RECEIVED]: 'received',
  [op.INPUT]: 'input',
  [op.INPUT_ACK]: 'inputAck',
}

/** The messages of a frame, in their order. @throws PPError `MALFORMED_FRAME` for a bundle that is none */
export function splitFrame(frame: Uint8Array): readonly FramePart[] {
  return unpackBodies(frame).map((body) => ({ kind: kindOf(body), body }))
}

/** One frame of these; null when there is none left. */
export function joinFrame(parts: readonly FramePart[]): Uint8Array | null {
  return packBodies(parts.map(({ body }) => body))[0] ?? null
}

function kindOf([first = -1, second = -1]: Uint8Array): MessageKind | null {
  const opcode = first & op.OPCODE_MASK
  if (opcode === op.GENERAL) return op.GENERAL_KINDS[second] ?? null
  return KINDS[opcode] ?? null
}
