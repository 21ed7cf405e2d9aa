// What is on its way to the server. Reliable messages are counted from the first of the session; the number never
// travels, because both ends count the same ordered stream.
//   waiting      never sent: there is no connection, or the room it belongs to has not been joined yet
//   unconfirmed  sent; the server has not said that it came
import { DEV, PPError } from '@painda/protocol'
import type { Codec, Message, Time } from '@painda/protocol'
import type { Letter } from './link.js'
import { rewritten } from '#witness'

/** What a room's messages wait for. */
export interface Gate {
  /** The room's id while it is joined, else null. */
  readonly roomId: string | null
}

export type DropReason = 'count' | 'bytes' | 'age'

export interface OutboxOptions {
  time: Pick<Time, 'now'>
  codec: Codec
  maxMessages: number
  maxBytes: number
  maxAgeMs: number
  /** A message that waited was dropped. */
  onDrop: (letter: Letter, why: DropReason) => void
}

export interface Outbox {
  /** Keeps a reliable message that is being sent until it is confirmed. */
  keep(letter: Letter): void
  /** @throws PPError `MALFORMED_FRAME` for a count beyond what was sent. */
  confirm(count: number): void
  /** All that the server has not confirmed, in order. */
  unconfirmed(): readonly Letter[]
  /** Another session begins: what was sent is forgotten, and counts start again. */
  restart(): void
  /** Counts go on from what a page before has sent. */
  startAt(count: number): void
  /** Keeps a message that cannot be sent now. The oldest are dropped past a bound. */
  hold(letter: Letter, gate: Gate | null): void
  /** Takes out what can be sent now, in order, `most` at most. */
  release(most: number): readonly Letter[]
  /** True when something waits that could be sent. */
  readonly hasReady: boolean
  /** What was never sent, in order. */
  waiting(): readonly Letter[]
  /** Encodes everything anew after `change`, which changes how the codec writes. */
  encodeAnew(change: () => void): void
  /** Forgets messages that were never sent. Returns them. */
  forget(isUnwanted: (letter: Letter, gate: Gate | null) => boolean): readonly Letter[]
  readonly unconfirmedBytes: number
}

interface Waiting {
  letter: Letter
  gate: Gate | null
  at: number
}

function isReady({ gate }: Waiting): boolean {
  return gate === null || gate.roomId !== null
}

export function createOutbox({
  time,
  codec,
  maxMessages,
  maxBytes,
  maxAgeMs,
  onDrop,
}: OutboxOptions): Outbox {
  let waiting: Waiting[] = []
  let waitingBytes = 0
  let sent: Letter[] = []
  let sentBytes = 0
  /** How many of this session were confirmed: `sent[0]` is number `confirmed + 1`. */
  let confirmed = 0

  function bound(): void {
    const oldest = time.now() - maxAgeMs
    for (;;) {
      const first = waiting[0]
      if (first === undefined) return
      const why =
        first.at < oldest
          ? 'age'
          : waiting.length > maxMessages
            ? 'count'
            : waitingBytes > maxBytes
              ? 'bytes'
              : null
      if (why === null) return
      waiting.shift()
      waitingBytes -= first.letter.body.byteLength
      onDrop(first.letter, why)
    }
  }

  /** Parts `waiting` in two, in order; the bytes follow. */
  function take(isTaken: (entry: Waiting) => boolean): readonly Waiting[] {
    const taken: Waiting[] = []
    const left: Waiting[] = []
    for (const entry of waiting) (isTaken(entry) ? taken : left).push(entry)
    waiting = left
    for (const { letter } of taken) waitingBytes -= letter.body.byteLength
    return taken
  }

  return {
    keep(letter) {
      sent.push(letter)
      sentBytes += letter.body.byteLength
    },
    confirm(count) {
      const news = count - confirmed
      if (news > sent.length) {
        throw new PPError(
          'MALFORMED_FRAME',
          DEV && `The server confirms ${count} messages; ${confirmed + sent.length} were sent.`,
        )
      }
      if (news <= 0) return
      for (const letter of sent.slice(0, news)) sentBytes -= letter.body.byteLength
      sent = sent.slice(news)
      confirmed = count
    },
    unconfirmed: () => sent,
    restart() {
      sent = []
      sentBytes = 0
      confirmed = 0
    },
    startAt(count) {
      confirmed = count
    },
    hold(letter, gate) {
      waiting.push({ letter, gate, at: time.now() })
      waitingBytes += letter.body.byteLength
      bound()
    },
    get hasReady() {
      return waiting.some(isReady)
    },
    release(most) {
      bound()
      let left = most
      return take((entry) => isReady(entry) && left-- > 0).map(({ letter, gate }) => {
        const room = gate?.roomId ?? null
        return room === null ? letter : addressTo(room, letter, codec)
      })
    },
    waiting: () => waiting.map(({ letter }) => letter),
    encodeAnew(change) {
      const sentMessages = sent.map((letter) => readBack(letter, codec))
      const held = waiting.map((entry) => ({ ...entry, message: readBack(entry.letter, codec) }))
      change()
      const write = (message: Message): Letter => ({ message, body: codec.encode(message) })
      sent = sentMessages.map(write)
      waiting = held.map(({ gate, at, message }) => ({ gate, at, letter: write(message) }))
      sentBytes = bytesOf(sent)
      waitingBytes = bytesOf(waiting.map(({ letter }) => letter))
    },
    forget: (isUnwanted) => take(({ letter, gate }) => isUnwanted(letter, gate)).map(({ letter }) => letter),
    get unconfirmedBytes() {
      return sentBytes
    },
  }
}

/** A room's message under the id that the room has by now. */
function addressTo(room: string, letter: Letter, codec: Codec): Letter {
  if (letter.message.kind !== 'event' || letter.message.room === room) return letter
  const message = readBack(letter, codec)
  if (message.kind !== 'event') return letter
  const addressed = { ...message, room }
  rewritten(letter.message, addressed)
  return { message: addressed, body: codec.encode(addressed) }
}

/** Read back from its own bytes: the payload is the one of the call, whatever the caller did to the object since. */
function readBack({ message, body }: Letter, codec: Codec): Message {
  return codec.decode(body)[0] ?? message
}

function bytesOf(letters: readonly Letter[]): number {
  return letters.reduce((bytes, { body }) => bytes + body.byteLength, 0)
}
