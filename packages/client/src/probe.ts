// Is an open connection still one? A question goes out on it, and a moment later a fresh socket is dialled beside it. The
// answer comes first: the fresh one is dropped without a word, so the living connection is never fenced. The fresh one is
// there first: the old one is given up for it.
import { PPError } from '@painda/protocol'
import type { Time, Transport, Undo } from '@painda/protocol'
import type { Dialer } from './dialer.js'

/** Most connections answer within this; a socket for each glance at a page would be a waste. */
const HEAD_START_MS = 200

export interface ProbeOptions {
  time: Pick<Time, 'after'>
  dialer: Dialer
  /** Asks on the connection itself. */
  ask: (onAnswer: () => void) => Undo
  timeoutMs: number
  /** The old connection lives, or another wake-up may ask again. */
  onDone: () => void
  /** A fresh socket was there first. Nothing has been said on it. */
  onOvertaken: (transport: Transport, token: string | null, error: PPError) => void
  /** Neither an answer nor a socket. */
  onSilence: (error: PPError) => void
}

/** The undo drops what is under way. */
export function startProbe({
  time,
  dialer,
  ask,
  timeoutMs,
  onDone,
  onOvertaken,
  onSilence,
}: ProbeOptions): Undo {
  const undos: Undo[] = []
  const stop = (): void => {
    for (const undo of undos.splice(0)) undo()
  }
  const silence = (): PPError => new PPError('PING_TIMEOUT', 'The server did not answer when it was asked.')

  function dial(): void {
    const cancel = dialer.start({
      ready(transport, token) {
        stop()
        onOvertaken(transport, token, silence())
      },
      // No way to the server now. Whether the old way still is one, its answer will tell.
      failed: () => {},
    })
    undos.push(cancel)
  }

  undos.push(
    ask(() => {
      stop()
      onDone()
    }),
    time.after(HEAD_START_MS, dial),
    time.after(timeoutMs, () => {
      stop()
      onSilence(silence())
    }),
  )
  return stop
}
