// The inspector under a strict Content-Security-Policy: scripts by nonce, no inline style, nothing evaluated.
import { expect, test } from '@playwright/test'
import type { ViteDevServer } from 'vite'
import { inspectorOf } from './support/inspector.js'
import { startPlayground } from './support/playground.js'

const NONCE = 'n0nce'
const POLICY = [
  "default-src 'self'",
  `script-src 'nonce-${NONCE}' 'strict-dynamic'`,
  `style-src 'self' 'nonce-${NONCE}'`,
  "connect-src 'self' ws:",
  "base-uri 'none'",
  "object-src 'none'",
].join('; ')

let server: ViteDevServer

test.beforeAll(async () => {
  server = await startPlayground('csp', {
    logLevel: 'warn',
    html: { cspNonce: NONCE },
    server: { headers: { 'Content-Security-Policy': POLICY } },
  })
})

test.afterAll(() => server.close())

test('with a nonce and a strict policy every tab works, and the browser blocks nothing', async ({ page }) => {
  const blocked: string[] = []
  page.on('console', (message) => {
    if (/Content Security Policy/i.test(message.text())) blocked.push(message.text())
  })
  const address = server.httpServer?.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const response = await page.goto(`http://127.0.0.1:${port}/?steps=100`)
  expect(response?.headers()['content-security-policy'], 'the policy is in force').toBe(POLICY)
  const inspector = inspectorOf(page)
  await inspector.launcher.click()
  await expect(inspector.rows.first()).toBeVisible()
  // The dock is laid out: its sheet was not refused.
  expect(await inspector.dock.evaluate((dock) => getComputedStyle(dock).position)).toBe('fixed')
  const tabs = inspector.dock.getByRole('tablist', { name: 'Inspector' }).getByRole('tab')
  for (const tab of await tabs.all()) {
    await tab.click()
    await expect(inspector.dock.getByRole('tabpanel').first()).not.toBeEmpty()
  }
  // The control: the policy would have said so.
  await page.evaluate(() => {
    const style = document.createElement('style')
    style.textContent = 'body { color: red }'
    document.head.append(style)
  })
  await expect.poll(() => blocked.length).toBe(1)
})
