// The code of the typed error that something throws; what else is thrown fails the test.
import { PPError } from '@painda/protocol'

export function codeOf(run: () => unknown): string {
  try {
    run()
  } catch (thrown) {
    if (thrown instanceof PPError) return thrown.code
    throw thrown
  }
  return 'no error'
}
