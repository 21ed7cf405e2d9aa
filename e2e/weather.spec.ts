// Bad lines: late, stalled, half-open. The engine of `@painda/protocol` stands between each page and the game.
import { expect, LOST_CONNECTION, test } from './fixtures.js'
import { expectConverged } from './support/converged.js'

test('players on slow and shaky lines see each other and agree', async ({ game, players }) => {
  const [ada, ben] = await players(2)
  const slow = { delayMs: 120, jitter: { form: 'uniform', ms: 40 } } as const
  ada!.link.set({ up: slow, down: slow })
  ben!.link.set({ up: slow, down: slow })
  await Promise.all([ada!.walk(), ben!.walk()])
  await expectConverged(game, [ada!, ben!])
})

test('a stalled line delivers everything at the end of the stall, in order', async ({ game, players }) => {
  const [ada, ben] = await players(2)
  const adaId = await ada!.id()
  const before = await ada!.self()
  ben!.link.offline()
  await ada!.walk()
  const there = await ada!.self()
  expect((await ben!.sees(adaId))?.x, 'nothing came through').toBe(before.x)
  ben!.link.online()
  await expect.poll(async () => (await ben!.sees(adaId))?.x).toBe(there.x)
  expect(await ben!.recoveries(), 'it was the same connection all the time').toEqual([])
  await expectConverged(game, [ada!, ben!])
})

test.describe('half-open', () => {
  test.use({ expectedComplaints: [LOST_CONNECTION] })

  test('[HB2] a connection that died without a word is noticed by its silence and replaced', async ({
    game,
    visitors,
  }) => {
    const [ada, ben] = await visitors(2)
    // The page's own clock, so that a minute of silence need not be waited for.
    await ben!.page.clock.install()
    await ben!.open()
    await Promise.all([ada!.join(), ben!.join()])
    const benId = await ben!.id()
    ben!.link.zombie()
    await ada!.walk()

    // Asked after one interval, given up after two; and asked once more, since a clock that jumps has its timers late.
    await ben!.page.clock.fastForward(26_000)
    await ben!.page.clock.fastForward(26_000)
    await ben!.page.clock.fastForward(26_000)
    await expect(ben!.page.getByTestId('game')).toHaveAttribute('data-stale', 'true')
    await ben!.page.clock.fastForward(2_000)
    await expect(ben!.page.getByTestId('game')).toHaveAttribute('data-stale', 'false')
    expect(await ben!.id()).toBe(benId)
    await expectConverged(game, [ada!, ben!])
    await expect(ada!.page.getByTestId('player-row')).toHaveCount(2)
  })
})
