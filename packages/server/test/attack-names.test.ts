// Room ids that a stranger chooses: none of them may put the stranger where somebody else's messages go.
import { defineRoom } from '@painda/protocol'
import { expect, test } from 'vitest'
import { createKit } from './peer-kit.js'

const Table = defineRoom({ name: 'table', state: () => ({}) })

for (const how of ['create', 'joinOrCreate'] as const) {
  test(`[RM18] ${how}: nobody waits under the name of an event room that is not there yet`, async () => {
    const { server, join, settle } = createKit()
    server.define(Table, {})
    const [admin, thief] = [await join(), await join()]
    thief.say({ kind: 'join', ackId: 1, how, name: 'table', room: 'admins' })
    await settle()
    server.getClient(admin.welcome.id)?.join('admins')
    server.to('admins').emit('secret', 'for admins')
    await settle()
    expect(thief.of('ack')).toMatchObject([{ ackId: 1, error: { code: 'FORBIDDEN' } }])
    expect(thief.payloads('secret')).toEqual([])
    expect(admin.payloads('secret')).toEqual(['for admins'])
    expect(admin.of('joined')).toMatchObject([{ room: 'admins', type: 'event' }])
    expect(server.rooms()).toEqual([])
  })

  test(`[RM18] ${how}: a definition says which ids a client may choose`, async () => {
    const { server, join, settle } = createKit()
    const asked: unknown[] = []
    server.define(Table, {
      mayChooseId(client, id) {
        asked.push([client.id, id])
        return id.startsWith('doc-')
      },
    })
    const peer = await join()
    for (const [ackId, room] of ['doc-1', 'admins'].entries())
      peer.say({ kind: 'join', ackId, how, name: 'table', room })
    peer.say({ kind: 'join', ackId: 2, how, name: 'table' })
    await settle()
    expect(peer.of('joined').map(({ ackId }) => ackId)).toEqual([0, 2])
    expect(peer.of('ack')).toMatchObject([{ ackId: 1, error: { code: 'FORBIDDEN' } }])
    expect(asked).toEqual(['doc-1', 'admins'].map((id) => [peer.welcome.id, id]))
  })
}

test('[RM18] joinOrCreate with the id of a room that is there needs no leave to name it', async () => {
  const { server, join, settle } = createKit()
  server.define(Table, {})
  server.createRoom(Table, { id: 't1' })
  const peer = await join()
  peer.say({ kind: 'join', ackId: 1, how: 'joinOrCreate', name: 'table', room: 't1' })
  await settle()
  expect(peer.of('joined')).toMatchObject([{ room: 't1', ackId: 1 }])
})

test('[RM18] what mayChooseId throws stays at the server, and makes no room', async () => {
  const { server, join, settle } = createKit()
  server.define(Table, {
    mayChooseId() {
      throw new Error('the secret reason')
    },
  })
  const peer = await join()
  peer.say({ kind: 'join', ackId: 1, how: 'create', name: 'table', room: 'x' })
  await settle()
  expect(peer.of('ack')).toMatchObject([{ error: { code: 'INTERNAL' } }])
  expect(JSON.stringify(peer.of('ack'))).not.toContain('the secret reason')
  expect(server.rooms()).toEqual([])
})

for (const how of ['create', 'joinOrCreate'] as const) {
  test(`[BC2] ${how}: a room cannot be named like a client, whose own messages would go to its members`, async () => {
    const { server, join, settle } = createKit()
    server.define(Table, { mayChooseId: () => true })
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
    server.define(Table, { mayChooseId: () => true })
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
