// What a multiplayer test may expect beside everything that Playwright's `expect` knows.
import { expect as base } from '@playwright/test'
import { PPError } from '@painda/protocol'
import { converge, describeDifferences, type ConvergeOptions, type Everybody } from './converge.js'
import type { Player } from './player.js'

export const expect = base.extend({
  /** Waits until every page has what the server shows it: state, version, membership. Fails with the first path that differs. */
  async toConverge(everybody: Everybody, options: ConvergeOptions = {}) {
    if (!Array.isArray(everybody?.players)) {
      throw new PPError('INVALID_ARGUMENT', 'Only everybody can converge.', {
        hint: 'Take the fixture: async ({ players, room }) => { …; await expect(room).toConverge() }.',
      })
    }
    const differences = await converge(everybody, options)
    const pass = differences.length === 0
    const message = (): string =>
      pass
        ? 'Every page has what the server has, and this was not expected.'
        : `Not every page has what the server has:\n${describeDifferences(differences)}`
    return { pass, name: 'toConverge', message }
  },

  /**
   * Waits until the player's page shows another player: something visible that fits `selector`. In it `{id}` stands for
   * the id of the other's client and `{name}` for the name; a selector with neither must hold the other's name as text.
   * Default: the name, anywhere.
   */
  async toSee(
    player: Player,
    other: Player,
    selector = 'body',
    { timeoutMs = 5_000 }: { timeoutMs?: number } = {},
  ) {
    if (player?.page === undefined || other?.page === undefined) {
      throw new PPError('INVALID_ARGUMENT', 'One of the two who are to see each other is no player.', {
        hint: 'await players(n) gives n of them.',
      })
    }
    const id = selector.includes('{id}') ? ((await other.clientId()) ?? '') : ''
    const named = selector.replaceAll('{id}', CSS_SAFE(id)).replaceAll('{name}', CSS_SAFE(other.name))
    const all = player.page.locator(named)
    const isByText = named === selector
    const shown = (isByText ? all.filter({ hasText: other.name }) : all).first()
    const isWanted = !this.isNot
    const state = isWanted ? 'visible' : 'hidden'
    const pass = await shown.waitFor({ state, timeout: timeoutMs }).then(
      () => isWanted,
      () => !isWanted,
    )
    const what = isByText ? `the text "${other.name}" in ${named}` : named
    const message = (): string =>
      `${player.name}'s page ${isWanted ? 'does not show' : 'still shows'} ${other.name} after ${timeoutMs} ms. Looked for: ${what}.`
    return { pass, name: 'toSee', message }
  },
})

/** For use inside a quoted attribute of a selector. */
const CSS_SAFE = (text: string): string => text.replace(/["\\]/g, '\\$&')
