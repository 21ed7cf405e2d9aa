// Fifty of five hundred clients stop reading for ten seconds. The others must not notice, and the server must not pay for
// it: the same room with and without them, in turns, clients on real sockets in a process of their own. Only one client in ten
// of the others reads its states, the rest look for pings alone: else the clients fill their core, and what is measured is
// their queue.
import { createWireCodec, defineRoom } from '@painda/protocol'
import type { Message } from '@painda/protocol'
import { PPServer, silentLogger } from '@painda/server'
import { WebSocket } from 'ws'
import { answerCalls, roleOfProcess, sharedNow, sleep, startChild } from './fanout/rpc.js'
import { check, median, printFigures } from './measure.js'

const CLIENTS = 500
const STALLED = 50
const HZ = 20
const BODIES = 40
const STALL_MS = 10_000
/** What was missed is part of the price. */
const CATCH_UP_MS = 2_000
const ROUND_MS = STALL_MS + CATCH_UP_MS
/** So many connect at a time. */
const BATCH = 25
/** Of the clients that always read, every tenth reads what it gets. */
const WATCHERS = 10
const PAIRS = 5

interface World {
  at: number
  bodies: Record<string, { x: number; y: number }>
}

const Field = defineRoom({ name: 'field', state: (): World => ({ at: 0, bodies: {} }) })

interface Heard {
  /**
   * Milliseconds from the tick to the client, of those who always read: the median of a second, in the quieter seconds (lower
   * quartile). What else a machine does only ever adds, and never to all of them.
   */
  readonly p50: number
  readonly states: number
}

if (roleOfProcess() === 'clients') clients()
else await bench()

async function bench(): Promise<void> {
  const server = new PPServer({
    port: 0,
    host: '127.0.0.1',
    logger: silentLogger,
    maxConnectionsPerIp: 1_000,
  })
  const { url } = await server.listening()
  server.define(Field, {
    tickHz: HZ,
    autoDisposeMs: Infinity,
    onCreate({ state }) {
      for (let i = 0; i < BODIES; i++) state.bodies[`b${i}`] = { x: i, y: -i }
    },
    tick({ state, random }) {
      for (const body of Object.values(state.bodies)) body.x += random.next() - 0.5
      state.at = sharedNow()
    },
  })
  server.createRoom(Field, { id: 'field' })
  const others = startChild('clients')
  await others.call('join', url)
  await sleep(3_000)

  const latency: number[] = []
  const cpu: number[] = []
  const grown: number[] = []
  for (let pair = 0; pair < PAIRS; pair++) {
    const rounds: { [kind: string]: Heard & { cpuMs: number; rss: number } } = {}
    for (const kind of pair % 2 === 0 ? ['calm', 'stalled'] : ['stalled', 'calm']) {
      const skipped = server.getStats().statesSkipped
      await others.call('begin', kind === 'stalled')
      const before = process.cpuUsage()
      const rss = process.memoryUsage.rss()
      await sleep(STALL_MS)
      await others.call('resume')
      await sleep(CATCH_UP_MS)
      const { user, system } = process.cpuUsage(before)
      const after = process.memoryUsage.rss()
      const heard = await others.call<Heard>('end')
      rounds[kind] = { ...heard, cpuMs: (user + system) / 1000, rss: after - rss }
      check(heard.states > ((CLIENTS - STALLED) / WATCHERS) * HZ, `${heard.states} states were heard`)
      if (kind === 'stalled') check(server.getStats().statesSkipped > skipped, 'somebody was skipped')
      await sleep(2_000)
    }
    const { calm, stalled } = rounds
    if (calm === undefined || stalled === undefined) continue
    latency.push(stalled.p50 / calm.p50)
    cpu.push(stalled.cpuMs / calm.cpuMs)
    grown.push(stalled.rss / 2 ** 20)
    console.log(
      `  p50 ${stalled.p50.toFixed(2)} against ${calm.p50.toFixed(2)} ms, ` +
        `CPU ${stalled.cpuMs.toFixed(0)} against ${calm.cpuMs.toFixed(0)} ms of ${ROUND_MS}`,
    )
  }
  printFigures(`${STALLED} of ${CLIENTS} clients read nothing for ${STALL_MS / 1000} s, against none`, [
    { what: 'latency p50 of the others, ratio', ours: median(latency), must: 1.2, aim: 1.05 },
    { what: 'CPU of the server, ratio', ours: median(cpu), must: 1.2, aim: 1.05 },
    { what: 'growth of the server meanwhile, MiB', ours: Math.max(0, median(grown)), must: 50, aim: 10 },
  ])
  check(median(latency) <= 1.2, 'the others are hardly later')
  check(median(cpu) <= 1.2, 'the server hardly works more')
  others.stop()
  await server.close()
}

function clients(): void {
  const sockets: WebSocket[] = []
  const bodies = createWireCodec()
  const ping = bodies.encode({ kind: 'ping', at: 0, received: 0 })
  /** Frames that begin like one of these: a ping alone, or behind something else. */
  const mayHoldPing = new Set([ping[0], bodies.pack([ping, ping])[0]?.[0]])
  /** By second. */
  let ages: number[][] = []
  let began = 0
  let isMeasuring = false

  function open(url: string, index: number): Promise<void> {
    const socket = new WebSocket(url, ['painda.v3'], { perMessageDeflate: false })
    sockets.push(socket)
    const codec = createWireCodec()
    const isWatcher = index >= STALLED && index % WATCHERS === 0
    let isIn = false
    const say = (message: Message): void => socket.send(codec.encode(message))
    return new Promise((resolve, reject) => {
      socket.on('error', reject)
      socket.on('open', () => say({ kind: 'hello', version: 3 }))
      socket.on('message', (data: Buffer) => {
        if (isIn && !isWatcher && !mayHoldPing.has(data[0])) return
        for (const message of codec.decode(data)) {
          if (message.kind === 'ping') say({ kind: 'pong', at: message.at, received: message.received })
          else if (message.kind === 'welcome') say({ kind: 'join', ackId: 1, how: 'join', room: 'field' })
          else if (message.kind === 'snapshot') {
            isIn = true
            resolve()
          } else if (message.kind === 'delta' && isMeasuring && isWatcher) note(message.delta)
        }
      })
    })
  }

  function note(delta: unknown): void {
    const at = (delta as { at?: unknown } | null)?.at
    if (typeof at !== 'number') return
    const now = sharedNow()
    const second = (ages[Math.floor((now - began) / 1000)] ??= [])
    second.push(now - at)
  }

  answerCalls({
    async join(url: string) {
      for (let first = 0; first < CLIENTS; first += BATCH) {
        await Promise.all(Array.from({ length: BATCH }, (_, i) => open(url, first + i)))
      }
    },
    begin(isStalled: boolean) {
      ages = []
      began = sharedNow()
      isMeasuring = true
      if (isStalled) for (const socket of sockets.slice(0, STALLED)) socket.pause()
    },
    resume() {
      for (const socket of sockets) if (socket.isPaused) socket.resume()
    },
    end(): Heard {
      isMeasuring = false
      const seconds = ages.filter((second) => second.length > 0).map(median)
      const quiet = seconds.sort((a, b) => a - b)[Math.floor(seconds.length / 4)] ?? Infinity
      return { p50: quiet, states: ages.flat().length }
    },
  })
}
