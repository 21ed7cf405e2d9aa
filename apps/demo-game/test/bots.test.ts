import { createRandom } from '@painda/protocol'
import { expect, test } from 'vitest'
import { Arena } from '../src/shared/game.js'
import type { Player } from '../src/shared/game.js'
import { BOMB, FREEZE, SHIELD } from '../src/shared/items.js'
import { TEMPERS, chooseTarget, directionTo, wantsItem } from '../src/server/bot-mind.js'

const TEMPER = { greed: 6, laziness: 0, spite: 2, favourite: 'bomb' } as const

function createBot(overrides: Partial<Player> = {}) {
  const state = Arena.state()
  state.phase = 'play'
  const self: Player = {
    name: 'Mop',
    color: 2,
    team: 0,
    x: 10.5,
    y: 10.5,
    score: 0,
    coins: 0,
    combo: 0,
    wins: 0,
    isBot: true,
    isDashing: false,
    isFrozen: false,
    isShielded: false,
    ...overrides,
  }
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

test('a collector throws a bomb only with the coins and where it pays', () => {
  const { state, self } = createBot({ coins: BOMB.price })
  expect(wantsItem(state, self, TEMPERS.collector)).toBe('bomb')
  expect(wantsItem(state, { ...self, coins: 0 }, TEMPERS.collector)).toBeNull()
  for (const row of state.floor) row.fill(self.color + 1)
  expect(wantsItem(state, self, TEMPERS.collector)).toBeNull()
})

test('a hunter freezes two rivals, a dreamer shields itself from one', () => {
  const { state, self } = createBot({ coins: FREEZE.price + SHIELD.price })
  expect(wantsItem(state, self, TEMPERS.dreamer)).toBeNull()
  state.players['ann'] = { ...self, color: 3 }
  expect(wantsItem(state, self, TEMPERS.dreamer)).toBe('shield')
  expect(wantsItem(state, self, TEMPERS.hunter)).toBeNull()
  state.players['bob'] = { ...self, color: 4 }
  expect(wantsItem(state, self, TEMPERS.hunter)).toBe('freeze')
})
