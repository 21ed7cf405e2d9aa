import { deflateSync, inflateSync } from 'node:zlib'
import {
  DEFAULT_COMPRESSION_THRESHOLD,
  decodeFrame,
  encodeFrame,
  PPError,
  PPSchemaRegistry,
  readFrameHeader,
  stringSerializer,
} from '@painda/protocol'
import type { FrameLimits, Inflate, PPMessage } from '@painda/protocol'
import { describe, expect, expectTypeOf, test, vi } from 'vitest'

const registry = new PPSchemaRegistry().register('text', stringSerializer(6))
const inflate: Inflate = (bytes, maxBytes) => inflateSync(bytes, { maxOutputLength: maxBytes })
const MIB = 1024 * 1024

function compressed(payload: string): Uint8Array {
  return encodeFrame('chat', { type: 'text', payload }, registry, { deflate: deflateSync, threshold: 0 })
}

/** A frame around a payload that says it is compressed. */
function claimed(body: Uint8Array, typeId = 6): Uint8Array {
  const frame = new Uint8Array(16 + body.byteLength)
  frame.set(Buffer.from('50504e440002000c', 'hex'))
  const view = new DataView(frame.buffer)
  view.setUint32(8, body.byteLength)
  view.setUint16(12, typeId)
  frame.set(body, 16)
  return frame
}

async function codeOf(frame: Uint8Array, limits?: FrameLimits): Promise<string> {
  try {
    await decodeFrame(frame, registry, limits)
  } catch (thrown) {
    return thrown instanceof PPError ? thrown.code : String(thrown)
  }
  return 'no error'
}

describe('writing', () => {
  const text = (bytes: number) => ({ type: 'text', payload: 'z'.repeat(bytes) })

  test('[FR10] only a payload above the threshold is compressed', () => {
    const at = encodeFrame('chat', text(DEFAULT_COMPRESSION_THRESHOLD), registry, { deflate: deflateSync })
    const above = encodeFrame('chat', text(DEFAULT_COMPRESSION_THRESHOLD + 1), registry, {
      deflate: deflateSync,
    })
    expect(DEFAULT_COMPRESSION_THRESHOLD).toBe(1024)
    expect(readFrameHeader(at)).toMatchObject({ isCompressed: false, payloadBytes: 1024, typeId: 6 })
    expect(readFrameHeader(above)).toMatchObject({ isCompressed: true, typeId: 6 })
    expect(decodeFrame(above, registry, { inflate })).toEqual(text(1025))
  })

  test('[FR10] nothing is compressed when that does not make it smaller, or nobody asked', () => {
    const same = encodeFrame('chat', text(2000), registry, { deflate: (bytes) => bytes.slice() })
    expect(readFrameHeader(same).isCompressed).toBe(false)
    expect(readFrameHeader(encodeFrame('chat', text(2000), registry)).isCompressed).toBe(false)
  })
})

