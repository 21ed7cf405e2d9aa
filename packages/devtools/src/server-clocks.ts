// The server's clock as its clients can tell it: a welcome and each pong say what it shows, and the answer with the shortest round trip
// is the one to believe.
import type { FrameEvent, Message } from '@painda/protocol'

export interface ServerClocks {
  note(source: number, frame: FrameEvent, message: Message): void
  /** Milliseconds since the epoch at the server when the frame was seen here; null when nothing was said of it yet. */
  at(source: number, frame: FrameEvent): number | null
}

interface Estimate {
  /** Server's clock minus ours. */
  readonly offset: number
  readonly roundTripMs: number
}

export function createServerClocks(): ServerClocks {
  const estimates = new Map<number, Estimate>()
  return {
    note(source, frame, message) {
      if (frame.direction !== 'in') return
      if (message.kind === 'welcome') {
        // Perhaps another server; how long it was on its way nobody knows.
        const offset = message.serverNow - frame.wallAt
        estimates.set(source, { offset, roundTripMs: Infinity })
      } else if (message.kind === 'pong' && message.serverNow !== undefined) {
        const roundTripMs = frame.at - message.at - (message.heldMs ?? 0)
        const known = estimates.get(source)?.roundTripMs ?? Infinity
        if (roundTripMs < 0 || roundTripMs > known) return
        estimates.set(source, { offset: message.serverNow + roundTripMs / 2 - frame.wallAt, roundTripMs })
      }
    },
    at(source, { wallAt }) {
      const known = estimates.get(source)
      return known === undefined ? null : wallAt + known.offset
    },
  }
}
