// Painting: tiles and scores that all pages agree on, until the round is over.
import { paintOf } from '../apps/demo-game/src/shared/palette.js'
import { expect, IN_MOTION, test } from './fixtures.js'
import { colorAt } from './support/canvas.js'
import { expectConverged } from './support/converged.js'

test.use(IN_MOTION)

test('a tile that one player paints has their colour on every floor, and counts for them', async ({
  game,
  players,
}) => {
  const [ada, ben] = await players(2)
  const adaId = await ada!.id()
  await ada!.walk(4)
  await expectConverged(game, [ada!, ben!])

  const { x, y, color, score } = await ada!.self()
  expect(score).toBeGreaterThanOrEqual(4)
  const tile = { x: Math.floor(x) + 0.5, y: Math.floor(y) + 0.5 }
  for (const { page, row } of [ada!, ben!]) {
    await expect.poll(() => colorAt(page, 'floor', tile)).toBe(paintOf(color).hex)
    await expect(row(adaId).getByTestId('score')).toHaveText(String(score))
  }
})

test('a colour that is taken is replaced, so that two players never paint alike', async ({
  game,
  visitors,
}) => {
  const [ada, ben] = await visitors(2)
  await ada!.join({ color: 'Teal' })
  await ben!.join({ color: 'Teal' })
  await expectConverged(game, [ada!, ben!])
  const [first, second] = [await ada!.self(), await ben!.self()]
  expect(paintOf(first.color).name).toBe('Teal')
  expect(second.color).not.toBe(first.color)
})

test(
  'the round ends for everybody at once and the winner is named',
  { tag: '@phone' },
  async ({ game, players }) => {
    const [ada, ben] = await players(2)
    await ada!.walk(5)
    await game.setClock(1)
    await expect(ada!.page.getByTestId('podium')).toContainText('You win this round')
    await expect(ben!.page.getByTestId('podium')).toContainText('Ada wins this round')
    await expectConverged(game, [ada!, ben!])

    await game.setClock(1)
    await expect(ben!.page.getByTestId('podium')).toBeHidden()
    await expectConverged(game, [ada!, ben!])
    expect((await ben!.replica()).state.round).toBe(2)
  },
)
