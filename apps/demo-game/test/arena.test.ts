// The arena as it is played: the real server, real clients and bots, in memory and on fake time.
import { createHarness } from '@painda/testing'
import { afterEach, expect, test } from 'vitest'
import { Arena, BOMB, SEATS, contract } from '../src/shared/game.js'
import type { Profile } from '../src/shared/game.js'
import { defineArena } from '../src/server/arena.js'
import { botsFor, createCrew } from '../src/server/crew.js'
import type { ArenaRoom } from '../src/server/crew.js'

const undos: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const undo of undos.splice(0)) await undo()
})

function createGame({ bots = 0 } = {}) {
  let rooms: ReadonlySet<ArenaRoom> = new Set()
  const harness = createHarness({
    contract,
    setup: (server) => {
      rooms = defineArena(server, createCrew(server, bots))
    },
  })
  undos.push(() => harness.close())
  return {
    harness,
    rooms: () => [...rooms],
    room: () => [...rooms][0]!,
    wait: (ms: number) => harness.time.advance(ms),
    async join(name: string, profile: Partial<Profile> = {}) {
      const client = harness.client({ name })
      const room = client.join(Arena, { options: { name, color: 0, ...profile } })
      await harness.time.advance(200)
      return { client, room, player: () => room.state?.players[name] }
    },
  }
}

test('two players meet in one room, walk, and both see what the server has', async () => {
  const game = createGame()
  const ann = await game.join('ann', { color: 2 })
  const bob = await game.join('bob', { color: 2 })
  expect(bob.player()).toMatchObject({ name: 'bob', color: 3, isBot: false })

  ann.room.send('move', { dx: 1, dy: 0 })
  bob.room.send('move', { dx: -1, dy: 0 })
  await game.wait(700)
  expect(ann.player()?.score).toBeGreaterThan(3)
  await game.wait(50)
  expect(ann.room.state).toEqual(game.room().state)
  expect(bob.room.state).toEqual(game.room().state)
  expect(bob.room.presence.get('ann')).toMatchObject({ data: { name: 'ann', color: 2 }, connected: true })
})

test('a purchase is refused in words, or granted and seen by all', async () => {
  const game = createGame()
  const ann = await game.join('ann')
  const bob = await game.join('bob')
  const booms: unknown[] = []
  bob.room.on('boom', (boom) => booms.push(boom))

  const poor = ann.room.request('buy', { item: 'bomb' })
  poor.catch(() => {})
  await game.wait(100)
  await expect(poor).rejects.toMatchObject({
    code: 'REFUSED',
    message: expect.stringContaining('costs 3 coins'),
  })

  game.room().update(({ players }) => void (players['ann']!.coins = BOMB.price + 1))
  const rich = ann.room.request('buy', { item: 'bomb' })
  await game.wait(100)
  expect(await rich).toEqual({ coins: 1, cooldownMs: BOMB.cooldownMs })
  expect(booms).toMatchObject([{ by: 'ann', color: 0 }])
  expect(bob.room.state?.players['ann']?.score).toBeGreaterThan(8)
})

test('after a bomb the next one has to wait, and then is sold', async () => {
  const game = createGame()
  const ann = await game.join('ann')
  const buy = async () => {
    game.room().update(({ players }) => void (players['ann']!.coins = BOMB.price))
    const answer = ann.room.request('buy', { item: 'bomb' }).catch((error: Error) => error.message)
    await game.wait(100)
    return answer
  }
  expect(await buy()).toMatchObject({ coins: 0 })
  expect(await buy()).toContain('Still reloading: 5 s')
  await game.wait(BOMB.cooldownMs)
  expect(await buy()).toMatchObject({ coins: 0 })
})

test.each([
  ['a number as text', { dx: '1', dy: 0 }],
  ['too far', { dx: 50, dy: 0 }],
  ['no fields', {}],
  ['text', 'north'],
])('a forged step (%s) moves nobody', async (_, payload) => {
  const game = createGame()
  const ann = await game.join('ann')
  const before = { ...ann.player() }
  ann.room.send('move', payload as never)
  await game.wait(300)
  expect(ann.player()).toMatchObject({ x: before['x'], y: before['y'] })
})

test('a player who loses the connection stands still, is shown as away, and finds the seat again', async () => {
  const game = createGame()
  const ann = await game.join('ann')
  const bob = await game.join('bob')
  ann.room.send('move', { dx: 0.2, dy: 0.1 })
  await game.wait(300)
  ann.client.net.offline()
  ann.client.net.cut()
  await game.wait(500)
  const there = { ...bob.room.state!.players['ann']! }
  expect(bob.room.presence.get('ann')?.connected).toBe(false)
  await game.wait(500)
  expect(bob.room.state?.players['ann']).toEqual(there)

  ann.client.net.online()
  await game.wait(12_000)
  expect(bob.room.presence.get('ann')?.connected).toBe(true)
  expect(ann.player()).toMatchObject({ x: there.x, y: there.y, score: there.score })
})

test('a player who leaves takes their tiles along', async () => {
  const game = createGame()
  const ann = await game.join('ann', { color: 7 })
  const bob = await game.join('bob')
  ann.room.send('move', { dx: 1, dy: 0 })
  await game.wait(500)
  ann.room.leave()
  await game.wait(200)
  expect(bob.room.state?.players).not.toHaveProperty('ann')
  expect(bob.room.state?.floor.flat()).not.toContain(8)
})

test('a restarted server is a new game, and everybody is in it again without doing anything', async () => {
  const game = createGame()
  const ann = await game.join('ann')
  const bob = await game.join('bob')
  ann.room.send('move', { dx: 1, dy: 0 })
  await game.wait(500)
  game.harness.restartServer()
  await game.wait(30_000)
  expect([ann.room.status, bob.room.status]).toEqual(['joined', 'joined'])
  expect(Object.keys(game.room().state.players)).toHaveLength(2)
  expect(ann.room.state).toEqual(game.room().state)
})

test('bots come to whoever is alone, walk and paint, and go when everybody has left', async () => {
  const game = createGame({ bots: 3 })
  const ann = await game.join('ann')
  await game.wait(5_000)
  const bots = Object.values(ann.room.state!.players).filter((player) => player.isBot)
  expect(bots.map((bot) => bot.name)).toEqual(['Mop', 'Pixel', 'Rufus'])
  expect(bots.every((bot) => bot.score > 5)).toBe(true)

  ann.room.leave()
  await game.wait(10_000)
  expect(game.rooms()).toHaveLength(1)
  await game.wait(30_000)
  expect(game.rooms()).toHaveLength(0)
  expect(game.harness.server.getStats().clients).toBe(1)
})

test('bots make room: one seat stays free until people need the last one', () => {
  expect(botsFor(1, 3)).toBe(3)
  expect(botsFor(SEATS - 3, 3)).toBe(2)
  expect(botsFor(SEATS - 1, 3)).toBe(0)
  expect(botsFor(SEATS, 3)).toBe(0)
  expect(botsFor(1, 0)).toBe(0)
})
