// Rooms that clients wish for, each of which takes as long to make as a test says.
import { defineRoom } from '@painda/protocol'
import { expect, test } from 'vitest'
import { createBusyTime } from './busy-time.js'
import { createKit, type Peer } from './peer-kit.js'

const Arena = defineRoom({ name: 'arena', state: () => ({ n: 0 }) })

function createArenas(ms: number) {
  const busy = createBusyTime()
  const { fake: time } = busy
  const kit = createKit({ time: busy, heartbeatInterval: 0 })
  let made = 0
  kit.server.define(Arena, {
    maxClients: 2,
    onCreate() {
      made++
      busy.work(ms)
    },
  })
  return { ...kit, time, made: () => made }
}

test('[LM10] rooms are made one by one, each after a rest of twice as long; nobody else waits', async () => {
  const { server, time, made, join, settle } = createArenas(10)
  server.on('echo', (client, payload) => client.emit('echoed', payload))
  const [a, b, c, player] = [await join(), await join(), await join(), await join()]
  for (const peer of [a, b, c]) {
    peer.say({ kind: 'join', how: 'create', name: 'arena', ackId: 1 })
    peer.emit('echo', 'behind its wish')
  }
  player.emit('echo', 'at once')
  await settle()
  expect(made()).toBe(1)
  expect(player.payloads('echoed')).toEqual(['at once'])
  expect([a, b, c].map((peer) => peer.payloads('echoed').length)).toEqual([1, 0, 0])
  await time.advance(14)
  expect(made()).toBe(1)
  await time.advance(1)
  expect(made()).toBe(2)
  await time.advance(20)
  expect(made()).toBe(3)
  expect([a, b, c].map((peer) => peer.of('joined').length)).toEqual([1, 1, 1])
  expect([a, b, c].map((peer) => peer.payloads('echoed').length)).toEqual([1, 1, 1])
})

test('[LM10] rooms that are quickly made wait for nobody', async () => {
  const { made, join, settle } = createArenas(0)
  const peer = await join()
  for (let n = 1; n <= 50; n++) peer.say({ kind: 'join', how: 'create', name: 'arena', ackId: n })
  // The clock stands still; wishes of one client are one after the other.
  for (let n = 0; n < 50; n++) await settle()
  expect(made()).toBe(50)
})

test('[LM10] who waited enters the room that was made meanwhile, and who has gone gets none', async () => {
  const { time, made, join, settle } = createArenas(10)
  const [first, second, third, gone] = [await join(), await join(), await join(), await join()]
  first.say({ kind: 'join', how: 'create', name: 'arena', ackId: 1 })
  gone.say({ kind: 'join', how: 'create', name: 'arena', ackId: 1 })
  second.say({ kind: 'join', how: 'create', name: 'arena', ackId: 1 })
  await settle()
  first.say({ kind: 'leave', room: first.of('joined')[0]?.room ?? '' })
  await settle()
  third.say({ kind: 'join', how: 'joinOrCreate', name: 'arena', ackId: 1 })
  gone.transport.close(1000)
  await time.advance(1000)
  expect(made()).toBe(2)
  expect(third.of('joined')[0]?.room).toBe(second.of('joined')[0]?.room)
})

test('[LM10] each address has its turn, however many clients of another one wait', async () => {
  const { time, made, dial, settle } = createArenas(10)
  const come = async (ip: string): Promise<Peer> => {
    const peer = dial({ ip })
    peer.hello()
    await settle()
    return peer
  }
  const crowd: Peer[] = []
  for (let n = 0; n < 20; n++) crowd.push(await come('192.0.2.1'))
  const [two, three] = [await come('192.0.2.2'), await come('192.0.2.3')]
  for (const peer of [...crowd, two, three])
    peer.say({ kind: 'join', how: 'create', name: 'arena', ackId: 1 })
  await settle()
  expect(made()).toBe(1)
  await time.advance(60)
  expect(made()).toBe(4)
  expect([two, three].map((peer) => peer.of('joined').length)).toEqual([1, 1])
  await time.advance(1000)
  expect(crowd.every((peer) => peer.of('joined').length === 1)).toBe(true)
})
