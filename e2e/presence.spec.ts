// Who is here: others see at once who left, who is only away, and who is back.
import { expect, LOST_CONNECTION, test } from './fixtures.js'
import { expectConverged } from './support/converged.js'

test(
  'a player who leaves is gone for the others, and so are their tiles',
  { tag: '@phone' },
  async ({ game, players }) => {
    const [ada, ben] = await players(2)
    const benId = await ben!.id()
    await ben!.walk()
    await expect(ada!.row(benId)).toHaveAttribute('data-presence', 'connected')
    const { color } = await ben!.self()

    await ben!.page.getByTestId('leave').click()
    await expect(ben!.page.getByTestId('join-form')).toBeVisible()
    await expect(ada!.row(benId)).toHaveCount(0)
    await expectConverged(game, [ada!])
    const { state } = await game.arena()
    expect(Object.keys(state.players)).toEqual([await ada!.id()])
    expect(state.floor.flat()).not.toContain(color + 1)
  },
)

test('a player who leaves can come back in', async ({ game, players }) => {
  const [ada, ben] = await players(2)
  await ben!.page.getByTestId('leave').click()
  await expect(ada!.page.getByTestId('player-row')).toHaveCount(1)
  await ben!.join()
  for (const { page } of [ada!, ben!]) await expect(page.getByTestId('player-row')).toHaveCount(2)
  await expectConverged(game, [ada!, ben!])
})

test.describe('when the line breaks', () => {
  test.use({ expectedComplaints: [LOST_CONNECTION] })

  test('[PR3] a player without a connection is shown as reconnecting, and as connected once they are back', async ({
    game,
    players,
  }) => {
    const [ada, ben, cleo] = await players(3)
    const benId = await ben!.id()
    ben!.disconnect()
    for (const other of [ada!, cleo!]) {
      await expect(other.row(benId)).toHaveAttribute('data-presence', 'reconnecting')
      await expect(other.row(benId)).toContainText('reconnecting')
      await expect(other.page.getByTestId('news')).toContainText('Ben lost the connection')
    }
    await expect(ada!.row(await cleo!.id())).toHaveAttribute('data-presence', 'connected')

    ben!.reconnect()
    for (const other of [ada!, cleo!]) {
      await expect(other.row(benId)).toHaveAttribute('data-presence', 'connected')
    }
    await expectConverged(game, [ada!, ben!, cleo!])
  })
})
