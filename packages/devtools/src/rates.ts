// How much travelled in each of the last seconds, for the two sparklines of the status tab.

/** A minute of seconds: enough to see a stall and the burst that follows it. */
const RATE_SECONDS = 60

export interface Traffic {
  readonly frames: number
  readonly bytes: number
}

export interface Rates {
  add(atMs: number, bytes: number): void
  /** The last `RATE_SECONDS` whole seconds before `atMs`, oldest first. */
  lastMinute(atMs: number): readonly Traffic[]
}

export function createRates(): Rates {
  const frames = new Float64Array(RATE_SECONDS)
  const bytes = new Float64Array(RATE_SECONDS)
  /** The second that each slot counts; a slot of another minute is empty. */
  const seconds = new Float64Array(RATE_SECONDS).fill(-1)

  function slotOf(second: number): number {
    return ((second % RATE_SECONDS) + RATE_SECONDS) % RATE_SECONDS
  }

  return {
    add(atMs, size) {
      const second = Math.floor(atMs / 1000)
      const slot = slotOf(second)
      if (seconds[slot] !== second) {
        seconds[slot] = second
        frames[slot] = 0
        bytes[slot] = 0
      }
      frames[slot] = (frames[slot] ?? 0) + 1
      bytes[slot] = (bytes[slot] ?? 0) + size
    },
    lastMinute(atMs) {
      const now = Math.floor(atMs / 1000)
      return Array.from({ length: RATE_SECONDS }, (_, index) => {
        const second = now - RATE_SECONDS + index
        const slot = slotOf(second)
        return seconds[slot] === second
          ? { frames: frames[slot] ?? 0, bytes: bytes[slot] ?? 0 }
          : { frames: 0, bytes: 0 }
      })
    },
  }
}
