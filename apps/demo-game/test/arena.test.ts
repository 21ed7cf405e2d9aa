// The arena as it is played: the real server, real clients and bots, in memory and on fake time.
import { createHarness } from '@painda/testing'
import { afterEach, expect, test } from 'vitest'
import type { ArenaState } from '../src/shared/game.js'
import { Arena, SEATS, contract } from '../src/shared/game.js'
import { BOMB } from '../src/shared/items.js'
import type { Profile } from '../src/shared/game.js'
import { defineArena } from '../src/server/arena.js'
import { botsFor, createCrew } from '../src/server/crew.js'
import type { ArenaRoom } from '../src/server/crew.js'
import { offerRooms } from '../src/server/open-room.js'
import { TIMING } from '../src/server/round.js'

const undos: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const undo of undos.splice(0)) await undo()
})

/** What somebody sees of the state: of the secrets only their own. */
function shownTo(id: string, state: ArenaState): ArenaState {
  const own = state.secrets[id]
  return { ...state, secrets: own === undefined ? {} : { [id]: own } }
}

/** Starts in play, unless told otherwise. */
function createGame({ fillTo = 0, lobby = 0, countdown = 0, play = TIMING.play } = {}) {
  let rooms: ReadonlySet<ArenaRoom> = new Set()
  const harness = createHarness({
    contract,
    setup: (server) => {
      rooms = defineArena(server, createCrew(server, fillTo), {
        timing: { ...TIMING, lobby, countdown, play },
      })
      server.lobby('lobby', { name: 'arena' })
      offerRooms(server)
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
  expect(ann.room.state).toEqual(shownTo('ann', game.room().state))
  expect(bob.room.state).toEqual(shownTo('bob', game.room().state))
  expect(bob.room.presence.get('ann')).toMatchObject({ data: { isTyping: false }, connected: true })
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
  expect(ann.room.state).toEqual(shownTo(ann.client.id ?? '', game.room().state))
})

test('bots come to whoever is alone, walk and paint, and go when everybody has left', async () => {
  const game = createGame({ fillTo: 4 })
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
  expect(botsFor(1, 6)).toBe(5)
  expect(botsFor(0, 6)).toBe(6)
  expect(botsFor(7, 6)).toBe(0)
  expect(botsFor(SEATS - 3, SEATS)).toBe(2)
  expect(botsFor(SEATS - 1, SEATS)).toBe(0)
  expect(botsFor(SEATS, SEATS)).toBe(0)
  expect(botsFor(1, 0)).toBe(0)
})

test("[VW1] a mission is in nobody's page but its owner's, until the podium shows all", async () => {
  const game = createGame({ play: 5 })
  const ann = await game.join('ann')
  const bob = await game.join('bob', { color: 4 })
  const secrets = game.room().state.secrets
  expect(Object.keys(secrets).sort()).toEqual(['ann', 'bob'])
  expect(ann.room.state?.secrets).toEqual({ ann: secrets['ann'] })
  expect(bob.room.state?.secrets).toEqual({ bob: secrets['bob'] })
  await game.wait(5_500)
  expect(ann.room.state?.phase).toBe('podium')
  expect(ann.room.state?.podium.map(({ mission }) => mission)).toEqual(
    bob.room.state?.podium.map(({ mission }) => mission),
  )
  expect(ann.room.state?.podium.every(({ mission }) => mission !== null)).toBe(true)
})

test('lobby, countdown, round, podium, rematch: in the same room, for everybody at once', async () => {
  const game = createGame({ lobby: 10, countdown: 3, play: 5 })
  const ann = await game.join('ann')
  const bob = await game.join('bob')
  expect(bob.room.state).toMatchObject({ phase: 'lobby', host: 'ann' })
  bob.room.send('start', {})
  await game.wait(200)
  expect(bob.room.state?.phase, 'only the host starts').toBe('lobby')
  ann.room.send('start', {})
  await game.wait(200)
  expect(bob.room.state).toMatchObject({ phase: 'countdown', secondsLeft: 3 })
  const { x } = ann.player()!
  ann.room.send('move', { dx: 1, dy: 0 })
  await game.wait(500)
  expect(ann.player()?.x, 'nobody runs before the start').toBe(x)
  await game.wait(3_000)
  expect(bob.room.state?.phase).toBe('play')
  await game.wait(5_000)
  expect(bob.room.state?.phase).toBe('podium')
  for (const { room } of [ann, bob]) room.send('rematch', {})
  await game.wait(200)
  expect(bob.room.state).toMatchObject({ phase: 'countdown', round: 2 })
  expect(game.rooms()).toHaveLength(1)
})

test('a private room is in no list, its code lets friends in, and it waits for its host', async () => {
  const game = createGame({ lobby: 1 })
  const ann = game.harness.client({ name: 'ann' })
  const lobby = ann.join<{ rooms: Record<string, unknown> }>('lobby')
  const opened = ann.request('openRoom', { title: '  Our\nfloor ', mode: 'teams', isPrivate: true })
  await game.wait(500)
  const { id, code } = await opened
  expect(lobby.state?.rooms).toEqual({})
  const bob = game.harness.client({ name: 'bob' })
  const [hers, his] = [ann, bob].map((client) =>
    client.join(Arena, { id: code.toLowerCase(), options: { name: client.id } }),
  )
  await game.wait(3_000)
  expect([hers!.id, his!.id]).toEqual([id, id])
  expect(his!.state).toMatchObject({ title: 'Our floor', mode: 'teams', phase: 'lobby', isOpen: false })
  expect(new Set(Object.values(his!.state!.players).map(({ team }) => team)).size).toBe(2)
})

test('an open room is in the list of everybody at the door, with what is going on in it', async () => {
  const game = createGame({ fillTo: 3 })
  await game.join('ann')
  const lobby = game.harness.client({ name: 'bob' }).join<{ rooms: Record<string, object> }>('lobby')
  await game.wait(2_000)
  expect(Object.values(lobby.state?.rooms ?? {})).toMatchObject([
    { clients: 3, maxClients: SEATS, metadata: { title: 'Open floor', phase: 'play', bots: 2 } },
  ])
})

test('a room that nobody enters is gone after a while', async () => {
  const game = createGame()
  const opened = game.harness.client({ name: 'ann' }).request('openRoom', {
    title: '',
    mode: 'solo',
    isPrivate: false,
  })
  await game.wait(500)
  await opened
  expect(game.rooms()).toHaveLength(1)
  await game.wait(20_000)
  expect(game.rooms()).toHaveLength(0)
})

test('a spectator sees the game and says nothing in it', async () => {
  const game = createGame()
  const ann = await game.join('ann')
  const watcher = game.harness.client({ name: 'eve' }).join(Arena, { id: ann.room.id!, spectate: true })
  await game.wait(300)
  expect(Object.keys(watcher.state!.players)).toEqual(['ann'])
  expect(watcher.state?.secrets ?? {}).toEqual({})
  watcher.send('say', { text: 'psst' })
  await game.wait(300)
  expect(ann.room.state?.chat).toEqual([])
})

test('what is said is read by all, and by whoever comes later', async () => {
  const game = createGame()
  const ann = await game.join('ann')
  ann.room.send('say', { text: '<b>hello</b>' })
  await game.wait(200)
  const bob = await game.join('bob')
  expect(bob.room.state?.chat).toMatchObject([{ name: 'ann', text: '<b>hello</b>' }])
})

test('whoever is voted out is told why, and does not come back', async () => {
  const game = createGame()
  const [ann, bob, cleo] = [await game.join('ann'), await game.join('bob'), await game.join('cleo')]
  for (const { room } of [ann, bob]) room.send('voteOut', { id: 'cleo' })
  await game.wait(300)
  expect(cleo.room.status).toBe('left')
  expect(cleo.room.error?.message).toContain('voted you out')
  expect(Object.keys(ann.room.state!.players)).toEqual(['ann', 'bob'])
})

test.each([
  ['say', { text: 'x'.repeat(10_000) }],
  ['say', { text: { toString: 'x' } }],
  ['emote', { emote: 99 }],
  ['setMode', { mode: '__proto__' }],
  ['voteOut', { id: '' }],
  ['handOver', { to: 'constructor' }],
  ['joinTeam', { team: 7 }],
])('a forged "%s" changes nothing', async (type, payload) => {
  const game = createGame({ lobby: 60 })
  const ann = await game.join('ann')
  const before = structuredClone(game.room().state)
  ann.room.send(type as 'say', payload as never)
  await game.wait(100)
  expect(game.room().state).toEqual({ ...before, secondsLeft: game.room().state.secondsLeft })
})
