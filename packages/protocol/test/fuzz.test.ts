import { expect, test } from 'vitest'
import { fuzzDecoders } from './fuzz.js'

test('[FB5] 10,000 harmful frames give messages or typed errors, in both formats', () => {
  const { read, refused } = fuzzDecoders(10_000, Number(process.env['PP_SEED']))
  // Both happen, or the generator makes no sense.
  expect(read).toBeGreaterThan(100)
  expect(refused).toBeGreaterThan(1000)
})
