// The rules of the floor, without a server: states in, states out.
import { PPError, createRandom } from '@painda/protocol'
import { expect, test } from 'vitest'
import { Arena, BARE, COLUMNS, ROWS, SEATS } from '../src/shared/game.js'
import type { ArenaState, Mode, Player, Point } from '../src/shared/game.js'
import { BOMB, DASH, FREEZE, SHIELD } from '../src/shared/items.js'
import { MISSIONS, MISSION_BONUS, MISSION_NAMES } from '../src/shared/missions.js'
import type { MissionName } from '../src/shared/missions.js'
import { SPEED } from '../src/shared/walk.js'
import { bodyOf } from '../src/server/body.js'
import type { Bodies } from '../src/server/body.js'
import { MAX_COINS, createMint } from '../src/server/coins.js'
import { CHAIN_LEVEL } from '../src/server/combo.js'
import { dash, useItem } from '../src/server/powers.js'
import { TIMING, createStopwatch, enterPhase, hasRematch, teamScores } from '../src/server/round.js'
import { dress, getUp, sitDown } from '../src/server/seats.js'
import { say, voteOut } from '../src/server/social.js'
import { step } from '../src/server/step.js'

const TICK_MS = 1000 / 30

/** A game in play, unless told otherwise. */
function createGame({ seed = 1, mode = 'solo' as Mode, isOpen = true } = {}) {
  const state = Arena.state()
  Object.assign(state, { phase: 'play', secondsLeft: TIMING.play, mode, isOpen })
  const random = createRandom(seed)
  const bodies: Bodies = new Map()
  const levels: number[] = []
  const options = {
    bodies,
    watch: createStopwatch(),
    mint: createMint(),
    timing: TIMING,
    random,
    onCombo: (_: string, level: number) => void levels.push(level),
  }
  return {
    state,
    random,
    bodies,
    levels,
    options,
    head: (id: string, direction: Point) => void (bodyOf(bodies, id).direction = direction),
    join: (id: string, color = 0, isBot = false): Player =>
      sitDown(state, id, { name: id, color }, { isBot, random }),
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
  game.head('ann', { x: 1, y: 0 })
  game.run(1000)
  expect(ann.x).toBeCloseTo(2.5 + SPEED, 0)
  expect(game.state.floor[3]?.slice(2, 2 + SPEED)).toEqual(Array.from({ length: SPEED }, () => 1))
  expect(ann.score).toBe(countTiles(game.state)['ann'])
})

