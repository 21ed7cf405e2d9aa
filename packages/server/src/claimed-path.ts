// Several of our servers may share one HTTP server, each with a path of its own. All of them see every upgrade, so they must agree
// on who answers.
import type { Server as HttpServer } from 'node:http'
import { PPError } from '@painda/protocol'

const pathsOf = new WeakMap<HttpServer, Set<string>>()

export interface PathClaim {
  /**
   * Is it for this server to refuse a path that is not its own? Node hands sockets of upgrades over without any timeout: one
   * that nobody answers would stay open for ever. Where others listen for upgrades it may be theirs.
   */
  answersFor(path: string | null): boolean
  release(): void
}

/** @throws PPError `INVALID_ARGUMENT` when another of ours has that path there: both would take its sockets */
export function claimPath(httpServer: HttpServer, path: string): PathClaim {
  const paths = pathsOf.get(httpServer) ?? new Set()
  if (paths.has(path)) {
    throw new PPError('INVALID_ARGUMENT', `Another server has the path "${path}" of this HTTP server.`, {
      hint: 'Close that one first, or choose another path.',
    })
  }
  pathsOf.set(httpServer, paths.add(path))
  return {
    answersFor(wanted) {
      const [first] = paths
      const isTaken = wanted !== null && paths.has(wanted)
      return !isTaken && first === path && httpServer.listenerCount('upgrade') === paths.size
    },
    release: () => void paths.delete(path),
  }
}
