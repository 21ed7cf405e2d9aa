// The rate of the loop: ticks of 20 and 60 Hz over ten seconds, counted from first to last.
import { inThreeProcesses, withContenders } from './fanout/contest.js'
import type { KitName } from './fanout/job.js'
import { sleep } from './fanout/rpc.js'
import type { Spent } from './fanout/server-process.js'
import { cellOf, printContest, printDemands } from './fanout/table.js'

const KITS: readonly KitName[] = ['colyseus', 'ours']
const MEASURE_MS = 10_000

async function rates(hz: number): Promise<{ kit: KitName; hz: number }[]> {
  return withContenders(
    { kind: 'world', world: 'arena', clients: 2, hz },
    KITS,
    hz * 15,
    async (contenders) => {
      for (const { client, server } of contenders) {
        await client.call('join')
        await server.call('run', true)
      }
      await sleep(1000)
      for (const { server } of contenders) await server.call('mark')
      await sleep(MEASURE_MS)
      return Promise.all(
        contenders.map(async ({ kit, server }) => {
          const { begun } = await server.call<Spent>('read')
          const [first, last] = [begun[0]?.[1] ?? 0, begun.at(-1)?.[1] ?? 0]
          return { kit, hz: ((begun.length - 1) * 1000) / (last - first) }
        }),
      )
    },
  )
}

await inThreeProcesses(async () => {
  const [slow, fast] = [await rates(20), await rates(60)]
  const rows = slow.map(({ kit, hz }, at) => ({ kit, cells: [hz, fast[at]?.hz ?? Number.NaN] }))
  printContest('tick rate', ['20 Hz', '60 Hz'], rows)
  const off = (column: number, hz: number): number => (Math.abs(cellOf(rows, 'ours', column) - hz) * 100) / hz
  printDemands([
    { what: '20 Hz: percent off', value: off(0, 20), must: 0.1, aim: 0.1 },
    { what: '60 Hz: percent off', value: off(1, 60), must: 0.1, aim: 0.1 },
  ])
})
