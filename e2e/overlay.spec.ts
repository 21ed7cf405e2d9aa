// The inspector on the dev server of `npm start`: it opens, shows what travels, and stays out of the game's way.
import { BOMB } from '../apps/demo-game/src/shared/items.js'
import { expect, test } from './fixtures.js'
import { inspectorOf } from './support/inspector.js'

// A bot keeps frames coming.
test.use({ served: 'dev', fillTo: 2 })

test('the button opens the inspector, and the hotkey closes and opens it', async ({ players }) => {
  const [ada] = await players(1)
  const { launcher, dock } = inspectorOf(ada!.page)
  await expect(launcher).toHaveAccessibleName('Painda devtools: open')
  await launcher.click()
  await expect(dock).toBeVisible()
  await expect(launcher).toBeHidden()
  await ada!.page.keyboard.press('Alt+Shift+P')
  await expect(dock).toBeHidden()
  await ada!.page.keyboard.press('Alt+Shift+P')
  await expect(dock).toBeVisible()
  await ada!.page.keyboard.press('Escape')
  await expect(dock).toBeHidden()
})

test('frames come in live; pausing freezes the list, clearing empties it', async ({ players }) => {
  const [ada] = await players(1)
  const inspector = inspectorOf(ada!.page)
  await inspector.open()
  await expect(inspector.rows.filter({ hasText: 'delta' }).first()).toBeVisible()
  const before = await inspector.held()
  await expect.poll(inspector.held).toBeGreaterThan(before + 20)

  await inspector.button('Pause the view').click()
  const last = inspector.rows.last()
  const id = await last.getAttribute('id')
  await expect(inspector.button(/View paused · \d+ new/)).toBeVisible()
  expect(await last.getAttribute('id'), 'the list stands still').toBe(id)
  const note = await inspector.button(/View paused/).boundingBox()
  const lastRow = await last.boundingBox()
  expect(lastRow!.y + lastRow!.height, 'the note covers no row').toBeLessThanOrEqual(note!.y)
  await inspector.button('Go on with the view').click()
  await expect.poll(() => inspector.rows.last().getAttribute('id')).not.toBe(id)

  await inspector.button('Capturing: press to stop').click()
  await expect(inspector.dock).toContainText(/capture paused/)
  await inspector.button('Clear the list').click()
  await expect(inspector.rows).toHaveCount(0)
  expect(await inspector.held()).toBe(0)
})

test('what a player does is found by the filter and decoded: request, answer, refusal', async ({
  players,
}) => {
  const [ada] = await players(1)
  const inspector = inspectorOf(ada!.page)
  await ada!.page.getByTestId('buy-bomb').click()
  await expect(ada!.page.getByTestId('buy-bomb')).toHaveAttribute('data-state', 'refused')
  await inspector.open()
  await inspector.filter('buy')
  const exchange = inspector.rows.filter({ has: ada!.page.locator('.cell-name', { hasText: /^buy/ }) })
  await expect(exchange).toHaveCount(2)
  await expect(exchange.first().getByLabel('sent')).toBeVisible()
  await expect(exchange.last().getByLabel('received')).toBeVisible()

  await exchange.last().click()
  const tree = inspector.detail.getByRole('tree', { name: 'Decoded message' })
  await expect(tree).toContainText('REFUSED')
  await expect(tree).toContainText(`A paint bomb costs ${BOMB.price} coins`)
  await inspector.detail.getByRole('tab', { name: 'Hex' }).click()
  const fields = inspector.detail.getByRole('listbox', { name: 'Fields of the frame' }).getByRole('option')
  await expect(fields.filter({ hasText: 'error code' })).toContainText('REFUSED')
})

test('a delta is a tree of changes, and a snapshot is the whole state', async ({ players }) => {
  const [ada] = await players(1)
  const inspector = inspectorOf(ada!.page)
  await inspector.open()
  await inspector.filter('players')
  // Of deltas that touch players, some only add one or take one away. One that moves may move along one axis alone.
  const step = inspector.rows.filter({
    has: ada!.page.locator('.cell-content', { hasText: /^players\.bot-1\.[xy]\b/ }),
  })
  await expect(step.first()).toBeVisible()
  await inspector.button('Pause the view').click()

  await step.first().click()
  const changes = inspector.detail.getByRole('tree', { name: 'Changes' })
  await expect(changes.getByRole('treeitem').first()).toBeVisible()
  await expect(changes).toContainText('players')
  await expect(changes.locator('[data-change="changed"], [data-change="set"]').first()).toBeVisible()
  await inspector.detail.getByRole('tab', { name: 'Decoded' }).click()
  await expect(inspector.detail.getByRole('tree', { name: 'Decoded message' })).toContainText('delta')

  // The list of rooms and the own secrets are snapshots too; this is the one with a floor.
  await inspector.filter('floor')
  await inspector.kind('snapshot').click({ modifiers: ['Shift'] })
  await expect(inspector.rows.first().locator('.kind')).toHaveText('snapshot')
  await inspector.rows.first().click()
  const decoded = inspector.detail.getByRole('tree', { name: 'Decoded message' })
  for (const key of ['version', 'floor', 'players', 'coins']) await expect(decoded).toContainText(key)
})

