// Saved code in `npm start`: the game goes on with it. The sources are a copy, which the test edits as an editor would.
import { startServer } from '@painda/testing/playwright'
import type { Page } from '@playwright/test'
import { expect, test } from './fixtures.js'
import { copyGame } from './support/copy.js'
import { inspectorOf } from './support/inspector.js'
import { DEV_CACHE, SERVE } from './support/paths.js'

test('a saved rule, a saved component and a saved contract: same socket, same seat, same score, and a mark in the timeline', async ({
  page,
}, { parallelIndex }) => {
  const copy = await copyGame()
  const cache = `${DEV_CACHE}-${parallelIndex}`
  const server = await startServer({
    file: SERVE,
    args: ['copy', copy.folder, cache],
    // As a shell has it: the builds before these tests have said "production", and then nothing refreshes.
    env: { PP_FILL: '0', PP_TIMING: 'lobby:0,countdown:0', NODE_ENV: 'development' },
  })
  try {
    const sockets = countSockets(page)
    await page.goto(`http://127.0.0.1:${server.port}/`)
    await page.getByTestId('join-name').fill('Ada')
    await page.getByTestId('join-submit').click()
    const game = page.getByTestId('game')
    await expect(game).toHaveAttribute('data-status', 'joined')
    const row = page.locator('[data-testid="player-row"][data-self="true"]')
    const seat = await row.getAttribute('data-player')
    const inspector = inspectorOf(page)
    await inspector.open()
    await inspector.tab('Timeline')
    const marks = inspector.dock.locator('.lane-mark[data-mark="reload"] title')
    await page.evaluate(() => Object.assign(window, { isSamePage: true }))
    const isAsBefore = async (): Promise<void> => {
      expect(await page.evaluate(() => Reflect.get(window, 'isSamePage'))).toBe(true)
      expect(sockets()).toBe(1)
      await expect(row).toHaveAttribute('data-player', seat ?? '')
      await expect(game).toHaveAttribute('data-status', 'joined')
    }
    const score = async (): Promise<number> => Number(await row.getByTestId('score').textContent())

    const before = await score()
    await copy.edit('src/server/paint.ts', 'painter.score += 1', 'painter.score += 1000')
    await expect(marks.filter({ hasText: 'src/server/paint.ts was saved' }).first()).toBeAttached()
    await page.mouse.click(300, 200)
    await page.keyboard.down('ArrowLeft')
    await expect.poll(score).toBeGreaterThan(1_000)
    await page.keyboard.up('ArrowLeft')
    expect((await score()) % 1_000).toBe(before)
    await isAsBefore()

    await copy.edit('src/server/paint.ts', 'painter.score += 1000', 'painter.score += (')
    await expect(inspector.dock.getByRole('alert')).toContainText('The code before stays in charge.')
    await copy.edit('src/server/paint.ts', 'painter.score += (', 'painter.score += 1')
    await expect(inspector.dock.getByRole('alert')).toHaveCount(0)

    await copy.edit('src/client/hud/chat.tsx', 'Say hello. Whoever', 'Wave. Whoever')
    await expect(page.getByText('Wave. Whoever comes later')).toBeAttached()
    await expect(marks.filter({ hasText: 'src/client/hud/chat.tsx was saved' }).first()).toBeAttached()
    await isAsBefore()

    await copy.edit('src/shared/game.ts', 'export const SPECTATORS = 24', 'export const SPECTATORS = 25')
    await expect(marks.filter({ hasText: 'src/shared/game.ts was saved' }).nth(1)).toBeAttached()
    await isAsBefore()
  } finally {
    await server.kill()
    await copy.remove()
  }
})

/** To the game: Vite has one of its own. */
function countSockets(page: Page): () => number {
  let count = 0
  page.on('websocket', (socket) => {
    if (new URL(socket.url()).pathname === '/pp') count++
  })
  return () => count
}
