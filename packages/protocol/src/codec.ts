// A codec turns messages into bytes and back. A body is one encoded message; a frame is what one transport message
// carries. Bodies hold nothing of a single connection, so one body serves every receiver.
import type { Message } from './messages.js'

/** What reading a frame costs, in bytes: at least those of the frame. */
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
   * All messages of one frame, in order. What they take beyond the frame's own bytes, because something in it was compressed, is added
   * to `cost`, also when it throws. @throws PPError `MALFORMED_FRAME`, `DECOMPRESSION_FAILED` and the like; nothing else
   */
  decode(frame: Uint8Array, cost?: Cost): Message[]
}
