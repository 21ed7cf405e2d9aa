// Large ticks for few clients: 1,000 entities that all move, and a list in which one item comes, one goes and one moves.
import { inThreeProcesses, medianOf, windowsOf } from './fanout/contest.js'
import type { WorldJob } from './fanout/job.js'
import { cellOf, printContest, printDemands } from './fanout/table.js'

async function world(job: WorldJob) {
  const results = await windowsOf(job)
  const rows = results.map((result) => ({
    kit: result.kit,
    cells: [
      medianOf(result, ({ spent }) => spent.cpuUs / spent.steps / job.clients),
      medianOf(result, ({ spent }) => spent.bytes / spent.steps / job.clients),
    ],
  }))
  printContest(
    `${job.world}, ${job.clients} clients, ${job.hz} Hz; per client and tick`,
    ['CPU µs', 'bytes'],
    rows,
  )
  return {
    ours: (column: number) => cellOf(rows, 'ours', column),
    ratio: (column: number) => cellOf(rows, 'ours', column) / cellOf(rows, 'colyseus', column),
  }
}

await inThreeProcesses(async () => {
  const crowd = await world({ kind: 'world', world: 'crowd', clients: 20, hz: 20 })
  printDemands([
    { what: 'CPU, colyseus = 1', value: crowd.ratio(0), must: 0.7, aim: 0.57 },
    { what: 'bytes', value: crowd.ours(1), must: 4000, aim: 2500 },
  ])
  const lists = await world({ kind: 'world', world: 'lists', clients: 20, hz: 20 })
  printDemands([
    { what: 'CPU, colyseus = 1', value: lists.ratio(0), must: 0.75, aim: 0.6 },
    { what: 'bytes, colyseus = 1', value: lists.ratio(1), must: 0.45, aim: 0.38 },
  ])
})
