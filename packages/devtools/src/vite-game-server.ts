// The game server in the dev server's process: loaded, started, and given other code when a file of it was saved. The code that runs
// stays in charge until the new one has been loaded and taken; what goes wrong is told, and the game goes on.
//   saved ── loads, and the server takes it ──▶ kept        rooms, sockets and state go on; rooms whose state has another shape begin anew
//         ── the contract is another one ─────▶ restarted   a new server; clients come back by themselves, to the rooms that it could take over
//         ── it throws ───────────────────────▶ failed      nothing has changed
import type { IncomingMessage, Server as HttpServer } from 'node:http'
import type { Duplex } from 'node:stream'
import { hostTime } from '@painda/protocol'
import type { Time } from '@painda/protocol'

/** What is used of a PPServer. */
export interface RunningServer {
  reload(
    setup: (server: never, kept: { [name: string]: unknown }) => unknown,
    options: { readonly contract?: object; readonly restartRooms?: boolean },
  ): { readonly rooms: number; readonly notes: readonly string[] }
  shutdown(options: { readonly timeoutMs: number; readonly spreadMs: number }): Promise<void>
  handOver(options: { readonly timeoutMs: number; readonly spreadMs: number }): Promise<readonly unknown[]>
  takeOver(rooms: readonly never[]): TakenOver
  close(): Promise<void>
}

interface TakenOver {
  readonly rooms: number
  readonly restarted: number
  readonly notes: readonly string[]
}

/** Whoever develops is alone: clients come back at once. */
const AT_ONCE = { timeoutMs: 0, spreadMs: 0 }

/** What the module given as `server` exports. */
export interface GameServerModule {
  /** Makes the server, on the dev server's own port: `PPServer.attachTo(httpServer, { contract })`. */
  start(httpServer: HttpServer): RunningServer | Promise<RunningServer>
  /** Registers all that it does: rooms, handlers, lobbies. Called again after each save. */
  setup(server: never, kept: { [name: string]: unknown }): unknown
  /** As `start` gives it to the server: so a change of it is seen. */
  readonly contract?: object
}

/** What pages are told of. */
export interface ReloadNotice {
  readonly outcome: 'kept' | 'restarted' | 'failed'
  /** What was saved, relative to the project. */
  readonly file: string
  readonly message: string
}

export interface GameServerOptions {
  /** Loads the module, with what was saved. */
  load: () => Promise<unknown>
  httpServer: HttpServer
  /** Called after each save. */
  tell: (notice: ReloadNotice) => void
  time?: Pick<Time, 'after'>
}

export interface GameServer {
  /** The server that runs; null before the first one, and while there is none. */
  readonly server: RunningServer | null
  /** What went wrong last; null when nothing did since. */
  readonly failure: ReloadNotice | null
  /** Never rejects. Saves that come while one is taken are taken together after it. */
  saved(file: string): Promise<void>
  /** A new server, as after a crash: nothing of the old one is left. Never rejects. `downMs`: nobody answers that long. */
  restart(downMs?: number): Promise<void>
  close(): Promise<void>
}

