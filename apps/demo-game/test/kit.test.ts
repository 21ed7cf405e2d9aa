// What the bar says, and what a gamepad means.
import { createFakeTime } from '@painda/testing'
import { expect, test } from 'vitest'
import { createPadReader, directionOfPad } from '../src/client/input/gamepad.js'
import { createLegs } from '../src/client/canvas/legs.js'
import { inWords } from '../src/client/kit/weather.js'
import { readCode } from '../src/client/invite-link.js'
import { DASH } from '../src/shared/items.js'

const FIGURES = { changes: 12, ms: 80.4, bytes: 240 }

test.each([
  ['resumed', 0, null, '12 changes missed, resumed in 80 ms, 240 bytes. Nothing lost, nothing twice.'],
  [
    'resumed',
    1,
    null,
    '12 changes missed and 1 event, resumed in 80 ms, 240 bytes. Nothing lost, nothing twice.',
  ],
  ['snapshot', 2, null, '12 changes missed and 2 events, a fresh snapshot came in 80 ms, 240 bytes.'],
  [
    'expired',
    0,
    'restart',
    'The session had ended (restart), a new one began in 80 ms, 240 bytes; 3 messages lost.',
  ],
] as const)(
  'a reconnect that became "%s" with %i events is told as it was',
  (outcome, missedCount, reason, words) => {
    expect(inWords({ outcome, missedCount, reason, lost: 3 }, FIGURES)).toBe(words)
  },
)

test('one change is one change', () => {
  const recovery = { outcome: 'resumed', missedCount: 0, reason: null, lost: 0 } as const
  expect(inWords(recovery, { changes: 1, ms: 0, bytes: 9 })).toContain('1 change missed, resumed in 1 ms')
})

const pad = (axes: number[], ...down: number[]) => ({
  axes,
  buttons: Array.from({ length: 16 }, (_, index) => ({ pressed: down.includes(index) })),
})

test('a stick at rest is still, a pushed one walks, the cross beats the stick', () => {
  expect(directionOfPad(pad([0.1, -0.2]))).toEqual({ x: 0, y: 0 })
  expect(directionOfPad(pad([1, 0.03]))).toEqual({ x: 1, y: 0 })
  expect(directionOfPad(pad([1, 0], 14))).toEqual({ x: -1, y: 0 })
})

test('a button that is held is one press', () => {
  const reader = createPadReader()
  expect(reader.read(pad([0, 0], 0))?.pressed).toEqual(['dash'])
  expect(reader.read(pad([0, 0], 0))?.pressed).toEqual([])
  expect(reader.read(pad([0, 0]))?.pressed).toEqual([])
  expect(reader.read(pad([0, 0], 0, 3))?.pressed).toEqual(['dash', 'bomb'])
  expect(reader.read(null)).toBeNull()
})

test('the own dash is asked for no more often than the server grants it', () => {
  const time = createFakeTime()
  const legs = createLegs()
  expect(legs.dash(time.now())).toBe(true)
  expect(legs.dash(time.now() + DASH.cooldownMs - 1)).toBe(false)
  expect(legs.isDashing(time.now() + DASH.ms - 1)).toBe(true)
  expect(legs.isDashing(time.now() + DASH.ms)).toBe(false)
  expect(legs.dash(time.now() + DASH.cooldownMs)).toBe(true)
})

test.each([
  [' d6ex4-2e821 ', 'D6EX4-2E821'],
  ['https://game.example/#join=D6EX4-2E821', 'D6EX4-2E821'],
  ['<script>', null],
  ['', null],
  ['x'.repeat(500), null],
])('%j is read as the code %j', (text, code) => expect(readCode(text)).toBe(code))
