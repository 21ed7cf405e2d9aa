// Handlers that come late: their client is gone, and must not come back as a ghost that nobody ever takes out.
import { defineRoom } from '@painda/protocol'
import { expect, test } from 'vitest'
import { createKit } from './peer-kit.js'

test('[PR3] a client whose session is over cannot be put into a room or a list by a handler that comes late', async () => {
  const { server, join, settle } = createKit()
  const Table = defineRoom({ name: 'table', state: () => ({}) })
  server.define(Table, { maxClients: 1 })
  const room = server.createRoom(Table, { id: 't' })
  const gates: (() => void)[] = []
  const results: unknown[] = []
  server.on('seat me', async (client) => {
    await new Promise<void>((resolve) => gates.push(resolve))
    server.presence.track(client, {})
    results.push(room.join(client))
  })
  const peer = await join()
  peer.emit('seat me')
  await settle()
  peer.transport.close(1000)
  await settle()
  gates.shift()?.()
  await settle()
  expect(results).toEqual([false])
  expect(server.presence.list()).toEqual([])
  expect(server.getStats()).toMatchObject({ clients: 0, rooms: 0, presenceTracked: 0 })
  expect(room.clients).toEqual([])
})
