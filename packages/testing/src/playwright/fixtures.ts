// The fixtures: `server`, `players`, `visitors`, `room`. They make what a test asks for, take it away afterwards, and attach
// the report when the test has failed.
import {
  test as base,
  type Browser,
  type PlaywrightTestArgs,
  type PlaywrightTestOptions,
  type PlaywrightWorkerArgs,
  type PlaywrightWorkerOptions,
  type TestType,
} from '@playwright/test'
import {
  createDeliveryLog,
  createNetwork,
  hostTime,
  PPError,
  type Network,
  type Time,
} from '@painda/protocol'
import { createProxy, type NetworkProxy } from '../proxy.js'
import { collectComplaints } from './complaints.js'
import type { Everybody } from './converge.js'
import { expect } from './expect.js'
import { startServer, type GameServer, type ServerCommand } from './game-server.js'
import { recordPage } from './in-page.js'
import { createPlayerNet } from './net.js'
import { createPlayer, type Player } from './player.js'
import { attachReport } from './report.js'

export interface PlayOptions {
  /** How the server is started; `test.use({ gameServer: { file: 'server.js' } })`. */
  gameServer: ServerCommand | null
  /** Of all weather. Default 1. */
  networkSeed: number
  /** What pages may complain about in this test, such as a connection that the test cuts: see `LOST_CONNECTION`. */
  expectedComplaints: readonly RegExp[]
}

export interface PlayFixtures<P extends Player> {
  /** One for each test; ended with it. */
  server: GameServer
  /** Players whose page is open, and nothing done in it. */
  visitors(count: number): Promise<P[]>
  /** Players in the game: `visitors`, each after `enter`, all at the same time. */
  players(count: number): Promise<P[]>
  /** Everybody of this test, for `expect(room).toConverge()`. */
  room: Everybody
  /** One clock for the server and all pages, which runs as the machine's and can be put forward. */
  clock: SharedClock
}

export interface SharedClock {
  /**
   * Lets so much time pass for everybody, in steps, so that heartbeats are asked and answered on the way. A page that
   * stands still hears of it when it goes on.
   */
  skip(ms: number): Promise<void>
}

export interface PlayTestOptions<P extends Player> {
  /** Names for players, in this order. */
  names?: readonly string[]
  /** Gives a player what a game adds: `join()`, `row(id)`… */
  dress?(player: Player): P
  /** What every player of `players(n)` does first. */
  enter?(player: P): Promise<void>
}

/** Everybody of one test. `players` and `visitors` add to it. */
export interface Cast<P extends Player> {
  readonly everybody: P[]
  /** Duplicated tabs. */
  readonly twins: Player[]
  add(count: number): Promise<P[]>
  /** Pages that are opened from now on have a clock that can be put forward. */
  shareClock(): void
}

const NAMES = ['Ada', 'Ben', 'Cleo', 'Dan', 'Eve', 'Finn', 'Gus', 'Hana', 'Ivo', 'June', 'Kim', 'Leo']
/** Apart from each other for most eyes, dark and light. */
const COLORS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#f0e442', '#999999']
/** Shorter than any heartbeat. */
const SKIP_STEP_MS = 5_000
const KEPT_FRAMES = 200
/** 20 s of a game of 30 Hz. */
const KEPT_VERSIONS = 600

