// Asking the server: a purchase is granted or refused, and both ends show the same.
import { BOMB } from '../apps/demo-game/src/shared/items.js'
import { expect, test } from './fixtures.js'
import { expectConverged } from './support/converged.js'

test(
  'a purchase without coins is refused in the words of the server, and nothing happens',
  {
    tag: '@phone',
  },
  async ({ game, players }) => {
    const [ada, ben] = await players(2)
    await game.giveCoins(await ada!.id(), 0)
    await expect(ada!.page.getByTestId('coins').locator('b')).toHaveText('0')
    await ada!.page.getByTestId('buy-bomb').click()

    await expect(ada!.page.getByTestId('buy-bomb')).toHaveAttribute('data-state', 'refused')
    await expect(ada!.page.getByTestId('shop-line')).toHaveText(
      `A paint bomb costs ${BOMB.price} coins, you have 0.`,
    )
    await expect(ben!.page.getByTestId('news')).not.toContainText('bomb')
    await expectConverged(game, [ada!, ben!])
    expect((await ben!.sees(await ada!.id()))?.score, 'only the tile they stand on').toBe(1)
  },
)

test(
  '[RM5] a purchase with coins is paid, paints, is told to the others, and reloads',
  {
    tag: '@phone',
  },
  async ({ game, players }) => {
    const [ada, ben] = await players(2)
    const adaId = await ada!.id()
    await game.giveCoins(adaId, BOMB.price + 2)
    await expect(ada!.page.getByTestId('coins').locator('b')).toHaveText(`${BOMB.price + 2}`)
    await ada!.page.getByTestId('buy-bomb').click()

    await expect(ada!.page.getByTestId('coins').locator('b')).toHaveText('2')
    await expect(ada!.page.getByTestId('buy-bomb')).toHaveAttribute('data-state', 'reloading')
    await expect(ada!.page.getByTestId('news')).toContainText(/Boom: \d+ new tiles/)
    await expect(ben!.page.getByTestId('news')).toContainText(/Ada: bomb, \d+ tiles/)
    await expect.poll(async () => (await ben!.sees(adaId))?.score).toBeGreaterThan(5)
    await expectConverged(game, [ada!, ben!])

    await game.giveCoins(adaId, BOMB.price)
    await ada!.page.getByTestId('buy-bomb').click()
    await expect(ada!.page.getByTestId('shop-line')).toContainText('Still reloading')
    await expect(ada!.page.getByTestId('coins').locator('b')).toHaveText(`${BOMB.price}`)
  },
)

test('an answer that is late shows that it is awaited', async ({ game, players }) => {
  const [ada] = await players(1)
  await game.giveCoins(await ada!.id(), BOMB.price)
  await expect(ada!.page.getByTestId('coins').locator('b')).toHaveText(`${BOMB.price}`)
  // Nothing is lost and nothing arrives, for as long as it takes.
  ada!.link.offline()
  await ada!.page.getByTestId('buy-bomb').click()
  await expect(ada!.page.getByTestId('buy-bomb')).toHaveAttribute('data-state', 'pending')
  ada!.link.online()
  await expect(ada!.page.getByTestId('buy-bomb')).toHaveAttribute('data-state', 'reloading')
})
