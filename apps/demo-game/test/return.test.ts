// Somebody saves the contract in the middle of a round: another server takes the place of the one that runs, and the round goes on.
import { createRandom, createTransportPair } from '@painda/protocol'
import { PPClient } from '@painda/react'
import { PPServer, silentLogger } from '@painda/server'
import { createFakeTime } from '@painda/testing'
import { expect, onTestFinished, test } from 'vitest'
import { playOn } from '../src/server/main.js'
import { lastDay, RETURN_WITHIN_MS, takePlace, type Awaited } from '../src/server/return.js'
import { Arena, contract } from '../src/shared/game.js'
import type { ArenaState } from '../src/shared/game.js'

const OPTIONS = { fillTo: 4, timing: { lobby: 0, countdown: 0, play: 60, podium: 5 } }

function createGame() {
  const time = createFakeTime()
  const begin = (seed: number) => {
    const server = new PPServer({ time, contract, logger: silentLogger, random: createRandom(seed) })
    server.register(lastDay)
    playOn(server, OPTIONS)
    onTestFinished(() => server.close())
    return server
  }
  let server = begin(1)
  const join = (name: string, color: number) => {
    const client = new PPClient({
      url: 'memory:',
      time,
      contract,
      random: createRandom(color),
      reload: false,
      connectTransport() {
        const [mine, theirs] = createTransportPair()
        server.acceptTransport(theirs)
        return mine
      },
    })
    onTestFinished(() => client.close())
    return { client, room: client.join(Arena, { options: { name, color } }) }
  }
  return {
    time,
    join,
    roomOf: (id: string) => server.getRoom(id),
    /** As the dev server does it; returns what the new server finds. */
    async replaceServer() {
      const leaving = server.handOver({ timeoutMs: 0, spreadMs: 0 })
      await time.advance(100)
      const rooms = await leaving
      server = begin(2)
      expect(server.takeOver(rooms)).toEqual({ rooms: rooms.length, restarted: 0, notes: [] })
      // The definition types what it is the state of.
      return structuredClone(server.getRoom(rooms[0]?.id ?? '')?.state) as unknown as ArenaState
    },
  }
}