test('a forged direction is not faster than a walk, and the edge of the floor holds', () => {
  const game = createGame()
  const ann = game.join('ann')
  Object.assign(ann, { x: 5.5, y: 5.5 })
  game.head('ann', { x: 1e9, y: 1e9 })
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
    const game = createGame({ seed })
    for (let id = 0; id < 5; id++) game.join(`p${id}`, id % 2)
    for (let turn = 0; turn < 20; turn++) {
      const id = `p${game.random.int(0, 4)}`
      game.head(id, { x: game.random.next() * 2 - 1, y: game.random.next() * 2 - 1 })
      game.run(200)
      const player = game.state.players[id]
      if (player !== undefined && player.coins >= BOMB.price) {
        bodyOf(game.bodies, id).reloadMs.bomb = 0
        useItem(game.state, game.bodies, id, 'bomb')
      }
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
  game.head('ann', { x: 1, y: 0 })
  game.run(500)
  getUp(game.state, 'ann')
  expect(game.state.players).toEqual({})
  expect(game.state.floor.flat().every((tile) => tile === BARE)).toBe(true)
})

test('a bomb costs coins and paints a disc', () => {
  const game = createGame()
  const ann = game.join('ann')
  Object.assign(ann, { x: 10.5, y: 10.5, coins: BOMB.price + 1 })
  const { tiles } = useItem(game.state, game.bodies, 'ann', 'bomb')
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
    bodyOf(game.bodies, 'ann').reloadMs.bomb = readyInMs
    game.state.phase = phase
    const before = structuredClone(game.state)
    const buy = () => useItem(game.state, game.bodies, 'ann', 'bomb')
    expect(buy).toThrow(expect.objectContaining({ code: 'REFUSED' }))
    expect(buy).toThrow(words)
    expect(game.state).toEqual(before)
  },
)

test('who is not in the room buys nothing', () => {
  expect(() => useItem(Arena.state(), new Map(), 'constructor', 'bomb')).toThrow(PPError)
  expect(() => useItem(Arena.state(), new Map(), 'ghost', 'freeze')).toThrow(PPError)
})

test('a freeze holds rivals nearby for two seconds: not those far away, not mates, not the shielded', () => {
  const game = createGame({ mode: 'teams' })
  const [ann, bob, cleo, dan, eve] = ['ann', 'bob', 'cleo', 'dan', 'eve'].map((id, color) =>
    game.join(id, color),
  )
  const places = {
    ann: [5.5, 5.5, 0],
    bob: [8.5, 5.5, 1],
    cleo: [6.5, 6.5, 0],
    dan: [20.5, 5.5, 1],
    eve: [5.5, 8.5, 1],
  }
  for (const [id, [x, y, team]] of Object.entries(places))
    Object.assign(game.state.players[id]!, { x, y, team })
  Object.assign(ann!, { coins: FREEZE.price })
  Object.assign(eve!, { isShielded: true })
  bodyOf(game.bodies, 'eve').shieldMs = SHIELD.ms

  expect(useItem(game.state, game.bodies, 'ann', 'freeze').hit).toEqual(['bob'])
  expect([bob, cleo, dan, eve].map((player) => player!.isFrozen)).toEqual([true, false, false, false])
  game.head('bob', { x: 1, y: 0 })
  game.run(FREEZE.ms - 100)
  expect(bob!.x).toBe(8.5)
  game.run(500)
  expect(bob!.isFrozen).toBe(false)
  expect(bob!.x).toBeGreaterThan(9)
})

test('nobody takes a tile from under a shield, and it ends', () => {
  const game = createGame()
  const ann = game.join('ann', 0)
  const bob = game.join('bob', 1)
  Object.assign(ann, { x: 4.5, y: 4.5, coins: SHIELD.price })
  Object.assign(bob, { x: 20.5, y: 4.5, coins: BOMB.price * 2 })
  game.run(TICK_MS)
  useItem(game.state, game.bodies, 'ann', 'shield')
  Object.assign(bob, { x: 4.5, y: 4.5 })
  useItem(game.state, game.bodies, 'bob', 'bomb')
  expect(game.state.floor[4]?.[4]).toBe(1)
  Object.assign(ann, { x: 20.5, y: 15.5 })
  game.run(SHIELD.ms + 100)
  expect(ann.isShielded).toBe(false)
  expect(game.state.floor[4]?.[4]).toBe(2)
  expect(scores(game.state)).toEqual(countTiles(game.state))
})

test('a dash is faster for a moment, and then the legs are tired', () => {
  const game = createGame()
  const ann = game.join('ann')
  Object.assign(ann, { x: 2.5, y: 5.5 })
  game.head('ann', { x: 1, y: 0 })
  dash(game.state, game.bodies, 'ann')
  game.run(DASH.ms)
  const reached = ann.x
  expect(reached - 2.5).toBeGreaterThan((SPEED * DASH.ms * 2) / 1000)
  dash(game.state, game.bodies, 'ann')
  game.run(TICK_MS * 3)
  expect(ann.x - reached).toBeLessThan(1)
  expect(ann.isDashing).toBe(false)
})

test('tiles without a pause make a chain, each level is worth a coin, and a pause ends it', () => {
  const game = createGame()
  const ann = game.join('ann')
  Object.assign(ann, { x: 1.5, y: 3.5 })
  game.state.coins = {}
  game.options.mint.waitMs = 1e9
  game.head('ann', { x: 1, y: 0 })
  game.run((CHAIN_LEVEL / SPEED) * 1000 + 100)
  expect(game.levels).toEqual([1])
  expect(ann).toMatchObject({ combo: 1, coins: 1 })
  game.head('ann', { x: 0, y: 0 })
  game.run(1_000)
  expect(ann.combo).toBe(0)
})

test('mates leave each other their tiles, and their points are one sum', () => {
  const game = createGame({ mode: 'teams' })
  const [ann, bob] = [game.join('ann', 0), game.join('bob', 1)]
  Object.assign(ann, { x: 4.5, y: 4.5, team: 0 })
  Object.assign(bob, { x: 8.5, y: 4.5, team: 0 })
  game.run(TICK_MS)
  Object.assign(bob, { x: 4.5, y: 4.5 })
  game.run(TICK_MS)
  expect(game.state.floor[4]?.[4]).toBe(1)
  enterPhase(game.state, 'podium', game.options)
  expect(teamScores(game.state.podium)).toEqual([2, 0])
})

/** Plays each mission to its end, by what it is about. */
const DEEDS: Record<MissionName, (game: ReturnType<typeof createGame>, ann: Player) => void> = {
  collector({ state, run }, ann) {
    ann.coins = 0
    for (let count = 0; count < MISSIONS.collector.goal; count++) {
      state.coins = { c: { x: ann.x, y: ann.y } }
      run(TICK_MS)
    }
  },
  thief({ state, join, run }, ann) {
    join('bob', 1)
    for (const row of state.floor) row.fill(2)
    state.players['bob']!.score = COLUMNS * ROWS
    Object.assign(ann, { x: 1.5, y: 1.5 })
    for (let row = 0; row < 4; row++) {
      for (let column = 1; column < 26; column++) {
        Object.assign(ann, { x: column + 0.5, y: row + 1.5 })
        run(TICK_MS)
      }
    }
  },
  corners({ run }, ann) {
    for (const [x, y] of [
      [1, 1],
      [27, 1],
      [1, 17],
      [27, 17],
    ]) {
      Object.assign(ann, { x, y })
      run(TICK_MS)
    }
  },
  runner({ run }, ann) {
    for (let index = 0; index < MISSIONS.runner.goal; index++) {
      Object.assign(ann, { x: (index % 20) + 2.5, y: 3.5 + 2 * Math.floor(index / 20) })
      run(TICK_MS)
    }
  },
  bomber({ state, bodies, run }, ann) {
    for (const x of [5.5, 14.5]) {
      Object.assign(ann, { x, y: 8.5, coins: BOMB.price })
      useItem(state, bodies, 'ann', 'bomb')
      run(BOMB.cooldownMs + 100)
    }
  },
  sprinter({ state, bodies, run }) {
    for (let count = 0; count < MISSIONS.sprinter.goal; count++) {
      dash(state, bodies, 'ann')
      run(DASH.cooldownMs + 100)
    }
  },
}
test.each(MISSION_NAMES)('the mission "%s" counts what it is about, and pays at the podium', (mission) => {
  const game = createGame()
  const ann = game.join('ann')
  game.state.secrets['ann'] = { mission, progress: 0 }
  DEEDS[mission](game, ann)
  expect(game.state.secrets['ann']).toEqual({ mission, progress: MISSIONS[mission].goal })
  enterPhase(game.state, 'podium', game.options)
  const entry = game.state.podium.find(({ id }) => id === 'ann')!
  expect(entry).toMatchObject({ bonus: MISSION_BONUS, score: entry.tiles + MISSION_BONUS })
  expect(entry.mission).toEqual({ mission, progress: MISSIONS[mission].goal })
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

test('a round ends in a podium with everybody, and the next begins with a bare floor', () => {
  const game = createGame()
  for (let id = 0; id < 4; id++) game.join(`p${id}`, id)
  game.head('p2', { x: 1, y: 0.2 })
  game.run(TIMING.play * 1000 + 100)
  expect(game.state.phase).toBe('podium')
  expect(game.state.podium).toHaveLength(4)
  expect(game.state.podium[0]).toMatchObject({ id: 'p2', tiles: game.state.players['p2']?.score })
  expect(game.state.players['p2']?.wins).toBe(1)

  game.run(TIMING.podium * 1000)
  expect(game.state).toMatchObject({ phase: 'countdown', round: 2, podium: [] })
  game.run(TIMING.countdown * 1000)
  expect(game.state.phase).toBe('play')
  expect(game.state.players['p2']?.score).toBeLessThan(5)
  expect(Object.keys(game.state.secrets)).toHaveLength(4)
})

test('an open lobby starts by its clock, a private one waits for its host', () => {
  for (const isOpen of [true, false]) {
    const game = createGame({ isOpen })
    game.join('ann')
    enterPhase(game.state, 'lobby', game.options)
    game.run((TIMING.lobby + 1) * 1000)
    expect(game.state.phase).toBe(isOpen ? 'countdown' : 'lobby')
  }
})

test('phases of no length are left out', () => {
  const game = createGame()
  const timing = { ...TIMING, lobby: 0, countdown: 0 }
  enterPhase(game.state, 'lobby', { ...game.options, timing })
  expect(game.state).toMatchObject({ phase: 'play', secondsLeft: TIMING.play, phaseSeconds: TIMING.play })
})

test('a rematch needs more than half of the people; bots have no vote', () => {
  const game = createGame()
  for (const [color, id] of ['ann', 'bob', 'cleo'].entries()) game.join(id, color)
  game.join('bot', 9, true)
  enterPhase(game.state, 'podium', game.options)
  const people = ['ann', 'bob', 'cleo']
  game.state.rematch['ann'] = true
  expect(hasRematch(game.state, people)).toBe(false)
  game.state.rematch['bob'] = true
  expect(hasRematch(game.state, people)).toBe(true)
})

test('the first person is the host, and the next one takes over when they leave; a bot never does', () => {
  const game = createGame()
  game.join('bot', 0, true)
  for (const [color, id] of ['ann', 'bob'].entries()) game.join(id, color + 1)
  expect(game.state.host).toBe('ann')
  getUp(game.state, 'ann')
  expect(game.state.host).toBe('bob')
  getUp(game.state, 'bob')
  expect(game.state.host).toBe('')
})

test('a name changes at any time, a colour only between rounds and only to a free one', () => {
  const game = createGame()
  game.join('ann', 0)
  game.join('bob', 1)
  dress(game.state, 'ann', { name: 'Anna', color: 0 })
  expect(game.state.players['ann']?.name).toBe('Anna')
  expect(() => dress(game.state, 'ann', { name: 'Anna', color: 5 })).toThrow('between rounds')
  game.state.phase = 'lobby'
  expect(() => dress(game.state, 'ann', { name: 'Anna', color: 1 })).toThrow('has that colour')
  dress(game.state, 'ann', { name: 'Anna', color: 5 })
  expect(game.state.players['ann']?.color).toBe(5)
})

test('two of three others vote somebody out; a vote is taken back by giving it again', () => {
  const game = createGame()
  for (const [color, id] of ['ann', 'bob', 'cleo', 'dan'].entries()) game.join(id, color)
  game.join('bot', 9, true)
  expect(voteOut(game.state, 'dan', 'dan')).toBe(false)
  expect(voteOut(game.state, 'bot', 'ann')).toBe(false)
  expect(voteOut(game.state, '__proto__', 'ann')).toBe(false)
  expect(voteOut(game.state, 'dan', 'ann')).toBe(false)
  expect(voteOut(game.state, 'dan', 'ann')).toBe(false)
  expect(voteOut(game.state, 'dan', 'bob')).toBe(false)
  expect(voteOut(game.state, 'dan', 'cleo')).toBe(true)
})

test('the chat keeps its last thirty lines, as clean text of one line', () => {
  const game = createGame()
  game.join('ann')
  say(game.state, 'ann', '  <b>hi</b>\n\u202e there ')
  say(game.state, 'ann', '\u200b \n')
  say(game.state, 'ghost', 'boo')
  expect(game.state.chat).toMatchObject([{ by: 'ann', name: 'ann', text: '<b>hi</b> there' }])
  for (let line = 0; line < 40; line++) say(game.state, 'ann', `line ${line}`)
  expect(game.state.chat).toHaveLength(30)
  expect(game.state.chat.at(-1)).toMatchObject({ id: 41, text: 'line 39' })
})

test('a tick in which nobody moves and nothing is due writes nothing', () => {
  const game = createGame()
  game.join('ann')
  game.run(TICK_MS)
  const frozen = deepFreeze(game.state)
  const options = { ...game.options, watch: createStopwatch(), mint: { nextId: 1, waitMs: 1e6 } }
  expect(() => step(frozen, TICK_MS, options)).not.toThrow()
})

function deepFreeze<T extends object>(value: T): T {
  for (const child of Object.values(value)) if (typeof child === 'object' && child !== null) deepFreeze(child)
  return Object.freeze(value)
}
