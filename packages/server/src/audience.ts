// Who is meant by an address: a room's members, or the one client of that id.
import { Broadcast } from './broadcast.js'
import type { PPServerClient } from './client.js'
import { createDeltaMemory } from './delta-memory.js'
import type { Membership } from './membership.js'
import type { Sessions } from './sessions.js'

export interface Audience {
  /** All sessions that were let in. */
  clients(): Iterable<PPServerClient>
  /** The beginning of every chain: everybody. */
  everybody(): Broadcast<PPServerClient>
}

export function createAudience(sessions: Sessions, membership: Membership): Audience {
  function* clients(): Iterable<PPServerClient> {
    for (const { client } of sessions.all()) yield client
  }

  function* resolve(address: string): Iterable<PPServerClient> {
    for (const id of membership.members(address)) {
      const entry = sessions.get(id)
      if (entry !== undefined) yield entry.client
    }
    const one = sessions.get(address)
    if (one !== undefined) yield one.client
  }

  const deltas = createDeltaMemory<PPServerClient>()
  return { clients, everybody: () => new Broadcast({ all: clients, resolve, deltas }) }
}

/** A client, its id or nobody, as an address to leave out. */
export function addressOf(client: { readonly id: string } | string | undefined): string | readonly string[] {
  if (client === undefined) return []
  return typeof client === 'string' ? client : client.id
}