/** What everybody has reached, by name. */
function scoresOf({ players }: Pick<ArenaState, 'players'>) {
  return Object.fromEntries(
    Object.values(players)
      .map(({ name, color, score, coins, isBot }) => [name, { color, score, coins, isBot }] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}

test('a round goes on with the server that takes over: its clock, scores, floor, missions, bots and timers', async () => {
  const game = createGame()
  const ann = game.join('Ann', 2)
  await game.time.advance(500)
  // She wants a colour that is taken.
  const ben = game.join('Ben', 2)
  await game.time.advance(3_000)
  ann.room.send('move', { dx: 1, dy: 0 })
  ben.room.send('move', { dx: 0, dy: 1 })
  ben.room.send('say', { text: 'hello' })
  await game.time.advance(4_000)
  const id = ann.room.id ?? ''
  const was = structuredClone(ann.room.state)!
  const annWas = ann.client.id ?? ''
  const mission = was.secrets[annWas]?.mission
  expect(Object.keys(scoresOf(was))).toEqual(['Ann', 'Ben', 'Mop', 'Pixel'])
  expect(scoresOf(was)['Ann']?.score).toBeGreaterThan(3)

  const found = await game.replaceServer()
  // A tick or two have run since the page's state.
  expect(Object.keys(scoresOf(found))).toEqual(['Ann', 'Ben', 'Mop', 'Pixel'])
  expect(found).toMatchObject({ phase: 'play', round: was.round, host: annWas })
  const back = scoresOf(found)
  await game.time.advance(2_500)

  const state = structuredClone(ann.room.state)!
  expect([ann.room.status, ann.room.id, ben.room.id]).toEqual(['joined', id, id])
  expect(ann.client.id).not.toBe(annWas)
  expect(state).toMatchObject({ phase: 'play', host: ann.client.id, chat: [{ text: 'hello' }] })
  expect(was.secondsLeft - state.secondsLeft).toBeGreaterThanOrEqual(2)
  expect(was.secondsLeft - state.secondsLeft).toBeLessThan(6)
  expect(state.secrets[ann.client.id ?? '']?.mission).toBe(mission)
  expect(Object.keys(scoresOf(state))).toEqual(['Ann', 'Ben', 'Mop', 'Pixel'])
  // Bots walk on and take a tile or two of those who stand still.
  for (const [name, { color, score, isBot }] of Object.entries(back)) {
    const now = scoresOf(state)[name]
    expect({ color: now?.color, isBot: now?.isBot }).toEqual({ color, isBot })
    expect(now?.score).toBeGreaterThan(score / 2)
  }
  const tiles = state.floor.flat().filter((tile) => tile === back['Ann']!.color + 1).length
  expect(tiles).toBe(state.players[ann.client.id ?? '']?.score)

  // Nobody of those who are back is given up, bots play, and the lobby is told.
  await game.time.advance(RETURN_WITHIN_MS)
  expect(Object.keys(scoresOf(ann.room.state!))).toEqual(['Ann', 'Ben', 'Mop', 'Pixel'])
  expect(scoresOf(ann.room.state!)['Mop']?.score).not.toBe(back['Mop']?.score)
  await game.time.advance((ann.room.state?.secondsLeft ?? 0) * 1_000 + 1_000)
  expect(ann.room.state?.phase).toBe('podium')
  expect(ann.room.state?.podium.map(({ name }) => name).sort()).toEqual(['Ann', 'Ben', 'Mop', 'Pixel'])
  expect(game.roomOf(id)?.metadata).toMatchObject({ phase: 'podium', bots: 2 })
})

test('who does not come back to the next server loses place and tiles, as anybody who leaves', async () => {
  const game = createGame()
  const ann = game.join('Ann', 2)
  const ben = game.join('Ben', 7)
  await game.time.advance(3_000)
  ben.room.send('move', { dx: 0, dy: 1 })
  await game.time.advance(2_000)
  const found = await game.replaceServer()
  expect(found.floor.flat()).toContain(7 + 1)
  ben.client.close()
  await game.time.advance(RETURN_WITHIN_MS - 1_000)
  expect(Object.keys(scoresOf(ann.room.state!))).toContain('Ben')
  await game.time.advance(2_000)
  expect(Object.keys(scoresOf(ann.room.state!))).not.toContain('Ben')
  expect(ann.room.state?.floor.flat()).not.toContain(7 + 1)
})

test('a closed page loses its place at once while its server goes on', async () => {
  const game = createGame()
  const ann = game.join('Ann', 2)
  const ben = game.join('Ben', 7)
  await game.time.advance(2_000)
  ben.client.close()
  await game.time.advance(500)
  expect(Object.keys(scoresOf(ann.room.state!))).not.toContain('Ben')
})

test('a place is taken by name and kind, of two alike by the colour; the id of another who is awaited is no obstacle', () => {
  const state = Arena.state()
  const player = (name: string, color: number, isBot = false) => ({
    ...{ name, color, isBot, team: 0 as const, x: 1, y: 1, score: color, coins: 0, combo: 0, wins: 0 },
    ...{ isDashing: false, isFrozen: false, isShielded: false },
  })
  state.players = {
    a: player('Painter', 1),
    b: player('Painter', 2),
    'bot-1': player('Mop', 5, true),
    'bot-2': player('Pixel', 8, true),
  }
  state.secrets = { b: { mission: 'thief', progress: 3 } }
  state.host = 'b'
  const awaited: Awaited = new Set(Object.keys(state.players))
  const take = (id: string, name: string, color: number, isBot = false) =>
    takePlace(state, awaited, id, { name, color, isBot })
  expect(take('x', 'Mop', 5)).toBe(false)
  expect(take('x', 'Painter', 2)).toBe(true)
  expect(state).toMatchObject({
    host: 'x',
    players: { x: { color: 2 } },
    secrets: { x: { mission: 'thief', progress: 3 } },
  })
  expect(take('bot-1', 'Pixel', 8, true)).toBe(true)
  expect(take('bot-2', 'Mop', 5, true)).toBe(true)
  expect(state.players).toMatchObject({ 'bot-1': { name: 'Pixel' }, 'bot-2': { name: 'Mop' } })
  expect(take('x2', 'Painter', 2)).toBe(true)
  expect([[...awaited], Object.keys(state.players).sort()]).toEqual([[], ['bot-1', 'bot-2', 'x', 'x2']])
})
