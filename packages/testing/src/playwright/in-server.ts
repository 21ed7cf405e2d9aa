// Loaded into the process of a server under test, before its first line: every `PPServer` of the process reports here, and
// the test asks over the channel of the process that only its parent has. The server's own code needs nothing for it.
import process from 'node:process'
import type { PPServer } from '@painda/server'
import { isAsk, isSkip, type RoomOnServer, type ServerAnswer } from './channel.js'
import { installJumpClock } from './jump-clock.js'

const servers = new Set<PPServer>()
const clock = installJumpClock(globalThis)

// The name that a server looks up when it is made. Whoever put something there before is told too.
const host = globalThis as { [key: symbol]: { attachServer?: (server: PPServer) => void } | undefined }
const key = Symbol.for('painda.devtools')
const before = host[key]
host[key] = {
  ...before,
  attachServer(server) {
    servers.add(server)
    before?.attachServer?.(server)
  },
}

process.on('message', (message) => {
  if (!isAsk(message) && !isSkip(message)) return
  if (isSkip(message)) clock.skip(message.ms)
  const rooms = isAsk(message) ? roomsOf(message.client) : []
  const answer: ServerAnswer = { painda: 'answer', seq: message.seq, rooms }
  process.send?.(answer)
})
// A server that has ended must be able to exit, and one whose test is gone must not stay behind.
process.channel?.unref()
process.on('disconnect', () => process.exit())

/** As that client has them; without one, as the server has them. */
function roomsOf(clientId: string | null): RoomOnServer[] {
  return [...servers].flatMap((server) =>
    server.rooms().map((room) => {
      const members = [...room.clients, ...room.spectators]
      const member = members.find(({ id }) => id === clientId)
      const shown = member === undefined ? undefined : room.shownTo(member)
      return {
        id: room.id,
        name: room.name ?? null,
        members: members.map(({ id }) => id),
        tick: room.tick,
        version: shown?.version ?? room.version,
        state: clientId === null ? room.state : (shown?.state ?? null),
      }
    }),
  )
}
