// The states of a connection, and how they look from outside.
//   idle → connecting → handshaking → open → waiting → connecting …        any → closed, away
//   connecting   to a socket that can be spoken on   handshaking  hello is out, the welcome is not here
//   waiting      until the next attempt              closed       nothing more happens by itself
//   away         the page is gone or put aside; whoever looks at it again brings it back
import type { PPError, Undo } from '@painda/protocol'
import type { Link } from './link.js'
import type { ConnectionSnapshot, Status } from './types.js'

/** Asks the other end whether it is there, and calls back with its answer. */
export type Ask = (onAnswer: () => void) => Undo

export type State =
  | { name: 'idle' }
  | { name: 'connecting'; attempt: number; since: number; leave: Undo }
  | { name: 'handshaking'; attempt: number; since: number; token: string | null; link: Link; leave: Undo }
  | { name: 'open'; link: Link; ask: Ask | null; stopProbe: Undo | null; leave: Undo }
  /** `isDirected`: the server said when to come back. */
  | {
      name: 'waiting'
      attempt: number
      nextRetryAt: number
      isDirected: boolean
      error: PPError | null
      leave: Undo
    }
  | { name: 'away' }
  | { name: 'closed'; error: PPError | null }

/** The state as applications see it; `before` itself when it looks the same. */
export function describe(state: State, before: ConnectionSnapshot | null): ConnectionSnapshot {
  const next: ConnectionSnapshot = {
    status: statusOf(state),
    attempt: 'attempt' in state ? state.attempt : 0,
    nextRetryAt: state.name === 'waiting' ? state.nextRetryAt : null,
    error: 'error' in state ? state.error : null,
  }
  const isSame =
    before !== null &&
    before.status === next.status &&
    before.attempt === next.attempt &&
    before.nextRetryAt === next.nextRetryAt &&
    before.error === next.error
  return isSame ? before : next
}

/** To whoever looks, a page that is put aside waits. */
function statusOf({ name }: State): Status {
  if (name === 'handshaking') return 'connecting'
  return name === 'away' ? 'waiting' : name
}
