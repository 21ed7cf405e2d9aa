// Which connection speaks for a session: the newest, and no other. What an old one still had under way was sent again over
// the new one, and its late close is no news; so an old one is ended, and what it still says or does is nobody's.
import { PPError } from '@painda/protocol'
import type { Connection } from './connection.js'

/** False for a connection of an epoch before. */
export function isCurrent(holds: Connection, connection: Connection): boolean {
  return holds === connection
}

/** Ends the connection of the epoch before. Its session has let go of it, so its end is not taken for a loss. */
export function fence(connection: Connection): void {
  connection.end(new PPError('SESSION_TAKEN_OVER', 'Another connection continues this session.'))
}
