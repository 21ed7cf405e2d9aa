// What a room says: an event that its own code sends to its members, as journals and recordings keep it. Both sides of a comparison
// keep it by `keepSaid`: the recording, and the room that is played again.
import { any, count, list, MAX_NAME_LENGTH, readFields, text } from './fields.js'
import type { Rule, Shape } from './fields.js'
import { hashState } from './hash.js'
import { fromPlain, toPlain } from './json-bytes.js'

export interface SaidEvent {
  readonly type: string
  /** The members that hear it, sorted. Where neither this nor `except` is there, all of them. */
  readonly to?: readonly string[]
  /** All members hear it but these, sorted. */
  readonly except?: readonly string[]
  /** As it arrives. Absent where there is none, and where `hash` stands for it. */
  readonly payload?: unknown
  /** `hashState` of a payload that is too long to be kept. */
  readonly hash?: number
}

/** Of a payload as JSON: a longer one can still be compared, and costs the journal a number. */
const MAX_PAYLOAD_LENGTH = 1024
/** In one line of a journal. */
const MAX_SAID = 10_000
/** The same in characters, about: a quarter of what a line of a session file may have. */
const MAX_SAID_LENGTH = 4 * 1024 * 1024
/** One of these lists names at most half of a room. */
const MAX_HEARERS = 65_536

export interface KeptSaid {
  readonly said: SaidEvent
  /** Characters, about. */
  readonly length: number
}

/**
 * A copy, with the payload as it is now. Null for what cannot be written, and so cannot travel either: a cycle, a bigint. Never
 * throws.
 */
export function keepSaid({ payload, ...heard }: SaidEvent): KeptSaid | null {
  try {
    // There is none of a function.
    const written: string | undefined = JSON.stringify(toPlain(payload))
    const type = String(heard.type).slice(0, MAX_NAME_LENGTH)
    const hearers = [...(heard.to ?? []), ...(heard.except ?? [])]
    const length = type.length + hearers.join().length + Math.min(written?.length ?? 0, MAX_PAYLOAD_LENGTH)
    return { said: { ...heard, type, ...(written === undefined ? {} : keptPayload(written)) }, length }
  } catch {
    return null
  }
}

function keptPayload(written: string): Pick<SaidEvent, 'payload' | 'hash'> {
  const plain: unknown = JSON.parse(written)
  return written.length > MAX_PAYLOAD_LENGTH ? { hash: hashState(plain) } : { payload: fromPlain(plain) }
}

const ids: Rule<string[]> = (value, field) => list(MAX_HEARERS, text, value, field)

const SAID: Shape<SaidEvent> = {
  type: text,
  'to?': ids,
  'except?': ids,
  'payload?': any,
  'hash?': count,
}

/** Of a file: what one line holds. @throws PPError `MALFORMED_FRAME` naming the field */
export const saidEvents: Rule<SaidEvent[]> = (value, field) =>
  list(MAX_SAID, (one, name) => readFields(SAID, one, name), value, field)

/** What a room has said since the last line of its journal. */
export interface SaidGap {
  readonly isWaiting: boolean
  /** False when that is more than one line can hold. */
  add(event: SaidEvent): boolean
  /** For the next line; from here on it is empty. */
  take(): { said?: readonly SaidEvent[] }
}

export function createSaidGap(): SaidGap {
  let waiting: SaidEvent[] = []
  let length = 0
  return {
    get isWaiting() {
      return waiting.length > 0
    },
    add(event) {
      const kept = keepSaid(event)
      if (kept === null) return true
      waiting.push(kept.said)
      length += kept.length
      return waiting.length <= MAX_SAID && length <= MAX_SAID_LENGTH
    },
    take() {
      if (waiting.length === 0) return {}
      const said = waiting
      waiting = []
      length = 0
      return { said }
    },
  }
}
