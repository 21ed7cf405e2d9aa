// The kit as it is for everybody: a server of its own for each test, started by a command, and a fault in a copy of it.
import { createPlayTest, expect } from '@painda/testing/playwright'
import { APP, E2E_BUILD, SERVE } from './support/paths.js'
import { createGamePlayer } from './support/player.js'
import type { Player } from './support/player.js'

const PLANT = new URL('support/plant.mjs', import.meta.url)

const test = createPlayTest<Player>({ dress: createGamePlayer, enter: (player) => player.join() })
const gameServer = {
  file: SERVE,
  args: ['built', APP, E2E_BUILD],
  env: { E2E: '1', PP_FILL: '0', PP_TIMING: 'lobby:0,countdown:0' },
}

test.describe('a server without faults', () => {
  test.use({ gameServer })

  test('players see each other, agree with the server, and go on after a sleep', async ({
    players,
    room,
    server,
  }) => {
    const [ada, ben] = await players(2)
    await expect(ada!).toSee(ben!)
    await expect(ben!).toSee(ada!, '[data-player="{id}"]')
    await expect(room).toConverge()
    const arena = (await server.rooms()).find(({ name }) => name === 'arena')
    expect([...(arena?.members ?? [])].sort()).toEqual([await ada!.id(), await ben!.id()].sort())

    await ben!.suspend()
    await ben!.wake()
    await expect(room).toConverge()
    expect((await ben!.events()).some(({ kind }) => kind === 'frame')).toBe(true)
  })
})

test.describe('a copy of the server with a planted fault', () => {
  test.use({ gameServer: { ...gameServer, execArgv: ['--import', PLANT.href] } })

  test('toConverge names player, room and path of a state that was never sent', async ({ players, room }) => {
    await players(2)
    await expect(expect(room).toConverge({ timeoutMs: 2_000 })).rejects.toThrow(
      /(Ada|Ben), room "[^"]+", floor\.17\.0: the server has 99, the client 0/,
    )
  })
})
