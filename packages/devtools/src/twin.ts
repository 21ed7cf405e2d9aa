// The same frame at its other end: when what arrived had left, and when what left arrived. The bytes are the same at both ends, and
// the server names the client that it spoke with.
import type { Recorder } from './recorder.js'
import type { Row } from './rows.js'
import { SERVER_SOURCE } from './server-lane.js'

/** Longer ago it is not the same frame, but one that looks like it. */
const MAX_WAY_MS = 10_000

/** Milliseconds from the end that sent it to the end that received it; null when the other end is not recorded. */
export function wayOf(recorder: Recorder, row: Row, clientId: string | null): number | null {
  const own = recorder.at(row.eventId)?.event
  if (row.source === SERVER_SOURCE || own?.kind !== 'frame' || clientId === null) return null
  const otherDirection = own.direction === 'in' ? 'out' : 'in'
  let best: number | null = null
  for (let id = recorder.nextId - 1; id >= recorder.firstId; id--) {
    const recorded = recorder.at(id)
    if (recorded?.source !== SERVER_SOURCE || recorded.event.kind !== 'frame') continue
    const { event } = recorded
    if (event.peer !== clientId || event.direction !== otherDirection) continue
    const ms = own.direction === 'in' ? own.at - event.at : event.at - own.at
    // Clocks of two processes agree to a millisecond or so.
    if (ms < -5 || ms > MAX_WAY_MS || !isSame(own.bytes, event.bytes)) continue
    if (best === null || Math.abs(ms) < Math.abs(best)) best = ms
  }
  return best
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}
