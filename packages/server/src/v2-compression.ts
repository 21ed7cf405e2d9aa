// Smaller frames for v2 clients, where the server's option asks for them. Deflating runs beside the event loop; what is
// sent meanwhile waits its turn, so that no frame overtakes another. A frame for many is deflated once.
import { promisify } from 'node:util'
import { deflate } from 'node:zlib'
import { DEFAULT_COMPRESSION_THRESHOLD, PPError, readFrameHeader, writeFrame } from '@painda/protocol'
import type { Transport } from '@painda/protocol'

export interface CompressionOptions {
  /** Default "none". */
  algorithm?: 'deflate' | 'none'
  /** Payloads up to this many bytes are left alone. Default 1024. */
  threshold?: number
}

/** Puts compression before a transport. */
export type Compressor = (transport: Transport) => Transport

const deflateAsync = promisify(deflate)

/** Null: nothing is to be compressed. @throws PPError `INVALID_ARGUMENT` */
export function createCompressor(
  { algorithm = 'none', threshold = DEFAULT_COMPRESSION_THRESHOLD }: CompressionOptions = {},
  zlib: (bytes: Uint8Array) => Promise<Uint8Array> = deflateAsync,
): Compressor | null {
  if (!Number.isFinite(threshold) || threshold < 0) {
    throw new PPError('INVALID_ARGUMENT', 'The option compression.threshold must be a number from 0.')
  }
  if (algorithm === 'none') return null
  if (algorithm !== 'deflate') {
    throw new PPError('INVALID_ARGUMENT', `There is no compression "${String(algorithm)}".`, {
      hint: 'Use "deflate" or "none".',
    })
  }
  /** Receivers of one message share its frame, and so the work. */
  const smaller = new WeakMap<Uint8Array, Promise<Uint8Array>>()

  return (transport) =>
    inOrder(transport, (frame) => {
      const { headerBytes, payloadBytes } = readFrameHeader(frame)
      if (payloadBytes <= threshold) return frame
      const known = smaller.get(frame) ?? compressed(frame, headerBytes)
      smaller.set(frame, known)
      return known
    })

  async function compressed(frame: Uint8Array, headerBytes: number): Promise<Uint8Array> {
    const { mode, typeId } = readFrameHeader(frame)
    const payload = frame.subarray(headerBytes)
    try {
      const shorter = await zlib(payload)
      return shorter.byteLength < payload.byteLength ? writeFrame(mode, typeId, true, shorter) : frame
    } catch {
      // Out of memory at worst: the frame as it is says the same.
      return frame
    }
  }
}

/** Sends what `prepare` makes of each frame, in the order of the frames. */
function inOrder(
  transport: Transport,
  prepare: (frame: Uint8Array) => Uint8Array | Promise<Uint8Array>,
): Transport {
  /** In order; the first of them is not ready. */
  const queue: { bytes: Uint8Array; isReady: boolean; go: (bytes: Uint8Array) => void }[] = []
  let queuedBytes = 0
  let isClosed = false

  function goFirst(): void {
    const first = queue.shift()
    if (first === undefined) return
    queuedBytes -= first.bytes.byteLength
    first.go(first.bytes)
  }

  function push(
    bytes: Uint8Array,
    isReady: boolean,
    go: (bytes: Uint8Array) => void,
  ): (typeof queue)[number] {
    const entry = { bytes, isReady, go }
    queue.push(entry)
    queuedBytes += bytes.byteLength
    return entry
  }

  const send = (bytes: Uint8Array): void => transport.send(bytes)
  return {
    send(frame) {
      if (isClosed) return
      const prepared = prepare(frame)
      if (!(prepared instanceof Promise)) {
        if (queue.length === 0) send(prepared)
        else push(prepared, true, send)
        return
      }
      const entry = push(frame, false, send)
      void prepared.then((bytes) => {
        if (isClosed) return
        queuedBytes += bytes.byteLength - entry.bytes.byteLength
        entry.bytes = bytes
        entry.isReady = true
        while (queue[0]?.isReady === true) goFirst()
      })
    },
    get bufferedAmount() {
      return transport.bufferedAmount + queuedBytes
    },
    onMessage: (listener) => transport.onMessage(listener),
    onClose: (listener) => transport.onClose(listener),
    close(code, reason) {
      isClosed = true
      // Whoever closes does not wait: what is not smaller yet goes as it is.
      while (queue.length > 0) goFirst()
      transport.close(code, reason)
    },
    terminate() {
      isClosed = true
      queue.length = 0
      queuedBytes = 0
      transport.terminate()
    },
    ...(transport.ping === undefined ? {} : { ping: askInOrder }),
  }

  /** A pong says that what was sent before its ping has arrived. */
  function askInOrder(onPong: () => void): void {
    if (queue.length === 0) transport.ping?.(onPong)
    else push(NOTHING, true, () => transport.ping?.(onPong))
  }
}

const NOTHING = new Uint8Array(0)
