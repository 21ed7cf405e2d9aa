// Ninety seconds of it on fake time: every run, with everything that chance decides from one seed. Without the network
// engine of the harness, which remembers the fate of every message, as it should.
import { PPClient } from '@painda/client'
import { createRandom, createTransportPair, type Transport } from '@painda/protocol'
import { PPServer, silentLogger } from '@painda/server'
import { expect, test } from 'vitest'
import { createFakeTime } from '../src/index.js'
import { defineField, runSoak } from './soak.js'
import { expectFlat } from './soak-kit.js'

test('500 clients, half of them bots, come, play, are cut and leave for 90 s: nothing of them stays', async () => {
  const faults: unknown[] = []
  const retentionMs = 10_000
  const time = createFakeTime()
  const server = new PPServer({
    time,
    random: createRandom(5),
    logger: silentLogger,
    recovery: { retentionMs },
  })
  defineField(server)
  server.on('error', (error) => void faults.push(error))
  const report = await runSoak(
    {
      server,
      time,
      player(name) {
        let pipe: Transport | null = null
        const client = new PPClient(`memory:${name}`, {
          time,
          random: createRandom(5).fork(name),
          lingerMs: 0,
          connectTransport() {
            const [mine, theirs] = createTransportPair()
            pipe = theirs
            server.acceptTransport(theirs)
            return mine
          },
        })
        return { client, cut: () => pipe?.terminate() }
      },
      advance: (ms) => time.advance(ms),
      countHandles: () => time.pending,
    },
    { clients: 500, ms: 90_000, seed: 5, retentionMs },
  )
  expectFlat(report)
  expect(faults).toEqual([])
  await server.close()
  expect(time.pending).toBe(0)
}, 240_000)