export function createGameServer({
  load,
  httpServer,
  tell,
  time = hostTime(globalThis),
}: GameServerOptions): GameServer {
  let server: RunningServer | null = null
  let failure: ReloadNotice | null = null
  let queue = Promise.resolve()
  /** Files of the save that has not begun yet. */
  let next: { readonly files: Set<string>; readonly done: Promise<void> } | null = null
  let isClosed = false
  /** Rooms of the server before. Until one has taken them over: code that does not start is mended with the next save. */
  let rooms: readonly unknown[] = []

  /** Nobody else would answer: the socket would hang until its client gives up. */
  function refuse({ headers }: IncomingMessage, socket: Duplex): void {
    if (server === null && headers['sec-websocket-protocol']?.includes('painda') === true) socket.destroy()
  }
  httpServer.on('upgrade', refuse)

  async function stop(): Promise<void> {
    const running = server
    server = null
    await running?.shutdown(AT_ONCE)
  }

  async function retire(): Promise<void> {
    const running = server
    server = null
    if (running !== null) rooms = await running.handOver(AT_ONCE)
  }

  /** What has become of the rooms, in words; nothing where there were none. */
  async function begin(module: GameServerModule): Promise<string> {
    await retire()
    if (isClosed) return ''
    const started: unknown = await module.start(httpServer)
    assertServer(started)
    server = started
    try {
      take(server, module)
      // From a server of the same kind as this one.
      const taken = server.takeOver(rooms as readonly never[])
      rooms = []
      return wordsOf(taken)
    } catch (thrown) {
      await stop()
      throw thrown
    }
  }

  async function put(module: GameServerModule): Promise<Pick<ReloadNotice, 'outcome' | 'message'>> {
    if (server === null) {
      return { outcome: 'restarted', message: `The game server has started.${await begin(module)}` }
    }
    try {
      const { rooms: kept, notes } = take(server, module)
      return { outcome: 'kept', message: [`${goOn(kept)} with the new code.`, ...notes].join(' ') }
    } catch (thrown) {
      if (Reflect.get(Object(thrown), 'code') !== 'CONTRACT_MISMATCH') throw thrown
      const why = messageOf(thrown)
      const became = await begin(module)
      return {
        outcome: 'restarted',
        message: `${why} The game server has started anew; clients come back.${became}`,
      }
    }
  }

  /** The first server says nothing: there is no moment to mark. */
  async function change(files: ReadonlySet<string>): Promise<void> {
    if (isClosed) return
    const file = [...files].join(', ')
    try {
      const done = await put(assertModule(await load()))
      failure = null
      if (file !== '') tell({ ...done, file })
    } catch (thrown) {
      const state = server === null ? 'No game server runs.' : 'The code before stays in charge.'
      failure = { outcome: 'failed', file, message: `${messageOf(thrown)} ${state}` }
      tell(failure)
    }
  }

  return {
    get server() {
      return server
    },
    get failure() {
      return failure
    },
    saved(file) {
      if (next === null) {
        const files = new Set<string>()
        const done = queue.then(() => {
          next = null
          return change(files)
        })
        next = { files, done }
        queue = done
      }
      if (file !== '') next.files.add(file)
      return next.done
    },
    restart(downMs = 0) {
      queue = queue.then(async () => {
        await stop()
        // As after a crash.
        rooms = []
        if (downMs > 0) await new Promise<void>((resolve) => time.after(downMs, resolve))
        await change(new Set())
      })
      return queue
    },
    close() {
      isClosed = true
      httpServer.off('upgrade', refuse)
      return queue.then(stop)
    },
  }
}

function take(server: RunningServer, { setup, contract }: GameServerModule) {
  return server.reload(setup, { restartRooms: true, ...(contract === undefined ? {} : { contract }) })
}

function goOn(rooms: number): string {
  return rooms === 1 ? '1 room goes on' : `${rooms} rooms go on`
}

/** Behind another sentence. */
function wordsOf({ rooms, restarted, notes }: TakenOver): string {
  if (rooms + restarted === 0) return ''
  const which = restarted === 1 ? ' room' : ' rooms'
  const anew = `${restarted}${rooms === 0 ? which : ''} began anew`
  const counts = [...(rooms > 0 ? [goOn(rooms)] : []), ...(restarted > 0 ? [anew] : [])].join(', ')
  return ` ${[`${counts}.`, ...notes].join(' ')}`
}

function assertModule(module: unknown): GameServerModule {
  const { start, setup } = Object(module) as Partial<GameServerModule>
  if (typeof start === 'function' && typeof setup === 'function') return module as GameServerModule
  throw new Error('It must export start(httpServer), which makes the server, and setup(server).')
}

function assertServer(server: unknown): asserts server is RunningServer {
  if (typeof Reflect.get(Object(server), 'reload') === 'function') return
  throw new Error('start(httpServer) must return the PPServer that it has made.')
}

/** Colours of a terminal, which code frames of compilers have. */
// oxlint-disable-next-line no-control-regex -- an escape character is what they begin with
const COLOURS = /\u001b\[[0-9;]*m/g

/** With the place, where a compiler names it. */
function messageOf(thrown: unknown): string {
  const { message = String(thrown), loc } = Object(thrown) as {
    message?: string
    loc?: { file?: string; line?: number; column?: number }
  }
  const text = String(message).replace(COLOURS, '').trim()
  const place = loc?.file === undefined ? '' : ` (${loc.file}:${loc.line ?? 0}:${loc.column ?? 0})`
  return `${text}${/[.?!]$/.test(text) ? '' : '.'}${place}`
}
