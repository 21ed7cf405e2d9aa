// Names and colours come from strangers. A page shows them as text, or not at all.
import { MAX_NAME_LENGTH } from '../apps/demo-game/src/shared/profile.js'
import { expect, test } from './fixtures.js'
import { expectConverged } from './support/converged.js'
import { sendGuest } from './support/crowd.js'

const FORGED = [
  { name: '<img src=x onerror=alert(1)>', color: '1;background:url(//evil.test/x)' },
  { name: '\u202e<b onclick=x>\u0000', color: -1 },
  { name: { toString: 'x' }, color: [1] },
]

test(
  'a name made of markup typed at the door is a name',
  { tag: '@phone' },
  async ({ players, visitors }) => {
    const [ada] = await players(1)
    const [ben] = await visitors(1)
    await ben!.page.getByTestId('join-name').fill('<img src=x>')
    await ben!.page.getByTestId('join-submit').click()
    for (const { page } of [ada!, ben!]) {
      await expect(page.getByTestId('player-row').filter({ hasText: '<img src=x>' })).toHaveCount(1)
      await expect(page.getByTestId('game').locator('img')).toHaveCount(0)
    }
  },
)

test('forged names and colours of a client that is no page are cleaned or replaced, and do nothing', async ({
  game,
  players,
}) => {
  const [ada] = await players(1)
  const requests: string[] = []
  ada!.page.on('request', (request) => void requests.push(request.url()))
  const guests = FORGED.map((options) => sendGuest(game, options))

  await expect(ada!.page.getByTestId('player-row')).toHaveCount(1 + FORGED.length)
  await expectConverged(game, [ada!])
  const seats = Object.values((await ada!.replica()).state.players)
  expect(seats.map(({ name }) => name).sort()).toEqual(
    ['Ada', '<img src=x one', '<b onclick=x>', 'Painter'].sort(),
  )
  for (const { name, color } of seats) {
    expect(name.length).toBeLessThanOrEqual(MAX_NAME_LENGTH)
    expect(Number.isInteger(color)).toBe(true)
    await expect(ada!.page.locator('.player-name').filter({ hasText: name })).toHaveText(name)
  }
  await expect(ada!.page.getByTestId('game').locator('img, [onclick], [onerror]')).toHaveCount(0)
  expect(requests, 'nothing was fetched for a name').toEqual([])
  for (const { client } of guests) client.close()
})
