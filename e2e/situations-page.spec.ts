// Situations that bite, around how a page is built: two clients in one page, and React that mounts everything twice.
// The duplicate tab and the back/forward cache are in session.spec.ts.
import { expect, test } from './fixtures.js'

test('two providers: two players in one page, apart through a reload and the end of one of them', async ({
  game,
  visitors,
  room,
}) => {
  const [{ page }] = (await visitors(1)) as [Awaited<ReturnType<typeof visitors>>[number]]
  const seats = ['Left', 'Right'].map((name) => page.getByRole('region', { name, exact: true }))
  const ids = async (): Promise<string[]> => {
    const found = await Promise.all(seats.map((seat) => seat.getAttribute('data-id')))
    return found.map((id) => id ?? '')
  }
  const expectBoth = async (): Promise<void> => {
    for (const seat of seats) await expect(seat).toHaveText('Left,Right')
    await expect(room).toConverge()
    expect(Object.keys((await game.arena()).state.players).sort()).toEqual((await ids()).sort())
  }
  await page.goto('/two-providers/')
  await expectBoth()
  expect(new Set(await ids()).size).toBe(2)

  await page.reload()
  await expectBoth()
  expect(new Set(await ids()).size).toBe(2)

  await page.getByRole('button', { name: 'Play alone' }).click()
  await expect(seats[0]!).toHaveText('Left')
  await expect(room).toConverge()
  await page.getByRole('button', { name: 'Play together' }).click()
  await expectBoth()
})

test.describe('on the dev server', () => {
  // As the inspector's specs have it, so that they share a server.
  test.use({ served: 'dev', fillTo: 2 })

  test('StrictMode: mounting everything twice opens one connection and takes one seat', async ({
    game,
    visitors,
    room,
  }) => {
    const [ada] = await visitors(1)
    const { page } = ada!
    const sockets: string[] = []
    page.on('websocket', (socket) => void sockets.push(new URL(socket.url()).pathname))
    await page.reload()
    const seatsOf = async (): Promise<number> => {
      const id = await ada!.clientId()
      return (await game.arena()).state.players[id ?? ''] === undefined ? 0 : 1
    }
    for (const visit of [1, 2]) {
      await ada!.join()
      await expect(page.getByTestId('player-row'), `visit ${visit}`).toHaveCount(2)
      expect(await seatsOf()).toBe(1)
      expect(Object.values((await game.arena()).state.players).filter(({ isBot }) => !isBot)).toHaveLength(1)
      await expect(room).toConverge()
      await page.getByTestId('leave').click()
      await expect.poll(seatsOf).toBe(0)
    }
    expect(sockets.filter((path) => path === '/pp')).toHaveLength(1)
  })
})
