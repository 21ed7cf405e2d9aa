// What the canvas shows between two frames, as pure functions of samples and time.
import { expect, test } from 'vitest'
import { createMotion, sampleAt } from '../src/client/canvas/motion.js'
import { createOwnMotion } from '../src/client/canvas/own-motion.js'
import { layoutFor, turn } from '../src/client/canvas/layout.js'
import { directionOfDrag, directionOfKeys } from '../src/client/input/steering.js'
import { COLUMNS, ROWS } from '../src/shared/game.js'
import { SPEED } from '../src/shared/walk.js'

const TICK_MS = 100
const at = (tick: number, x: number) => ({ tick, positions: new Map([['ann', { x, y: 0 }]]) })

test('between two ticks a player is shown between the two places', () => {
  const samples = [at(10, 1), at(12, 3)]
  expect(sampleAt(samples, 'ann', 11)).toEqual({ x: 2, y: 0 })
  expect(sampleAt(samples, 'ann', 10.5)).toEqual({ x: 1.5, y: 0 })
})

test('before the first and after the last sample a player rests there; a stranger is nowhere', () => {
  const samples = [at(10, 1), at(12, 3)]
  expect(sampleAt(samples, 'ann', 2)).toEqual({ x: 1, y: 0 })
  expect(sampleAt(samples, 'ann', 99)).toEqual({ x: 3, y: 0 })
  expect(sampleAt(samples, 'bob', 11)).toBeUndefined()
  expect(sampleAt([], 'ann', 11)).toBeUndefined()
})

test('a steady walk is shown steadily although frames arrive in bursts', () => {
  const motion = createMotion(TICK_MS, 300)
  const shown: number[] = []
  for (let now = 0; now <= 3_000; now += 50) {
    // Ticks 1 … 30; those of every second 200 ms arrive together at its end.
    if (now % 200 === 0)
      for (const tick of [now / TICK_MS - 1, now / TICK_MS]) motion.push(at(tick, tick), now)
    if (now >= 1_000) shown.push(motion.at('ann', now)?.x ?? NaN)
  }
  const steps = shown.slice(1).map((x, index) => x - (shown[index] ?? NaN))
  expect(Math.min(...steps)).toBeGreaterThan(0.45)
  expect(Math.max(...steps)).toBeLessThan(0.55)
})

test('a walk that starts after a pause starts at once and not as a slow slide', () => {
  const motion = createMotion(TICK_MS, 0)
  motion.push(at(1, 5), 100)
  motion.push(at(51, 6), 5_100)
  expect(motion.at('ann', 5_000)?.x).toBe(5)
  expect(motion.at('ann', 5_100)?.x).toBe(6)
})

test('a restarted server, whose ticks begin again, is followed at once', () => {
  const motion = createMotion(TICK_MS, 0)
  motion.push(at(5_000, 1), 500_000)
  motion.push(at(3, 9), 500_100)
  expect(motion.at('ann', 500_100)?.x).toBe(9)
})

test('the own player answers in the same frame and ends where the server has it', () => {
  const own = createOwnMotion()
  const still = { x: 0, y: 0 }
  const right = { x: 1, y: 0 }
  own.next({ x: 5, y: 5 }, { direction: still, isDashing: false, dtMs: 16, leadMs: 80 })
  expect(
    own.next({ x: 5, y: 5 }, { direction: right, isDashing: false, dtMs: 16, leadMs: 80 }).x,
  ).toBeGreaterThan(5)

  let server = { x: 5, y: 5 }
  for (let frame = 0; frame < 60; frame++) {
    server = { x: server.x + SPEED / 60, y: 5 }
    own.next(server, { direction: right, isDashing: false, dtMs: 1000 / 60, leadMs: 80 })
  }
  let last = server
  for (let frame = 0; frame < 60; frame++)
    last = own.next(server, { direction: still, isDashing: false, dtMs: 1000 / 60, leadMs: 80 })
  expect(last.x).toBeCloseTo(server.x, 2)
})

test('another place is jumped to, not slid to', () => {
  const own = createOwnMotion()
  own.next({ x: 2, y: 2 }, { direction: { x: 0, y: 0 }, isDashing: false, dtMs: 16, leadMs: 80 })
  expect(
    own.next({ x: 20, y: 12 }, { direction: { x: 0, y: 0 }, isDashing: false, dtMs: 16, leadMs: 80 }),
  ).toEqual({ x: 20, y: 12 })
})

test('the floor fits any screen, turned on an upright one, and turning twice changes nothing', () => {
  expect(layoutFor(1100, 780)).toMatchObject({ turned: false, tile: 39, width: 39 * COLUMNS })
  const phone = layoutFor(366, 600)
  expect(phone).toMatchObject({ turned: true, tile: 20, width: 20 * ROWS, height: 20 * COLUMNS })
  expect(turn(turn({ x: 3, y: 4 }, phone), phone)).toEqual({ x: 3, y: 4 })
})

test.each([
  [['KeyW'], { x: 0, y: -1 }],
  [['ArrowRight', 'KeyD'], { x: 1, y: 0 }],
  [['KeyA', 'ArrowRight'], { x: 0, y: 0 }],
  [['KeyS', 'KeyD'], { x: 0.71, y: 0.71 }],
  [['Space'], { x: 0, y: 0 }],
])('keys %j walk %j', (keys, direction) => {
  expect(directionOfKeys(new Set(keys))).toEqual(direction)
})

test('a resting thumb stands, a trembling one sends nothing new, a far one runs', () => {
  const from = { x: 100, y: 100 }
  expect(directionOfDrag(from, { x: 105, y: 103 })).toEqual({ x: 0, y: 0 })
  expect(directionOfDrag(from, { x: 170, y: 101 })).toEqual(directionOfDrag(from, { x: 171, y: 98 }))
  expect(directionOfDrag(from, { x: 100, y: 300 })).toEqual({ x: 0, y: 1 })
})
