// Room ids that a stranger chooses: none of them may put the stranger where somebody else's messages go.
import { defineRoom } from '@painda/protocol'
import { expect, test } from 'vitest'
import { createKit } from './peer-kit.js'

const Table = defineRoom({ name: 'table', state: () => ({}) })

for (const how of ['create', 'joinOrCreate'] as const) {
  test(`[BC2] ${how}: a room cannot be named like a client, whose own messages would go to its members`, async () => {
    const { server, join, settle } = createKit()
    server.define(Table, {})
    const [victim, thief] = [await join(), await join()]
    thief.say({ kind: 'join', ackId: 1, how, name: 'table', room: victim.welcome.id })
    await settle()
    server.to(victim.welcome.id).emit('secret', 'for one')
    await settle()
    expect(victim.payloads('secret')).toEqual(['for one'])
    expect(thief.payloads('secret')).toEqual([])
    expect(thief.of('ack')).toMatchObject([{ ackId: 1, error: { code: 'REFUSED' } }])
    expect(server.rooms()).toEqual([])
  })

  test(`[BC2] ${how}: a room cannot be named like an event room that is somebody else's`, async () => {
    const { server, join, settle } = createKit()
    server.define(Table, {})
    const [admin, thief] = [await join(), await join()]
    server.getClient(admin.welcome.id)?.join('admins')
    thief.say({ kind: 'join', ackId: 1, how, name: 'table', room: 'admins' })
    await settle()
    server.to('admins').emit('secret', 'for admins')
    await settle()
    expect(admin.payloads('secret')).toEqual(['for admins'])
    expect(thief.payloads('secret')).toEqual([])
    expect(thief.of('ack')).toMatchObject([{ ackId: 1, error: { code: 'REFUSED' } }])
  })
}
