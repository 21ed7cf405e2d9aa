// Two tabs of one browser in one timeline, on the dev server of `npm start`.
import { expect, test } from './fixtures.js'
import { inspectorOf } from './support/inspector.js'

test.use({ served: 'dev', fillTo: 2 })

test('another tab of the browser is a lane of its own, and its frames are a choice away', async ({
  players,
}) => {
  const [ada] = await players(1)
  const twin = await ada!.duplicateTab()
  await twin.page.getByTestId('join-form').waitFor()
  await inspectorOf(twin.page).launcher.waitFor()
  const inspector = inspectorOf(ada!.page)
  await inspector.open()
  const whose = inspector.dock.getByRole('combobox', { name: 'Whose frames' })
  const name = twin.page.getByTestId('join-form').getByRole('textbox').first()
  await name.fill('Twin')
  await name.press('Enter')
  await expect(whose.getByRole('option', { name: /^Other tab/ })).toHaveCount(1)
  await inspector.tab('Timeline')
  await expect(inspector.dock.locator('.lane')).toHaveCount(3)
  await whose.selectOption({ index: (await whose.getByRole('option').count()) - 1 })
  await inspector.tab('Frames')
  await expect(inspector.rows.first()).toBeVisible()
})
