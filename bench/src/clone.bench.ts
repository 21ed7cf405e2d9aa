// A stranger's first minute: a bare clone, one command, two tabs that see each other. Prints seconds; a fresh package
// store makes the first part longer by what the network takes.
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser, Page } from '@playwright/test'
import { answers, freePort } from './served.js'

const GIVE_UP_MS = 180_000

const folder = mkdtempSync(join(tmpdir(), 'painda-clone-'))
const start = performance.now()
const seconds = (): string => `${((performance.now() - start) / 1000).toFixed(1)} s`
execFileSync('git', ['clone', '--quiet', process.cwd(), folder])
const port = await freePort()
const url = `http://127.0.0.1:${port}/`
const game = spawn('npm', ['start', '--', '--port', String(port), '--strictPort'], {
  cwd: folder,
  detached: true,
  stdio: 'ignore',
})
let browser: Browser | null = null
try {
  await answers(url, GIVE_UP_MS)
  console.log(`page answers after ${seconds()}`)
  browser = await launch()
  const ada = await play(browser, 'Ada')
  const bob = await play(browser, 'Bob')
  for (const [page, other] of [
    [ada, 'Bob'],
    [bob, 'Ada'],
  ] as const) {
    await page
      .locator(
        `[data-testid="player-row"][data-player="${other}"], [data-testid="player-row"]:has-text("${other}")`,
      )
      .first()
      .waitFor()
  }
  console.log(`two tabs see each other after ${seconds()} (must be within 60 s)`)
  if (performance.now() - start > 60_000) throw new Error('It took longer than a minute.')
} finally {
  await browser?.close()
  // The whole group: npm, the bootstrap and Vite.
  if (game.pid !== undefined) process.kill(-game.pid, 'SIGTERM')
  await sleep(1000)
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}

async function launch(): Promise<Browser> {
  // Resolved at run time from the root: a browser driver cannot be bundled.
  const { chromium } = createRequire(join(process.cwd(), 'package.json'))(
    '@playwright/test',
  ) as typeof import('@playwright/test')
  return chromium.launch({ executablePath: process.env['CHROME_PATH'] ?? '/usr/bin/chromium' })
}

async function play(owner: Browser, name: string): Promise<Page> {
  const page = await (await owner.newContext()).newPage()
  await page.goto(url)
  await page.getByTestId('join-name').fill(name)
  await page.getByTestId('join-submit').click()
  await page.getByTestId('player-row').first().waitFor()
  return page
}
