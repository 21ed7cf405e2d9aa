// Nesting: what a peer may send must fit where the server puts it.
import { defineRoom, MAX_DEPTH } from '@painda/protocol'
import { expect, test } from 'vitest'
import { createKit } from './peer-kit.js'

function nested(levels: number): unknown {
  let value: unknown = 1
  for (let level = 0; level < levels; level++) value = [value]
  return value
}

test('[PR2] no presence, however deep, keeps the others from seeing who is here', async () => {
  const { server, time, join, settle } = createKit()
  server.define(defineRoom({ name: 'table', state: () => ({}) }), { mayChooseId: () => true })
  for (let levels = MAX_DEPTH - 6; levels <= MAX_DEPTH + 2; levels++) {
    const [deep, other] = [await join(), await join()]
    const room = `r${levels}`
    for (const peer of [deep, other])
      peer.say({ kind: 'join', ackId: 1, how: 'joinOrCreate', name: 'table', room })
    await settle()
    try {
      deep.say({ kind: 'presence', room, data: nested(levels) })
    } catch {
      // Not even our own encoder says it.
      continue
    }
    other.say({ kind: 'presence', room, data: 'hello' })
    await settle()
    await time.advance(100)
    const late = await join()
    late.say({ kind: 'join', ackId: 1, how: 'join', room })
    await settle()
    const last = other.of('presences').flatMap(({ set }) => set)
    expect(
      last.find(({ data }) => data === 'hello'),
      `${levels} levels`,
    ).toBeDefined()
    expect(late.of('presences')[0]?.set, `${levels} levels`).toHaveLength(3)
  }
})
