// What is kept for a peer that may come back, beside a list that is plainly right.
import { createRandom, createWireCodec } from '@painda/protocol'
import { expect, test } from 'vitest'
import { createOutbox } from '../src/outbox.js'
import { outgoing } from '../src/outgoing.js'

const MAX = 700
const codec = createWireCodec()
const seed = Number(process.env['PP_SEED'] ?? 1)

test('[RC3] of a thousand steps in which a peer confirms, falls behind and comes back, what is kept is the newest, in order', () => {
  const random = createRandom(seed)
  const below = (most: number): number => Math.floor(random.next() * most)
  const outbox = createOutbox({ codec, maxMessages: MAX, maxBytes: 1_000_000 })
  const all: number[] = []
  let confirmed = 0
  const oldest = (): number => Math.max(confirmed, all.length - MAX)
  for (let step = 0; step < 1000; step++) {
    const count = below(4) === 0 ? below(900) : below(10)
    for (let n = 0; n < count; n++) {
      const room = `room ${all.length}`
      const isMove = all.length % 7 === 0
      outbox.push(
        outgoing(
          isMove ? { kind: 'left', room, reason: 'left' } : { kind: 'event', type: 'n', payload: room },
        ),
      )
      all.push(all.length)
    }
    if (below(3) === 0) {
      confirmed = Math.max(confirmed, oldest() + below(all.length - oldest() + 1))
      outbox.confirm(confirmed)
    }
    expect(outbox.sent(), `step ${step} of seed ${seed}`).toBe(all.length)
    expect(outbox.kept().messages).toBe(all.length - oldest())
    const asked = oldest() + below(all.length - oldest() + 1)
    const moved = all.slice(asked).filter((n) => n % 7 === 0)
    expect(outbox.inspect(asked)).toEqual({
      outcome: 'kept',
      missed: all.length - asked,
      moved: new Set(moved.map((n) => `room ${n}`)),
    })
    if (oldest() > 0)
      expect(outbox.inspect(oldest() - 1)).toEqual({ outcome: 'overflow', lost: all.length - oldest() + 1 })
    outbox.take()
    if (below(20) > 0) continue
    outbox.hold()
    confirmed = oldest() + below(all.length - oldest() + 1)
    outbox.restore(confirmed)
    const again = outbox.take().map(({ message }) => {
      if (message.kind === 'event') return message.payload
      return message.kind === 'left' ? message.room : message.kind
    })
    expect(again, `step ${step} of seed ${seed}`).toEqual(all.slice(confirmed).map((n) => `room ${n}`))
  }
  outbox.confirm(all.length)
  expect(outbox.kept()).toEqual({ messages: 0, bytes: 0 })
})
