// Figures of the line, counted from the client's own stream of events.
import type { Time } from '@painda/protocol'
import type { PPClient } from '@painda/react'

export interface Figures {
  rttMs: number | null
  inPerSecond: number
  outPerSecond: number
  version: number
}

const EVERY_MS = 1_000

/** Calls back once a second until the undo. */
export function meterLine(
  client: Pick<PPClient, 'inspector' | 'rtt' | 'rooms'>,
  time: Time,
  onFigures: (figures: Figures) => void,
): () => void {
  const bytes = { in: 0, out: 0 }
  const unlisten = client.inspector.listen((event) => {
    if (event.kind === 'frame') bytes[event.direction] += event.bytes.byteLength
  })
  const stop = time.every(EVERY_MS, () => {
    const version = Math.max(0, ...client.rooms().map((room) => room.version))
    onFigures({ rttMs: client.rtt, inPerSecond: bytes.in, outPerSecond: bytes.out, version })
    bytes.in = 0
    bytes.out = 0
  })
  return () => {
    stop()
    unlisten()
  }
}
