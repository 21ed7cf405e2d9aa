// A whole round: lobby, countdown, play, podium, rematch, with every number on every podium checked against the server.
import { MISSIONS } from '../apps/demo-game/src/shared/missions.js'
import { expect, IN_MOTION, test } from './fixtures.js'
import { expectConverged } from './support/converged.js'

test.use(IN_MOTION)

test.describe('a round of four', () => {
  test.use({ timing: 'lobby:30,countdown:1,play:6,podium:30' })

  test('four players play a round to its end, and every podium says what the server says', async ({
    game,
    players,
  }) => {
    const everybody = await players(4)
    const ids = await Promise.all(everybody.map((player) => player.id()))
    const host = everybody[ids.indexOf((await game.arena()).state.host)]!
    await expect(host.page.getByTestId('lobby-panel')).toContainText('You are the host')
    await expect(host.page.getByTestId('start')).toHaveCount(1)
    for (const { page } of everybody) {
      await expect(page.getByTestId('lobby-panel')).toBeVisible()
      if (page !== host.page) await expect(page.getByTestId('start')).toHaveCount(0)
    }
    await host.page.getByTestId('start').click()
    await Promise.all(everybody.map(({ page }) => expect(page.getByTestId('mission')).toBeVisible()))
    for (const [index, { page }] of everybody.entries()) {
      const { secrets } = (await game.arena()).state
      const mission = secrets[ids[index] ?? '']?.mission
      if (mission !== undefined)
        await expect(page.getByTestId('mission')).toContainText(MISSIONS[mission].text)
    }
    for (const { page } of everybody) await page.keyboard.down('ArrowRight')
    await Promise.all(everybody.map(({ page }) => expect(page.getByTestId('podium')).toBeVisible()))
    for (const { page } of everybody) await page.keyboard.up('ArrowRight')
    await expectConverged(game, everybody)

    const { state } = await game.arena()
    expect(state.podium).toHaveLength(4)
    const tiles = state.floor.flat()
    for (const { id, color, tiles: counted, bonus, score } of state.podium) {
      expect(counted, 'the tiles of this colour, counted').toBe(
        tiles.filter((tile) => tile === color + 1).length,
      )
      expect(score).toBe(counted + bonus)
      for (const { page } of everybody) {
        const row = page.locator(`[data-testid="result"][data-player="${id}"]`)
        await expect(row.getByTestId('tiles')).toHaveText(String(counted))
        await expect(row.getByTestId('points')).toHaveText(String(score))
      }
    }
    for (const { page } of everybody.slice(0, 3)) await page.getByTestId('rematch').click()
    for (const { page } of everybody) await expect(page.getByTestId('podium')).toBeHidden()
    expect((await game.arena()).state.round).toBe(2)
  })
})

test('a private room is entered by its link, and what is said in it is text', async ({ visitors }) => {
  const [ada, ben] = await visitors(2)
  await ada!.page.getByTestId('join-name').fill('Ada')
  await ada!.page.getByTestId('new-room').click()
  await ada!.page.getByTestId('room-title').fill('Ours')
  await ada!.page.getByTestId('open-room').click()
  const code = await ada!.page.getByTestId('invite-code').textContent()
  await expect(ben!.page.getByTestId('room-row')).toHaveCount(0)

  await ben!.page.goto(`/#join=${code}`)
  await ben!.page.reload()
  await ben!.join()
  await expect(ada!.page.getByTestId('player-row')).toHaveCount(2)
  await expect(ben!.page.getByTestId('lobby-panel')).toContainText('Ours')
  for (const { page } of [ada!, ben!]) await page.getByRole('button', { name: 'Chat', exact: true }).click()
  await ben!.page.getByTestId('chat-input').fill('<img src=x onerror=alert(1)>')
  await ben!.page.getByTestId('chat-input').press('Enter')
  for (const { page } of [ada!, ben!]) {
    await expect(page.getByTestId('chat-line')).toContainText('Ben <img src=x onerror=alert(1)>')
    await expect(page.getByTestId('chat').locator('img')).toHaveCount(0)
  }
})

test('an open room stands in the list at the door, and may be watched', async ({ players, visitors }) => {
  const [ada] = await players(1)
  const [ben] = await visitors(1)
  await ben!.page.getByTestId('join-name').fill('Ben')
  await expect(ben!.page.getByTestId('room-row')).toContainText('1 of 12')
  await ben!.page.getByRole('button', { name: 'Watch Open floor' }).click()
  await expect(ben!.page.getByTestId('player-row')).toHaveCount(1)
  await expect(ben!.page.getByTestId('buy-bomb')).toHaveCount(0)
  await expect(ada!.page.getByTestId('player-row')).toHaveCount(1)
})
