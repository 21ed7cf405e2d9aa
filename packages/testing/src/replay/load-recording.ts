// A recording from where a test has it: a file beside it, packed or not, or a value.
import { readFile } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'
import { PPError, readRecording, readSessionFile, toPPError, type Recording } from '@painda/protocol'

export type RecordingSource = string | URL | Recording

/** As much text as a session file may have. */
const MAX_BYTES = 64 * 1024 * 1024
const GZIP_MAGIC = [0x1f, 0x8b]

/** @throws PPError `UNREADABLE_FILE` */
export async function loadRecording(source: RecordingSource, room?: string): Promise<Recording> {
  if (typeof source === 'object' && 'events' in source) return source
  const bytes = await readFile(source).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new PPError('UNREADABLE_FILE', `The recording ${String(source)} cannot be read: ${why}`, { cause })
  })
  try {
    return readRecording(readSessionFile(unpacked(bytes)), room)
  } catch (thrown) {
    const { message, details } = toPPError(thrown, 'UNREADABLE_FILE')
    throw new PPError('UNREADABLE_FILE', `${String(source)}: ${message}`, { cause: thrown, details })
  }
}

function unpacked(bytes: Uint8Array): string {
  const isPacked = GZIP_MAGIC.every((byte, index) => bytes[index] === byte)
  const plain = isPacked ? gunzipSync(bytes, { maxOutputLength: MAX_BYTES }) : bytes
  return new TextDecoder().decode(plain)
}
