import { expect, test } from 'vitest'
import { preview } from '../src/preview.js'
import { visible } from '../src/visible.js'

test('what turns a line around, hides in it or breaks it is written out', () => {
  expect(visible('ab\u202egnp.exe')).toBe('ab\\u202egnp.exe')
  expect(visible('a\u200bb\u2066c\u0007\n\ud800')).toBe('a\\u200bb\\u2066c\\u0007\\u000a\\ud800')
})

test('scripts from right to left, joined emoji and whole pairs stay what they are', () => {
  for (const text of ['שלום', 'مرحبا', '👩‍👩‍👧', '𝒳', 'Zoë']) expect(visible(text)).toBe(text)
})

test('a name of a megabyte is cut, and so are a key and a text of one', () => {
  const huge = 'x'.repeat(1_000_000)
  expect(visible(huge)).toHaveLength(301)
  expect(preview({ [huge]: huge })).toHaveLength(160)
  expect(preview({ 'a\u202e': 'b\u202e' })).toBe('{a\\u202e: "b\\u202e"}')
})
