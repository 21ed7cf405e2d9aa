import { expect, test } from 'vitest'
import { refuse } from '../src/refuse.js'
import { createTestRooms } from './room-kit.js'

test('[RM7] a room without a definition hears what it has handlers for, and answers what it is asked', async () => {
  const kit = createTestRooms()
  const board = kit.rooms.room(
    'board',
    { lines: [] as string[] },
    {
      messages: {
        line: ({ state }, text) => void state.lines.push(String(text)),
      },
      requests: {
        count: ({ state }) => state.lines.length,
        clear({ state, client }) {
          if (client.id !== 'ann') refuse('Only Ann may.')
          state.lines = []
        },
      },
    },
  )
  const [ann, bob] = [kit.member('ann'), kit.member('bob')]
  for (const member of [ann, bob]) await kit.join(member, { how: 'join', room: 'board' })
  await kit.send(ann, { type: 'line', room: 'board', payload: 'one' })
  await kit.send(bob, { type: 'line', room: 'board', payload: 2 })
  expect(await kit.send(bob, { type: 'count', room: 'board', ackId: 2 })).toMatchObject({ data: 2 })
  expect(await kit.send(bob, { type: 'clear', room: 'board', ackId: 3 })).toEqual({
    error: { code: 'REFUSED', message: 'Only Ann may.' },
  })
  await kit.ticks(1)
  expect(bob.state('board')).toEqual({ lines: ['one', '2'] })
  expect(board.state).toEqual(bob.state('board'))

  // What it has no handler for, and names that every object has.
  for (const type of ['rows', 'toString', '__proto__'])
    expect(await kit.send(bob, { type, room: 'board', ackId: 4 })).toMatchObject({
      error: { code: 'UNKNOWN_TYPE' },
    })
})