test('the state of the room is shown live', async ({ game, players }) => {
  const [ada] = await players(1)
  const inspector = inspectorOf(ada!.page)
  await inspector.open()
  await inspector.tab('State')
  const { id } = await game.arena()
  await expect(inspector.dock.getByRole('group', { name: 'Rooms' })).toContainText(id)
  const tree = inspector.dock.getByRole('tree', { name: /^State of/ })
  for (const key of ['phase', 'round', 'floor', 'players', 'Ada']) await expect(tree).toContainText(key)
  await game.setClock(77)
  await expect(tree.getByRole('treeitem').filter({ hasText: 'secondsLeft' }).last()).toContainText(/7[5-7]/)
})

test('the status of the connection tells who we are and what travelled', async ({ players }) => {
  const [ada] = await players(1)
  const inspector = inspectorOf(ada!.page)
  await inspector.open()
  await inspector.tab('Status')
  const own = ada!.page.locator('[data-testid="player-row"][data-self="true"]')
  await expect(inspector.dock).toContainText((await own.getAttribute('data-player')) ?? 'an id')
  await expect(inspector.dock).toContainText(/round trip.*ms/s)
})

test('keys pressed in the inspector steer nobody', async ({ game, players }) => {
  const [ada] = await players(1)
  const inspector = inspectorOf(ada!.page)
  await inspector.open()
  const own = ada!.page.locator('[data-testid="player-row"][data-self="true"]')
  const id = (await own.getAttribute('data-player')) ?? ''
  const { x, y } = (await game.arena()).state.players[id]!
  await inspector.dock
    .getByRole('textbox', { name: /^Filter/ })
    .pressSequentially('wasd delta', { delay: 20 })
  await expect(inspector.dock.getByRole('textbox', { name: /^Filter/ })).toHaveValue('wasd delta')
  expect((await game.arena()).state.players[id]).toMatchObject({ x, y })
})

test('on a phone game and inspector both can be used', { tag: '@touch' }, async ({ players }) => {
  const [ada] = await players(1)
  const { page } = ada!
  await page.setViewportSize({ width: 360, height: 740 })
  // The launcher may not lie on top of a control: an ordinary tap must reach it.
  await page.getByTestId('buy-bomb').tap()
  await expect(page.getByTestId('buy-bomb')).toHaveAttribute('data-state', 'refused')

  const inspector = inspectorOf(page)
  await inspector.launcher.tap()
  const box = await inspector.dock.boundingBox()
  expect(box?.x).toBeGreaterThanOrEqual(0)
  expect(box?.width).toBeLessThanOrEqual(360)
  const close = await inspector.button(/^Close/).boundingBox()
  expect(close!.x + close!.width, 'every button is in sight').toBeLessThanOrEqual(360)
  await inspector.filter('buy')
  await inspector.rows.first().tap()
  await expect(inspector.detail).toBeVisible()
  await inspector.button('Back to the list').tap()
  await expect(inspector.rows.first()).toBeVisible()
  // A delta has more views than fit: their list goes aside, and the dock stays.
  await inspector.filter('players')
  await inspector.rows.filter({ hasText: 'delta' }).first().tap()
  const last = inspector.detail.getByRole('tab').last()
  await last.tap()
  await expect(last).toHaveAttribute('aria-selected', 'true')
  expect(await inspector.dock.evaluate((dock) => dock.scrollLeft)).toBe(0)
  await expect(last).toBeInViewport({ ratio: 0.9 })
  await inspector.button(/^Close/).tap()
  await expect(inspector.dock).toBeHidden()
  await page.getByTestId('leave').tap()
  await expect(page.getByTestId('join-form')).toBeVisible()
})