/** Playwright's `test` for one game. `test` of this module is the plain one. */
export function createPlayTest<P extends Player = Player>({
  names = NAMES,
  dress = plain,
  enter = async () => {},
}: PlayTestOptions<P> = {}): PlayTest<P> {
  return base.extend<PlayFixtures<P> & PlayOptions & { cast: Cast<P> }>({
    gameServer: [null, { option: true }],
    networkSeed: [1, { option: true }],
    expectedComplaints: [[], { option: true }],

    server: [
      async ({ gameServer }, use) => {
        if (gameServer === null) {
          throw new PPError('INVALID_ARGUMENT', 'There is no server to start.', {
            hint: "Say how: test.use({ gameServer: { file: 'server.js' } }).",
          })
        }
        const server = await startServer(gameServer)
        await use(server)
        await server.kill()
      },
      // It has a time of its own, which is longer than what a test usually has: a server that does not come up is to say so.
      { timeout: 0 },
    ],

    cast: async ({ browser, server, networkSeed, expectedComplaints }, use, testInfo) => {
      const time = hostTime(globalThis)
      const startedAt = time.wallNow()
      const log = createDeliveryLog({ maxEntries: 20_000 })
      const network = createNetwork({ time, seed: networkSeed, log })
      const seats: Seat<P>[] = []
      const twins: Player[] = []
      let hasClock = false
      const cast: Cast<P> = {
        get everybody() {
          return seats.map(({ player }) => player)
        },
        twins,
        shareClock: () => void (hasClock = true),
        async add(count) {
          const first = seats.length
          const made = await Promise.all(
            Array.from({ length: count }, (_, index) =>
              takeSeat(first + index, { names, dress, browser, server, network, time, twins, hasClock }),
            ),
          )
          seats.push(...made)
          return made.map(({ player }) => player)
        },
      }
      await use(cast)
      if (testInfo.status !== testInfo.expectedStatus) {
        const players = [...cast.everybody, ...twins]
        await attachReport({ testInfo, server, players, network, log, startedAt })
      }
      for (const { player, proxy, complaints } of seats) {
        const unexpected = complaints.filter(
          (text) => !expectedComplaints.some((pattern) => pattern.test(text)),
        )
        await player.context.close()
        await proxy.close()
        expect.soft(unexpected, `what ${player.name}'s page complained about`).toEqual([])
      }
      network.close()
    },

    visitors: async ({ cast }, use) => {
      await use((count) => cast.add(count))
    },

    players: async ({ cast }, use) => {
      await use(async (count) => {
        const players = await cast.add(count)
        await Promise.all(players.map((player) => enter(player)))
        return players
      })
    },

    clock: async ({ cast, server }, use) => {
      cast.shareClock()
      await use({
        async skip(ms) {
          for (let left = ms; left > 0; left -= SKIP_STEP_MS) {
            const step = Math.min(left, SKIP_STEP_MS)
            if (server.isRunning) await server.skip(step)
            await Promise.all([...cast.everybody, ...cast.twins].map((player) => player.skip(step)))
          }
        },
      })
    },

    room: async ({ cast, server }, use) => {
      await use({
        server,
        get players() {
          return [...cast.everybody, ...cast.twins]
        },
      })
    },
  })
}

export type PlayTest<P extends Player> = TestType<
  PlaywrightTestArgs & PlaywrightTestOptions & PlayFixtures<P> & PlayOptions & { cast: Cast<P> },
  PlaywrightWorkerArgs & PlaywrightWorkerOptions
>

interface Seat<P extends Player> {
  player: P
  proxy: NetworkProxy
  complaints: readonly string[]
}

interface SeatParts<P extends Player> extends Required<Pick<PlayTestOptions<P>, 'names' | 'dress'>> {
  browser: Browser
  server: GameServer
  network: Network
  time: Time
  twins: Player[]
  hasClock: boolean
}

async function takeSeat<P extends Player>(
  index: number,
  { names, dress, browser, server, network, time, twins, hasClock }: SeatParts<P>,
): Promise<Seat<P>> {
  const name = names[index] ?? `Player ${index + 1}`
  const link = network.link(name)
  const target = { host: '127.0.0.1', port: server.port }
  const proxy = await createProxy({ target, network, linkFor: () => link })
  const context = await browser.newContext({ baseURL: `http://127.0.0.1:${proxy.port}` })
  await context.addInitScript(recordPage, { maxFrames: KEPT_FRAMES, maxVersions: KEPT_VERSIONS })
  if (hasClock) await context.clock.install()
  const page = await context.newPage()
  const complaints = collectComplaints(page)
  const color = COLORS[index % COLORS.length] ?? '#999999'
  const net = createPlayerNet(link, time)
  const player = dress(createPlayer({ name, color, page, net, onTwin: (twin) => void twins.push(twin) }))
  await player.open()
  return { player, proxy, complaints }
}

/** Without a game's own `dress` a player is what it is. */
function plain<P extends Player>(player: Player): P {
  // P is Player unless `dress` says otherwise.
  return player as P
}
