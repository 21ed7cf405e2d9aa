// Decompression of one payload (zlib, RFC 1950) with a bound on what may come out of it.
import { PPError, toPPError } from '../errors.js'

/**
 * Inflates a zlib stream at once. It must stop at `maxBytes`, best with a PPError `PAYLOAD_TOO_LARGE`; whatever else it
 * throws counts as `DECOMPRESSION_FAILED`. On Node: `inflateSync(bytes, { maxOutputLength: maxBytes })`.
 */
export type Inflate = (bytes: Uint8Array, maxBytes: number) => Uint8Array

/** A slice can grow 1032-fold, and a browser may inflate all of a slice before we see any of it: 4 MiB at worst. */
const SLICE_BYTES = 4096

interface Reader {
  read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>
  cancel(): Promise<void>
}
interface Writer {
  write(bytes: Uint8Array): Promise<void>
  close(): Promise<void>
  abort(): Promise<void>
}
interface InflateHost {
  DecompressionStream?: new (format: 'deflate') => {
    readable: { getReader(): Reader }
    writable: { getWriter(): Writer }
  }
}

/** Runs the caller's `inflate` and holds it to its promise. */
export function inflateWith(inflate: Inflate, bytes: Uint8Array, maxBytes: number): Uint8Array {
  let inflated: Uint8Array
  try {
    inflated = inflate(bytes, maxBytes)
  } catch (thrown) {
    throw failed(thrown)
  }
  if (inflated.byteLength > maxBytes) throw tooLarge(maxBytes)
  return inflated
}

/**
 * Inflates through the host's DecompressionStream and stops in the middle once `maxBytes` have come out.
 * @throws PPError (rejects) `DECOMPRESSION_FAILED`, `PAYLOAD_TOO_LARGE`
 */
export async function inflateStream(bytes: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  // The class is looked up at each call: hosts without it still decode frames that are not compressed.
  const { DecompressionStream } = globalThis as unknown as InflateHost
  if (DecompressionStream === undefined) {
    throw new PPError('DECOMPRESSION_FAILED', 'This host has no DecompressionStream.', {
      hint: 'Pass limits.inflate.',
    })
  }
  const { readable, writable } = new DecompressionStream('deflate')
  const writer = writable.getWriter()
  const reader = readable.getReader()
  try {
    // Either side may be the first or the only one to notice bad data, so both are watched.
    const [inflated] = await Promise.all([collect(reader, maxBytes), feed(writer, bytes)])
    return inflated
  } catch (thrown) {
    // Frees what the stream still holds; that it is broken is known already.
    reader.cancel().catch(ignore)
    writer.abort().catch(ignore)
    throw failed(thrown)
  }
}

/** Waits for room before each slice, so that a bomb is never inflated far ahead of the reader that counts. */
async function feed(writer: Writer, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.byteLength; at += SLICE_BYTES) {
    await writer.write(bytes.subarray(at, at + SLICE_BYTES))
  }
  await writer.close()
}

async function collect(reader: Reader, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let total = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done || value === undefined) break
    total += value.byteLength
    if (total > maxBytes) throw tooLarge(maxBytes)
    chunks.push(value)
  }
  const whole = new Uint8Array(total)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.byteLength
  }
  return whole
}

function tooLarge(maxBytes: number): PPError {
  return new PPError(
    'PAYLOAD_TOO_LARGE',
    `A compressed payload inflates beyond the limit of ${maxBytes} bytes.`,
  )
}

function failed(thrown: unknown): PPError {
  if (thrown instanceof PPError) return thrown
  const { message } = toPPError(thrown, 'DECOMPRESSION_FAILED')
  return new PPError('DECOMPRESSION_FAILED', `PP frame decompression failed: ${message}`, { cause: thrown })
}

function ignore(): void {}
