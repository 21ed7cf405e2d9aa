// What is marked in a room's state, towards a client of the documented wire, which knows no own parts.
import { expect, test } from 'vitest'
import { listen } from './hostile-kit.js'
import { V2Client } from './v2-client-kit.js'

test('[VW8] a v2 client gets what is marked for it in its place, and nothing of what is not', async () => {
  const { server, url } = await listen()
  const room = server.room(
    't',
    { players: {} as Record<string, { x: number; карта?: string }> },
    { sync: { 'players.*.карта': { to: 'owner' } } },
  )
  server.on('connection', (client) => {
    room.update(
      (state) => void (state.players[client.id] = { x: 0, карта: `туз ${server.getClients().length}` }),
    )
    room.join(client)
  })
  const ann = await V2Client.connect(url)
  await ann.got('__pp_room_state')
  const bob = await V2Client.connect(url)
  await bob.got('__pp_room_state')
  const [annId, bobId] = server.getClients().map(({ id }) => id)
  room.update((state) => {
    state.players[annId!] = { x: 1, карта: 'дама' }
    delete state.players[bobId!]!.карта
    state.players['end'] = { x: 9 }
  })
  const hasEnd = (client: V2Client) =>
    client.until(() => JSON.stringify(client.rooms.get('t')).includes('end'))
  await Promise.all([hasEnd(ann), hasEnd(bob)])
  expect(ann.rooms.get('t')).toEqual({
    players: { [annId!]: { x: 1, карта: 'дама' }, [bobId!]: { x: 0 }, end: { x: 9 } },
  })
  expect(bob.rooms.get('t')).toEqual({ players: { [annId!]: { x: 1 }, [bobId!]: { x: 0 }, end: { x: 9 } } })
  const heard = (client: V2Client, word: string): boolean =>
    client.frames.some((frame) => Buffer.from(frame).includes(word))
  expect([heard(ann, 'туз 1'), heard(ann, 'дама'), heard(bob, 'туз 2')]).toEqual([true, true, true])
  expect([heard(ann, 'туз 2'), heard(bob, 'туз 1'), heard(bob, 'дама')]).toEqual([false, false, false])
})
