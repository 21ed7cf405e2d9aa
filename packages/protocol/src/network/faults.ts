// What befalls single messages of one direction: some vanish, one is damaged, the stream ends at a byte. Decided when
// a message is sent, so that a test can say "the next one" and mean it.
import type { Random } from '../random.js'

interface Fate {
  /** What travels: the message, a damaged copy, or its first bytes. Null when nothing of it may arrive. */
  data: Uint8Array | null
  isDropped: boolean
  isCorrupted: boolean
  /** The connection ends right after this message. */
  thenCut: boolean
}

export interface Faults {
  meet(data: Uint8Array, unit: 'messages' | 'bytes'): Fate
  dropNext(count: number): void
  cutAtByte(bytes: number): void
  corruptNext(nth: number): void
}

export function createFaults(random: Random): Faults {
  let toDrop = 0
  let untilCut = Infinity
  let untilCorrupt = 0

  function damage(data: Uint8Array): Uint8Array {
    // A copy: the sender may have given the same bytes to other members.
    const copy = data.slice()
    const index = random.int(0, copy.length - 1)
    const mask = random.int(1, 255)
    copy[index] = (copy[index] ?? 0) ^ mask
    return copy
  }

  function isToBeCorrupted(data: Uint8Array): boolean {
    if (untilCorrupt === 0 || data.length === 0) return false
    untilCorrupt--
    return untilCorrupt === 0
  }

  return {
    meet(data, unit) {
      const isDropped = toDrop > 0
      if (isDropped) toDrop--
      const isCorrupted = isToBeCorrupted(data)
      const travels = isCorrupted ? damage(data) : data
      if (data.byteLength < untilCut) {
        untilCut -= data.byteLength
        return { data: travels, isDropped, isCorrupted, thenCut: false }
      }
      const left = untilCut
      untilCut = Infinity
      // Half a message never comes out of a WebSocket: the browser waits for the rest until the connection is gone.
      const isWhole = left === data.byteLength
      const part = isWhole ? travels : unit === 'bytes' && left > 0 ? travels.subarray(0, left) : null
      return { data: part, isDropped, isCorrupted, thenCut: true }
    },
    dropNext: (count) => void (toDrop += count),
    cutAtByte: (bytes) => void (untilCut = bytes),
    corruptNext: (nth) => void (untilCorrupt = nth),
  }
}
