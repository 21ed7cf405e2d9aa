// What a room sends, as journals and recordings keep it: the events that its own code sends to its members, and the answers to
// their requests. The recording and the replay both make their entries with `keepSaid` and `keepAnswer`, so that they compare.
import { any, count, list, MAX_NAME_LENGTH, readFields, text } from './fields.js'
import type { Rule, Shape } from './fields.js'
import { hashState } from './hash.js'
import { fromPlain, toPlain } from './json-bytes.js'

export interface SaidEvent {
  readonly type: string
  /** The members that get it, sorted. Without this and `except`: all of them. */
  readonly to?: readonly string[]
  /** All members get it except these, sorted. */
  readonly except?: readonly string[]
  /** As the receiver gets it. Absent where there is none, and where `hash` replaces it. */
  readonly payload?: unknown
  /** `hashState` of a payload that is too long to be kept. */
  readonly hash?: number
}

/** An answer that was given at once: before anything else reached the room, and before its next tick. */
export interface SaidAnswer {
  /** The index of the request among the inputs of the room, marks not counted; the room's beginning is 0. */
  readonly to: number
  /** The code of a refusal. Its text is not kept. */
  readonly error?: string
  /** As the receiver gets it. Absent for a refusal, where there is none, and where `hash` replaces it. */
  readonly payload?: unknown
  /** `hashState` of a payload that is too long to be kept. */
  readonly hash?: number
}

/** Characters of a payload as JSON. Of a longer one only the hash is kept: it can be compared, and costs a number. */
const MAX_PAYLOAD_LENGTH = 1024
/** Events, or answers, in one line of a journal. */
const MAX_SAID = 10_000
/** Their length in characters, roughly: a quarter of what a line of a session file may have. */
const MAX_SAID_LENGTH = 4 * 1024 * 1024
/** Entries of `to` or `except`, each of which names at most half of a room. */
const MAX_HEARERS = 65_536

export interface KeptSaid {
  readonly said: SaidEvent
  /** Characters, about. */
  readonly length: number
}

export interface KeptAnswer {
  readonly answer: SaidAnswer
  /** Characters, about. */
  readonly length: number
}

/**
 * Copies an event with its payload as it is now. Null for a payload that cannot be written as JSON, and so cannot be sent either.
 * Never throws.
 */
export function keepSaid({ payload, ...heard }: SaidEvent): KeptSaid | null {
  const kept = keepPayload(payload)
  if (kept === null) return null
  const type = String(heard.type).slice(0, MAX_NAME_LENGTH)
  const hearers = [...(heard.to ?? []), ...(heard.except ?? [])]
  return {
    said: { ...heard, type, ...kept.fields },
    length: type.length + hearers.join().length + kept.length,
  }
}

/** The same for an answer. */
export function keepAnswer({ payload, ...rest }: SaidAnswer): KeptAnswer | null {
  const kept = keepPayload(payload)
  return kept && { answer: { ...rest, ...kept.fields }, length: kept.length }
}

function keepPayload(
  payload: unknown,
): { fields: Pick<SaidEvent, 'payload' | 'hash'>; length: number } | null {
  try {
    // There is none of a function.
    const written: string | undefined = JSON.stringify(toPlain(payload))
    if (written === undefined) return { fields: {}, length: 0 }
    const plain: unknown = JSON.parse(written)
    if (written.length > MAX_PAYLOAD_LENGTH)
      return { fields: { hash: hashState(plain) }, length: MAX_PAYLOAD_LENGTH }
    return { fields: { payload: fromPlain(plain) }, length: written.length }
  } catch {
    return null
  }
}

const ids: Rule<string[]> = (value, field) => list(MAX_HEARERS, text, value, field)

const SAID: Shape<SaidEvent> = {
  type: text,
  'to?': ids,
  'except?': ids,
  'payload?': any,
  'hash?': count,
}

/** Reads the events of one line of a file. @throws PPError `MALFORMED_FRAME` naming the field */
export const saidEvents: Rule<SaidEvent[]> = (value, field) =>
  list(MAX_SAID, (one, name) => readFields(SAID, one, name), value, field)

const ANSWER: Shape<SaidAnswer> = {
  to: count,
  'error?': text,
  'payload?': any,
  'hash?': count,
}

/** The same for answers. @throws PPError `MALFORMED_FRAME` naming the field */
export const saidAnswers: Rule<SaidAnswer[]> = (value, field) =>
  list(MAX_SAID, (one, name) => readFields(ANSWER, one, name), value, field)

/** Events and answers as one line of a journal has them; a field is absent when there are none. */
export interface Told {
  readonly said?: readonly SaidEvent[]
  readonly answers?: readonly SaidAnswer[]
}

/** Collects what a room has sent since the last line of its journal. */
export interface SaidGap {
  readonly isWaiting: boolean
  /** False when that is more than one line can hold. */
  add(event: SaidEvent): boolean
  /** The same. */
  addAnswer(answer: SaidAnswer): boolean
  /** For the next line; from here on it is empty. */
  take(): Told
}

export function createSaidGap(): SaidGap {
  let said: SaidEvent[] = []
  let answers: SaidAnswer[] = []
  let length = 0
  const fits = (): boolean => said.length + answers.length <= MAX_SAID && length <= MAX_SAID_LENGTH
  const isWaiting = (): boolean => said.length + answers.length > 0
  return {
    get isWaiting() {
      return isWaiting()
    },
    add(event) {
      const kept = keepSaid(event)
      if (kept === null) return true
      said.push(kept.said)
      length += kept.length
      return fits()
    },
    addAnswer(answer) {
      const kept = keepAnswer(answer)
      if (kept === null) return true
      answers.push(kept.answer)
      length += kept.length
      return fits()
    },
    take() {
      if (!isWaiting()) return {}
      const told = {
        ...(said.length === 0 ? {} : { said }),
        ...(answers.length === 0 ? {} : { answers }),
      }
      said = []
      answers = []
      length = 0
      return told
    },
  }
}
