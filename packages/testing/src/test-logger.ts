// What the servers of tests log: what is most likely a mistake of the game, and what its code throws, each once, in the console. A test
// that means it to fail gives its server the `silentLogger`.
import { inspect } from 'node:util'
import { warnOnce } from '@painda/protocol'
import { silentLogger, type Logger } from '@painda/server'

export const testLogger: Logger = {
  ...silentLogger,
  warn: (text) => warnOnce(text),
  error: (text, thrown) =>
    warnOnce(thrown === undefined ? text : `${text} ${inspect(thrown)}`, causeOf(text, thrown)),
}

/** Each fault has an id of its own, and most rooms have. */
function causeOf(text: string, thrown: unknown): string {
  const what = thrown instanceof Error ? thrown.message : ''
  return `${text.replace(/ \(error \w+\)/, '').replace(/room "[^"]*"/, 'room')} ${what}`
}
