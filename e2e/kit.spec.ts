// The bar that shows the kit: the line is really cut, and the words come from what really happened.
import { expect, test } from './fixtures.js'
import { expectConverged } from './support/converged.js'

test('[RC3] the plug is pulled, the game goes on, and the bar says what was missed and what it cost', async ({
  game,
  players,
}) => {
  const [ada, ben] = await players(2)
  await ada!.page.getByTestId('pull-the-plug').click()
  await expect(ada!.page.getByTestId('game')).toHaveAttribute('data-stale', 'true')
  await ben!.walk(5)
  await expect(ada!.page.getByTestId('kit-words')).toHaveText(
    /^\d+ changes? missed(?: and \d+ events?)?, (?:resumed|a fresh snapshot came) in \d+ ms, \d+ bytes\./,
  )
  await expect(ada!.page.getByTestId('game')).toHaveAttribute('data-stale', 'false')
  const [, changes] =
    /^(\d+) change/.exec((await ada!.page.getByTestId('kit-words').textContent()) ?? '') ?? []
  expect(Number(changes)).toBeGreaterThan(0)
  await expectConverged(game, [ada!, ben!])
})
