// A session leaves the page as a file and comes back as a replay.
import { readFile } from 'node:fs/promises'
import { expect, test } from './fixtures.js'
import { inspectorOf } from './support/inspector.js'

// A bot keeps frames coming.
test.use({ served: 'dev', fillTo: 2 })

test('a session is saved, opened again as a replay that stands still, and left', async ({ players }) => {
  const [ada] = await players(1)
  const { page } = ada!
  const inspector = inspectorOf(page)
  await inspector.open()
  await expect.poll(inspector.held).toBeGreaterThan(20)
  const downloading = page.waitForEvent('download')
  await inspector.button('Save as a session file').click()
  const download = await downloading
  expect(download.suggestedFilename()).toMatch(/^session-[\dT-]+\.jsonl\.gz$/)
  const buffer = await readFile(await download.path())

  const input = inspector.dock.getByLabel('Session file', { exact: true })
  await input.setInputFiles({ name: 'mine.jsonl.gz', mimeType: 'application/gzip', buffer })
  await expect(inspector.dock.getByRole('status')).toContainText('mine.jsonl.gz')
  const held = await inspector.held()
  expect(held).toBeGreaterThan(20)
  await expect(inspector.rows.filter({ hasText: 'delta' }).first()).toBeVisible()
  await inspector.tab('State')
  await expect(inspector.dock.getByRole('tree', { name: /^State of/ })).toContainText('players')
  expect(await inspector.held(), 'nothing is added to a replay').toBe(held)

  await inspector.button('Back to the page').click()
  await expect.poll(inspector.held).toBeGreaterThan(held)
})

test('a file that is no session is refused with a sentence', async ({ players }) => {
  const [ada] = await players(1)
  const inspector = inspectorOf(ada!.page)
  await inspector.open()
  const transfer = await ada!.page.evaluateHandle(() => {
    const data = new DataTransfer()
    data.items.add(new File(['{"log":{}}'], 'other.har'))
    return data
  })
  await inspector.dock.dispatchEvent('drop', { dataTransfer: transfer })
  await expect(inspector.dock.getByRole('alert')).toContainText('other.har: This is no session file')
  await inspector.button('Dismiss').click()
  await expect(inspector.dock.getByRole('alert')).toHaveCount(0)
})

test('the timeline goes back to a version, tells what changed since, and leads to its frame', async ({
  players,
}) => {
  const [ada] = await players(1)
  const inspector = inspectorOf(ada!.page)
  await inspector.open()
  await expect.poll(inspector.held).toBeGreaterThan(40)
  await inspector.tab('Timeline')
  const slider = inspector.dock.getByRole('slider', { name: 'Version' })
  await slider.focus()
  await slider.press('Home')
  const version = await slider.getAttribute('aria-valuetext')
  await inspector.button('Compare from here').click()
  await slider.press('End')
  await expect(slider).not.toHaveAttribute('aria-valuetext', version ?? '')
  await expect(inspector.dock.getByRole('region', { name: 'Changes between two versions' })).toContainText(
    'players',
  )
  await inspector.button('Show the frame').click()
  await expect(inspector.detail).toBeVisible()
  await expect(inspector.rows.and(ada!.page.locator('[aria-selected="true"]'))).toBeVisible()
})
