// The whole stack in one process: a real server, real clients, a network engine between them, and a clock that moves
// when the test says so. An hour of bad weather takes milliseconds, and the same seed always gives the same hour.
import type { ClientOptions } from '@painda/client'
import {
  createDeliveryLog,
  createNetwork,
  createRandom,
  PPError,
  unknownNames,
  warnOnce,
  type ContractShape,
  type DeliveryLog,
  type Network,
  type ProfileName,
  type Scenario,
  type Transport,
} from '@painda/protocol'
import type { PPServer, ServerOptions } from '@painda/server'
import { compareReplicas, type Convergence } from './converged.js'
import { createCrank, type Waiting } from './crank.js'
import { createFakeTime, type FakeTime } from './fake-time.js'
import { createServerHost } from './server-host.js'
import { settle, type SettleOptions } from './settle.js'
import { TestClient } from './test-client.js'
import { openAfter } from './slow-open.js'
import { createTraffic } from './traffic.js'

export interface HarnessOptions<C extends ContractShape = ContractShape> {
  /** For the server and every client. */
  contract?: C
  /** Makes the server what it is, again after each restart: rooms, handlers, bots. */
  setup?: (server: PPServer<C>) => void
  /** How many clients there are from the start, `p1`, `p2`…; they connect when time moves. Default 0. */
  clients?: number
  /** Of everything that is left to chance. Default 1. */
  seed?: number
  /** The weather of every link. Default: perfect, 1 ms each way. */
  profile?: ProfileName
  /** Played on every link; its profile gives way to `profile`. */
  scenario?: Scenario
  /** How long a socket takes until something can be said on it; twice the round trip is a good model. Default 0. */
  socketSetupMs?: number
  /** `manual`: what arrives waits until `deliver` lets it through. Default `auto`. */
  delivery?: 'auto' | 'manual'
  serverOptions?: Omit<ServerOptions<C>, 'time' | 'contract' | 'port'>
  clientOptions?: HarnessClientOptions<C>
}

export interface HarnessClientOptions<C extends ContractShape = ContractShape> extends Partial<
  Omit<ClientOptions<C>, 'time' | 'contract' | 'url' | 'connectTransport' | 'WebSocket'>
> {
  /** Of another build than the server's. Default: the harness's. */
  contract?: ContractShape
}

export interface Harness<C extends ContractShape = ContractShape> {
  readonly time: FakeTime
  readonly network: Network
  /** The server that runs now. @throws PPError `CLOSED` between a stop and a start */
  readonly server: PPServer<C>
  readonly clients: readonly TestClient<C>[]
  /** The weather and the fate of every message; the same seed writes the same log, byte for byte. */
  readonly log: DeliveryLog
  /** Adds a client. @throws PPError `INVALID_ARGUMENT` for a name taken */
  client(options?: HarnessClientOptions<C> & { name?: string }): TestClient<C>

  /** What waits to be delivered by hand. */
  readonly waiting: readonly Waiting[]
  /**
   * Hands over what came first, `count` times, and lets promises settle after each. When nothing waits, time moves on
   * by 2 ms, so that what was just sent over a perfect link arrives. Resolves to how many were handed over.
   */
  deliver(count?: number): Promise<number>
  /** Until nothing waits and nothing more comes. */
  deliverAll(): Promise<number>

  /** As `kill -9` and a new process: nobody is told, nothing is kept; `setup` runs again. */
  restartServer(): void
  /** As `server.close()`: clients are told. Whoever connects afterwards finds nobody, until `startServer`. */
  stopServer(): Promise<void>
  /** As `kill -9`. */
  killServer(): void
  startServer(): void

  /** Compares every connected client with the server: state, versions, members, presence. */
  converged(roomId?: string): Convergence
  /**
   * Moves time on until every client is open or closed, half-open connections are found out, rooms are joined, nothing
   * is said any more and both ends agree. Clients whose link is offline are left out.
   * @throws PPError `DESYNC`, `ACK_TIMEOUT` that names what did not come to rest
   */
  settle(options?: SettleOptions): Promise<void>
  /** Ends everything. Safe to call twice. @throws PPError `INTERNAL` when a timer is left on the clock */
  close(): Promise<void>
}

const OPTIONS = {
  contract: 0,
  setup: 0,
  clients: 0,
  seed: 0,
  profile: 0,
  scenario: 0,
  socketSetupMs: 0,
  delivery: 0,
  serverOptions: 0,
  clientOptions: 0,
} satisfies Record<keyof HarnessOptions, 0>

/** As long as a round trip over a perfect link. */
const ROUND_TRIP_MS = 2

/**
 * A server and clients in memory, on fake time.
 * @example
 * const harness = createHarness({ contract, setup: (server) => server.define(Arena, {}), clients: 2 })
 * const [a, b] = harness.clients
 * a.join(Arena)
 * await harness.settle()
 * a.net.cut()
 * await harness.settle()
 * await harness.close()
 */
