// The harness itself: what it promises to the tests that are written on it.
import { defineRoom, type } from '@painda/protocol'
import { expect, test } from 'vitest'
import { createHarness } from '../src/index.js'

const Board = defineRoom({
  name: 'board',
  state: () => ({ cells: {} as Record<string, number> }),
  messages: { set: type<{ key: string; value: number }>() },
})

test('first', async () => {
  const harness = createHarness({
    clients: 2,
    setup: (server) =>
      server.define(Board, {
        messages: { set: (ctx, { key, value }) => void (ctx.state.cells[key] = value) },
      }),
  })
  const [a, b] = harness.clients
  const boards = [a!.join(Board), b!.join(Board)]
  await harness.settle()
  boards[0]!.send('set', { key: 'x', value: 1 })
  await harness.settle()
  expect(boards[1]!.state).toEqual({ cells: { x: 1 } })
  expect(harness.converged()).toEqual({ converged: true, differences: [] })
  a!.net.cut()
  boards[1]!.send('set', { key: 'y', value: 2 })
  await harness.settle()
  expect(boards[0]!.state).toEqual({ cells: { x: 1, y: 2 } })
  await harness.close()
})
