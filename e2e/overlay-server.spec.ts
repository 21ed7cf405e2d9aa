// The server's end of the story, beside the page's own, on the dev server of `npm start`.
import { expect, LOST_CONNECTION, test } from './fixtures.js'
import { inspectorOf } from './support/inspector.js'

test.use({ served: 'dev', fillTo: 2, expectedComplaints: [LOST_CONNECTION] })

test('the timeline has a lane of the server, and a frame tells how long it was on its way', async ({
  players,
}) => {
  const [ada] = await players(1)
  const inspector = inspectorOf(ada!.page)
  await inspector.open()
  const whose = inspector.dock.getByRole('combobox', { name: 'Whose frames' })
  await expect(whose).toBeVisible()
  await inspector.filter('secondsLeft')
  const deltas = inspector.rows.filter({ hasText: 'delta' })
  // What came before the inspector was open, only this end has recorded.
  const before = (await deltas.last().textContent()) ?? ''
  await expect(deltas.last()).not.toHaveText(before)
  // The server tells from the moment on at which it heard that somebody looks.
  await expect(async () => {
    await deltas.last().click()
    await expect(inspector.detail).toContainText(/on its way\s*\d/, { timeout: 1_000 })
  }).toPass()
  await inspector.button('Pause the view').click()

  await inspector.button('Go on with the view').click()
  await whose.selectOption('The server')
  const sent = inspector.rows.filter({ hasText: 'delta' }).first()
  await expect(sent.getByLabel('sent')).toBeVisible()
  await sent.click()
  const own = ada!.page.locator('[data-testid="player-row"][data-self="true"]')
  await expect(inspector.detail).toContainText((await own.getAttribute('data-player')) ?? 'an id')

  await inspector.tab('Timeline')
  await expect(inspector.dock.locator('.lane-name').first()).toHaveText('server')
})

test('a room is seen with another player’s eyes, a bot comes and is kicked, and page and server agree now', async ({
  players,
}) => {
  const [ada] = await players(1)
  const inspector = inspectorOf(ada!.page)
  await inspector.open()
  await inspector.tab('Players')
  const list = inspector.dock.getByRole('region', { name: 'Players' })
  const bot = list.getByRole('row', { name: /bot-1/ })
  await expect(bot).toContainText(/\d+\/s · .*B\/s/)
  await bot.getByRole('button', { name: 'View as' }).click()
  const seen = inspector.dock.getByRole('region', { name: /^As .* sees it$/ })
  await expect(seen.getByRole('tree')).toContainText('secondsLeft')
  await inspector.button('Close this view').click()

  await inspector.button('Add a bot').click()
  const added = list.getByRole('row', { name: /bot-inspector-/ })
  await expect(added).toBeVisible()
  await added.getByRole('button', { name: 'Kick' }).click()
  await expect(added).toBeHidden()

  await inspector.tab('Timeline')
  await inspector.button('The server now').click()
  await expect(inspector.dock.getByRole('region', { name: /^The server now/ })).toContainText(
    'Nothing differs',
  )
})

test('a dev server that dies in the middle is named, and what was recorded stays', async ({
  game,
  players,
}) => {
  const [ada] = await players(1)
  const inspector = inspectorOf(ada!.page)
  await inspector.open()
  await expect(inspector.dock.getByRole('combobox', { name: 'Whose frames' })).toBeVisible()
  await game.kill()
  await expect(inspector.dock.getByRole('alert')).toContainText('The dev server went away')
  expect(await inspector.held()).toBeGreaterThan(5)
  await inspector.tab('State')
  await expect(inspector.dock.getByRole('tree', { name: /^State of/ })).toContainText('players')
  // The next test of this worker plays on it.
  await game.start()
})
