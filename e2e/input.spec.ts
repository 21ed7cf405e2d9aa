// Steering: keys by their place on the keyboard, a thumb on the floor.
import { expect, test } from './fixtures.js'

const KEYS = [
  ['ArrowLeft', 'KeyA'],
  ['ArrowRight', 'KeyD'],
] as const

for (const [column, kind] of ['arrow keys', 'letters'].entries()) {
  test(`${kind} walk both ways, and letting go stands still`, async ({ players }) => {
    const [ada] = await players(1)
    for (const [index, keys] of KEYS.entries()) {
      const { x } = await ada!.self()
      const sign = index === 0 ? -1 : 1
      await ada!.page.keyboard.down(keys[column] ?? '')
      await expect.poll(async () => sign * ((await ada!.self()).x - x)).toBeGreaterThanOrEqual(0.2)
      await ada!.page.keyboard.up(keys[column] ?? '')
      await ada!.stand()
    }
  })
}

test('the space bar asks for a bomb, and letters typed at the door steer nobody', async ({
  game,
  visitors,
}) => {
  const [ada] = await visitors(1)
  await ada!.page.getByTestId('join-name').pressSequentially('wasd')
  await expect(ada!.page.getByTestId('join-name')).toHaveValue('wasd')
  await ada!.join()
  await game.giveCoins(await ada!.id(), 0)
  await ada!.page.keyboard.press('Space')
  await expect(ada!.page.getByTestId('buy-bomb')).toHaveAttribute('data-state', 'refused')
})

test('losing the focus of the window lets go of every key', async ({ players }) => {
  const [ada] = await players(1)
  const { x } = await ada!.self()
  await ada!.page.keyboard.down(x > 14 ? 'ArrowLeft' : 'ArrowRight')
  await expect.poll(async () => Math.abs((await ada!.self()).x - x)).toBeGreaterThan(0.2)
  await ada!.page.evaluate(() => window.dispatchEvent(new Event('blur')))
  await ada!.stand()
})

test(
  'a thumb on the floor walks where it is dragged, until it is lifted',
  { tag: '@touch' },
  async ({ players }) => {
    const [ada, ben] = await players(2)
    const box = await ada!.page.getByTestId('board').boundingBox()
    if (box === null) throw new Error('There is no floor.')
    const from = { x: box.x + box.width / 2, y: box.y + box.height / 2 }
    const { x } = await ada!.self()
    // The floor of a phone is turned: down the screen is the way of x.
    const sign = x > 14 ? -1 : 1
    const touch = await ada!.context.newCDPSession(ada!.page)
    const send = (type: 'touchStart' | 'touchMove' | 'touchEnd', points: { x: number; y: number }[]) =>
      touch.send('Input.dispatchTouchEvent', { type, touchPoints: points })

    await send('touchStart', [from])
    await send('touchMove', [{ x: from.x, y: from.y + sign * 60 }])
    await expect.poll(async () => sign * ((await ada!.self()).x - x)).toBeGreaterThan(2)
    await expect(ada!.page.locator('.stick')).toBeVisible()
    await send('touchEnd', [])
    await expect(ada!.page.locator('.stick')).toBeHidden()
    await ada!.stand()
    const there = await ada!.self()
    const adaId = await ada!.id()
    await expect.poll(async () => (await ben!.sees(adaId))?.x).toBe(there.x)
  },
)

test(
  'the page of a phone is as wide as the phone and does not scroll',
  { tag: '@touch' },
  async ({ players }) => {
    const [ada] = await players(1)
    const size = await ada!.page.evaluate(() => ({
      width: document.documentElement.scrollWidth,
      wanted: document.documentElement.clientWidth,
    }))
    expect(size.width).toBe(size.wanted)
    for (const testId of ['board', 'buy-bomb', 'scoreboard', 'leave']) {
      await expect(ada!.page.getByTestId(testId)).toBeInViewport()
    }
  },
)
