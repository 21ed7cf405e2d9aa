// Where errors go that nobody waits for: to the `error` event, to the inspector, and what a listener threw while nobody
// listens for errors to the host's own report. Nothing is ever thrown from here.
import { toPPError } from '@painda/protocol'
import type { PPError } from '@painda/protocol'
import { adviseOfUnheard } from '#advice'

export interface FaultOptions {
  /** False when nobody listens. */
  emit: (error: PPError) => boolean
  inspect: (error: PPError) => void
}

/** `isTold`: the server says so, or the network; its code is none of this end's. */
export function createFaults({ emit, inspect }: FaultOptions): (thrown: unknown, isTold?: boolean) => void {
  let isReporting = false
  return (thrown, isTold = false) => {
    // An `error` listener that throws would be told of its own error for ever.
    if (isReporting) return
    isReporting = true
    try {
      const error = toPPError(thrown, 'INTERNAL')
      inspect(error)
      const isHeard = emit(error)
      // A bug of the application, not weather: browsers show it as an uncaught error.
      const isBug = error !== thrown || (error.code === 'INVALID_ARGUMENT' && !isTold)
      const isShown = !isHeard && isBug && isPage() && 'reportError' in globalThis
      if (isShown) reportError(thrown)
      adviseOfUnheard(error, isBug, isHeard || isShown)
    } finally {
      isReporting = false
    }
  }
}

/** Bun and Deno have a `reportError` too, and end the process with it: a bot would end its server. */
function isPage(): boolean {
  return 'document' in globalThis || !('process' in globalThis)
}
