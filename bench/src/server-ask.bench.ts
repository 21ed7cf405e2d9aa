// Request and response: 50 clients that always have questions under way.
import { inThreeProcesses, medianOf, windowsOf } from './fanout/contest.js'
import type { AskJob } from './fanout/job.js'
import { cellOf, printContest, printDemands } from './fanout/table.js'

const JOB: AskJob = { kind: 'ask', clients: 50, underWay: 8 }

await inThreeProcesses(async () => {
  const results = await windowsOf(JOB)
  const rows = results.map((result) => ({
    kit: result.kit,
    cells: [
      medianOf(result, ({ spent, seen }) => (seen.answers * 1000) / spent.ms),
      medianOf(result, ({ spent, seen }) => spent.cpuUs / seen.answers),
    ],
  }))
  printContest(`request → response, ${JOB.clients} clients`, ['requests/s', 'CPU µs'], rows)
  const ratio = (column: number, peer: 'colyseus' | 'bare ws'): number =>
    cellOf(rows, 'ours', column) / cellOf(rows, peer, column)
  const bareRate = cellOf(rows, 'bare ws', 0) / cellOf(rows, 'colyseus', 0)
  printDemands([
    { what: 'requests/s, colyseus = 1', value: ratio(0, 'colyseus'), must: 1.2, aim: bareRate, isMore: true },
    { what: 'CPU, colyseus = 1', value: ratio(1, 'colyseus'), must: 0.85, aim: 0.85 },
  ])
})
