// Several of our servers may share one HTTP server, each with a path of its own. All of them see every upgrade, so they must agree
// on who answers: of two with one path the newer, since the other may have been lost by a start that failed half-way.
import type { Server as HttpServer } from 'node:http'

interface Shared {
  readonly owners: Map<string, PathClaim>
  readonly claims: Set<PathClaim>
}

const sharedOf = new WeakMap<HttpServer, Shared>()

export interface PathClaim {
  /** No newer server has the path. */
  isCurrent(): boolean
  /**
   * Is it for this server to refuse a path that is not its own? Node hands sockets of upgrades over without any timeout: one
   * that nobody answers would stay open for ever. Where others listen for upgrades it may be theirs.
   */
  answersFor(path: string | null): boolean
  release(): void
}

export function claimPath(httpServer: HttpServer, path: string): PathClaim {
  const shared = sharedOf.get(httpServer) ?? { owners: new Map(), claims: new Set() }
  const { owners, claims } = shared
  const claim: PathClaim = {
    isCurrent: () => owners.get(path) === claim,
    answersFor(wanted) {
      const [first] = claims
      const isTaken = wanted !== null && owners.has(wanted)
      return !isTaken && first === claim && httpServer.listenerCount('upgrade') === claims.size
    },
    release() {
      claims.delete(claim)
      if (owners.get(path) === claim) owners.delete(path)
    },
  }
  owners.set(path, claim)
  claims.add(claim)
  sharedOf.set(httpServer, shared)
  return claim
}
