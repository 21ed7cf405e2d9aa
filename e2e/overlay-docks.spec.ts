// The inspector in the docks of other tools, the real ones, in a real browser.
import { expect, test } from '@playwright/test'
import { DevTools } from '@vitejs/devtools'
import type { ViteDevServer } from 'vite'
import { inspectorOf } from './support/inspector.js'
import { startPlayground } from './support/playground.js'

const DARK_GROUND = 'rgb(18, 19, 26)'

let server: ViteDevServer

test.beforeAll(async () => {
  server = await startPlayground('docks', {
    logLevel: 'silent',
    // The build before the tests has left "production" behind.
    define: { 'process.env.NODE_ENV': JSON.stringify('development') },
    // Their way to ask the developer first is not what is tried here.
    plugins: [DevTools({ builtinDevTools: false, clientAuth: false })],
  })
})

test.afterAll(() => server.close())

test('Vite DevTools have the inspector in their dock: it shows frames in their panel, in their colours, and goes back to the page', async ({
  page,
}) => {
  await page.emulateMedia({ colorScheme: 'dark' })
  await page.goto(`${server.resolvedUrls?.local[0] ?? ''}?steps=50`)
  const inspector = inspectorOf(page)
  await expect(inspector.launcher).toBeVisible()
  const entry = page.getByRole('button', { name: 'Painda', exact: true })
  // Their bar unfolds under the pointer.
  await page.locator('#devframes-dock').hover()
  await entry.click()
  await expect(inspector.rows.last()).toBeVisible()
  await expect(inspector.launcher).toBeHidden()
  const box = await inspector.dock.boundingBox()
  const panel = await page.locator('.devframes-view-custom-renderer').boundingBox()
  expect(box).toEqual(panel)
  const ground = await inspector.dock.evaluate((dock) => getComputedStyle(dock).backgroundColor)
  expect(ground).toBe(DARK_GROUND)
  await page.keyboard.press('Alt+Shift+P')
  await expect(inspector.rows.last(), 'the hotkey belongs to the page').toBeVisible()

  await entry.click()
  await expect(inspector.launcher).toBeVisible()
  await expect(inspector.dock).toBeHidden()
})

test('TanStack Devtools have it as a panel in their theme, opened and closed with them, and in a window of theirs', async ({
  page,
}) => {
  await page.goto(`${server.resolvedUrls?.local[0] ?? ''}tanstack.html?steps=50`)
  const inspector = inspectorOf(page)
  const theirs = page.getByRole('button', { name: 'Open TanStack Devtools' })
  await theirs.click()
  await expect(inspector.rows.last()).toBeVisible()
  await expect(inspector.launcher).toBeHidden()
  expect(await page.locator('#plugin-container-painda').boundingBox()).toEqual(
    await inspector.dock.boundingBox(),
  )
  const dark = await inspector.dock.evaluate((dock) => getComputedStyle(dock).backgroundColor)
  expect(dark, 'the page and the system are light').toBe(DARK_GROUND)

  await inspector.filter('move')
  await page.getByRole('button', { name: 'Rendered again' }).click()
  await expect(inspector.dock.getByRole('textbox', { name: /^Filter/ })).toHaveValue('move')
  const [popup] = await Promise.all([
    page.waitForEvent('popup'),
    page.getByRole('button', { name: 'Detach TanStack Devtools' }).click(),
  ])
  const moved = inspectorOf(popup).dock
  await expect(moved).toBeVisible()
  expect(await moved.evaluate((dock) => getComputedStyle(dock).position)).toBe('absolute')
  await popup.close()

  await page.getByRole('button', { name: 'Close TanStack Devtools' }).click()
  await expect(inspector.launcher).toBeVisible()
  // Both buttons can be pressed.
  await theirs.click()
  await expect(inspector.launcher).toBeHidden()
  await page.getByRole('button', { name: 'Without TanStack Devtools' }).click()
  await expect(inspector.launcher).toBeVisible()
})
