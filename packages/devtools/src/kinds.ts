// The ten sorts of rows, as chips name them. Messages that belong to one exchange share a chip.
import type { MessageKind } from '@painda/protocol'

export const ROW_KINDS = [
  'delta',
  'snapshot',
  'message',
  'ack',
  'presence',
  'room',
  'handshake',
  'ping',
  'connection',
  'error',
] as const

export type RowKind = (typeof ROW_KINDS)[number]

/** Every message of the protocol; a new one does not compile until it has its place here. */
const CHIP_OF: { readonly [Kind in MessageKind]: RowKind } = {
  hello: 'handshake',
  welcome: 'handshake',
  bye: 'handshake',
  event: 'message',
  ack: 'ack',
  error: 'error',
  join: 'room',
  joined: 'room',
  leave: 'room',
  left: 'room',
  resync: 'room',
  snapshot: 'snapshot',
  delta: 'delta',
  presence: 'presence',
  presences: 'presence',
  ping: 'ping',
  pong: 'ping',
  received: 'ping',
  input: 'message',
  inputAck: 'ack',
  interest: 'room',
}

export function rowKindOf(kind: MessageKind): RowKind {
  return CHIP_OF[kind]
}
