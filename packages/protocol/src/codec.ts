// A codec turns messages into bytes and back. A body is one encoded message; a frame is what one transport message
// carries. Bodies hold nothing of a single connection, so one body serves every receiver.
import type { Message } from './messages.js'

/** What a frame costs its reader: at least its bytes. */
export interface Cost {
  bytes: number
}

export interface Codec {
  readonly name: 'painda.v3' | 'v2'
  /** One message as one body. @throws PPError `INVALID_PAYLOAD` when a payload cannot travel. */
  encode(message: Message): Uint8Array
  /** Bodies as frames, in order: v3 puts them all into one, v2 sends one each. */
  pack(bodies: readonly Uint8Array[]): readonly Uint8Array[]
  /**
   * All messages of one frame, in order. What they take beyond the frame's own bytes, because something in it was said in short, is
   * added to `cost`, also where it throws. @throws PPError `MALFORMED_FRAME` and its kin; nothing else.
   */
  decode(frame: Uint8Array, cost?: Cost): Message[]
}
