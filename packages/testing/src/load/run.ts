// One load, from the first client to the report. Knows no terminal and no file.
import { PPClient, type ClientOptions, type WebSocketConstructor } from '@painda/client'
import {
  createRandom,
  createTransportPair,
  hostTime,
  PPError,
  toPPError,
  type ContractShape,
  type Time,
  type Transport,
} from '@painda/protocol'
import { WebSocket } from 'ws'
import { createFakePage } from '../fake-page.js'
import type { Percentiles } from './histogram.js'
import { createMeasures, difference, NO_TRAFFIC, type LoadError, type Traffic } from './measure.js'
import type { LoadScenario } from './scenario.js'

export interface LoadOptions {
  clients: number
  /** From the first client on. */
  seconds: number
  /** The clients come over so many seconds. Default: a tenth of `seconds`. */
  rampSeconds?: number
  /** Default 1. */
  seed?: number
  /** Default: the scenario's. */
  url?: string
  /** Plays against the scenario's own server in this process: no ports, no sockets. Default false. */
  isVirtual?: boolean
  /** Ends the run early; what was measured until then is reported. */
  signal?: AbortSignal
  /** Called once a second. */
  onSecond?: (moment: LoadMoment) => void
  time?: Time
}

/** One second of a run. */
export interface LoadMoment extends Traffic {
  /** From 1. */
  readonly second: number
  /** Clients that are connected. */
  readonly open: number
  /** So far. */
  readonly errors: number
}

export interface LoadReport {
  readonly target: string
  readonly clients: number
  readonly seconds: number
  readonly seed: number
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  /** The most that were connected at once. */
  readonly open: number
  readonly lostConnections: number
  readonly totals: Readonly<Traffic>
  /** Per second, on average. */
  readonly rates: Readonly<Traffic>
  /** Milliseconds, by what was measured: `connect`, `join`, `request buy`, `ping`, and the scenario's own. */
  readonly latencies: Readonly<Record<string, Percentiles>>
  readonly errorCount: number
  /** Most frequent first. */
  readonly errors: readonly LoadError[]
  readonly timeline: readonly LoadMoment[]
}

const SECOND_MS = 1_000

/** @throws PPError `INVALID_ARGUMENT` when nobody says where the server is */
export async function runLoad<C extends ContractShape>(
  scenario: LoadScenario<C>,
  options: LoadOptions,
): Promise<LoadReport> {
  const { clients: count, seconds, seed = 1, time = hostTime(globalThis), isVirtual = false } = options
  const rampMs = (options.rampSeconds ?? seconds / 10) * SECOND_MS
  const url = options.url ?? scenario.url
  if (isVirtual && scenario.server === undefined) throw needs('--virtual needs `server` in the scenario.')
  if (!isVirtual && url === undefined) throw needs('There is no server to load.')
  const server = isVirtual
    ? await scenario.server?.({ time, random: createRandom(seed).fork('server') })
    : undefined
  const measures = createMeasures(time)
  const random = createRandom(seed)
  const startedAt = time.wallNow()
  const startTime = time.now()
  const ends: (() => void)[] = []
  /** Ends the sleep of those who sleep, without waking them. */
  const sleepers = new Set<() => void>()
  const timeline: LoadMoment[] = []
  let isOver = false
  let mostOpen = 0

  const connectTransport = (): Transport => {
    const [near, far] = createTransportPair()
    server?.acceptTransport(far)
    return near
  }
  const way: Partial<ClientOptions<C>> =
    server === undefined
      ? // `ws` has everything that is used of a browser's WebSocket; its types say it in other words.
        { WebSocket: WebSocket as unknown as WebSocketConstructor }
      : { connectTransport }

  function enter(index: number): void {
    const own = random.fork(`client ${index}`)
    const { contract, getToken } = scenario
    const client = new PPClient<C>({
      url: url ?? 'memory://load',
      ...way,
      ...(contract === undefined ? {} : { contract }),
      ...(getToken === undefined ? {} : { getToken: () => getToken(index) }),
      time,
      random: own.fork('client'),
      page: createFakePage(),
      reload: false,
      idleAfterMs: 0,
    })
    // What is measured is the same for every contract.
    ends.push(measures.watch(client as unknown as PPClient), () => client.close())
    play(client, index, own).catch((thrown: unknown) => {
      if (!isOver) measures.failed('SCENARIO', toPPError(thrown, 'INTERNAL').message)
    })
  }

  async function play(
    client: PPClient<C>,
    index: number,
    own: ReturnType<typeof createRandom>,
  ): Promise<void> {
    const began = time.now()
    await client.ready
    measures.took('connect', time.now() - began)
    if (isOver) return
    await scenario.play({
      client,
      index,
      random: own,
      sleep: (ms) =>
        new Promise((resolve) => {
          // Whoever goes on after the end sleeps for good, and leaves no timer.
          if (isOver) return
          const cancel = time.after(ms, () => {
            sleepers.delete(cancel)
            if (!isOver) resolve()
          })
          sleepers.add(cancel)
        }),
      every(ms, act) {
        if (isOver) return
        ends.push(
          time.every(ms, () => {
            try {
              act()
            } catch (thrown) {
              measures.failed('SCENARIO', toPPError(thrown, 'INTERNAL').message)
            }
          }),
        )
      },
      async timed(name, work) {
        const start = time.now()
        const result = await work()
        measures.took(name, time.now() - start)
        return result
      },
    })
  }

  for (let index = 0; index < count; index++) {
    const wait = count === 1 ? 0 : (rampMs * index) / count
    ends.push(time.after(wait, () => enter(index)))
  }
  let before: Traffic = { ...NO_TRAFFIC }
  ends.push(
    time.every(SECOND_MS, () => {
      const { totals, open, errorCount } = measures
      const moment = { second: timeline.length + 1, open, errors: errorCount, ...difference(before, totals) }
      before = { ...totals }
      mostOpen = Math.max(mostOpen, open)
      timeline.push(moment)
      options.onSecond?.(moment)
    }),
  )

  await new Promise<void>((resolve) => {
    ends.push(time.after(seconds * SECOND_MS, resolve))
    if (options.signal?.aborted === true) resolve()
    options.signal?.addEventListener('abort', () => resolve())
  })
  isOver = true
  const tookSeconds = (time.now() - startTime) / SECOND_MS
  mostOpen = Math.max(mostOpen, measures.open)
  const totals = { ...measures.totals }
  const measured = {
    lostConnections: measures.lostConnections,
    latencies: measures.latencies(),
    errorCount: measures.errorCount,
    errors: measures.errors(),
  }
  for (const end of [...sleepers, ...ends]) end()
  await server?.close()
  return {
    target: isVirtual ? 'virtual' : (url ?? ''),
    clients: count,
    seconds: tookSeconds,
    seed,
    startedAt,
    open: mostOpen,
    totals,
    rates: perSecond(totals, tookSeconds),
    ...measured,
    timeline,
  }
}

function perSecond(totals: Readonly<Traffic>, seconds: number): Traffic {
  const share = (value: number): number => (seconds === 0 ? 0 : value / seconds)
  return {
    framesIn: share(totals.framesIn),
    framesOut: share(totals.framesOut),
    messagesIn: share(totals.messagesIn),
    messagesOut: share(totals.messagesOut),
    bytesIn: share(totals.bytesIn),
    bytesOut: share(totals.bytesOut),
  }
}

function needs(what: string): PPError {
  return new PPError('INVALID_ARGUMENT', what, {
    hint: 'Give --url ws://…, or `url` in the scenario, or `server` in the scenario and --virtual.',
  })
}
