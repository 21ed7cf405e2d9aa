// A bot at a server that is none any more: what a real one does with it stands in desk.test.ts.
// @vitest-environment node
import { createRandom, defineContract, defineRoom, type Transport } from '@painda/protocol'
import { createFakeTime, createHarness } from '@painda/testing'
import { expect, onTestFinished, test } from 'vitest'
import { createBot, type BotOptions } from '../src/vite/bot.js'

function hire(accept: (transport: Transport) => void) {
  const time = createFakeTime()
  const { gone, options } = listening()
  createBot({ ...options, accept, time })
  return { time, gone }
}

/** What a bot is made with, and what is heard of it. */
function listening() {
  const gone: (string | null)[] = []
  let ins = 0
  const options: Omit<BotOptions, 'accept' | 'time'> = {
    id: 'bot-1',
    room: 'table-1',
    options: null,
    repertoire: [],
    random: createRandom(1),
    onIn: () => void ins++,
    onGone: (why) => gone.push(why),
  }
  return { gone, options, ins: () => ins }
}

test('a bot whose server closes every connection gives up, says why, and leaves no timer', async () => {
  const { time, gone } = hire((transport) => transport.close(1001, 'closed'))
  await time.advance(3_000)
  expect(gone).toEqual([])
  await time.advance(2_000)
  expect(gone).toEqual(['The game server does not let it in.'])
  await time.advance(60_000)
  expect([gone.length, time.pending]).toEqual([1, 0])
})

test('a bot whose server says nothing gives up too', async () => {
  const { time, gone } = hire(() => {})
  await time.advance(5_000)
  expect([gone.length, time.pending]).toEqual([1, 0])
})

const Table = defineRoom({ name: 'table', state: () => ({ n: 0 }) })
const contract = defineContract({ rooms: { Table } })

test('a bot that was in comes back after a lost connection, and goes when nobody lets it in any more', async () => {
  const harness = createHarness({ contract, clients: 1, setup: (server) => server.define(Table, {}) })
  onTestFinished(() => harness.close())
  const [client] = harness.clients
  const table = client?.join(Table)
  await harness.settle()
  const lines: Transport[] = []
  let isThere = true
  const { gone, options, ins } = listening()
  createBot({
    ...options,
    room: table?.id ?? '',
    time: harness.time,
    accept(transport, info) {
      lines.push(transport)
      if (isThere) harness.server.acceptTransport(transport, info)
      else transport.close(1001)
    },
  })
  await harness.time.advance(1_000)
  expect([ins(), lines.length]).toEqual([1, 1])
  lines[0]?.terminate()
  await harness.time.advance(10_000)
  expect([gone, lines.length]).toEqual([[], 2])
  isThere = false
  lines[1]?.terminate()
  await harness.time.advance(5_000)
  expect(gone).toHaveLength(1)
})
