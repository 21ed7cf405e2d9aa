// One connection over a link, below messages: what a wrapped Transport and the TCP proxy are both made of.
import type { Direction } from './settings.js'

/** Where a socket's bytes come out. */
export interface SocketEnds {
  /**
   * `messages` arrive whole or not at all, as on a WebSocket; `bytes` are pieces of a stream and may arrive in part
   * when the stream is cut.
   */
  unit: 'messages' | 'bytes'
  deliver(direction: Direction, data: Uint8Array): void
  /** The connection is gone, at both ends, with all that was under way. Called at most once. */
  onCut(): void
}

export interface LinkSocket {
  /** Hands bytes to the network. They must not be changed afterwards. */
  send(direction: Direction, data: Uint8Array): void
  /** Runs `then` at the far end, in order after what was sent: a close, a ping. Costs no bytes unless told. */
  follow(direction: Direction, then: () => void, bytes?: number): void
  /** What is due arrives within this call. */
  flush(direction: Direction): void
  /** Bytes that have not left the sender; those on their way do not count, as with `bufferedAmount`. */
  queuedBytes(direction: Direction): number
  /** All that the engine holds, some overhead for each message included. */
  heldBytes(direction: Direction): number
  /** Forgets what is under way; nothing is called any more. */
  close(): void
}

/** Null while the link is offline or closed: the connection fails. */
export type OpenSocket = (ends: SocketEnds) => LinkSocket | null
