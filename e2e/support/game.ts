// A game server of one's own: started for a test, asked what it knows, killed and started again on the same port.
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import type { ArenaState } from '../../apps/demo-game/src/shared/game.js'
import { APP } from './paths.js'

/** An arena as the server has it. */
export interface ArenaOnServer {
  id: string
  version: number
  tick: number
  state: ArenaState
}

export interface Game {
  readonly port: number
  /** The one arena that is open. Rejects when there is none, or more than one. */
  arena(): Promise<ArenaOnServer>
  /** Ends it without a word to anybody: SIGKILL. */
  kill(): Promise<void>
  /** Starts it again, with nothing in memory, on the port it had. */
  start(): Promise<void>
  /** The same server with nothing in memory, as `kill` and `start` make it, in half the time. */
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
  bots: number
}

const SERVE = fileURLToPath(new URL('../serve.mjs', import.meta.url))

/** Starts on a free port. */
export async function startGame(options: ServeOptions): Promise<Game> {
  let child = await serve(options, 0)
  const { port } = child

  async function ask(action: string, body?: object): Promise<unknown> {
    const request = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
    const response = await fetch(`http://127.0.0.1:${port}/__e2e/${action}`, request)
    if (!response.ok) throw new Error(`The game answered ${action} with ${response.status}.`)
    return response.json()
  }

  return {
    port,
    async arena() {
      // The control of the demo's own server answers in this form.
      const { rooms } = (await ask('state')) as { rooms: ArenaOnServer[] }
      const [arena] = rooms
      if (arena === undefined || rooms.length > 1) throw new Error(`${rooms.length} arenas are open.`)
      return arena
    },
    async kill() {
      await child.kill()
    },
    async start() {
      child = await serve(options, port)
    },
    async forget() {
      if (child.isAlive) await ask('restart', {})
      else child = await serve(options, port)
    },
    async giveCoins(player, coins) {
      await ask('coins', { player, coins })
    },
    async setClock(secondsLeft) {
      await ask('clock', { secondsLeft })
    },
  }
}

async function serve({ kind, folder, bots }: ServeOptions, port: number): Promise<Served> {
  const env = { ...process.env, E2E: '1', PP_BOTS: String(bots) }
  const child = fork(SERVE, [kind, APP, String(port), folder], {
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    execArgv: [],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text))
  }
  const told = await new Promise<unknown>((resolve, reject) => {
    child.once('message', resolve)
    child.once('exit', () => reject(new Error(`The game did not start:\n${output}`)))
  })
  // The one message that serve.mjs sends.
  const { port: own } = told as { port: number }
  return {
    port: own,
    get isAlive() {
      return isAlive(child)
    },
    kill: () => end(child),
  }
}

interface Served {
  readonly port: number
  readonly isAlive: boolean
  kill(): Promise<void>
}

async function end(child: ChildProcess): Promise<void> {
  if (!isAlive(child)) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

const isAlive = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null
