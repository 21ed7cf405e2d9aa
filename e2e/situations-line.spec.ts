// Situations that bite, around the line between page and server: it goes away for a moment, for minutes, or for good.
import { expect, LOST_CONNECTION, test } from './fixtures.js'
import { expectConverged } from './support/converged.js'

test.use({ expectedComplaints: [LOST_CONNECTION] })

test(
  'the current player drops: they stand still for the others, keep their tiles, and walk on when they are back',
  { tag: '@phone' },
  async ({ game, players }) => {
    const [ada, ben] = await players(2)
    const adaId = await ada!.id()
    const { x: start } = await ada!.self()
    const key = start > 14 ? ['ArrowLeft', 'ArrowUp'] : ['ArrowRight', 'ArrowDown']
    const { width, height } = ada!.page.viewportSize()!
    const held = key[height > width ? 1 : 0]!
    await ada!.page.keyboard.down(held)
    await expect.poll(async () => Math.abs((await ada!.self()).x - start)).toBeGreaterThan(2)
    ada!.disconnect()
    await expect(ben!.row(adaId)).toHaveAttribute('data-presence', 'reconnecting')
    await ada!.page.keyboard.up(held)

    const stopped = await ben!.sees(adaId)
    const { version } = await ben!.replica()
    await expect.poll(async () => (await ben!.replica()).version).toBeGreaterThan(version + 5)
    expect(await ben!.sees(adaId)).toMatchObject({ x: stopped?.x, y: stopped?.y, score: stopped?.score })
    ada!.reconnect()
    await expect(ben!.row(adaId)).toHaveAttribute('data-presence', 'connected')
    await ada!.stand()
    expect(await ada!.id()).toBe(adaId)
    expect((await ada!.self()).score).toBeGreaterThanOrEqual(stopped?.score ?? 0)
    await ada!.walk(2)
    await expectConverged(game, [ada!, ben!])
  },
)

test(
  'phone call and back after two minutes: the seat was given up meanwhile, and the page takes another by itself',
  { tag: '@phone' },
  async ({ game, players, clock }) => {
    const [ada, ben] = await players(2)
    const benId = await ben!.id()
    await ben!.background()
    await ben!.suspend()
    await clock.skip(120_000)
    await expect(ada!.row(benId)).toHaveCount(0)

    await ben!.wake()
    await ben!.foreground()
    await expect(ben!.page.getByTestId('game')).toHaveAttribute('data-stale', 'false')
    await expect.poll(() => ben!.recoveries()).toEqual(['expired'])
    await expect(ada!).toSee(ben!, '[data-testid="player-row"]')
    for (const { page } of [ada!, ben!]) await expect(page.getByTestId('player-row')).toHaveCount(2)
    await expectConverged(game, [ada!, ben!])
    const names = Object.values((await game.arena()).state.players).map(({ name }) => name)
    expect(names.sort(), 'nobody sits twice').toEqual(['Ada', 'Ben'])
  },
)

test('laptop sleep: twenty seconds with the lid closed cost nothing', async ({ game, players, clock }) => {
  const [ada, ben] = await players(2)
  const [adaId, benId] = [await ada!.id(), await ben!.id()]
  const { color } = await ben!.self()
  await ben!.suspend()
  await clock.skip(20_000)
  await ada!.walk(3)
  expect(Object.keys((await game.arena()).state.players).sort()).toEqual([adaId, benId].sort())

  await ben!.wake()
  await expect(ben!.page.getByTestId('game')).toHaveAttribute('data-stale', 'false')
  const { score } = await ada!.self()
  await expect.poll(async () => (await ben!.sees(adaId))?.score).toBe(score)
  expect(await ben!.id()).toBe(benId)
  expect(await ben!.self()).toMatchObject({ name: 'Ben', color })
  await expectConverged(game, [ada!, ben!])
})

test(
  'queue overflow: what waits for the line is bounded, what was dropped is named, and the game goes on',
  { tag: '@phone' },
  async ({ game, players }) => {
    const [ada, ben] = await players(2)
    const adaId = await ada!.id()
    ada!.disconnect()
    await expect(ada!.page.getByTestId('game')).toHaveAttribute('data-stale', 'true')
    await ada!.page.evaluate(() => {
      const { client, room } = window.__painda!
      client.on('error', ({ code, details }) => {
        if (code === 'BUFFER_OVERFLOW') document.title = JSON.stringify(details)
      })
      for (let i = 0; i < 1_400; i++) room.send('move', { dx: 0, dy: 0 })
    })
    ada!.reconnect()
    await expect(ada!.page.getByTestId('game')).toHaveAttribute('data-stale', 'false')
    await expect(ada!.page).toHaveTitle(/^\{"dropped":4\d\d,"types":\["move"/)
    await ada!.walk(2)
    expect(await ada!.id(), 'nobody was thrown out for it').toBe(adaId)
    expect(await ada!.recoveries()).toEqual([expect.stringMatching(/resumed|snapshot/)])
    await expectConverged(game, [ada!, ben!])
  },
)

test(
  '[HS8] deploy in mid-round: the server says that it ends, everybody comes back when it said, and plays on',
  { tag: '@phone' },
  async ({ game, players }) => {
    const everybody = await players(2)
    const [ada, ben] = everybody
    await ada!.page.evaluate(() => {
      window.__painda?.client.on('disconnect', (reason) => {
        document.title = `${reason}, back in ${(window.__painda?.client.nextRetryAt ?? 0) - Date.now()}`
      })
    })
    await ada!.walk(2)
    await game.stop()
    await expect(ada!.page).toHaveTitle(/^Server shutting down, back in \d/)
    for (const { page } of everybody) await expect(page.getByTestId('player-row')).toHaveCount(2)
    await game.start()
    for (const player of everybody) {
      await expect.poll(() => player.recoveries()).toEqual(['expired'])
      await expect(player.page.getByTestId('game')).toHaveAttribute('data-stale', 'false')
      await expect(player.page.getByTestId('player-row')).toHaveCount(2)
    }
    await ben!.walk(2)
    await expectConverged(game, everybody)
  },
)
