// Everybody comes at once: 2,000 clients connect, join a room of 50 and get its 32 KB, 200 on their way at a time.
import { median } from './measure.js'
import { checkReplicas, chosenKits, inThreeProcesses, withContenders } from './fanout/contest.js'
import type { Contender } from './fanout/contest.js'
import type { StormJob } from './fanout/job.js'
import { sleep } from './fanout/rpc.js'
import type { Memory, Spent } from './fanout/server-process.js'
import { cellOf, printContest, printDemands } from './fanout/table.js'

const JOB: StormJob = { kind: 'storm', clients: 2000, rooms: 40, atOnce: 200 }
const ROUNDS = 3

interface Storm {
  readonly seconds: number
  readonly cpuUs: number
  readonly bytes: number
  readonly idleBytes: number
}

async function storm(contender: Contender): Promise<Storm> {
  const { server, client } = contender
  const before = await server.call<Memory>('memory')
  await server.call('mark')
  const ms = await client.call<number>('join')
  await sleep(200)
  const spent = await server.call<Spent>('read')
  await checkReplicas(contender, JOB)
  const after = await server.call<Memory>('memory')
  await client.call('leave')
  await sleep(500)
  return {
    seconds: ms / 1000,
    cpuUs: spent.cpuUs / JOB.clients,
    bytes: spent.bytes / JOB.clients,
    idleBytes: (after.heapBytes - before.heapBytes) / JOB.clients / 1024,
  }
}

await inThreeProcesses(async () => {
  const rows = await withContenders(JOB, chosenKits(), 0, async (contenders) => {
    const storms = contenders.map(({ kit }) => ({ kit, rounds: [] as Storm[] }))
    for (let round = 0; round < ROUNDS; round++) {
      for (let at = 0; at < contenders.length; at++) {
        const contender = contenders[at]
        if (contender === undefined) continue
        const result = await storm(contender)
        storms[at]?.rounds.push(result)
      }
    }
    return storms.map(({ kit, rounds }) => ({
      kit,
      // The first round is the compilers'. Only there has nobody kept anything of connections before.
      cells: [
        ...(['seconds', 'cpuUs', 'bytes'] as const).map((name) =>
          median(rounds.slice(1).map((round) => round[name])),
        ),
        rounds[0]?.idleBytes ?? Number.NaN,
      ],
    }))
  })
  const columns = ['s to all synced', 'CPU µs per connect', 'bytes to join', 'idle KB, first round']
  printContest(`storm, ${JOB.clients} clients, ${JOB.atOnce} at a time`, columns, rows)
  const ratio = (column: number): number => cellOf(rows, 'ours', column) / cellOf(rows, 'colyseus', column)
  const bare = (column: number): number =>
    (1.6 * cellOf(rows, 'bare ws', column)) / cellOf(rows, 'colyseus', column)
  printDemands([
    { what: 'time, colyseus = 1 (aim: 1.6 bare ws)', value: ratio(0), must: 0.5, aim: bare(0) },
    { what: 'CPU, colyseus = 1 (aim: 1.6 bare ws)', value: ratio(1), must: 0.5, aim: bare(1) },
    { what: 'bytes to join, colyseus = 1', value: ratio(2), must: 0.65, aim: 0.5 },
    { what: 'idle memory per connection, colyseus = 1', value: ratio(3), must: 0.6, aim: 0.4 },
  ])
})
