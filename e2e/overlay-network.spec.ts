// Bad weather out of the inspector, on the dev server of `npm start`.
import { expect, test } from './fixtures.js'
import { inspectorOf } from './support/inspector.js'

test.use({ served: 'dev', fillTo: 2 })

test.describe('in a lobby', () => {
  // A round that begins meanwhile changes more than the whole state is long: the page would come back to a snapshot.
  test.use({ timing: 'lobby:600' })

  test('latency from the network tab is felt by the page, whose connection goes on', async ({ players }) => {
    const [ada] = await players(1)
    const { page } = ada!
    const inspector = inspectorOf(page)
    await inspector.open()
    await inspector.tab('Network')
    const line = inspector.dock.getByRole('article', { name: /^Line of/ })
    await line.getByRole('slider', { name: 'Latency' }).fill('150')
    await expect(line).toContainText('own weather')
    await expect(page.locator('[data-testid="player-row"][data-self="true"]')).toBeVisible()
    await expect(line.locator('.connection')).toContainText('open')
    await expect(line.getByRole('listitem').filter({ hasText: 'resumed' })).toHaveCount(0)
    // A page that is looked at again asks at once, not after a heartbeat. On a way that became so much longer it may well try
    // another socket too.
    await expect(async () => {
      await ada!.background()
      await ada!.foreground()
      await expect(line.locator('.rtt')).toHaveText(/^3\d\d ms$/, { timeout: 2_000 })
    }).toPass({ timeout: 40_000 })
  })
})

test('a pulled plug stands still, and the game goes on when it is in again', async ({ game, players }) => {
  const [ada] = await players(1)
  const inspector = inspectorOf(ada!.page)
  await inspector.open()
  await inspector.tab('Network')
  const line = inspector.dock.getByRole('article', { name: /^Line of/ })
  await line.getByRole('button', { name: 'Pull the plug' }).click()
  await expect(line).toContainText('unplugged')
  await line.getByRole('button', { name: 'Plug it in' }).click()
  await expect(line.locator('.connection')).toContainText('open', { timeout: 20_000 })
  await game.setClock(77)
  await inspector.tab('State')
  const tree = inspector.dock.getByRole('tree', { name: /^State of/ })
  await expect(tree.getByRole('treeitem').filter({ hasText: 'secondsLeft' }).last()).toContainText(/7[3-7]/)
})
