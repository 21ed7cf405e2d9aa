// A player of the demo: the kit's player, and what the demo lets one do.
import { expect } from '@playwright/test'
import type { Locator } from '@playwright/test'
import type { PPClient, RoomHandle } from '@painda/client'
import type { Link } from '@painda/protocol'
import type { Player as AnyPlayer } from '@painda/testing/playwright'
import { COLUMNS, ROWS } from '../../apps/demo-game/src/shared/game.js'
import type { Arena, ArenaState, Player as Seat } from '../../apps/demo-game/src/shared/game.js'

declare global {
  interface Window {
    /** Only the page built for tests has it. */
    __painda?: { client: PPClient; room: RoomHandle<typeof Arena> }
  }
}

export interface Replica {
  version: number
  state: ArenaState
}

export interface Player extends AnyPlayer {
  /** The way between this page and the game; all of the page's connections take it. */
  readonly link: Link
  /** Opens the page and waits at its door. */
  open(): Promise<void>
  /** Says the name at the door and waits for a place in the game. */
  join(options?: { color?: string }): Promise<void>
  id(): Promise<string>
  replica(): Promise<Replica>
  /** This player as this page has it. */
  self(): Promise<Seat>
  /** Another player as this page has them; null when they are not there. */
  sees(id: string): Promise<Seat | null>
  /** The row of a player in this page's list. */
  row(id: string): Locator
  /** Walks along the longer side of the floor, away from the nearer edge, and stands still again. */
  walk(tiles?: number): Promise<void>
  /** Waits until the server has this player stand still. */
  stand(): Promise<void>
  /** The line is gone, and nothing can be dialled until `reconnect`. */
  disconnect(): void
  reconnect(): void
}

export function createGamePlayer(player: AnyPlayer): Player {
  const { name, page, net } = player
  const self = async (): Promise<Seat> => {
    const seat = await sees(await id())
    if (seat === null) throw new Error(`${name} has no place in the game.`)
    return seat
  }
  const replica = () =>
    page.evaluate(() => {
      const room = window.__painda?.room
      if (room?.state === undefined) throw new Error('This page is in no room.')
      return { version: room.version, state: room.state }
    })
  // Whoever walks is elsewhere in every version of the room.
  const stand = () =>
    expect(async () => {
      // The place before the version: read after it, it could be of a later version already, which would then be compared with itself.
      const { x, y } = await self()
      const { version } = await replica()
      await page.waitForFunction((before) => (window.__painda?.room.version ?? 0) > before, version)
      expect(await self()).toMatchObject({ x, y })
    }).toPass({ timeout: 15_000 })
  const id = () => page.evaluate(() => window.__painda?.client.id ?? '')
  const sees = (playerId: string) =>
    page.evaluate((wanted) => window.__painda?.room.state?.players[wanted] ?? null, playerId)

  return {
    ...player,
    link: net.link,
    async open() {
      await page.goto('/')
      await expect(page.getByTestId('join-name')).toBeVisible()
    },
    async join({ color } = {}) {
      await page.getByTestId('join-name').fill(name)
      if (color !== undefined) await page.getByRole('radio', { name: color }).check({ force: true })
      await page.getByTestId('join-submit').click()
      await expect(page.getByTestId('game')).toHaveAttribute('data-status', 'joined')
    },
    id,
    replica,
    self,
    sees,
    row: (playerId) => page.locator(`[data-testid="player-row"][data-player="${playerId}"]`),
    async walk(tiles = 3) {
      const { x: start } = await self()
      const { width, height } = page.viewportSize() ?? { width: COLUMNS, height: ROWS }
      const isFar = start > COLUMNS / 2
      // A floor on a phone held upright is turned: its long side runs down the screen.
      const [back, forth] = height > width ? ['ArrowUp', 'ArrowDown'] : ['ArrowLeft', 'ArrowRight']
      const key = (isFar ? back : forth) ?? ''
      await page.keyboard.down(key)
      await expect.poll(async () => Math.abs((await self()).x - start)).toBeGreaterThanOrEqual(tiles)
      await page.keyboard.up(key)
      await stand()
    },
    stand,
    disconnect: net.disconnect,
    reconnect: net.online,
  }
}
