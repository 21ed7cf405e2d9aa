// `client.ready`: one promise per wait. It resolves when the client is open and rejects when it is closed; whoever asks
// after that gets another, which says what has become of it.
import type { PPError } from '@painda/protocol'
import { createDeferred } from './deferred.js'

export interface Readiness {
  promise(): Promise<void>
  follow(status: string, error: () => PPError): void
}

export function createReadiness(): Readiness {
  let ready = createDeferred<void>()
  let isSettled = false
  return {
    promise: () => ready.promise,
    follow(status, error) {
      const isOpen = status === 'open'
      const isClosed = status === 'closed'
      if (isSettled) ready = createDeferred()
      if (isOpen) ready.resolve()
      else if (isClosed) ready.reject(error())
      isSettled = isOpen || isClosed
    },
  }
}
