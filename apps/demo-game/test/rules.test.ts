// The rules of the floor, without a server: states in, states out.
import { PPError, createRandom } from '@painda/protocol'
import { expect, test } from 'vitest'
import { Arena, BARE, BOMB, COLUMNS, PODIUM_SECONDS, ROUND_SECONDS, ROWS, SEATS } from '../src/shared/game.js'
import type { ArenaState, Player, Point } from '../src/shared/game.js'
import { SPEED } from '../src/shared/walk.js'
import { MAX_COINS, createMint } from '../src/server/coins.js'
import { createStopwatch } from '../src/server/round.js'
import { getUp, sitDown } from '../src/server/seats.js'
import { buyBomb } from '../src/server/shop.js'
import { step } from '../src/server/step.js'

const TICK_MS = 1000 / 30

function createGame(seed = 1) {
  const state = Arena.state()
  const random = createRandom(seed)
  const directions = new Map<string, Point>()
  const options = { directions, watch: createStopwatch(), mint: createMint(), random }
  return {
    state,
    random,
    directions,
    join: (id: string, color = 0): Player =>
      sitDown(state, id, { name: id, color }, { isBot: false, random }),
    run: (ms: number) => {
      for (let passed = 0; passed < ms; passed += TICK_MS) step(state, TICK_MS, options)
    },
  }
}

/** What the scores must be: the tiles, counted. */
function countTiles(state: ArenaState): Record<string, number> {
  const tiles = state.floor.flat()
  return Object.fromEntries(
    Object.entries(state.players).map(([id, player]) => [
      id,
      tiles.filter((tile) => tile === player.color + 1).length,
    ]),
  )
}

const scores = (state: ArenaState) =>
  Object.fromEntries(Object.entries(state.players).map(([id, player]) => [id, player.score]))

test('walking paints the tiles under the way and the score says how many', () => {
  const game = createGame()
  const ann = game.join('ann')
  Object.assign(ann, { x: 2.5, y: 3.5 })
  game.directions.set('ann', { x: 1, y: 0 })
  game.run(1000)
  expect(ann.x).toBeCloseTo(2.5 + SPEED, 0)
  expect(game.state.floor[3]?.slice(2, 2 + SPEED)).toEqual(Array.from({ length: SPEED }, () => 1))
  expect(ann.score).toBe(countTiles(game.state)['ann'])
})

test('a forged direction is not faster than a walk, and the edge of the floor holds', () => {
  const game = createGame()
  const ann = game.join('ann')
  Object.assign(ann, { x: 5.5, y: 5.5 })
  game.directions.set('ann', { x: 1e9, y: 1e9 })
  game.run(100)
  expect(Math.hypot(ann.x - 5.5, ann.y - 5.5)).toBeLessThanOrEqual((SPEED * 140) / 1000)
  game.run(30_000)
  expect(ann.x).toBeLessThan(COLUMNS)
  expect(ann.y).toBeLessThan(ROWS)
})

test('a tile taken from a rival is one up for the painter and one down for the rival', () => {
  const game = createGame()
  const ann = game.join('ann', 0)
  const bob = game.join('bob', 1)
  Object.assign(bob, { x: 20.5, y: 10.5 })
  Object.assign(ann, { x: 4.5, y: 4.5 })
  game.run(TICK_MS)
  expect(scores(game.state)).toEqual({ ann: 1, bob: 1 })
  Object.assign(bob, { x: 4.5, y: 4.5 })
  Object.assign(ann, { x: 8.5, y: 8.5 })
  game.run(TICK_MS)
  expect(scores(game.state)).toEqual(countTiles(game.state))
  expect(game.state.floor[4]?.[4]).toBe(2)
})

test('whatever happens, every score is the number of tiles of that colour (200 random games)', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const game = createGame(seed)
    for (let id = 0; id < 5; id++) game.join(`p${id}`, id % 2)
    for (let turn = 0; turn < 20; turn++) {
      const id = `p${game.random.int(0, 4)}`
      game.directions.set(id, { x: game.random.next() * 2 - 1, y: game.random.next() * 2 - 1 })
      game.run(200)
      const player = game.state.players[id]
      if (player !== undefined && player.coins >= BOMB.price) buyBomb(game.state, id, 0)
      if (turn === 10) getUp(game.state, 'p4')
    }
    expect(scores(game.state), `seed ${seed}`).toEqual(countTiles(game.state))
  }
})

