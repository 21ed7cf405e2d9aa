// Does a replica say what the server says?
import { DEV, PPError } from '@painda/protocol'

/** True when the server named no hash, or the one that this end computes. */
export function agrees(named: number | undefined, own: () => number): boolean {
  return named === undefined || named === own()
}

/** What comes whole and is not what it says is of no use, and neither is a connection that changes it. */
export const wrongHash = (): PPError =>
  new PPError('DESYNC', DEV && 'What the server sent does not have the hash that it names.')
