// Half an hour of bots alone in a real browser: nobody complains, and the page's memory stays flat.
import type { Page } from '@playwright/test'
import { expect, test } from './fixtures.js'

const MINUTES = Number(process.env['PP_SOAK_MINUTES'] ?? 30)
/** What the page's heap may grow by from the end of its warm-up: a kilobyte per second would be 1.8 MB. */
const MAX_GROWTH_BYTES = 1.5 * 1024 * 1024
const WARM_UP_MINUTES = 3

// A round a minute: more rounds than usual begin and end. What a trace records would grow in the page's heap.
test.use({ trace: 'off', fillTo: 6, timing: 'lobby:5,countdown:3,play:45,podium:7' })

test('bots play while somebody looks on: no error in the console, memory flat', async ({
  game,
  players,
  visitors,
}) => {
  test.setTimeout((MINUTES + 2) * 60_000)
  const [host] = await players(1)
  const [eve] = await visitors(1)
  await eve!.page.getByTestId('join-name').fill('Eve')
  await eve!.page.getByRole('button', { name: 'Watch Open floor' }).click()
  await expect(eve!.page.getByTestId('player-row')).toHaveCount(6)
  await host!.page.close()
  await expect(eve!.page.locator('[data-testid="player-row"]', { hasText: host!.name })).toHaveCount(0)

  const heap: number[] = []
  for (let minute = 0; minute < MINUTES; minute++) {
    await eve!.page.waitForTimeout(60_000)
    heap.push(await heapOf(eve!.page))
  }
  const { state } = await game.arena()
  process.stdout.write(
    `heap of the page, MB by minute: ${heap.map((bytes) => (bytes / 2 ** 20).toFixed(1)).join(' ')}\n`,
  )
  expect(state.round).toBeGreaterThanOrEqual(Math.floor(MINUTES * 0.8))
  expect(Object.values(state.players).filter(({ isBot }) => isBot)).toHaveLength(6)
  const warm = Math.min(...heap.slice(0, WARM_UP_MINUTES))
  expect(heap.at(-1)! - warm).toBeLessThan(MAX_GROWTH_BYTES)
})

/** After a collection, so that garbage does not count. */
async function heapOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  await session.detach()
  return usedSize
}
