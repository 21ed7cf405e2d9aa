// The demo under test: the kit's server process, and what the demo's control can do to a running game.
import { startServer } from '@painda/testing/playwright'
import type { GameServer } from '@painda/testing/playwright'
import type { ArenaState } from '../../apps/demo-game/src/shared/game.js'
import { APP, E2E_GAME, SERVE } from './paths.js'

/** An arena as the server has it. */
export interface ArenaOnServer {
  id: string
  version: number
  tick: number
  state: ArenaState
}

export interface Game extends GameServer {
  /** The one arena that is open. Rejects when there is none, or more than one. */
  arena(): Promise<ArenaOnServer>
  /** The same server with nothing in memory, as `restart` makes it, in half the time. */
  forget(): Promise<void>
  giveCoins(playerId: string, coins: number): Promise<void>
  /** Brings the end of the round near. */
  setClock(secondsLeft: number): Promise<void>
}

export interface ServeOptions {
  /** `built`: the page built for tests. `dev`: from source, with the inspector. */
  kind: 'built' | 'dev'
  /** Where the built page lies; where a dev server may cache. */
  folder: string
  /** Bots join until a room has so many players. */
  fillTo: number
  /** Seconds of the phases: `lobby:0,play:20`. */
  timing: string
  /** Of the rooms, in ticks per second. */
  tickHz: number
}

/** Starts on a free port. */
export async function startGame({ kind, folder, fillTo, timing, tickHz }: ServeOptions): Promise<Game> {
  const server = await startServer({
    file: SERVE,
    args: [kind, APP, folder],
    env: {
      E2E: '1',
      PP_GAME: `${E2E_GAME}/main.mjs`,
      PP_FILL: String(fillTo),
      PP_TIMING: timing,
      PP_TICK_HZ: String(tickHz),
    },
  })

  async function ask(action: string, body: object): Promise<void> {
    const request = { method: 'POST', body: JSON.stringify(body) }
    const response = await fetch(`http://127.0.0.1:${server.port}/__e2e/${action}`, request)
    if (!response.ok) throw new Error(`The game answered ${action} with ${response.status}.`)
  }

  return Object.assign(server, {
    async arena() {
      // The list of rooms is a room too.
      const [arena, ...others] = (await server.rooms()).filter(({ name }) => name === 'arena')
      if (arena === undefined || others.length > 0)
        throw new Error(`${others.length + 1} arenas are open, or none.`)
      // What the demo's definition of that name says.
      return arena as ArenaOnServer
    },
    async forget() {
      if (server.isRunning) await ask('restart', {})
      else await server.start()
    },
    giveCoins: (player: string, coins: number) => ask('coins', { player, coins }),
    setClock: (secondsLeft: number) => ask('clock', { secondsLeft }),
  })
}
