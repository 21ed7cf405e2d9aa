// One of four clients stops reading for five seconds while 3,000 of 6,000 entities move sixty times a second. Afterwards
// its replica must be right, and be so at once; what it did not read must not pile up in the server.
import { checkReplicas, inThreeProcesses, withContenders } from './fanout/contest.js'
import type { Contender } from './fanout/contest.js'
import type { KitName, WorldJob } from './fanout/job.js'
import { sharedNow, sleep } from './fanout/rpc.js'
import type { Spent } from './fanout/server-process.js'
import { printContest, printDemands } from './fanout/table.js'

const JOB: WorldJob = { kind: 'world', world: 'slow', clients: 4, hz: 60 }
const KITS: readonly KitName[] = ['colyseus', 'bare ws', 'ours']
const FROZEN_MS = 5000

interface Slow {
  /** Seconds until the client shows what is newer than its first reading; NaN when it did not within six. */
  readonly lateSeconds: number
  /** What the server's process grew by meanwhile. */
  readonly grownMb: number
  readonly isRight: boolean
}

async function slow(contender: Contender): Promise<Slow> {
  const { server, client } = contender
  await client.call('join')
  await server.call('mark')
  await server.call('run', true)
  await sleep(2000)
  const base = await server.call<number>('rss')
  let most = base
  await client.call('freeze')
  for (const end = sharedNow() + FROZEN_MS; sharedNow() < end; await sleep(250))
    most = Math.max(most, await server.call<number>('rss'))
  const since = await client.call<number>('thaw')
  let at: number | null = null
  for (const end = sharedNow() + 6000; at === null && sharedNow() < end; await sleep(250)) {
    const { begun } = await server.call<Spent>('read')
    at = await client.call<number | null>('current', { since, begun })
  }
  await server.call('run', false)
  await sleep(1500)
  const isRight = await checkReplicas(contender, JOB).then(
    () => true,
    () => false,
  )
  return {
    lateSeconds: at === null ? Number.NaN : (at - since) / 1000,
    grownMb: (most - base) / 1024 / 1024,
    isRight,
  }
}

await inThreeProcesses(async () => {
  const results: { kit: KitName; slow: Slow }[] = []
  // One after the other: each keeps a core busy.
  for (const kit of KITS) {
    const result = await withContenders(JOB, [kit], 1200, ([contender]) => {
      if (contender === undefined) throw new Error('nobody takes part')
      return slow(contender)
    })
    results.push({ kit, slow: result })
  }
  printContest(
    'slow: one of 4 clients does not read for 5 s',
    ['right at rest', 's until current', 'MB grown'],
    results.map(({ kit, slow: { isRight, lateSeconds, grownMb } }) => ({
      kit,
      cells: [isRight ? 1 : 0, lateSeconds, grownMb],
    })),
  )
  const mine = results.find(({ kit }) => kit === 'ours')?.slow
  if (mine?.isRight !== true) throw new Error('the replica of the slow client is wrong')
  printDemands([{ what: 'seconds until current', value: mine.lateSeconds, must: 0.3, aim: 0.3 }])
})
