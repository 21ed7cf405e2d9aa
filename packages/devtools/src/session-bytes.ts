// A session file as bytes: gzip around the text. A file that somebody drags in may be anything and of any size, so its size is
// looked at before a byte is read, and unpacking stops at the limit: a small file can hold a great deal of nothing.
import { PPError, readSessionFile, writeSessionFile } from '@painda/protocol'
import type { SessionFile, WriteSessionFileOptions } from '@painda/protocol'

/** As much text as `readSessionFile` takes. */
const MAX_SESSION_BYTES = 64 * 1024 * 1024

const GZIP_MAGIC = [0x1f, 0x8b]

export async function packSession(file: SessionFile, options?: WriteSessionFileOptions): Promise<Blob> {
  const text = new Blob([writeSessionFile(file, options)])
  const packed = text.stream().pipeThrough(new CompressionStream('gzip'))
  return new Response(packed).blob()
}

/**
 * A file with or without gzip.
 * @throws PPError `UNREADABLE_FILE` as `readSessionFile` does, also for what is no gzip inside
 */
export async function unpackSession(file: Blob, maxBytes = MAX_SESSION_BYTES): Promise<SessionFile> {
  if (file.size > maxBytes) throw tooLarge(`It has ${mebibytes(file.size)}`, maxBytes)
  const head = new Uint8Array(await file.slice(0, GZIP_MAGIC.length).arrayBuffer())
  const isPacked = GZIP_MAGIC.every((byte, index) => head[index] === byte)
  return readSessionFile(isPacked ? await unzip(file, maxBytes) : await file.text())
}

async function unzip(file: Blob, maxBytes: number): Promise<string> {
  const reader = file.stream().pipeThrough(new DecompressionStream('gzip')).getReader()
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  for (;;) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      throw damaged(cause)
    })
    if (done) return text + decoder.decode()
    size += value.byteLength
    if (size > maxBytes) {
      await reader.cancel().catch(() => {})
      throw tooLarge('Unpacked it has more', maxBytes)
    }
    text += decoder.decode(value, { stream: true })
  }
}

function tooLarge(what: string, maxBytes: number): PPError {
  return new PPError(
    'UNREADABLE_FILE',
    `The file is too large. ${what}; at most ${mebibytes(maxBytes)} are read.`,
    {
      details: { why: 'large' },
    },
  )
}

function damaged(cause: unknown): PPError {
  return new PPError('UNREADABLE_FILE', 'The file is damaged: it begins as gzip and cannot be unpacked.', {
    cause,
    details: { why: 'damaged' },
  })
}

function mebibytes(bytes: number): string {
  return `${Number((bytes / 1024 / 1024).toFixed(1))} MiB`
}