test('two players who want one colour get two colours, and twelve players have twelve', () => {
  const game = createGame()
  for (let id = 0; id < SEATS; id++) game.join(`p${id}`, 3)
  const colors = Object.values(game.state.players).map((player) => player.color)
  expect(colors[0]).toBe(3)
  expect(new Set(colors).size).toBe(SEATS)
})

test('the tiles of a player who left are bare again, so that the next owner of the colour starts at zero', () => {
  const game = createGame()
  game.join('ann', 5)
  game.directions.set('ann', { x: 1, y: 0 })
  game.run(500)
  getUp(game.state, 'ann')
  expect(game.state.players).toEqual({})
  expect(game.state.floor.flat().every((tile) => tile === BARE)).toBe(true)
})

test('a bomb costs coins and paints a disc', () => {
  const game = createGame()
  const ann = game.join('ann')
  Object.assign(ann, { x: 10.5, y: 10.5, coins: BOMB.price + 1 })
  const { tiles } = buyBomb(game.state, 'ann', 0)
  expect(tiles).toBe(21)
  expect(ann).toMatchObject({ coins: 1, score: 21 })
})

test.each([
  ['too few coins', { coins: BOMB.price - 1 }, 0, 'play', 'costs 3 coins, you have 2'],
  ['while reloading', { coins: 9 }, 2_100, 'play', 'Still reloading: 3 s'],
  ['between rounds', { coins: 9 }, 0, 'podium', 'opens with the next round'],
] as const)(
  'a bomb is refused with %s, in words, and nothing changes',
  (_, wallet, readyInMs, phase, words) => {
    const game = createGame()
    Object.assign(game.join('ann'), wallet)
    game.state.phase = phase
    const before = structuredClone(game.state)
    expect(() => buyBomb(game.state, 'ann', readyInMs)).toThrow(expect.objectContaining({ code: 'REFUSED' }))
    expect(() => buyBomb(game.state, 'ann', readyInMs)).toThrow(words)
    expect(game.state).toEqual(before)
  },
)

test('who is not in the room buys nothing', () => {
  expect(() => buyBomb(Arena.state(), 'constructor', 0)).toThrow(PPError)
  expect(() => buyBomb(Arena.state(), 'ghost', 0)).toThrow(PPError)
})

test('coins appear while there is room for them and go to whoever walks over one', () => {
  const game = createGame()
  game.run(20_000)
  expect(Object.keys(game.state.coins)).toHaveLength(MAX_COINS)
  const ann = game.join('ann')
  const [id, coin] = Object.entries(game.state.coins)[0]!
  Object.assign(ann, coin)
  game.run(TICK_MS)
  expect(ann.coins).toBeGreaterThanOrEqual(1)
  expect(game.state.coins).not.toHaveProperty(id)
})

test('a round ends in a podium of the best three, and the next begins with a bare floor', () => {
  const game = createGame()
  for (let id = 0; id < 4; id++) game.join(`p${id}`, id)
  game.directions.set('p2', { x: 1, y: 0.2 })
  game.run(ROUND_SECONDS * 1000 + 100)
  expect(game.state.phase).toBe('podium')
  expect(game.state.podium).toHaveLength(3)
  expect(game.state.podium[0]).toMatchObject({ id: 'p2', score: game.state.players['p2']?.score })

  game.run(PODIUM_SECONDS * 1000)
  expect(game.state).toMatchObject({ phase: 'play', round: 2, podium: [] })
  expect(game.state.players['p2']?.score).toBeLessThan(5)
})

test('a tick in which nobody moves and nothing is due writes nothing', () => {
  const game = createGame()
  game.join('ann')
  game.run(TICK_MS)
  const frozen = deepFreeze(game.state)
  const quiet = { directions: game.directions, watch: createStopwatch(), mint: { nextId: 1, waitMs: 1e6 } }
  expect(() => step(frozen, TICK_MS, { ...quiet, random: createRandom(1) })).not.toThrow()
})

function deepFreeze<T extends object>(value: T): T {
  for (const child of Object.values(value)) if (typeof child === 'object' && child !== null) deepFreeze(child)
  return Object.freeze(value)
}
