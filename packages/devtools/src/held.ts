// What is kept of an event. Ten thousand of them stay for minutes, so a delta is kept as the values that changed, or as its JSON
// text: that takes a fifth of the memory of its objects, and gives the collector a list to look after instead of hundreds of
// objects. The delta is made again when somebody looks.
import { packDelta, redactFrame, unpackDelta } from '@painda/protocol'
import type { InspectEvent, Message, PackedDelta, StateDelta, StateScope } from '@painda/protocol'

/** The objects and arrays around a frame, and the buffer of its bytes. */
const EVENT_COST = 700
/** One byte of a message becomes about four of objects (measured on the demo's frames). */
const OBJECTS_PER_BYTE = 4
/** A column of values and its share of the place; a value in it, and the share of its key. */
const COLUMN_COST = 100
const VALUE_COST = 16

/** The event without tokens, and without the states that a decoder puts beside a delta. The event itself is not touched. */
export function heldOf(event: InspectEvent): InspectEvent {
  if (event.kind !== 'frame') return event
  const { bytes, messages } = redactFrame(event.bytes, event.messages)
  if (bytes === event.bytes && !messages.some(isReadable)) return event
  return { ...event, bytes, messages: messages.map(heldMessage) }
}

/** Estimated bytes of memory, of what `heldOf` gave. */
export function costOf(event: InspectEvent): number {
  if (event.kind !== 'frame') return EVENT_COST
  let cost = EVENT_COST + event.bytes.byteLength
  let isOther = false
  for (const message of event.messages) {
    if (message instanceof HeldDelta) cost += message.size
    else isOther = true
  }
  return isOther ? cost + event.bytes.byteLength * OBJECTS_PER_BYTE : cost
}

/** Says nothing of the delta itself: reading it is what costs, and is done once. */
function isReadable(message: Message): message is StateDelta {
  return message.kind === 'delta' && !(message instanceof HeldDelta)
}

function heldMessage(message: Message): Message {
  if (!isReadable(message)) return message
  const packed = packDelta(message)
  if (packed !== undefined) return new HeldDelta(message, packed)
  const { delta } = message
  // What came damaged has none to keep.
  return delta === undefined ? message : new HeldDelta(message, JSON.stringify(delta))
}

class HeldDelta implements StateDelta {
  readonly kind = 'delta'
  declare readonly delta: unknown
  declare readonly hash?: number
  declare readonly scope?: StateScope
  readonly room: string
  readonly from: number
  readonly to: number
  readonly tick: number
  readonly #held: PackedDelta | string

  constructor({ room, from, to, tick, hash, scope }: StateDelta, held: PackedDelta | string) {
    this.room = room
    this.from = from
    this.to = to
    this.tick = tick
    if (hash !== undefined) this.hash = hash
    if (scope !== undefined) this.scope = scope
    this.#held = held
    // Its own and enumerable, so that a message is shown, copied and compared with its delta.
    Object.defineProperty(this, 'delta', HeldDelta.#DELTA)
  }

  get size(): number {
    return typeof this.#held === 'string' ? this.#held.length : sizeOf(this.#held)
  }

  static readonly #DELTA = {
    get(this: HeldDelta): unknown {
      return typeof this.#held === 'string' ? JSON.parse(this.#held) : unpackDelta(this.#held)
    },
    enumerable: true,
    configurable: true,
  }
}

function sizeOf({ columns }: PackedDelta): number {
  let size = 0
  for (const place of columns)
    for (const column of place) {
      size += COLUMN_COST
      for (const value of column) size += VALUE_COST + lengthOf(value)
    }
  return size
}

/** What is an object already was measured by nobody, so it is written out. */
function lengthOf(value: unknown): number {
  if (typeof value === 'string') return value.length
  return typeof value === 'object' && value !== null ? JSON.stringify(value).length * OBJECTS_PER_BYTE : 0
}
