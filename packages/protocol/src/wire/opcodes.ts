// The first byte of a body: the kind in its low four bits, flags of the kind in its high ones.
import type { MessageKind } from '../messages.js'

/**
 * Kinds with a form of their own. Everything else is `GENERAL`, and says its kind in a second byte. Constants, not a table: in
 * a page the numbers are all that is left of them.
 */
export const GENERAL = 0
export const DELTA = 1
export const SNAPSHOT = 2
export const EVENT = 3
export const ACK = 4
export const PING = 5
export const PONG = 6
export const RECEIVED = 7
/** No message: a frame of several bodies. */
export const BUNDLE = 8
/** An event whose type is a number of the contract's names. */
export const NUMBERED = 9
export const INPUT = 10
export const INPUT_ACK = 11

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

/** The number of `presences`, whose lists have a hash of their own. */
export const PRESENCES_KIND = GENERAL_KINDS.indexOf('presences')
