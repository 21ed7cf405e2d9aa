// What a decoder throws at bytes that are not what the rules say. The texts are short: every client carries them, and who
// reads one has the frame in front of him and looks the words up in the source.
import { PPError } from './errors.js'

export function malformed(what: string): PPError {
  return new PPError('MALFORMED_FRAME', `Malformed frame: ${what}.`)
}

/** @throws PPError `MALFORMED_FRAME` unless `isRight`. */
export function ensure(isRight: boolean, what: string): asserts isRight {
  if (!isRight) throw malformed(what)
}
