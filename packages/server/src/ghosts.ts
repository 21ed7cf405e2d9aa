// Sessions without a connection. Each keeps its seats and what it missed until its client is back, and costs that client
// nothing: whoever opens sockets and drops them again leaves one behind each time. So one address may have only so many, and of
// more the oldest goes. They hold no place among its connections: after an outage a whole house comes back at once.
import { blockOf } from './address.js'

export interface Ghosts<Session> {
  /** Its connection is lost. Returns the one that is too many now; null when none is. `address` null: nobody knows whose, so nobody counts. */
  add(session: Session, address: string | null): Session | null
  /** Its client is back, or it is over. */
  remove(session: Session): void
}

/** `most`: of one IPv4 address, or of one block of IPv6 addresses. */
export function createGhosts<Session>(most: number): Ghosts<Session> {
  /** In the order in which they lost their connections. */
  const blocks = new Map<string, Set<Session>>()
  const blockOfSession = new Map<Session, string>()

  return {
    add(session, address) {
      if (address === null) return null
      const block = blockOf(address)
      const ghosts = blocks.get(block) ?? new Set()
      blocks.set(block, ghosts.add(session))
      blockOfSession.set(session, block)
      const [oldest = null] = ghosts
      return ghosts.size > most ? oldest : null
    },
    remove(session) {
      const block = blockOfSession.get(session)
      if (block === undefined) return
      blockOfSession.delete(session)
      const ghosts = blocks.get(block)
      ghosts?.delete(session)
      if (ghosts?.size === 0) blocks.delete(block)
    },
  }
}
