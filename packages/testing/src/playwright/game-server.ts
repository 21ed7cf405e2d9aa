// A server of one's own: a process that is started for a test, asked what it knows, killed, and started again on its port.
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import process from 'node:process'
import { hostTime, PPError } from '@painda/protocol'
import { answers } from './answers.js'
import { isAnswer, type RoomOnServer, type ServerAsk, type ServerSkip } from './channel.js'

export interface ServerCommand {
  /** The script that serves page and game; it listens on `process.env.PORT`, on 127.0.0.1 or everywhere. */
  file: string
  args?: readonly string[]
  env?: Readonly<Record<string, string>>
  cwd?: string
  /** For node itself, such as `['--import', 'tsx']`. */
  execArgv?: readonly string[]
  /** Default 60 000 ms. */
  startTimeoutMs?: number
}

export interface GameServer {
  /** Stays the same across restarts. */
  readonly port: number
  readonly isRunning: boolean
  /** What it wrote to its console, the newest 64 KiB. */
  readonly output: string
  /** Every room as the server has it; with a client's id as that client should have them. @throws PPError `CLOSED` */
  rooms(clientId?: string): Promise<readonly RoomOnServer[]>
  /** Puts the clock of its process forward; what is due by then happens at once. @throws PPError `CLOSED` */
  skip(ms: number): Promise<void>
  /** Starts it with nothing in memory, on the port it had. Does nothing while it runs. */
  start(): Promise<void>
  /** Ends it without a word to anybody, as a power cut does: SIGKILL. */
  kill(): Promise<void>
  /** Asks it to end, as a deployment does: SIGTERM. */
  stop(): Promise<void>
  /** `kill` and `start`. */
  restart(): Promise<void>
}

/** A dev server that prepares its libraries for the first time, on a busy machine. */
const START_TIMEOUT_MS = 60_000
/** Whoever only tries the port cannot go on while we wait for its answer. */
const PATIENCE_MS = 1_000
const ANSWER_TIMEOUT_MS = 5_000
const KEPT_OUTPUT = 64 * 1024
const PRELOAD = new URL('in-server.js', import.meta.url)

/** Starts a server on a free port. Rejects with its output when it ends instead. */
export async function startServer(command: ServerCommand): Promise<GameServer> {
  const port = await freePort()
  const time = hostTime(globalThis)
  let child: ChildProcess | null = null
  let output = ''
  let seq = 0

  async function start(): Promise<void> {
    if (child !== null && isAlive(child)) return
    const { file, args = [], env = {}, cwd, execArgv = [], startTimeoutMs = START_TIMEOUT_MS } = command
    const started = fork(file, args, {
      env: { ...process.env, ...env, PORT: String(port) },
      execArgv: [...execArgv, '--import', PRELOAD.href],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      ...(cwd === undefined ? {} : { cwd }),
    })
    child = started
    for (const stream of [started.stdout, started.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        output = (output + text).slice(-KEPT_OUTPUT)
      })
    }
    const end = time.now() + startTimeoutMs
    while (!(await answers(port, time, PATIENCE_MS))) {
      if (!isAlive(started)) {
        throw new PPError('CLOSED', `${file} ended before it listened on PORT ${port}. ${written(output)}`)
      }
      if (time.now() > end) {
        await finish('SIGKILL')
        const late = `${file} did not answer on PORT ${port} within ${startTimeoutMs} ms.`
        const how = 'It must listen on process.env.PORT, on 127.0.0.1 or everywhere.'
        throw new PPError('ACK_TIMEOUT', `${late} ${how} ${written(output)}`)
      }
      await new Promise<void>((resolve) => void time.after(20, resolve))
    }
  }

  async function finish(signal: NodeJS.Signals): Promise<void> {
    const ending = child
    if (ending === null || !isAlive(ending)) return
    const ended = once(ending, 'exit')
    ending.kill(signal)
    await ended
  }

  function ask(question: Unnumbered<ServerAsk | ServerSkip>): Promise<readonly RoomOnServer[]> {
    const asked = child
    if (asked === null || !isAlive(asked)) {
      return Promise.reject(
        new PPError('CLOSED', 'The server does not run.', { hint: 'Call start() first.' }),
      )
    }
    const message = { ...question, seq: ++seq }
    return new Promise((resolve, reject) => {
      const undos = [
        time.after(ANSWER_TIMEOUT_MS, () => fail(`It did not answer within ${ANSWER_TIMEOUT_MS} ms.`)),
        () => asked.off('message', hear),
        () => asked.off('exit', onExit),
      ]
      function finishAsk(): void {
        for (const undo of undos) undo()
      }
      function fail(why: string): void {
        finishAsk()
        reject(new PPError('CLOSED', `The server could not be asked. ${why}`))
      }
      function hear(answer: unknown): void {
        if (!isAnswer(answer) || answer.seq !== message.seq) return
        finishAsk()
        resolve(answer.rooms)
      }
      const onExit = (): void => fail('It has ended.')
      asked.on('message', hear)
      asked.on('exit', onExit)
      asked.send(message)
    })
  }

  await start()
  return {
    port,
    get isRunning() {
      return child !== null && isAlive(child)
    },
    get output() {
      return output
    },
    rooms: (clientId) => ask({ painda: 'rooms', client: clientId ?? null }),
    skip: async (ms) => void (await ask({ painda: 'skip', ms })),
    start,
    kill: () => finish('SIGKILL'),
    stop: () => finish('SIGTERM'),
    async restart() {
      await finish('SIGKILL')
      await start()
    },
  }
}

type Unnumbered<T> = T extends unknown ? Omit<T, 'seq'> : never

const written = (output: string): string => (output === '' ? 'It wrote nothing.' : `It wrote:\n${output}`)

const isAlive = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null

/** Chosen by the system, and given back at once: the server opens it a moment later. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  // A TCP server that listens has an address with a port.
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}
