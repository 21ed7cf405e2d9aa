// Floods of messages of a few bytes. What is refused must not cost more than reading it did: an error notes where it was
// made, which takes ten times as long.
import type { Message } from '@painda/protocol'
import { expect, test, vi } from 'vitest'
import { createKit } from './peer-kit.js'

const made = vi.hoisted(() => ({ errors: 0 }))

vi.mock('@painda/protocol', async (original) => {
  const protocol = await original<typeof import('@painda/protocol')>()
  class CountedError extends protocol.PPError {
    constructor(...how: ConstructorParameters<typeof protocol.PPError>) {
      super(...how)
      made.errors++
    }
  }
  return { ...protocol, PPError: CountedError }
})

const FLOODS: readonly (readonly [name: string, message: Message])[] = [
  ['events', { kind: 'event', type: 'a' }],
  ['questions', { kind: 'event', type: 'a', ackId: 1 }],
  ['events of rooms it is not in', { kind: 'event', type: 'a', room: 'b' }],
  ['joins', { kind: 'join', how: 'join', room: 'b', ackId: 1 }],
  ['zones', { kind: 'interest', room: 'b', zones: [] }],
  ['answers that nobody asked for', { kind: 'ack', ackId: 1, error: { code: 'REFUSED', message: '' } }],
]

test.each(FLOODS)('[LM1] no error is made for each of four thousand refused %s', async (_name, message) => {
  const { join, settle } = createKit({ maxMessagesPerSecond: 10 })
  const peer = await join()
  made.errors = 0
  peer.say(...Array.from({ length: 4000 }, () => message))
  await settle()
  expect(made.errors).toBeLessThanOrEqual(20)
  expect(peer.closed).toBeNull()
  const isAnswered = message.kind === 'join' || (message.kind === 'event' && message.ackId !== undefined)
  expect(peer.of('ack')).toHaveLength(isAnswered ? 4000 : 0)
})
