// The assertions under node:test, from the package as it is built. `assert.test.ts` runs this file.
import assert from 'node:assert/strict'
import test from 'node:test'
import { assertPresent, assertReceived, createHarness, assertConverge } from '@painda/testing'

void test('a room of two converges, and both hear what is said in it', async () => {
  const harness = createHarness({ clients: 2, setup: (server) => void server.room('lobby', { count: 0 }) })
  const rooms = harness.clients.map((client) => client.join('lobby'))
  await assertConverge(harness)
  harness.server.getRoom('lobby').broadcast('said', { text: 'hello' })
  await harness.settle()
  for (const client of harness.clients) assertReceived(client, 'said', { text: 'hello' })
  assertPresent(harness.clients[0], rooms[1])
  await harness.close()
})

void test('what did not come fails', async () => {
  const harness = createHarness({ clients: 1 })
  await harness.settle()
  assert.throws(() => assertReceived(harness.clients[0], 'said'), /not received "said"/)
  await harness.close()
})
