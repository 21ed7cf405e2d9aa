// What multiplayer tests assert, under Vitest; `assert.node.mjs` does the same under node:test.
import { execFile } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import '../src/vitest.js'
import { assertConverge, assertPresent, assertReceived, createHarness, recordMessages } from '../src/index.js'
import { Board, contract, defineBoard } from './board.js'

async function boardOfTwo() {
  const harness = createHarness({ contract, setup: defineBoard, clients: 2 })
  const [room, other] = harness.clients.map((client) => client.join(Board))
  await harness.settle()
  const [ada, ben] = harness.clients
  if (room === undefined || other === undefined || ada === undefined || ben === undefined)
    throw new Error('There are two.')
  return { harness, room, ada, ben }
}

test('toConverge lets everything come to rest and agrees', async () => {
  const { harness, room } = await boardOfTwo()
  room.send('set', { key: 'x', value: 1 })
  await expect(harness).toConverge()
  await assertConverge(harness)
  await harness.close()
})

test('toConverge names client and path of a replica that differs', async () => {
  const { harness, room, ben } = await boardOfTwo()
  room.send('set', { key: 'x', value: 1 })
  await harness.settle()
  ben.rooms()[0]?.optimistic((state) => ({ ...state, cells: { x: 7 } }))
  const failed = expect(harness).toConverge({ limitMs: 500 })
  await expect(failed).rejects.toThrow(/p2, room "board:[^"]+", cells\.x: the server has 1, the client 7/)
  await expect(assertConverge(harness, { limitMs: 500 })).rejects.toThrow(/cells\.x/)
  await harness.close()
})

test('toConverge names the path of a state that the server changed and never sent', async () => {
  const { harness } = await boardOfTwo()
  const [room] = harness.server.rooms()
  // Past the tracker, as a fault in a server would: only writes of `update` and hooks are seen and sent.
  const state: unknown = room?.state
  const { cells } = state as { cells: Record<string, number> }
  cells['planted'] = 9
  await expect(expect(harness).toConverge({ limitMs: 3_000 })).rejects.toThrow(
    /p1, room "[^"]+", cells\.planted: the server has 9, the client nothing/,
  )
  await harness.close()
})

test('toHaveReceived finds type and payload, and names what came instead', async () => {
  const { harness, ada, ben } = await boardOfTwo()
  expect(ada).not.toHaveReceived('said')
  harness.server.rooms()[0]?.broadcast('said', { text: 'hello' })
  await harness.settle()
  expect(ada).toHaveReceived('said')
  expect(ben).toHaveReceived('said', { text: 'hello' })
  expect(ben).not.toHaveReceived('said', { text: 'bye' })
  expect(() => assertReceived(ada, 'said', { text: 'bye' })).toThrow(/What came: "said" \{"text":"hello"\}/)
  expect(() => expect(ada).toHaveReceived('boom')).toThrow(/not received "boom"/)
  await harness.close()
})

test('a failure names who, and of a long payload the place that differs', async () => {
  const { harness, ada } = await boardOfTwo()
  harness.server.rooms()[0]?.broadcast('said', { text: 'x'.repeat(500) })
  await harness.settle()
  expect(() => expect(ada).toHaveReceived('said', { text: 'bye' })).toThrow(
    /^p1 has not received "said" with \{"text":"bye"\}\. What came: "said" .{100,130}…\. The last one differs at text: expected "bye", came "x+…\.$/,
  )
  expect(() => expect(ada).toHaveReceived('said', { text: 1n })).toThrow(/with \{"text":"1n"\}/)
  expect(() => expect(ada).not.toHaveReceived('said')).toThrow('p1 has received "said".')
  expect(() => assertPresent(harness.client({ name: 'late' }), ada.rooms()[0]!)).toThrow(
    'late is not present. Present: p1, p2.',
  )
  await harness.close()
})

test('what is no harness, client or room is called that, also behind "not"', async () => {
  const { harness, room, ada } = await boardOfTwo()
  const nobody = undefined as unknown as typeof ada
  await expect(expect(room).not.toConverge()).rejects.toThrow(
    'Only a harness can converge. Write expect(harness)',
  )
  expect(() => expect(nobody).not.toHaveReceived('said')).toThrow(
    'should be a client, and there is undefined',
  )
  expect(() => expect(nobody).not.toBePresent(room)).toThrow('createHarness({ clients: n }) has n of them')
  const nowhere = undefined as unknown as typeof room
  expect(() => expect(ada).not.toBePresent(nowhere)).toThrow('the handle that client.join returned')
  await harness.close()
})

test('a client that nobody recorded is told apart from one that received nothing', () => {
  const silent = { onAny: () => () => {} }
  expect(() => assertReceived(silent, 'said')).toThrow(/were not recorded/)
  recordMessages(silent)
  expect(() => assertReceived(silent, 'said')).toThrow(/Nothing came/)
})

test('toBePresent asks the list of a room, and somebody without a connection is not', async () => {
  const { harness, room, ada, ben } = await boardOfTwo()
  expect(ben).toBePresent(room)
  assertPresent(ada, room)
  ben.net.offline()
  ben.net.cut()
  await harness.time.advance(1_000)
  expect(ben).not.toBePresent(room)
  expect(() => assertPresent(ben, room)).toThrow(/p2 is not present\. Present: p1\./)
  await harness.close()
})

test('toBePresent knows a client that is listed under the id of its user', async () => {
  const harness = createHarness({
    clients: 2,
    setup(server) {
      server.use((client, next) => {
        client.userContext = { sub: `user of ${client.id}` }
        next()
      })
      server.room('lounge', {})
    },
  })
  const [ada, ben] = harness.clients
  const hers = ada!.join('lounge')
  await harness.settle()
  expect(ada).toBePresent(hers)
  expect(ben).not.toBePresent(hers)
  const his = ben!.join('lounge')
  await harness.settle()
  for (const room of [hers, his, harness.server.getRoom('lounge')!]) expect(ben).toBePresent(room)
  await harness.close()
})

test('the same assertions work under node:test', async () => {
  const file = fileURLToPath(new URL('assert.node.mjs', import.meta.url))
  // The runner would take this for one of its own children otherwise.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const { stdout } = await promisify(execFile)(process.execPath, ['--test', '--test-reporter=tap', file], {
    env,
  })
  expect(stdout).toMatch(/^# pass 2$/m)
  expect(stdout).toMatch(/^# fail 0$/m)
})
