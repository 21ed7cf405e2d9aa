import { expect, test } from 'vitest'
import { MAX_NAME_LENGTH, cleanName, readProfile } from '../src/shared/profile.js'

test.each([
  ['  Ann \n  Lee ', 'Ann Lee'],
  ['\u202Eevil\u0000', 'evil'],
  ['\u200B\u200B', ''],
  ['🦊'.repeat(40), '🦊'.repeat(MAX_NAME_LENGTH)],
])('the name %j is shown as %j', (typed, shown) => {
  expect(cleanName(typed)).toBe(shown)
})

test('a megabyte of name costs no more than its first characters', () => {
  expect(cleanName('x'.repeat(1_000_000))).toBe('x'.repeat(MAX_NAME_LENGTH))
})

test.each([
  undefined,
  null,
  7,
  'x',
  [],
  {},
  { name: 5, color: 'red' },
  { color: -1 },
  { color: 1e9 },
  { color: 0.5 },
])('options %j seat a nameless painter in the first colour instead of failing', (options) => {
  expect(readProfile(options)).toEqual({ name: 'Painter', color: 0 })
})

test('a proper profile arrives as it is', () => {
  expect(readProfile({ name: 'Ann', color: 7 })).toEqual({ name: 'Ann', color: 7 })
})
