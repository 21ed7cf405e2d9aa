// One message on its way to many. It is encoded at most once per format, and only when somebody who speaks that format
// is among the receivers.
import type { Codec, Message } from '@painda/protocol'

/** A Codec that may have no words for a message: v2 knows fewer than v3. Every Codec is one. */
export interface PeerCodec extends Omit<Codec, 'encode'> {
  /** Null: this format cannot say it, and the peer is not told. @throws PPError as `Codec.encode` */
  encode(message: Message): Uint8Array | null
}

export interface Outgoing {
  readonly message: Message
  /** The message as one body of that format; null when the format cannot say it. @throws PPError `INVALID_PAYLOAD` */
  body(codec: PeerCodec): Uint8Array | null
}

export function outgoing(message: Message): Outgoing {
  // Two formats at most: a pair of fields is cheaper than a Map, and there is one of these per message.
  let first: { codec: PeerCodec; body: Uint8Array | null } | null = null
  let second: { codec: PeerCodec; body: Uint8Array | null } | null = null
  return {
    message,
    body(codec) {
      if (first?.codec === codec) return first.body
      if (second?.codec === codec) return second.body
      const made = { codec, body: codec.encode(message) }
      if (first === null) first = made
      else second = made
      return made.body
    },
  }
}
