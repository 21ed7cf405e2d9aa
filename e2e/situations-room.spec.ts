// Situations that bite, around who is in the room: everybody who should be, nobody else, and all see the same.
import { paintOf } from '../apps/demo-game/src/shared/palette.js'
import { SEATS } from '../apps/demo-game/src/shared/game.js'
import { expect, LOST_CONNECTION, test } from './fixtures.js'
import { colorAt } from './support/canvas.js'
import { expectConverged } from './support/converged.js'
import { sendGuest } from './support/crowd.js'
import type { Player } from './support/player.js'

test(
  'late join in a running round: floor, clock and players are there at once, and the newcomer plays',
  { tag: '@phone' },
  async ({ game, players, visitors }) => {
    const [ada, ben] = await players(2)
    await ada!.walk(4)
    const [cleo] = await visitors(1)
    await cleo!.join()
    for (const other of [ada!, ben!]) {
      await expect(cleo!).toSee(other, '[data-player="{id}"]')
      await expect(other).toSee(cleo!, '[data-player="{id}"]')
    }
    await expect(cleo!.page.getByTestId('mission')).toBeVisible()
    await expect(cleo!.page.getByTestId('clock')).toContainText('Round 1')
    const { x, y, color } = await ada!.self()
    const tile = { x: Math.floor(x) + 0.5, y: Math.floor(y) + 0.5 }
    await expect.poll(() => colorAt(cleo!.page, 'floor', tile)).toBe(paintOf(color).hex)
    await cleo!.walk(2)
    expect((await cleo!.self()).score).toBeGreaterThan(0)
    await expectConverged(game, [ada!, ben!, cleo!])
  },
)

test(
  '100 joiners for 8 seats: eight get one, the others are told, and nobody sits twice',
  { tag: '@phone' },
  async ({ game, visitors }) => {
    const FREE = 8
    const [ada] = await visitors(1)
    const code = await openRoom(ada!)
    const seated = Array.from({ length: SEATS - FREE - 1 }, () => sendGuest(game, {}, code))
    expect(new Set(await Promise.all(seated.map(({ outcome }) => outcome)))).toEqual(new Set(['in']))

    const pages = await visitors(3)
    await Promise.all(pages.map((player) => invite(player, code)))
    const crowd = Array.from({ length: 100 - pages.length }, () => sendGuest(game, {}, code))
    await Promise.all(pages.map(({ page }) => page.getByTestId('join-submit').click()))
    const outcomes = await Promise.all(crowd.map(({ outcome }) => outcome))
    const inside = await Promise.all(pages.map(isSeated))

    const all = [...outcomes, ...inside.map((is) => (is ? 'in' : 'ROOM_FULL'))]
    expect(all.filter((outcome) => outcome === 'in')).toHaveLength(FREE)
    expect(all.filter((outcome) => outcome === 'ROOM_FULL')).toHaveLength(100 - FREE)
    const { state } = await game.arena()
    expect(Object.keys(state.players)).toHaveLength(SEATS)
    expect(new Set(Object.values(state.players).map(({ color }) => color)).size, 'a colour each').toBe(SEATS)
    await expect(ada!.page.getByTestId('player-row')).toHaveCount(SEATS)
    await expectConverged(game, [ada!, ...pages.filter((_, index) => inside[index])])
    for (const { client } of [...seated, ...crowd]) client.close()
  },
)

test.describe('before a round', () => {
  test.use({ timing: 'lobby:60,countdown:1,play:60,podium:60', expectedComplaints: [LOST_CONNECTION] })

  test(
    'lobby stragglers when the round starts: at the door or without a line, they are in the round a moment later',
    { tag: '@phone' },
    async ({ game, players, visitors }) => {
      const [ada, ben] = await players(2)
      const [cleo] = await visitors(1)
      await cleo!.page.getByTestId('join-name').fill('Cleo')
      const host = (await game.arena()).state.host === (await ada!.id()) ? ada! : ben!
      const straggler = host === ada! ? ben! : ada!
      straggler.disconnect()
      await expect(straggler.page.getByTestId('game')).toHaveAttribute('data-stale', 'true')
      await host.page.getByTestId('start').click()
      await expect(host.page.getByTestId('lobby-panel')).toBeHidden()

      await cleo!.join()
      straggler.reconnect()
      const everybody = [ada!, ben!, cleo!]
      for (const { page } of everybody) {
        await expect(page.getByTestId('mission')).toBeVisible()
        await expect(page.getByTestId('lobby-panel')).toBeHidden()
        await expect(page.getByTestId('player-row')).toHaveCount(3)
      }
      await expectConverged(game, everybody)
      await straggler.walk(2)
    },
  )

  test(
    'restart in the same room: the second round begins with a bare floor and everybody in their seat',
    { tag: '@phone' },
    async ({ game, players }) => {
      const everybody = await players(2)
      const before = await game.arena()
      await start(everybody)
      await everybody[0]!.walk(3)
      await game.setClock(1)
      for (const { page } of everybody) await page.getByTestId('rematch').click()
      for (const { page } of everybody) await expect(page.getByTestId('clock')).toContainText('Round 2')
      for (const { page } of everybody) await expect(page.getByTestId('mission')).toBeVisible()
      const after = await game.arena()
      expect(after.id).toBe(before.id)
      expect(Object.keys(after.state.players).sort()).toEqual(Object.keys(before.state.players).sort())
      expect(after.state).toMatchObject({ round: 2, podium: [], rematch: {} })
      expect(after.state.floor.flat().filter((tile) => tile > 0).length, 'two starts').toBeLessThan(4)
      for (const { page } of everybody) await expect(page.getByTestId('podium')).toBeHidden()
      await everybody[1]!.walk(2)
      await expectConverged(game, everybody)
    },
  )

  test(
    'the host leaves: the next one is told, may start, and the round begins for those who stayed',
    { tag: '@phone' },
    async ({ game, players }) => {
      const everybody = await players(3)
      const ids = await Promise.all(everybody.map((player) => player.id()))
      const host = everybody[ids.indexOf((await game.arena()).state.host)]!
      const [next, other] = everybody.filter((player) => player !== host)
      await host.page.getByTestId('leave').click()
      await expect(host.page.getByTestId('join-form')).toBeVisible()
      const { state } = await game.arena()
      const heir = state.host === (await next!.id()) ? next! : other!
      await expect(heir.page.getByTestId('lobby-panel')).toContainText('You are the host.')
      await heir.page.getByTestId('start').click()
      for (const { page } of [next!, other!]) {
        await expect(page.getByTestId('mission')).toBeVisible()
        await expect(page.getByTestId('player-row')).toHaveCount(2)
      }
      await expectConverged(game, [next!, other!])
    },
  )
})

