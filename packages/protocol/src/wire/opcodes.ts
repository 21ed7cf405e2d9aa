// The first byte of a body: the kind in its low four bits, flags of the kind in its high ones.
import type { MessageKind } from '../messages.js'

/** Kinds with a form of their own. Everything else is `general`, and says its kind in a second byte. */
export const OPCODES = {
  general: 0,
  delta: 1,
  snapshot: 2,
  event: 3,
  ack: 4,
  ping: 5,
  pong: 6,
  received: 7,
  /** No message: a frame of several bodies. */
  bundle: 8,
  /** An event whose type is a number of the contract's names. */
  numbered: 9,
  input: 10,
  inputAck: 11,
} as const

export const OPCODE_MASK = 0x0f

/** The order is the wire: append only. */
export const GENERAL_KINDS = [
  'hello',
  'welcome',
  'bye',
  'error',
  'join',
  'joined',
  'resync',
  'leave',
  'left',
  'presence',
  'presences',
  'snapshot',
  'delta',
  'interest',
] as const satisfies readonly MessageKind[]
