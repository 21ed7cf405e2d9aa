// One job, all contenders: each gets a server process and a client process of its own, all wait, and then they run in
// turns, a short window each, so that whatever else the machine does hits all of them. Replicas are checked at the end.
import type { Json } from '@painda/protocol'
import { check, median } from '../measure.js'
import type { JoinCall, Seen } from './client-process.js'
import { clientProcess } from './client-process.js'
import { KITS } from './job.js'
import type { Job, KitName } from './job.js'
import { roleOfProcess, sleep, startChild } from './rpc.js'
import type { Child } from './rpc.js'
import { serverProcess } from './server-process.js'
import type { ServeCall, Spent } from './server-process.js'

/** What a server does first after it stood still for the others' turns. */
const WARM_MS = 500

/**
 * Steps of a world that each contender makes before the first round. A server runs for hours; one that has made thirty steps is
 * still being compiled, and whose code is longer pays more of that.
 */
const FIRST_STEPS = 300
/** The same where clients, not steps, give the work: thousands of messages a second. */
const FIRST_MS = 3000

export interface Contender {
  readonly kit: KitName
  readonly server: Child
  readonly client: Child
}

export interface Window {
  readonly spent: Spent
  readonly seen: Seen
}

export interface Result {
  readonly kit: KitName
  readonly windows: readonly Window[]
}

/**
 * In the bench itself: runs `contest`. In one of its processes: plays that role until the bench is gone.
 * Every bench of a contest is this one call, so that one file is all three programs.
 */
export async function inThreeProcesses(contest: () => Promise<void>): Promise<void> {
  const role = roleOfProcess()
  if (role === 'server') serverProcess()
  else if (role === 'client') clientProcess()
  else await contest()
}

/** Contenders that are named on the command line, or all. */
export function chosenKits(): readonly KitName[] {
  const named = (process.env['PP_BENCH_KITS'] ?? '').split(',').filter((name) => name !== '')
  return named.length === 0 ? KITS : KITS.filter((kit) => named.includes(kit))
}

/** The windows of all contenders, in turns. */
export async function windowsOf(
  job: Job,
  {
    rounds = 5,
    windowMs = 2000,
    kits = chosenKits(),
  }: { rounds?: number; windowMs?: number; kits?: readonly KitName[] } = {},
): Promise<Result[]> {
  const steps = 'hz' in job ? Math.ceil(((rounds + 1) * (windowMs + WARM_MS) * 1.3 * job.hz) / 1000) + 50 : 0
  return withContenders(job, kits, job.kind === 'world' ? steps : 0, async (contenders) => {
    for (const { client } of contenders) await client.call('join')
    const firstMs = job.kind === 'world' ? (FIRST_STEPS * 1000) / job.hz : FIRST_MS
    for (const contender of contenders) await measure(contender, firstMs)
    const results = contenders.map(({ kit }) => ({ kit, windows: [] as Window[] }))
    // The first round is thrown away too: pools and caches settle in it.
    for (let round = -1; round < rounds; round++) {
      for (let turn = 0; turn < contenders.length; turn++) {
        const at = (turn + round + 1) % contenders.length
        const contender = contenders[at]
        if (contender === undefined) continue
        const window = await measure(contender, windowMs)
        if (round >= 0) results[at]?.windows.push(window)
      }
    }
    for (const contender of contenders) await checkReplicas(contender, job)
    return results
  })
}

/** Starts, joins and ends the processes around `run`. */
export async function withContenders<T>(
  job: Job,
  kits: readonly KitName[],
  steps: number,
  run: (contenders: readonly Contender[]) => Promise<T>,
): Promise<T> {
  const contenders: Contender[] = []
  try {
    for (const kit of kits) {
      const contender = { kit, server: startChild('server'), client: startChild('client') }
      contenders.push(contender)
      const port = await contender.server.call<number>('serve', { kit, job, steps } satisfies ServeCall)
      await contender.client.call('prepare', { kit, job, url: `ws://127.0.0.1:${port}` } satisfies JoinCall)
    }
    return await run(contenders)
  } finally {
    for (const { server, client } of contenders) {
      client.stop()
      server.stop()
    }
  }
}

async function measure({ server, client }: Contender, windowMs: number): Promise<Window> {
  await client.call('run', true)
  await server.call('run', true)
  await sleep(WARM_MS)
  await client.call('mark')
  await server.call('mark')
  await sleep(windowMs)
  const spent = await server.call<Spent>('read')
  await server.call('run', false)
  await client.call('run', false)
  await sleep(100)
  const seen = await client.call<Seen>('read', spent.begun)
  return { spent, seen }
}

export async function checkReplicas({ kit, server, client }: Contender, job: Job): Promise<void> {
  await sleep(200)
  const rooms = job.kind === 'lobby' || job.kind === 'storm' ? job.rooms : 1
  for (let room = 0; room < rooms; room++) {
    const expected = await server.call<Json>('expected', room)
    const wrong = await client.call<number>('check', { room, expected })
    check(wrong === 0, `${wrong} replicas of ${kit} in room ${room}`)
  }
}

/** The median over the windows of one figure of them. */
export function medianOf({ windows }: Result, figure: (window: Window) => number): number {
  return median(windows.map(figure))
}

/** The value at this share of a sorted list. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}
