// Rooms on demand: anybody may open one, public or private, and hands its code to friends.
import { PPError } from '@painda/protocol'
import type { PPServer } from '@painda/server'
import { Arena } from '../shared/game.js'
import type { contract } from '../shared/game.js'

/** A server of this size plays that many and stays smooth; past it people join what is there. */
const MAX_ROOMS = 100
/** A room that nobody enters is no room. */
const ENTER_WITHIN_MS = 15_000

export function offerRooms(server: PPServer<typeof contract>): void {
  server.on('openRoom', (_client, wishes, ack) => {
    if (server.rooms().length >= MAX_ROOMS)
      return ack(new PPError('REFUSED', 'All rooms are taken. Join one of them.'))
    const room = server.createRoom(Arena, { options: { wishes } })
    room.setTimeout(() => {
      if (room.clients.length === 0) void room.dispose()
    }, ENTER_WITHIN_MS)
    return ack(null, { id: room.id, code: room.inviteCode })
  })

  server.on('invite', (client, { room: id }, ack) => {
    const room = server.getRoom(id)
    const isIn = [...(room?.clients ?? []), ...(room?.spectators ?? [])].some(
      (member) => member.id === client.id,
    )
    if (room === undefined || !isIn) return ack(new PPError('NOT_IN_ROOM', 'Only members know the code.'))
    return ack(null, { code: room.inviteCode })
  })
}
