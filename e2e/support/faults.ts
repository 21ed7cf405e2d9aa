// What happens to connections, and that four players agree afterwards, whatever it was.
import { expect } from '@painda/testing/playwright'
import type { Everybody } from '@painda/testing/playwright'
import type { Game } from './game.js'
import type { Player } from './player.js'

/** What happens to the first of them, while the others play on. */
export const FAULTS: Readonly<Record<string, (unlucky: Player, game: Game) => Promise<void>>> = {
  'a connection that is cut': async ({ net }) => net.cut(),
  'a line that stalls': async ({ net }) => net.stall(800),
  'a connection that is half-open when its page is looked at again': async (unlucky) => {
    unlucky.net.halfOpen()
    await unlucky.background()
    await unlucky.foreground()
  },
  'a server that is killed': async (_, game) => game.restart(),
  'a tab that is duplicated': async (unlucky) => {
    await unlucky.duplicateTab()
  },
  'a tab in the background': async (unlucky) => {
    await unlucky.background()
    unlucky.net.stall(500)
    await unlucky.foreground()
  },
}

/** Plays on while it happens, and ends when everybody has what the server has. */
export async function surviveFault(
  fault: string,
  game: Game,
  everybody: readonly Player[],
  room: Everybody,
): Promise<void> {
  const happen = FAULTS[fault]
  const [unlucky, ...others] = everybody
  if (happen === undefined || unlucky === undefined)
    throw new Error('There is no such fault, or nobody plays.')
  await Promise.all([
    happen(unlucky, game),
    ...others.map((player) => player.page.keyboard.press('ArrowLeft', { delay: 100 })),
  ])
  await expect(room).toConverge()
  const { page } = unlucky
  await expect(page.getByTestId('player-row')).toHaveCount(everybody.length)
  for (const other of others) {
    await expect(unlucky).toSee(other, '[data-player="{id}"]')
    await expect(other).toSee(unlucky, '[data-player="{id}"]')
  }
  const names = Object.values((await game.arena()).state.players).map(({ name }) => name)
  expect(names.sort(), 'nobody sits twice').toEqual(everybody.map(({ name }) => name).sort())
}
