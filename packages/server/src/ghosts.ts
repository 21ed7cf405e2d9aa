// Sessions without a connection. Each keeps its seats and what it missed until its client is back. They cost a client nothing: one
// that opens and drops sockets leaves one behind each time. So an address may have a limited number; beyond it the oldest ends. They do
// not count as connections of the address, because after an outage everybody behind it comes back at once.

export interface Ghosts<Session> {
  /** Its connection is lost. Returns the session that must end because there are too many, or null. Without an `address` it does not count. */
  add(session: Session, address: string | null): Session | null
  /** Its client is back, or it is over. */
  remove(session: Session): void
}

/** `most`: of one address, as `blockOf` says whose it is. */
export function createGhosts<Session>(most: number): Ghosts<Session> {
  /** In the order in which they lost their connections. */
  const byAddress = new Map<string, Set<Session>>()
  const addressOf = new Map<Session, string>()

  return {
    add(session, address) {
      if (address === null) return null
      const ghosts = byAddress.get(address) ?? new Set()
      byAddress.set(address, ghosts.add(session))
      addressOf.set(session, address)
      const [oldest = null] = ghosts
      return ghosts.size > most ? oldest : null
    },
    remove(session) {
      const address = addressOf.get(session)
      if (address === undefined) return
      addressOf.delete(session)
      const ghosts = byAddress.get(address)
      ghosts?.delete(session)
      if (ghosts?.size === 0) byAddress.delete(address)
    },
  }
}
