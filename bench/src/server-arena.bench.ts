// Fan-out: one world, many clients. What a server spends per client and tick, and how old a change is when replicas show it.
import { FULL_CLIENTS } from './fanout/client-process.js'
import { inThreeProcesses, medianOf, quantile, windowsOf } from './fanout/contest.js'
import type { WorldJob } from './fanout/job.js'
import { cellOf, printContest, printDemands } from './fanout/table.js'

async function arena(job: WorldJob, demandsLatency: boolean): Promise<void> {
  const results = await windowsOf(job)
  const rows = results.map((result) => ({
    kit: result.kit,
    cells: [
      medianOf(result, ({ spent }) => spent.cpuUs / spent.steps / job.clients),
      medianOf(result, ({ seen }) => quantile(seen.latencies, 0.5)),
      medianOf(result, ({ seen }) => quantile(seen.latencies, 0.95)),
      medianOf(result, ({ spent }) => spent.bytes / spent.steps / job.clients),
      medianOf(result, ({ spent, seen }) => seen.updates / spent.steps / FULL_CLIENTS),
    ],
  }))
  const columns = ['CPU µs', 'latency p50 ms', 'p95 ms', 'bytes', 'updates per tick']
  printContest(`arena, ${job.clients} clients, ${job.hz} Hz; per client and tick`, columns, rows)
  const ratio = (column: number): number => cellOf(rows, 'ours', column) / cellOf(rows, 'bare ws', column)
  printDemands([{ what: 'CPU, bare ws = 1', value: ratio(0), must: 1, aim: 0.9 }])
  if (demandsLatency)
    printDemands([{ what: 'latency p50, bare ws = 1', value: ratio(1), must: 1.3, aim: 1.1 }])
}

await inThreeProcesses(async () => {
  await arena({ kind: 'world', world: 'arena', clients: 200, hz: 20 }, true)
  await arena({ kind: 'world', world: 'arena', clients: 500, hz: 60 }, false)
})
