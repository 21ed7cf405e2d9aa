// Every screen, in light and in dark, without a serious finding of axe: names, roles, contrast.
import { expect, test } from './fixtures.js'
import { expectReadable } from './support/readable.js'

test.use({ timing: 'lobby:60,countdown:1,play:60,podium:60', fillTo: 4 })

for (const colorScheme of ['light', 'dark'] as const) {
  test(`door, lobby, play, menu and podium can be read by everybody (${colorScheme})`, async ({
    game,
    visitors,
  }) => {
    const [ada] = await visitors(1)
    const { page } = ada!
    // Movement on its way is neither here nor there: what counts is what comes to rest.
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await expectReadable(page, 'door')
    await ada!.join()
    await expect(page.getByTestId('invite-code')).toBeVisible()
    await expectReadable(page, 'lobby')
    await page.getByTestId('start').click()
    await expect(page.getByTestId('mission')).toBeVisible()
    await expectReadable(page, 'play')
    await page.getByTestId('open-menu').click()
    await expectReadable(page, 'menu')
    await page.keyboard.press('Escape')
    await game.setClock(1)
    await expect(page.getByTestId('podium')).toBeVisible()
    await expectReadable(page, 'podium')
  })
}
