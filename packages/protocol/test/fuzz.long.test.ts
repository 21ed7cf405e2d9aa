import { expect, test } from 'vitest'
import { fuzzDecoders } from './fuzz.js'

test('[FB5] a million harmful frames give messages or typed errors, in both formats', () => {
  const seed = Number(process.env['PP_SEED'])
  let read = 0
  for (let part = 0; part < 10; part++) read += fuzzDecoders(100_000, seed * 10 + part).read
  expect(read).toBeGreaterThan(10_000)
})
