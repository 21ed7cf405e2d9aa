// How long a session waits for its client after its connection was lost.
import { CLOSE_GOING_AWAY, CLOSE_PAGE_LEFT } from '@painda/protocol'
import type { ConnectionEnd } from './connection.js'
import type { Recovery } from './options.js'

/**
 * A client that never spoke under its first welcome may never have read it, and cannot ask for what it does not know. One
 * that did read it and was cut in the same moment is back within this.
 */
const ORPHAN_MS = 10_000

export interface LostPeer {
  readonly recovery: Pick<Recovery, 'windowMs' | 'leaveMs'>
  readonly isV2: boolean
  /** It has spoken since its first welcome, or come back with what that said. */
  readonly isKnown: boolean
}

/** In milliseconds. */
export function windowOf(
  { code, closeCode }: Pick<ConnectionEnd, 'code' | 'closeCode'>,
  { recovery: { windowMs, leaveMs }, isV2, isKnown }: LostPeer,
): number {
  // A v2 client may wait for words without ever saying one, and what its page does about a reload is not known.
  if (isV2) return windowMs
  const isPageGone = code === null && (closeCode === CLOSE_PAGE_LEFT || closeCode === CLOSE_GOING_AWAY)
  if (isPageGone) return leaveMs
  return isKnown ? windowMs : Math.min(windowMs, ORPHAN_MS)
}
