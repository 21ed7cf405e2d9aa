// The clock that clients are told of. It says the time of day as it was when the server began, and goes on from there on
// the monotonic clock: whoever sets the host's clock steps nobody's game.
import type { Time } from '@painda/protocol'

/** Milliseconds since the epoch; steady. */
export type ServerNow = () => number

export function createServerNow(time: Pick<Time, 'now' | 'wallNow'>): ServerNow {
  const offset = time.wallNow() - time.now()
  return () => time.now() + offset
}
