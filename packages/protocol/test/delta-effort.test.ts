// The effort of aligning lists, counted in comparisons: inputs that make a search for edits slow must not make ours slow.
import { createRandom } from '@painda/protocol'
import { expect, test } from 'vitest'
import { alignByKey } from '../src/delta/keyed.js'
import { alignLists } from '../src/delta/myers.js'

const SIZE = 4000
const random = createRandom(7)
const list = (item: (i: number) => unknown, size = SIZE): unknown[] =>
  Array.from({ length: size }, (_, i) => item(i))

/** Pairs of lists on which greedy searches run long: nearly periodic, of two letters, reversed, torn apart. */
const adversaries: [string, unknown[], unknown[]][] = [
  ['two letters, at random', list(() => random.int(0, 1)), list(() => random.int(0, 1))],
  ['a period of two against one of three', list((i) => i % 2), list((i) => i % 3)],
  ['one long run against a broken one', list(() => 0), list((i) => (i % 9 === 8 ? 1 : 0))],
  ['reversed', list((i) => i), list((i) => SIZE - i)],
  ['nothing in common', list((i) => i), list((i) => -1 - i)],
  ['every second item gone', list((i) => i), list((i) => i * 2, SIZE / 2)],
]

test.each(adversaries)('[DL12] the search gives up after a bounded number of comparisons: %s', (_, a, b) => {
  let comparisons = 0
  alignLists(a, b, (i, j) => {
    comparisons++
    return a[i] === b[j]
  })
  // A round is finished before its price is looked at, so the budget may be passed by one round.
  expect(comparisons).toBeLessThan(2 * (8 * (a.length + b.length) + 10_000))
})

test('[DL12] a short edit is found wherever it is in a long list', () => {
  const before = list((i) => i % 50, 20_000)
  const after = [...before]
  after.splice(19_000, 3)
  after.splice(10, 0, 'new')
  const kept = alignLists(before, after) ?? []
  expect(kept.reduce((sum, { length }) => sum + length, 0)).toBe(before.length - 3)
  for (const { i, j, length } of kept) expect(after.slice(j, j + length)).toEqual(before.slice(i, i + length))
})

test('[DL11] keyed lists need one move per item that left the order, however they were shuffled', () => {
  const before = list((i) => i, 500)
  const reversed = [...before].reverse()
  expect(alignByKey(before, reversed)?.moves).toHaveLength(499)
  const [first, ...rest] = before
  expect(alignByKey(before, [...rest, first])?.moves).toEqual([[0, 499]])
  // The same key twice names nobody.
  expect(alignByKey([1, 1], [1, 2])).toBeUndefined()
})
