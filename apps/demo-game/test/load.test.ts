// The crowd that `painda-load` sends, in memory and on fake time: two rooms for a quarter of a minute.
import { createFakeTime } from '@painda/testing'
import { runLoad } from '@painda/testing/load'
import { expect, test } from 'vitest'
import scenario from '../load/arena.js'

test('fourteen players of a load get in, walk and buy, without an error', async () => {
  const time = createFakeTime()
  const running = runLoad(scenario, { clients: 14, seconds: 15, isVirtual: true, time })
  await time.advance(15_000)
  const report = await running
  expect(report).toMatchObject({ open: 14, lostConnections: 0, errors: [] })
  expect(report.latencies['join']?.count).toBe(14)
  expect(report.latencies['request buy']?.count).toBeGreaterThan(0)
  expect(report.totals.messagesIn).toBeGreaterThan(14 * 15 * 20)
})
