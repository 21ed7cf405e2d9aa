// Event rooms: a name, its members, and nothing else; they exist while somebody is in. The server puts clients in.
// A client's own wish opens state rooms, which decide for themselves; an event room is closed to it unless the
// application says otherwise, because its name alone may be a secret ("admins").
import type { Join } from '@painda/protocol'
import type { PPServerClient } from './client.js'
import type { Membership } from './membership.js'
import type { ServerOptions } from './options.js'
import { outgoing } from './outgoing.js'
import type { Rooms } from './rooms.js'
import { assertName } from './sendable.js'

export interface EventRooms {
  /** @throws PPError `INVALID_ARGUMENT` for what is no room's id; what keeps it out of a room with a state */
  joinByServer(client: PPServerClient, room: string): void
  joinByWish(client: PPServerClient, join: Join): void | Promise<void>
  leave(client: PPServerClient, room: string): void
  /** Says which rooms a client is in, those with a state included, to one that has lost all it knew. Of some it hears anyway. */
  tell(client: PPServerClient, except: ReadonlySet<string>): void
  /** May this client address that room? */
  isIn(client: PPServerClient, room: string): boolean
}

export interface EventRoomsOptions {
  membership: Membership
  rooms: Pick<Rooms<PPServerClient>, 'get' | 'find' | 'join' | 'leave' | 'admit'>
  mayJoin: ServerOptions['joinEventRoom']
}

export function createEventRooms({ membership, rooms, mayJoin }: EventRoomsOptions): EventRooms {
  return {
    joinByServer(client, room) {
      assertName('The id of a room', room)
      if (!rooms.admit(client, room) && membership.enter(room, client.id))
        client.deliver(outgoing({ kind: 'joined', room, type: 'event' }))
    },
    joinByWish(client, join) {
      const { how, room, ackId } = join
      const isEventRoom = how === 'join' && room !== undefined && rooms.find(room) === undefined
      if (!isEventRoom || membership.has(room, client.id)) return rooms.join(client, join)
      const isAllowed = room !== '' && mayJoin?.(client, room) === true
      // One that there is not is refused there, in the same words.
      if (isAllowed || !membership.exists(room)) return rooms.join(client, join, isAllowed)
      const error = { code: 'ROOM_NOT_FOUND', message: `There is no room "${room}".` } as const
      client.deliver(outgoing({ kind: 'ack', ackId, error }))
    },
    leave(client, room) {
      if (membership.has(room, client.id) || rooms.get(room) !== undefined) rooms.leave(client, room)
    },
    tell(client, except) {
      for (const room of membership.roomsOf(client.id)) {
        if (except.has(room)) continue
        const typed = rooms.get(room)
        const name = typed?.name === undefined ? {} : { name: typed.name }
        const type = typed === undefined ? 'event' : 'state'
        client.deliver(outgoing({ kind: 'joined', room, ...name, type }))
      }
    },
    isIn: (client, room) => rooms.get(room) !== undefined || membership.has(room, client.id),
  }
}