describe('reading', () => {
  test('[FR11] with `inflate` it is synchronous, in types too; without, only a compressed frame waits', async () => {
    const frame = compressed('zzzz'.repeat(100))
    const now = decodeFrame(frame, registry, { inflate })
    const later = decodeFrame(frame, registry)
    expectTypeOf(now).toEqualTypeOf<PPMessage>()
    expectTypeOf(later).toEqualTypeOf<PPMessage | Promise<PPMessage>>()
    expect(later).toBeInstanceOf(Promise)
    expect(await later).toEqual(now)
    expect(decodeFrame(encodeFrame('chat', { type: 't' }))).not.toBeInstanceOf(Promise)
  })

  test('[FR11] a large honest payload comes through whole, both ways', async () => {
    const text = Array.from({ length: 60_000 }, (_, i) => String(i * i)).join()
    const frame = compressed(text)
    expect(frame.byteLength).toBeGreaterThan(100_000)
    expect(decodeFrame(frame, registry, { inflate }).payload).toBe(text)
    expect((await decodeFrame(frame, registry)).payload).toBe(text)
  })

  test('[FR11] the limit is exact', async () => {
    const frame = compressed('z'.repeat(5000))
    for (const limits of [{ maxInflatedBytes: 5000 }, { maxInflatedBytes: 5000, inflate }]) {
      expect(await codeOf(frame, limits)).toBe('no error')
    }
    expect(await codeOf(frame, { maxInflatedBytes: 4999 })).toBe('PAYLOAD_TOO_LARGE')
    expect(await codeOf(frame, { maxInflatedBytes: 4999, inflate: (bytes) => inflateSync(bytes) })).toBe(
      'PAYLOAD_TOO_LARGE',
    )
  })

  test('[FR11] a bomb is refused under the default limits', async () => {
    const bomb = claimed(deflateSync(Buffer.alloc(64 * MIB)))
    expect(bomb.byteLength).toBeLessThan(100_000)
    expect(await codeOf(bomb)).toBe('PAYLOAD_TOO_LARGE')
    expect(await codeOf(bomb, { inflate })).toBe('DECOMPRESSION_FAILED')
  })

  test('[FR11] inflation stops on the way: a stream without an end is left after the limit', async () => {
    let pulled = 0
    let isCancelled = false
    class Endless {
      readable = new ReadableStream<Uint8Array>({
        pull(controller) {
          pulled += 1
          controller.enqueue(new Uint8Array(65_536))
        },
        cancel() {
          isCancelled = true
        },
      })
      writable = new WritableStream<Uint8Array>()
    }
    vi.stubGlobal('DecompressionStream', Endless)
    expect(await codeOf(claimed(new Uint8Array(10)), { maxInflatedBytes: MIB })).toBe('PAYLOAD_TOO_LARGE')
    // 17 chunks of 64 KiB pass 1 MiB; the stream keeps one more at hand.
    expect(pulled).toBeLessThanOrEqual(18)
    expect(isCancelled).toBe(true)
  })

  test('[FR11] the stream is fed in slices, so that no host inflates a whole bomb at once', async () => {
    const written: number[] = []
    class Slow {
      readable = new ReadableStream<Uint8Array>({
        pull: (controller) => controller.enqueue(new Uint8Array(3 * MIB)),
      })
      writable = new WritableStream<Uint8Array>({ write: (slice) => void written.push(slice.byteLength) })
    }
    vi.stubGlobal('DecompressionStream', Slow)
    expect(await codeOf(claimed(new Uint8Array(900_000)))).toBe('PAYLOAD_TOO_LARGE')
    expect(written.length).toBeLessThan(20)
    expect(Math.max(...written)).toBeLessThanOrEqual(4096)
  })

  test.each([
    ['no zlib stream', Buffer.from('deadbeef', 'hex')],
    ['nothing', Buffer.alloc(0)],
    ['a stream cut in half', deflateSync(Buffer.alloc(5000, 'abc')).subarray(0, 12)],
    ['a wrong checksum', Buffer.concat([deflateSync('abc').subarray(0, -1), Buffer.from([0])])],
    ['damage after a good beginning', damaged()],
  ])('[FR11] %s is refused, both ways', async (_what, body) => {
    expect(await codeOf(claimed(body))).toBe('DECOMPRESSION_FAILED')
    expect(await codeOf(claimed(body), { inflate })).toBe('DECOMPRESSION_FAILED')
  })

  test('[FR11] an unknown type is refused before anything is inflated', () => {
    const never = vi.fn<Inflate>()
    expect(() => decodeFrame(claimed(deflateSync('abc'), 99), registry, { inflate: never })).toThrow(
      expect.objectContaining({ code: 'UNKNOWN_TYPE' }),
    )
    expect(never).not.toHaveBeenCalled()
  })

  test('[FR11] a host without DecompressionStream says what to do', async () => {
    vi.stubGlobal('DecompressionStream', undefined)
    await expect(decodeFrame(compressed('zzzzzzzzzzzzzzzzzzzzzzzzzzz'), registry)).rejects.toThrow(
      'Pass limits.inflate',
    )
  })

  test('[FR11] an `inflate` that throws a PPError keeps its code', async () => {
    const own: Inflate = () => {
      throw new PPError('PAYLOAD_TOO_LARGE', 'too much')
    }
    expect(await codeOf(compressed('z'.repeat(99)), { inflate: own })).toBe('PAYLOAD_TOO_LARGE')
  })
})

/** Bytes that do not compress, so that the stream is long, with one of its later bytes flipped. */
function damaged(): Buffer {
  const noise = Buffer.from(Array.from({ length: 40_000 }, (_, i) => Math.imul(i, 2654435761) >>> 24))
  const body = deflateSync(noise)
  const at = body.length - 8
  body.writeUInt8(body.readUInt8(at) ^ 0xff, at)
  return body
}
