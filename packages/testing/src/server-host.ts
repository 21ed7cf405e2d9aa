// The machine that the server of a harness runs on: a server can be stopped, killed and started again on it, and whoever
// connects reaches the one that runs now, or nobody.
import { createRandom, PPError, type ContractShape, type Time, type Transport } from '@painda/protocol'
import { PPServer, type ServerOptions } from '@painda/server'
import { createMortalTime, createMortalTransport, type MortalTime, type MortalTransport } from './mortal.js'
import { testLogger } from './test-logger.js'

export interface ServerHostOptions<C extends ContractShape> {
  time: Time
  seed: number
  serverOptions: ServerOptions<C>
  /** Runs for every server, before anybody connects. */
  setup: (server: PPServer<C>) => void
}

export interface ServerHost<C extends ContractShape> {
  /** @throws PPError `CLOSED` while none runs */
  readonly server: PPServer<C>
  readonly isRunning: boolean
  /** Does nothing when one runs. */
  start(): void
  /** Takes a connection, or cuts it when no server runs. */
  accept(end: Transport, clientName: string): void
  /** As `server.close()`: clients are told. */
  stop(): Promise<void>
  /** As `kill -9`: no handler runs, no timer fires, nobody is told. */
  kill(): void
}

interface Process<C extends ContractShape> {
  server: PPServer<C>
  time: MortalTime
  sockets: Set<MortalTransport>
}

export function createServerHost<C extends ContractShape>({
  time,
  seed,
  serverOptions,
  setup,
}: ServerHostOptions<C>): ServerHost<C> {
  let running: Process<C> | null = null
  let startCount = 0
  /** How often each client has connected: every session gets an id of its own, the same in every run. */
  const visits = new Map<string, number>()

  function nextId(clientName: string): string {
    const count = (visits.get(clientName) ?? 0) + 1
    visits.set(clientName, count)
    return count === 1 ? clientName : `${clientName}.${count}`
  }

  return {
    get server() {
      if (running !== null) return running.server
      throw new PPError('CLOSED', 'No server runs.', { hint: 'Call startServer() first.' })
    },
    get isRunning() {
      return running !== null
    },
    start() {
      if (running !== null) return
      startCount++
      const own = createMortalTime(time)
      const random = createRandom(seed).fork(`server ${startCount}`)
      const server = new PPServer<C>({ logger: testLogger, random, ...serverOptions, time: own })
      running = { server, time: own, sockets: new Set() }
      setup(server)
    },
    accept(end, clientName) {
      if (running === null) return end.terminate()
      const { server, sockets } = running
      const socket = createMortalTransport(end)
      sockets.add(socket)
      end.onClose(() => sockets.delete(socket))
      server.acceptTransport(socket.transport, { id: nextId(clientName) })
    },
    async stop() {
      const stopped = running
      running = null
      await stopped?.server.close()
    },
    kill() {
      const killed = running
      running = null
      killed?.time.kill()
      for (const socket of [...(killed?.sockets ?? [])]) socket.kill()
    },
  }
}
