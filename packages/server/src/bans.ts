// Who may not come back into a room, and until when. A ban holds for a user: all sessions of that id. A guest has none,
// and another session is another id, so it holds for the session and for other guests of the same address.
import { PPError } from '@painda/protocol'
import type { Time } from '@painda/protocol'
import type { Member } from './member.js'

export interface Bans {
  /** `ms`: for how long. */
  add(client: Member, reason: string, ms: number): void
  /** `id`: of a user, or of a guest's session. */
  lift(id: string): void
  /** @throws PPError `FORBIDDEN`, with the reason */
  assertWelcome(client: Member): void
  isWelcome(client: Member): boolean
}

interface Ban {
  readonly reason: string
  readonly until: number
  readonly addressKey: string | null
}

export function createBans(room: string, time: Pick<Time, 'now'>): Bans {
  const byId = new Map<string, Ban>()
  /** Of guests, by the key of their address: the id under which the ban stands. */
  const byAddress = new Map<string, string>()

  function lift(id: string): void {
    const { addressKey = null } = byId.get(id) ?? {}
    byId.delete(id)
    if (addressKey !== null && byAddress.get(addressKey) === id) byAddress.delete(addressKey)
  }

  function idOf(client: Member): string | undefined {
    if (byId.has(client.userId)) return client.userId
    if (byId.has(client.id)) return client.id
    const addressKey = addressOf(client)
    return addressKey === null ? undefined : byAddress.get(addressKey)
  }

  /** What keeps it out now. */
  function banOf(client: Member): Ban | undefined {
    // Nothing is looked at where nobody is banned: telling an address costs a hash.
    const id = byId.size === 0 ? undefined : idOf(client)
    const ban = id === undefined ? undefined : byId.get(id)
    if (id === undefined || ban === undefined || ban.until > time.now()) return ban
    lift(id)
    return undefined
  }

  /** Removes bans that are over. Most who were banned never come back, so a room that lives for days would keep all of them. */
  function forgetOver(): void {
    for (const [id, { until }] of byId) if (until <= time.now()) lift(id)
  }

  return {
    add(client, reason, ms) {
      forgetOver()
      lift(client.userId)
      const addressKey = addressOf(client)
      byId.set(client.userId, { reason, until: time.now() + ms, addressKey })
      if (addressKey !== null) byAddress.set(addressKey, client.userId)
    },
    lift,
    assertWelcome(client) {
      const ban = banOf(client)
      if (ban !== undefined)
        throw new PPError('FORBIDDEN', `You are banned from the room "${room}": ${ban.reason}`)
    },
    isWelcome: (client) => banOf(client) === undefined,
  }
}

/** Of a guest: nobody is known to stand behind it. */
function addressOf({ id, userId, addressKey = null }: Member): string | null {
  return id === userId ? addressKey : null
}