test(
  'kick an abuser: two votes send them out, and neither the door nor a reload nor the link lets them back in',
  { tag: '@phone' },
  async ({ game, players }) => {
    const [ada, ben, cleo] = await players(3)
    let code: string | null = null
    for (const { page } of [ada!, cleo!]) {
      await page.getByTestId('open-menu').click()
      code = await page.getByTestId('invite-code').textContent()
      await page.getByRole('button', { name: /^Vote Ben out/ }).click()
      await page.keyboard.press('Escape')
    }
    await expect(ben!.page.getByTestId('no-seat')).toContainText('The others voted you out of this room.')
    for (const { page } of [ada!, cleo!]) await expect(page.getByTestId('player-row')).toHaveCount(2)
    await ben!.page.getByRole('button', { name: 'Back to the door' }).click()
    await ben!.page.getByTestId('join-submit').click()
    // Whoever asks for any room gets another one, and is alone there.
    await expect(ben!.page.getByTestId('player-row')).toHaveCount(1)
    await ben!.page.reload()
    await ben!.page.getByTestId('join-submit').click()
    await expect(ben!.page.getByTestId('player-row')).toHaveCount(1)
    await invite(ben!, code ?? '')
    await ben!.page.getByTestId('join-submit').click()
    await expect(ben!.page.getByTestId('no-seat')).toContainText('banned')
    for (const { page } of [ada!, cleo!]) await expect(page.getByTestId('player-row')).toHaveCount(2)
    await expectConverged(game, [ada!, cleo!])
  },
)

test.describe('bad lines', () => {
  test.use({ expectedComplaints: [LOST_CONNECTION] })

  test(
    '"I\'m connected but can\'t see everyone": all who join at once, late or again see all the others',
    { tag: '@phone' },
    async ({ game, players, visitors }) => {
      const [ada, ben] = await players(2)
      const [cleo, dan] = await visitors(2)
      dan!.net.latency(150, { jitterMs: 50 })
      const joins = [cleo!.join(), dan!.join()]
      ben!.net.cut()
      await Promise.all(joins)
      const everybody = [ada!, ben!, cleo!, dan!]
      for (const one of everybody) {
        await expect(one.page.getByTestId('player-row')).toHaveCount(4)
        for (const other of everybody) await expect(one).toSee(other, '[data-player="{id}"]')
        const present = await one.page.evaluate(() =>
          window.__painda?.room.presence.list().map(({ clientId }) => clientId),
        )
        expect(present?.sort()).toEqual((await Promise.all(everybody.map((each) => each.id()))).sort())
      }
      await expectConverged(game, everybody)
    },
  )
})

/** Ada opens a private room and sits in it; resolves to its code. */
async function openRoom({ page, name }: Player): Promise<string> {
  await page.getByTestId('join-name').fill(name)
  await page.getByTestId('new-room').click()
  await page.getByTestId('room-title').fill('Ours')
  await page.getByTestId('open-room').click()
  return (await page.getByTestId('invite-code').textContent()) ?? ''
}

/** Opens the link of a room, and waits at its door. */
async function invite({ page, name }: Player, code: string): Promise<void> {
  await page.goto(`/#join=${code}`)
  await page.reload()
  await page.getByTestId('join-name').fill(name)
}

/** True once seated, false once refused. */
async function isSeated({ page }: Player): Promise<boolean> {
  const seat = page.locator('[data-testid="game"][data-status="joined"]')
  const refusal = page.getByTestId('no-seat').filter({ hasText: /full/i })
  await expect(seat.or(refusal)).toBeVisible()
  return seat.isVisible()
}

/** The host starts the round. */
async function start(everybody: readonly Player[]): Promise<void> {
  const button = (
    await Promise.all(everybody.map(({ page }) => page.getByTestId('start').isVisible()))
  ).indexOf(true)
  await everybody[button]!.page.getByTestId('start').click()
  for (const { page } of everybody) await expect(page.getByTestId('mission')).toBeVisible()
}
