// A round with a player whose line stalls: what the server makes for those who are behind is read by everybody.
import { createHarness } from '@painda/testing'
import { expect, test } from 'vitest'
import { playOn } from '../src/server/main.js'
import { TIMING } from '../src/server/round.js'
import { Arena, contract } from '../src/shared/game.js'

test('a player whose line stalls costs nobody the state: no replica differs in twelve seconds of play', async () => {
  const desyncs: unknown[] = []
  const harness = createHarness({
    contract,
    clients: 2,
    seed: 1,
    setup: (server) => playOn(server, { timing: { ...TIMING, lobby: 1, countdown: 0 } }),
  })
  for (const client of harness.clients)
    client.inspector.listen((event) => {
      if (event.kind === 'desync') desyncs.push([client.name, event.have, event.path])
    })
  const [ada, ben] = harness.clients
  const room = ada?.join(Arena, { how: 'joinOrCreate', options: { name: 'Ada', color: 1 } })
  await harness.time.advance(2_000)
  ben?.join(Arena, { id: room?.id ?? '', options: { name: 'Ben', color: 2 } })
  await harness.time.advance(1_000)
  for (let round = 0; round < 30; round++) {
    ben?.net.stall(100 + ((round * 37) % 500))
    await harness.time.advance(400)
  }
  expect([room?.state?.phase, desyncs]).toEqual(['play', []])
  harness.killServer()
  await harness.close()
})
