// Many small rooms: 200 rooms of 4 players, each of whom moves ten times a second.
import { inThreeProcesses, medianOf, windowsOf } from './fanout/contest.js'
import type { LobbyJob } from './fanout/job.js'
import { cellOf, printContest, printDemands } from './fanout/table.js'

const JOB: LobbyJob = { kind: 'lobby', rooms: 200, players: 4, hz: 10 }

await inThreeProcesses(async () => {
  const results = await windowsOf(JOB)
  const rows = results.map((result) => ({
    kit: result.kit,
    cells: [
      medianOf(result, ({ spent }) => spent.cpuUs / spent.inputs),
      medianOf(result, ({ spent }) => spent.bytes / spent.inputs),
      medianOf(result, ({ spent }) => (spent.inputs * 1000) / spent.ms),
    ],
  }))
  printContest('lobby, 200 rooms × 4 players, 10 Hz; per input', ['CPU µs', 'bytes', 'inputs/s'], rows)
  const ratio = (column: number): number => cellOf(rows, 'ours', column) / cellOf(rows, 'colyseus', column)
  printDemands([
    { what: 'CPU, colyseus = 1', value: ratio(0), must: 0.7, aim: 0.6 },
    { what: 'bytes, colyseus = 1', value: ratio(1), must: 0.45, aim: 0.27 },
  ])
})
