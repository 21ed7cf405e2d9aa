// WebSocket frames of our own for what many receive: header and payload in one piece, made once, and written to each
// socket in one call. `ws` frames per socket and writes header and payload apart.
//
// That is safe where the sender of `ws` never holds anything back, because then both write to the same stream, in the order of
// the calls. It holds something back only while it deflates or reads a Blob; nobody here sends one, and where a socket
// deflates everything goes through `ws`. That is asked once per socket: its sender is memory that no write needs to touch. A
// server's frames are not masked, so they are the same for all (RFC 6455, 5.1).
import type { Writable } from 'node:stream'

/** FIN and the opcode of a binary message: RFC 6455, 5.2. */
const BINARY_MESSAGE = 0x82
/** Payloads beyond this go through `ws`, which does not copy them. */
const MAX_SHARED_BYTES = 64 * 1024

/** A socket of `ws`, as far as it is used here. */
interface Socket {
  readonly readyState: number
  readonly OPEN: number
  /** What was agreed on, such as compression; empty where nothing was. */
  readonly extensions: string
  send(data: Uint8Array, options: { binary: boolean }): void
}

/** What is used of its inside, where that is as expected (`ws` 8). */
interface Inside {
  readonly _socket?: Writable | null
  readonly _sender?: { readonly _state?: unknown }
}

export interface Framer {
  /** The whole frame around this payload. The bytes are for reading only: other sockets may still hold them. */
  frame(payload: Uint8Array): Buffer
}

/**
 * Payloads whose frames are remembered: the members of a few views and formats stand in any order, and each would get a copy of
 * its own. Found by looking, which a single payload, as most of a server's are, costs less than a place in a table.
 */
const REMEMBERED = 8

/** Receivers of one payload share its frame. */
export function createFramer(): Framer {
  const known: { payload: Uint8Array; frame: Buffer }[] = []
  let last: (typeof known)[number] | undefined
  let oldest = 0

  function remembered(payload: Uint8Array): (typeof known)[number] {
    for (const one of known) if (one.payload === payload) return one
    const fresh = { payload, frame: framed(payload) }
    known[oldest] = fresh
    oldest = (oldest + 1) % REMEMBERED
    return fresh
  }

  return {
    frame(payload) {
      if (last?.payload !== payload) last = remembered(payload)
      return last.frame
    },
  }
}

/** Hands over one binary message, in order with everything that `socket` itself is told to send. `stream`: its own, from `streamOf`. */
export function sendShared(
  socket: Socket,
  stream: Writable | null,
  payload: Uint8Array,
  framer: Framer,
): void {
  if (socket.readyState !== socket.OPEN) return
  if (stream === null || payload.byteLength > MAX_SHARED_BYTES) socket.send(payload, { binary: true })
  else stream.write(framer.frame(payload))
}

/** The stream below an open socket, if a write to it always comes after everything that was sent before; else null. */
export function streamOf(socket: Socket): Writable | null {
  // Not in the types of `ws`; each part is checked.
  const { _socket: stream, _sender: sender } = socket as unknown as Inside
  const isFree = socket.extensions === '' && sender?._state === 0
  return isFree ? (stream ?? null) : null
}

function framed(payload: Uint8Array): Buffer {
  const length = payload.byteLength
  const headerBytes = length < 126 ? 2 : length < 65_536 ? 4 : 10
  const frame = Buffer.allocUnsafe(headerBytes + length)
  frame[0] = BINARY_MESSAGE
  if (headerBytes === 2) frame[1] = length
  else if (headerBytes === 4) {
    frame[1] = 126
    frame.writeUInt16BE(length, 2)
  } else {
    frame[1] = 127
    frame.writeBigUInt64BE(BigInt(length), 2)
  }
  frame.set(payload, headerBytes)
  return frame
}
