// The long form: in real time, over real sockets. PP_SOAK_MINUTES says how long; 30 unless told otherwise.
import { PPClient } from '@painda/client'
import { hostTime } from '@painda/protocol'
import { PPServer, silentLogger } from '@painda/server'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { defineField, runSoak } from './soak.js'
import { expectFlat } from './soak-kit.js'

const minutes = Number(process.env['PP_SOAK_MINUTES'] ?? '30')
const base = Number(process.env['PP_SEED'] ?? '1')

test(
  `500 clients, half of them bots, come, play, are cut and leave for ${minutes} minutes: nothing of them stays`,
  async () => {
    const faults: unknown[] = []
    const onFault = (error: unknown): void => void faults.push(error)
    process.on('uncaughtExceptionMonitor', onFault)
    process.on('unhandledRejection', onFault)
    const retentionMs = 10_000
    const server = new PPServer({
      port: 0,
      host: '127.0.0.1',
      logger: silentLogger,
      maxConnectionsPerIp: 10_000,
      recovery: { retentionMs },
    })
    defineField(server)
    server.on('error', onFault)
    const { url } = await server.listening()
    const openAtFirst = countHandles()

    const report = await runSoak(
      {
        server,
        time: hostTime(globalThis),
        player() {
          const sockets: WebSocket[] = []
          class Socket extends WebSocket {
            constructor(address: string, protocols: string[]) {
              super(address, protocols)
              sockets.splice(0, 1, this)
            }
          }
          const client = new PPClient(url, { WebSocket: Socket, lingerMs: 0 })
          return { client, cut: () => sockets[0]?.terminate() }
        },
        advance: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
        countHandles,
      },
      { clients: 500, ms: minutes * 60_000, seed: base, retentionMs },
    )
    expectFlat(report)
    await server.close()
    await expect.poll(countHandles, { timeout: 20_000 }).toBeLessThanOrEqual(openAtFirst)
    expect(faults).toEqual([])
    process.off('uncaughtExceptionMonitor', onFault)
    process.off('unhandledRejection', onFault)
  },
  minutes * 90_000 + 120_000,
)

/** Sockets and timers of this process. */
function countHandles(): number {
  return process.getActiveResourcesInfo().length
}
