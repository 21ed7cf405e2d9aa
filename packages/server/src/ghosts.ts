// Sessions without a connection. Each keeps its seats and what it missed until its client is back. They cost a client nothing: one
// that opens and drops sockets leaves one behind each time. So an address may have a limited number; beyond it the oldest ends. They do
// not count as connections of the address, because after an outage everybody behind it comes back at once.
import { blockOf } from './address.js'

export interface Ghosts<Session> {
  /** Its connection is lost. Returns the session that must end because there are too many, or null. Without an `address` it does not count. */
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
