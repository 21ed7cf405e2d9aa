// Every tab of the inspector, by keyboard alone and without a serious finding of axe.
import { BOMB, ITEM_NAMES } from '../apps/demo-game/src/shared/items.js'
import { expect, test } from './fixtures.js'
import { inspectorOf } from './support/inspector.js'
import { expectReadable } from './support/readable.js'

test.use({ served: 'dev', fillTo: 2 })

for (const colorScheme of ['light', 'dark'] as const) {
  test(`all tabs are reached by arrow keys and can be read by everybody (${colorScheme})`, async ({
    players,
  }) => {
    const [ada] = await players(1)
    const { page } = ada!
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const inspector = inspectorOf(page)
    await inspector.launcher.waitFor()
    await page.keyboard.press('Alt+Shift+P')
    await inspector.dock.waitFor()
    await expect.poll(inspector.held).toBeGreaterThan(20)
    const tabs = inspector.dock.getByRole('tablist', { name: 'Inspector' })
    const names = await tabs.getByRole('tab').allTextContents()
    expect(names).toEqual(
      expect.arrayContaining(['Frames', 'State', 'Timeline', 'Players', 'Messages', 'Network']),
    )
    // From the dock the keyboard goes over its edge into the tabs.
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    for (const name of names) {
      const tab = tabs.getByRole('tab', { name, exact: true })
      await expect(tab, name).toBeFocused()
      await expect(tab, name).toHaveAttribute('aria-selected', 'true')
      await expectReadable(page, name, 'painda-devtools')
      await page.keyboard.press('ArrowRight')
    }
  })
}

test('a request filled in by hand is answered as the game would be, and counted', async ({ players }) => {
  const [ada] = await players(1)
  const inspector = inspectorOf(ada!.page)
  await inspector.open()
  await inspector.tab('Messages')
  const form = inspector.dock.getByRole('form', { name: 'Send a message' })
  await form.getByLabel('Type').fill('buy')
  // The game's validators say nothing of their shape: the words for it come from the library that they are of.
  const item = form.getByLabel('item')
  await expect(item.getByRole('option')).toHaveText([...ITEM_NAMES])
  await item.selectOption('freeze')
  await expect(form.getByLabel('Payload')).toHaveValue('{"item":"freeze"}')
  await item.selectOption('bomb')
  await form.getByRole('button', { name: 'Ask' }).click()
  await expect(form).toContainText(`A paint bomb costs ${BOMB.price} coins`)
  const refused = inspector.dock.getByRole('region', { name: 'Refused requests' })
  await expect(refused.getByRole('listitem').filter({ hasText: 'REFUSED' }).first()).toBeVisible()
})

test('players are listed with this page among them, and where the bytes go', async ({ players }) => {
  const [ada, ben] = await players(2)
  const inspector = inspectorOf(ada!.page)
  await inspector.open()
  await inspector.tab('Players')
  const region = inspector.dock.getByRole('region', { name: 'Players' })
  // As it is written: an id may hold the small letters of a name.
  const row = (name: string) => region.getByRole('row').filter({ hasText: new RegExp(name) })
  await expect(row(ada!.name)).toContainText('this page')
  await expect(row(ben!.name)).toContainText('active')
  await expect(region.getByRole('region', { name: 'Bytes by path' })).toContainText('players.*')
})
