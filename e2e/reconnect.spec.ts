// The line breaks, the server dies: the game goes on, nobody sits twice, and nobody's page goes blank.
import { expect, LOST_CONNECTION, test } from './fixtures.js'
import type { Player } from './support/player.js'
import { expectConverged } from './support/converged.js'

test.use({ expectedComplaints: [LOST_CONNECTION] })

test(
  '[RC3] a player who was cut off keeps place, id and picture, and finds what was painted meanwhile',
  {
    tag: '@phone',
  },
  async ({ game, players }) => {
    const [ada, ben] = await players(2)
    const [adaId, benId] = [await ada!.id(), await ben!.id()]
    await ben!.walk()
    const seat = await ben!.self()

    ben!.disconnect()
    await expect(ben!.page.getByTestId('connection-banner')).toBeVisible()
    await expect(ben!.page.getByTestId('game')).toHaveAttribute('data-stale', 'true')
    await expect(ben!.page.getByTestId('player-row'), 'the last state stays on the screen').toHaveCount(2)
    await expect(ben!.page.getByTestId('shop-line')).toHaveText('Closed until the connection is back.')
    await ada!.walk(5)
    const painted = (await ada!.self()).score

    ben!.reconnect()
    await expect(ben!.page.getByTestId('game')).toHaveAttribute('data-stale', 'false')
    await expect(ben!.page.getByTestId('connection-banner')).toBeHidden()
    expect(await ben!.id()).toBe(benId)
    // Ada may have painted over a tile of Ben's: the server knows.
    const { score } = (await game.arena()).state.players[benId] ?? {}
    const { name, color, x, y } = seat
    expect(await ben!.self()).toMatchObject({ name, color, x, y, score })
    await expect.poll(async () => (await ben!.sees(adaId))?.score).toBe(painted)
    await expectConverged(game, [ada!, ben!])
    expect(Object.keys((await game.arena()).state.players).sort(), 'nobody sits twice').toEqual(
      [adaId, benId].sort(),
    )
  },
)

test('[RC2] three of four players are cut off again and again while they walk, and all agree in the end', async ({
  game,
  players,
}) => {
  const everybody = await players(4)
  const ids = await Promise.all(everybody.map((player) => player.id()))
  for (const unlucky of everybody.slice(1)) {
    const walks = Promise.all(
      everybody.filter((player) => player !== unlucky).map((player) => player.walk(2)),
    )
    unlucky.link.cut()
    await expectBack(unlucky, [expect.stringMatching(/resumed|snapshot/)])
    await walks
  }
  await expectConverged(game, everybody)
  expect(await Promise.all(everybody.map((player) => player.id()))).toEqual(ids)
  expect(Object.keys((await game.arena()).state.players).sort()).toEqual(ids.sort())
})

test(
  'a server that is killed and started again has everybody back, once, and the game goes on',
  {
    tag: '@phone',
  },
  async ({ game, players }) => {
    const [ada, ben] = await players(2)
    await ada!.walk()
    await game.kill()
    for (const { page } of [ada!, ben!]) {
      await expect(page.getByTestId('connection-banner')).toBeVisible()
      await expect(page.getByTestId('player-row'), 'the last state stays on the screen').toHaveCount(2)
    }

    await game.start()
    for (const player of [ada!, ben!]) await expectBack(player, ['expired'])
    for (const { page } of [ada!, ben!]) await expect(page.getByTestId('player-row')).toHaveCount(2)
    await expectConverged(game, [ada!, ben!])
    await ben!.walk()
    const benId = await ben!.id()
    const { x } = await ben!.self()
    await expect.poll(async () => (await ada!.sees(benId))?.x).toBe(x)
    await expectConverged(game, [ada!, ben!])
  },
)

/** The page has been away, and is back. */
async function expectBack(player: Player, outcomes: readonly unknown[]): Promise<void> {
  await expect.poll(() => player.recoveries(), { message: `${player.name}'s reconnects` }).toEqual(outcomes)
  await expect(player.page.getByTestId('game')).toHaveAttribute('data-stale', 'false')
}
