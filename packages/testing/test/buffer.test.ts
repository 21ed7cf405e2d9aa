// A full offline buffer against a server that counts.
import { expect, test } from 'vitest'
import { createHarness } from '../src/index.js'
import { contract, type BoardContract } from './board.js'

test('[OB4] a brand-new session with a thousand messages to say loses none to the rate limit, and keeps their order', async () => {
  const heard: number[] = []
  const harness = createHarness<BoardContract>({
    contract,
    setup: (server) => void server.on('note', (_client, { n }) => void heard.push(n)),
  })
  const client = harness.client({ autoConnect: false })
  const errors: string[] = []
  client.on('error', ({ code }) => void errors.push(code))
  for (let n = 0; n < 1_000; n++) client.emit('note', { n })
  client.connect()
  await harness.time.advance(500)
  // What is said meanwhile comes after what waited, and a question of the application's own is not lost either.
  for (let n = 1_000; n < 1_050; n++) client.emit('note', { n })
  await harness.time.advance(5_000)
  expect(errors).toEqual([])
  expect(heard).toEqual(Array.from({ length: 1_050 }, (_, n) => n))
  await harness.close()
})

test('[OB4] a cut in the middle of it loses nothing and doubles nothing', async () => {
  const heard: number[] = []
  const harness = createHarness<BoardContract>({
    contract,
    setup: (server) => void server.on('note', (_client, { n }) => void heard.push(n)),
  })
  const client = harness.client({ autoConnect: false })
  for (let n = 0; n < 900; n++) client.emit('note', { n })
  client.connect()
  await harness.time.advance(300)
  client.net.cut()
  await harness.time.advance(10_000)
  expect(heard).toEqual(Array.from({ length: 900 }, (_, n) => n))
  await harness.close()
})

test('[OB4] a server without a limit gets all of it in one go', async () => {
  let count = 0
  const harness = createHarness<BoardContract>({
    contract,
    serverOptions: { maxMessagesPerSecond: 0 },
    setup: (server) => void server.on('note', () => void count++),
  })
  const client = harness.client({ autoConnect: false })
  for (let n = 0; n < 1_000; n++) client.emit('note', { n })
  client.connect()
  await harness.time.advance(20)
  expect(count).toBe(1_000)
  await harness.close()
})
