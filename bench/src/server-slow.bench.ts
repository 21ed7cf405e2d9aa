// One of four clients stops reading for five seconds while 3,000 of 6,000 entities move sixty times a second. Afterwards
// its replica must be right, and be so at once; what it did not read must not pile up in the server. A process that makes so much
// garbage grows for seconds all by itself, as its engine walks through the memory for what is young. So each window with a
// stall has one without beside it, in the same warm processes, and what counts is the difference.
import { checkReplicas, chosenKits, inThreeProcesses, withContenders } from './fanout/contest.js'
import type { Contender } from './fanout/contest.js'
import type { KitName, WorldJob } from './fanout/job.js'
import { sharedNow, sleep } from './fanout/rpc.js'
import type { Memory, Spent } from './fanout/server-process.js'
import { printContest, printDemands } from './fanout/table.js'
import { median } from './measure.js'

const JOB: WorldJob = { kind: 'world', world: 'slow', clients: 4, hz: 60 }
const KITS: readonly KitName[] = ['colyseus', 'bare ws', 'ours']
/** Steps that are made before, and then over and over: thousands would be hundreds of megabytes. */
const STEPS = 300
const WARM_MS = 6000
const FROZEN_MS = 5000
/** When in a window it is looked at what is alive: a collection of everything stops the server for a while. */
const ALIVE_AT_MS = 4000
const PAIRS = 3

interface Look {
  /** The most that the server's process held. */
  readonly rssMb: number
  /** What was left there after a collection. */
  readonly aliveMb: number
  /** The most that waited in its sockets. */
  readonly waitingMb: number
  /** Seconds until the client showed what is newer than its first reading; NaN when it did not within six, or never stopped. */
  readonly lateSeconds: number
  readonly isRight: boolean
}

async function look(contender: Contender, isStalled: boolean): Promise<Look> {
  const { server, client } = contender
  await server.call('mark')
  await server.call('run', true)
  await sleep(1000)
  if (isStalled) await client.call('freeze')
  const most = { rssBytes: 0, waitingBytes: 0 }
  let alive: Memory | null = null
  for (const start = sharedNow(); sharedNow() < start + FROZEN_MS; await sleep(250)) {
    if (alive === null && sharedNow() >= start + ALIVE_AT_MS) alive = await server.call<Memory>('memory')
    const { rssBytes, waitingBytes } = await server.call<Memory>('glance')
    most.rssBytes = Math.max(most.rssBytes, rssBytes)
    most.waitingBytes = Math.max(most.waitingBytes, waitingBytes)
  }
  const lateSeconds = isStalled ? await lateness(contender) : Number.NaN
  await server.call('run', false)
  await sleep(1000)
  return {
    rssMb: most.rssBytes / 2 ** 20,
    aliveMb: (alive?.heapBytes ?? Number.NaN) / 2 ** 20,
    waitingMb: most.waitingBytes / 2 ** 20,
    lateSeconds,
    isRight: await checkReplicas(contender, JOB).then(
      () => true,
      () => false,
    ),
  }
}

async function lateness({ server, client }: Contender): Promise<number> {
  const since = await client.call<number>('thaw')
  for (const end = sharedNow() + 6000; sharedNow() < end; await sleep(250)) {
    const { begun } = await server.call<Spent>('read')
    const at = await client.call<number | null>('current', { since, begun })
    if (at !== null) return (at - since) / 1000
  }
  return Number.NaN
}

interface Slow {
  readonly isRight: boolean
  readonly lateSeconds: number
  readonly waitingMb: number
  /** More with a stall than without. */
  readonly aliveMb: number
  readonly rssMb: number
}

async function slow(contender: Contender): Promise<Slow> {
  const { server, client } = contender
  await client.call('join')
  await server.call('run', true)
  await sleep(WARM_MS)
  const pairs: { calm: Look; stalled: Look }[] = []
  for (let pair = 0; pair < PAIRS; pair++) {
    const looks: Look[] = []
    for (const isStalled of pair % 2 === 0 ? [false, true] : [true, false])
      looks.push(await look(contender, isStalled))
    if (pair % 2 === 1) looks.reverse()
    const [calm, stalled] = looks
    if (calm === undefined || stalled === undefined) continue
    pairs.push({ calm, stalled })
    const shown = ({ rssMb, aliveMb }: Look): string => `${rssMb.toFixed(1)} MB, alive ${aliveMb.toFixed(1)}`
    console.log(
      `  ${contender.kit}: ${shown(stalled)}, against ${shown(calm)}; ${stalled.lateSeconds.toFixed(3)} s`,
    )
  }
  const middle = (figure: (pair: { calm: Look; stalled: Look }) => number): number =>
    median(pairs.map(figure))
  return {
    isRight: pairs.every(({ calm, stalled }) => calm.isRight && stalled.isRight),
    lateSeconds: middle(({ stalled }) => stalled.lateSeconds),
    waitingMb: middle(({ stalled }) => stalled.waitingMb),
    aliveMb: middle(({ calm, stalled }) => stalled.aliveMb - calm.aliveMb),
    rssMb: middle(({ calm, stalled }) => stalled.rssMb - calm.rssMb),
  }
}

await inThreeProcesses(async () => {
  const results: { kit: KitName; slow: Slow }[] = []
  const kits = process.env['PP_BENCH_KITS'] === undefined ? KITS : chosenKits()
  // One after the other: each keeps a core busy.
  for (const kit of kits) {
    const result = await withContenders(JOB, [kit], STEPS, ([contender]) => {
      if (contender === undefined) throw new Error('nobody takes part')
      return slow(contender)
    })
    results.push({ kit, slow: result })
  }
  printContest(
    'slow: one of 4 clients does not read for 5 s; megabytes with less without',
    ['right at rest', 's until current', 'MB in sockets', 'MB alive', 'MB of process'],
    results.map(({ kit, slow: { isRight, lateSeconds, waitingMb, aliveMb, rssMb } }) => ({
      kit,
      cells: [isRight ? 1 : 0, lateSeconds, waitingMb, aliveMb, rssMb],
    })),
  )
  const mine = results.find(({ kit }) => kit === 'ours')?.slow
  if (mine === undefined) return
  if (!mine.isRight) throw new Error('the replica of the slow client is wrong')
  printDemands([
    { what: 'seconds until current', value: mine.lateSeconds, must: 0.3, aim: 0.3 },
    { what: 'MB that a stall adds to what is alive', value: mine.aliveMb, must: 1, aim: 0.3 },
  ])
})