export function createHarness<C extends ContractShape = ContractShape>(
  options: HarnessOptions<C> = {},
): Harness<C> {
  const unknown = unknownNames(options, OPTIONS)
  if (unknown !== null) warnOnce(`The options of createHarness have what no harness knows: ${unknown}.`)
  const { contract, setup = () => {}, seed = 1, delivery = 'auto', socketSetupMs = 0 } = options
  const time = createFakeTime()
  const log = createDeliveryLog()
  const traffic = createTraffic(time)
  const random = createRandom(seed)
  const crank = delivery === 'manual' ? createCrank() : null
  const scenario = scenarioOf(options)
  const network = createNetwork({
    time,
    seed,
    ...(scenario === null ? {} : { scenario }),
    log: {
      record(entry) {
        log.record(entry)
        traffic.record(entry)
      },
    },
  })
  const shared = contract === undefined ? {} : { contract }
  const host = createServerHost<C>({
    time,
    seed,
    serverOptions: { ...options.serverOptions, ...shared },
    setup(server) {
      traffic.watch(server.inspector)
      setup(server)
    },
  })
  const clients: TestClient<C>[] = []
  let isClosed = false

  function addClient({ name = `p${clients.length + 1}`, ...own }: AddOptions<C> = {}): TestClient<C> {
    if (clients.some((client) => client.name === name)) {
      throw new PPError('INVALID_ARGUMENT', `There is a client "${name}" already.`)
    }
    const net = network.link(name)
    const client = new TestClient<C>(
      {
        random: random.fork(`client ${name}`),
        ...shared,
        ...(options.clientOptions as Partial<ClientOptions<C>>),
        // What another build's contract says is for the server to find out, not for the compiler.
        ...(own as Partial<ClientOptions<C>>),
        url: 'ws://harness',
        time,
        connectTransport: () => connect(name),
      },
      name,
      net,
    )
    traffic.watch(client.inspector)
    client.subscribeStatus(() => {
      if (client.status().status !== 'open') traffic.reconnecting(name)
    })
    clients.push(client)
    return client
  }

  function connect(name: string): Transport {
    const hold = (end: Transport, direction: 'up' | 'down'): Transport =>
      crank === null ? end : crank.hold(end, name, direction)
    const end = hold(
      network.link(name).connect((far) => host.accept(hold(far, 'up'), name)),
      'down',
    )
    return socketSetupMs === 0 ? end : openAfter(socketSetupMs, end, time)
  }

  async function deliverOne(): Promise<boolean> {
    if (crank === null) {
      throw new PPError('INVALID_ARGUMENT', 'Messages are delivered by time here.', {
        hint: "Make the harness with delivery: 'manual'.",
      })
    }
    await time.flushMicrotasks()
    if (crank.waiting.length === 0) await time.advance(ROUND_TRIP_MS)
    const isDelivered = crank.next()
    await time.flushMicrotasks()
    return isDelivered
  }

  async function deliver(count: number): Promise<number> {
    let done = 0
    while (done < count && (await deliverOne())) done++
    return done
  }

  function compare(roomId?: string): Convergence {
    if (!host.isRunning) return { converged: true, differences: [] }
    const named = clients.map((client) => ({ name: client.name, client }))
    return compareReplicas(host.server, named, roomId)
  }

  function hindrances(): string[] {
    const count = crank?.waiting.length ?? 0
    return [
      ...(host.isRunning ? [] : ['no server runs: startServer() starts one']),
      ...(count === 0 ? [] : [`${count} arrived and wait for deliver() or deliverAll()`]),
    ]
  }

  host.start()
  for (let i = 0; i < (options.clients ?? 0); i++) addClient()

  return {
    time,
    network,
    get server() {
      return host.server
    },
    clients,
    log,
    client: addClient,
    get waiting() {
      return crank?.waiting ?? []
    },
    deliver: (count = 1) => deliver(count),
    deliverAll: () => deliver(Infinity),
    restartServer() {
      host.kill()
      host.start()
    },
    stopServer: () => host.stop(),
    killServer: () => host.kill(),
    startServer: () => host.start(),
    converged: compare,
    // What a client's contract is makes no difference to how it comes to rest.
    settle: (how = {}) =>
      settle({
        time,
        traffic,
        clients: () => clients as readonly unknown[] as TestClient[],
        compare,
        hindrances,
        ...how,
      }),
    async close() {
      if (isClosed) return
      isClosed = true
      for (const client of clients) client.close()
      await time.flushMicrotasks()
      await host.stop()
      network.close()
      await time.flushMicrotasks()
      if (time.pending === 0) return
      const left = time.pending === 1 ? '1 timer is' : `${time.pending} timers are`
      throw new PPError('INTERNAL', `${left} left after everything was closed.`, {
        hint: 'Who starts one with harness.time or server.time keeps its undo, and calls it before close().',
      })
    },
  }
}

type AddOptions<C extends ContractShape> = HarnessClientOptions<C> & { name?: string }

function scenarioOf({ profile, scenario }: Pick<HarnessOptions, 'profile' | 'scenario'>): Scenario | null {
  if (profile === undefined) return scenario ?? null
  return { version: 1, ...scenario, profile }
}
