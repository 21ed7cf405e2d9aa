// What a frame would weigh as JSON text, to set beside what it weighs on the wire.
import type { Message } from '@painda/protocol'
import type { Row } from './rows.js'

const known = new WeakMap<object, number>()

/** Characters of all messages of the row's frame as JSON. Made once per frame: a delta is held packed. */
export function rawSize(frame: NonNullable<Row['frame']>): number {
  const seen = known.get(frame.messages)
  if (seen !== undefined) return seen
  const size = lengthOf(
    frame.messages,
    frame.messages.every(({ kind }) => PLAIN.has(kind)) ? undefined : plain,
  )
  known.set(frame.messages, size)
  return size
}

/** What comes most often holds nothing but JSON. A replacer would make its text many times as costly. */
const PLAIN: ReadonlySet<Message['kind']> = new Set(['delta', 'snapshot', 'presences', 'ping', 'pong'])

const lengthOf = (messages: readonly Message[], replace?: typeof plain): number =>
  JSON.stringify(messages, replace).length

/** JSON has no bytes; their usual form in it is Base64. */
function plain(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? '='.repeat(Math.ceil(value.byteLength / 3) * 4) : value
}
