import { createRandom } from '@painda/protocol'
import { expect, test } from 'vitest'
import { Arena, BOMB } from '../src/shared/game.js'
import type { Player } from '../src/shared/game.js'
import { chooseTarget, directionTo, wantsBomb } from '../src/server/bot-mind.js'

const TEMPER = { greed: 6, laziness: 0, spite: 2 }

function createBot(overrides: Partial<Player> = {}) {
  const state = Arena.state()
  const self = { name: 'Mop', color: 2, x: 10.5, y: 10.5, score: 0, coins: 0, isBot: true, ...overrides }
  state.players['bot'] = self
  return { state, self }
}

test('a coin in reach is worth the way', () => {
  const { state, self } = createBot()
  state.coins['c1'] = { x: 13.5, y: 10.5 }
  expect(chooseTarget(state, self, TEMPER, createRandom(1))).toEqual({ x: 13.5, y: 10.5 })
})

test('a lazy bot rests', () => {
  const { state, self } = createBot()
  expect(chooseTarget(state, self, { ...TEMPER, laziness: 1 }, createRandom(1))).toBeNull()
})

test('a bot does not repaint its own floor while another tile is to be had', () => {
  const { state, self } = createBot()
  for (const row of state.floor) row.fill(self.color + 1, 0, 14)
  for (let seed = 1; seed <= 20; seed++) {
    expect(chooseTarget(state, self, TEMPER, createRandom(seed))?.x).toBeGreaterThan(14)
  }
})

test('a bot steers with unit vectors and stops when it is there', () => {
  const { self } = createBot()
  expect(directionTo(self, { x: 13.5, y: 14.5 })).toEqual({ x: 0.6, y: 0.8 })
  expect(directionTo(self, { x: 10.6, y: 10.5 })).toEqual({ x: 0, y: 0 })
  expect(directionTo(self, null)).toEqual({ x: 0, y: 0 })
})

test('a bot throws a bomb only with the coins and where it pays', () => {
  const { state, self } = createBot({ coins: BOMB.price })
  expect(wantsBomb(state, self)).toBe(true)
  expect(wantsBomb(state, { ...self, coins: 0 })).toBe(false)
  for (const row of state.floor) row.fill(self.color + 1)
  expect(wantsBomb(state, self)).toBe(false)
})
