// Everything that is on its way to the server, and the answers that are awaited: the session that counts it, the outbox that
// keeps it, the questions that wait. What cannot be kept is named once, and whoever waited for it is told.
import { DEV, PPError } from '@painda/protocol'
import type { Codec, Message, PPErrorOptions, Time } from '@painda/protocol'
import { createAsks } from './ack.js'
import type { Asks } from './ack.js'
import type { Letter, Link } from './link.js'
import { createOutbox } from './outbox.js'
import type { DropReason, Gate, Outbox } from './outbox.js'
import { createSession } from './session.js'
import type { Session } from './session.js'
import type { BufferOptions } from './types.js'
import { checkNames } from '#advice'
import { asked } from '#witness'

export interface MailOptions {
  time: Time
  codec: Codec
  buffer: BufferOptions | undefined
  ackTimeoutMs: number
  onError: (thrown: unknown) => void
}

export interface Mail {
  readonly asks: Asks
  readonly outbox: Outbox
  readonly session: Session
  /** From the welcome: a larger message is refused at the call. */
  maxPayloadBytes: number
  /** @throws PPError `INVALID_PAYLOAD`, `PAYLOAD_TOO_LARGE` */
  post(message: Message, gate?: Gate | null): void
  /** Sends a message with the hello that begins a session; false when it cannot ride there. */
  postEarly(message: Message, link: Link): boolean
  /** Drops what waits for a room that will not be joined. */
  discard(gate: Gate, error: PPError): void
  /** The session is another one: what was sent under the one before is not sent again, and its answers cannot come. */
  expire(): void
  /** Says once what could not be kept, not once per message. */
  reportDropped(): void
}

export function createMail({ time, codec, buffer = {}, ackTimeoutMs, onError }: MailOptions): Mail {
  let dropped: { letter: Letter; error: PPError }[] = []

  const outbox = createOutbox({
    time,
    codec,
    maxMessages: buffer.maxMessages ?? 1_000,
    maxBytes: buffer.maxBytes ?? 1024 * 1024,
    maxAgeMs: buffer.maxAgeMs ?? 120_000,
    onDrop: (letter, why) => drop(letter, tooMuch(why)),
  })
  const asks = createAsks({
    time,
    defaultTimeoutMs: ackTimeoutMs,
    // A message that was reported as failed must not be sent later.
    onGone: (ackId) => outbox.forget((letter) => ackIdOf(letter) === ackId),
    onError,
  })
  const session = createSession({
    time,
    outbox,
    encode: codec.encode,
    onTooLarge: (letter, maxBytes) => drop(letter, tooLarge(letter, maxBytes)),
  })

  function drop(letter: Letter, error: PPError): void {
    dropped.push({ letter, error })
    const ackId = ackIdOf(letter)
    if (ackId !== null) asks.reject(ackId, error)
  }

  const mail: Mail = {
    asks,
    outbox,
    session,
    maxPayloadBytes: Infinity,
    post(message, gate = null) {
      checkNames(message)
      const letter = { message, body: codec.encode(message) }
      if (letter.body.byteLength > mail.maxPayloadBytes) throw tooLarge(letter, mail.maxPayloadBytes)
      asked(message)
      session.post(letter, gate)
    },
    postEarly(message, link) {
      const letter = { message, body: codec.encode(message) }
      if (!session.sendEarly(letter, link)) return false
      asked(message)
      return true
    },
    discard(gate, error) {
      for (const letter of outbox.forget((_letter, other) => other === gate)) {
        const ackId = ackIdOf(letter)
        if (ackId !== null) asks.reject(ackId, error)
      }
    },
    expire() {
      const unsent = new Set(outbox.waiting().map(ackIdOf))
      asks.rejectAll(expired, (ackId) => !unsent.has(ackId))
    },
    reportDropped() {
      const all = dropped
      dropped = []
      const [first] = all
      if (first === undefined) return
      const types = all.map(({ letter: { message } }) =>
        message.kind === 'event' ? message.type : message.kind,
      )
      const facts: PPErrorOptions = { cause: first.error, details: { dropped: all.length, types } }
      const text = DEV && `${all.length} messages that waited were dropped.`
      onError(new PPError('BUFFER_OVERFLOW', text, facts))
    },
  }
  return mail
}

function ackIdOf({ message }: Letter): number | null {
  return message.kind === 'event' ? (message.ackId ?? null) : null
}

function expired(what: string): PPError {
  return new PPError(
    'SESSION_EXPIRED',
    `"${what}" was sent in a session that has ended; whether it took effect is unknown.`,
  )
}

function tooLarge({ message, body }: Letter, maxBytes: number): PPError {
  const text = DEV && `A message of ${body.byteLength} bytes cannot be sent: the server takes ${maxBytes}.`
  return new PPError('PAYLOAD_TOO_LARGE', text, { details: { kind: message.kind } })
}

function tooMuch(why: DropReason): PPError {
  return new PPError(
    'BUFFER_OVERFLOW',
    DEV &&
      (why === 'age'
        ? 'A message waited too long for a connection.'
        : `Too many ${why === 'count' ? 'messages' : 'bytes'} wait for a connection.`),
    DEV && { hint: 'Raise the bounds of the option `buffer`, or send what may be lost as volatile.' },
  )
}
