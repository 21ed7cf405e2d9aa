// What the servers of tests log. Their faults are for `server.on('error')`; what is most likely a mistake of the game is told in the console, once.
import { warnOnce } from '@painda/protocol'
import { silentLogger, type Logger } from '@painda/server'

export const testLogger: Logger = { ...silentLogger, warn: (text) => warnOnce(text) }
