// The list of numbers that all objects of a tracker share, over more ticks than it keeps.
import { expect, test } from 'vitest'
import { NumberLog } from '../src/delta/track-written.js'
import { createTracker, patchImmutable } from '../src/delta/index.js'
import { createRandom } from '../src/random.js'

const TICKS = 5_000

test('objects that come and go leave nothing behind in it', () => {
  const log = new NumberLog()
  let longest = 0
  for (let tick = 0; tick < TICKS; tick++) {
    // A shot is a stretch of two fields; a burst is a thousand of them.
    for (let shot = 0; shot < (tick === 10 ? 1_000 : 1); shot++) log.begin()
    log.settle()
    if (tick > TICKS / 2) longest = Math.max(longest, log.values.length)
  }
  expect(longest).toBeGreaterThan(0)
  expect(longest).toBeLessThanOrEqual(8 * 1024)
})

test('a replica follows over all its beginnings, with objects that stay, rest, come and go', () => {
  interface Body {
    x: number
    y: number
    hp?: number | string
  }
  const random = createRandom(11)
  const tracker = createTracker<{ bodies: Record<string, Body> }>({
    bodies: { ann: { x: 0, y: 0 }, bob: { x: 1, y: 1, hp: 5 } },
  })
  let replica = structuredClone(tracker.state)
  const { bodies } = tracker.draft
  for (let tick = 0; tick < TICKS; tick++) {
    for (const [name, body] of Object.entries(bodies)) {
      if (random.next() < 0.5) body.x += 1
      if (random.next() < 0.1) body.y = body.x
      if (random.next() < 0.02) body.hp = tick % 3 === 0 ? 'none' : tick
      if (random.next() < 0.05 && name.startsWith('shot')) delete bodies[name]
    }
    if (random.next() < 0.1) bodies[`shot${tick}`] = { x: tick, y: 0 }
    const delta = tracker.commit()
    if (delta !== undefined) replica = patchImmutable(replica, delta)
    expect(replica).toEqual(tracker.state)
  }
})
