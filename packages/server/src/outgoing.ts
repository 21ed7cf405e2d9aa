// One message on its way to many. It is encoded at most once per format, and only when somebody who speaks that format
// is among the receivers.
import { createWireCodec } from '@painda/protocol'
import type { Codec, Message, NameTable } from '@painda/protocol'

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
  return new Encoded(message)
}

interface Made {
  readonly codec: PeerCodec
  readonly body: Uint8Array | null
}

const NONE: readonly Made[] = []

/**
 * A class, and its first format in fields: a session may keep a thousand of them for a client that confirms nothing, and as a closure
 * over a list each took half a kilobyte more than its bytes.
 */
class Encoded implements Outgoing {
  readonly message: Message
  #codec: PeerCodec | null = null
  #body: Uint8Array | null = null
  /** Three formats at most: v3 with names, v3 with their numbers, v2. Most messages are said in one. */
  #others: Made[] | null = null

  constructor(message: Message) {
    this.message = message
  }

  body(codec: PeerCodec): Uint8Array | null {
    if (this.#codec === codec) return this.#body
    for (const one of this.#others ?? NONE) if (one.codec === codec) return one.body
    const body = codec.encode(this.message)
    if (this.#codec !== null) this.#others = [...(this.#others ?? NONE), { codec, body }]
    else {
      this.#codec = codec
      this.#body = body
    }
    return body
  }
}

/** What a body of either v3 codec says: as it was when it was encoded, whatever has become of the payload's objects. */
export function createReread(names: NameTable): (body: Uint8Array) => Message {
  const codec = createWireCodec(undefined, names)
  return (body) => {
    const [message] = codec.decode(body)
    // One body is one message, and it is one of ours.
    if (message === undefined) throw new TypeError('A body without a message.')
    return message
  }
}
