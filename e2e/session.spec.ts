// A session and its page in a real browser: reloads, closed and duplicated tabs, the back button.
import { expect, LOST_CONNECTION, test } from './fixtures.js'
import { expectConverged } from './support/converged.js'
import type { Player } from './support/player.js'

declare global {
  interface Window {
    /** It was shown again as it had been put aside. */
    __isKept?: boolean
  }
}

test.use({ expectedComplaints: [LOST_CONNECTION] })

/** Plays again on a page that was loaded anew: the door remembers the name. */
async function playAgain({ page }: Pick<Player, 'page'>): Promise<void> {
  await page.getByTestId('join-submit').click()
  await expect(page.getByTestId('game')).toHaveAttribute('data-status', 'joined')
}

test('[RC12] [CB9] a reload keeps id, place and score, and the others see nobody come or go', async ({
  game,
  players,
}) => {
  const [ada, ben] = await players(2)
  const [adaId, benId] = [await ada!.id(), await ben!.id()]
  await ben!.walk()
  const { color, score } = await ben!.self()

  await ben!.page.reload()
  await playAgain(ben!)
  expect(await ben!.id()).toBe(benId)
  expect(await ben!.self()).toMatchObject({ name: 'Ben', color, score })
  await expect.poll(async () => (await ada!.sees(benId))?.score).toBe(score)
  expect(Object.keys((await game.arena()).state.players).sort(), 'nobody sits twice').toEqual(
    [adaId, benId].sort(),
  )
  // And again, from the page that was reloaded.
  await ben!.page.reload()
  await playAgain(ben!)
  expect(await ben!.id()).toBe(benId)
})

test('[RC10] a closed tab is gone from the floor within seconds', async ({ players }) => {
  const [ada, ben] = await players(2)
  const benId = await ben!.id()
  await expect(ada!.row(benId)).toBeVisible()
  await ben!.page.close()
  await expect(ada!.row(benId)).toHaveCount(0, { timeout: 10_000 })
})

test('[CB9] duplicate tab: it plays as somebody else, and neither tab is thrown out', async ({ players }) => {
  const [ada] = await players(1)
  const { page, context } = ada!
  const id = await ada!.id()
  // What "Duplicate tab" copies at the worst moment: the storage as it is while the page goes away.
  await page.evaluate(() => {
    window.addEventListener('pagehide', () =>
      localStorage.setItem('copied', JSON.stringify({ ...sessionStorage })),
    )
  })
  await page.reload()
  await playAgain(ada!)
  expect(await ada!.id()).toBe(id)

  const twin = await context.newPage()
  await twin.addInitScript(() => {
    const copied: unknown = JSON.parse(localStorage.getItem('copied') ?? '{}')
    for (const [key, value] of Object.entries(copied as Record<string, string>))
      sessionStorage.setItem(key, value)
  })
  await twin.goto('/')
  expect(await twin.evaluate(() => Object.keys({ ...localStorage }).includes('copied'))).toBe(true)
  await playAgain({ page: twin })
  const twinId = await twin.evaluate(() => window.__painda?.client.id)
  expect(twinId).not.toBe(id)
  await expect(page.getByTestId('player-row')).toHaveCount(2)
  expect(await ada!.id()).toBe(id)
  expect(await page.evaluate(() => window.__painda?.client.status().status)).toBe('open')
  expect(
    await page.evaluate(() => Object.keys(sessionStorage).filter((key) => key.startsWith('painda'))),
  ).toEqual([])
  await twin.close()
})

test('[CB10] back/forward cache: the back button finds the player in the place they left', async ({
  game,
  players,
}) => {
  const [ada, ben] = await players(2)
  const { page } = ben!
  const benId = await ben!.id()
  await ben!.walk()
  const { score } = await ben!.self()
  await page.evaluate(() => {
    window.addEventListener('pageshow', ({ persisted }) => void (window.__isKept = persisted))
  })
  await page.goto('about:blank')
  await expect(ada!.row(benId)).toHaveAttribute('data-presence', 'reconnecting')
  // Not `goBack`, which waits for a page that loads: this one is there at once, with everything it had. Nor at once: the page that
  // goes could not answer any more that it was asked.
  await page.evaluate(() => void setTimeout(() => window.history.back()))
  await expect(page.getByTestId('game')).toHaveAttribute('data-stale', 'false')
  expect(await page.evaluate(() => window.__isKept), 'the browser had kept the page').toBe(true)
  await expect(ada!.row(benId)).toHaveAttribute('data-presence', 'connected')
  expect(await ben!.recoveries(), 'the session went on').toEqual(['resumed'])
  expect(await ben!.id()).toBe(benId)
  expect((await ben!.self()).score).toBe(score)
  await ben!.walk(2)
  await expectConverged(game, [ada!, ben!])
})
