// Players on one floor: what one does, the others see.
import { paintOf } from '../apps/demo-game/src/shared/palette.js'
import { expect, IN_MOTION, test } from './fixtures.js'
import { colorAt } from './support/canvas.js'
import { expectConverged } from './support/converged.js'

test.use(IN_MOTION)

test('two players join and see each other in the list', { tag: '@phone' }, async ({ game, players }) => {
  const [ada, ben] = await players(2)
  const [adaId, benId] = [await ada!.id(), await ben!.id()]
  expect(adaId).not.toBe(benId)

  await expect(ada!.row(benId)).toContainText('Ben')
  await expect(ben!.row(adaId)).toContainText('Ada')
  await expect(ada!.row(adaId)).toContainText('you')
  for (const { page } of [ada!, ben!]) await expect(page.getByTestId('player-row')).toHaveCount(2)
  await expectConverged(game, [ada!, ben!])
})

test('a step of one player moves them on the floor of the other', { tag: '@phone' }, async ({ players }) => {
  const [ada, ben] = await players(2)
  const adaId = await ada!.id()
  const before = await ada!.self()
  await ada!.walk()

  const there = await ada!.self()
  expect(there.x).not.toBe(before.x)
  await expect.poll(async () => (await ben!.sees(adaId))?.x).toBe(there.x)
  const { hex } = paintOf(there.color)
  await expect.poll(() => colorAt(ben!.page, 'actors', there)).toBe(hex)
  await expect.poll(() => colorAt(ada!.page, 'actors', there)).toBe(hex)
  expect(await colorAt(ben!.page, 'actors', before), 'nobody stands where they came from').not.toBe(hex)
})

test('[RM2] four players walk at the same time and every page has what the server has', async ({
  game,
  players,
}) => {
  const everybody = await players(4)
  await Promise.all(everybody.map((player) => player.walk(5)))
  await expectConverged(game, everybody)

  const { state } = await game.arena()
  const seats = Object.values(state.players)
  expect(seats.map(({ name }) => name).sort()).toEqual(['Ada', 'Ben', 'Cleo', 'Dan'])
  expect(new Set(seats.map(({ color }) => color)).size, 'one colour each').toBe(4)
  const painted = state.floor.flat().filter((tile) => tile > 0).length
  expect(seats.reduce((sum, { score }) => sum + score, 0)).toBe(painted)
})

test.describe('with bots', () => {
  test.use({ fillTo: 5 })

  test('bots walk for everybody alike', async ({ game, players }) => {
    const [ada, ben] = await players(2)
    const bots = async () => Object.values((await ada!.replica()).state.players).filter(({ isBot }) => isBot)
    await expect.poll(async () => (await bots()).length).toBe(3)
    await expect.poll(async () => (await bots()).every(({ score }) => score > 2)).toBe(true)
    await expect(ben!.page.getByTestId('player-row').filter({ hasText: 'bot' })).toHaveCount(3)
    await expectConverged(game, [ada!, ben!])
  })
})
