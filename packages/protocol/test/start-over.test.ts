// When a view starts over: names of what has come and gone are no use to anybody, and a snapshot costs everybody.
import { createViewEncoder, createWireCodec } from '@painda/protocol'
import type { ViewEncoder } from '@painda/protocol'
import { expect, test } from 'vitest'

const NAME = 'shot-0000000'

/** A view of a state with `trees` that stay and one shot at a time, each under a name of its own. */
function createRange(trees: number, channel = 64) {
  const forest = Object.fromEntries(Array.from({ length: trees }, (_, at) => [`t${at}`, at * 3.7]))
  const view: ViewEncoder = createViewEncoder(channel)
  let version = 0
  const stateNow = () => ({ forest, shots: version === 0 ? {} : { [nameOf(version)]: version } })
  return {
    view,
    snapshot: (): Uint8Array =>
      view.snapshot({ kind: 'snapshot', room: 'r', version, tick: version, state: stateNow() }),
    /** Names told until the view is full. */
    shootUntilFull(most: number): number {
      for (let shots = 1; shots <= most; shots++) {
        const from = version++
        const gone = from === 0 ? {} : { [nameOf(from)]: { __pp_deleted: true } }
        const delta = { shots: { ...gone, [nameOf(version)]: version } }
        view.delta({ kind: 'delta', room: 'r', from, to: version, tick: version, delta })
        if (view.isFull) return shots
      }
      return Infinity
    },
  }
}

const nameOf = (number: number): string => `shot-${String(number).padStart(7, '0')}`

test('a view starts over once a thousand names have passed', () => {
  const range = createRange(10)
  range.snapshot()
  expect(range.shootUntilFull(2000)).toBe(1025)
})

test('a large one only once they have cost more than two of its snapshots', () => {
  const range = createRange(5000)
  const { length } = range.snapshot()
  // Who comes later gets a larger one, which changes nothing.
  range.shootUntilFull(100)
  expect(range.snapshot().length).toBeGreaterThan(length)
  const shots = 100 + range.shootUntilFull(20_000)
  expect(shots * NAME.length).toBeGreaterThan(2 * length)
  expect((shots - 2) * NAME.length).toBeLessThanOrEqual(2 * length)
})

test('one that nobody has had yet starts over too: who joins then gets what there is and not what was', () => {
  expect(createRange(5000).shootUntilFull(2000)).toBe(1024)
})

test('views that are made together and see the same do not start over together', () => {
  for (const trees of [10, 1000]) {
    const when = Array.from({ length: 16 }, (_, at) => {
      const range = createRange(trees, 100 + 4 * at)
      range.snapshot()
      return range.shootUntilFull(10_000)
    })
    // Each after another shot, and the last after half as many again as the first.
    expect(new Set(when).size).toBe(16)
    expect(Math.max(...when) / Math.min(...when)).toBeLessThan(1.5)
  }
})

test('a state that needs nearly all names there are starts over with half of the others, not with every change', () => {
  const range = createRange(63_000)
  const codec = createWireCodec()
  codec.decode(range.snapshot())
  expect(range.view.isFull).toBe(false)
  const shots = range.shootUntilFull(3000)
  expect(shots).toBeGreaterThan(1000)
  // And a receiver still has room for it.
  expect(() => codec.decode(range.snapshot())).not.toThrow()
})
