// A server that ends and begins again: on purpose, with a word to everybody, and by kill -9.
import type { Recovery } from '@painda/client'
import { PPError } from '@painda/protocol'
import { expect, test } from 'vitest'
import { createHarness, type Harness } from '../src/index.js'
import { Board, contract, defineBoard, type BoardContract } from './board.js'

interface World extends Harness<BoardContract> {
  /** When each client was open again, and what it was told. */
  returns: { at: number; recovery: Recovery }[]
}

async function createWorld(clients: number): Promise<World> {
  const returns: World['returns'] = []
  const harness = createHarness({
    contract,
    clients,
    setup(server) {
      defineBoard(server)
      // Never answered: what waits for it is what a restart has to name.
      server.on('echo', () => new Promise(() => {}))
    },
  })
  for (const client of harness.clients) {
    client.join(Board)
    client.on('recovery', (recovery) => void returns.push({ at: harness.time.now(), recovery }))
  }
  await harness.settle()
  return Object.assign(Object.create(harness) as Harness<BoardContract>, { returns })
}

/** The most that came back within any 100 ms. */
function crowd(returns: World['returns']): number {
  return Math.max(
    ...returns.map(({ at }) => returns.filter((other) => other.at >= at && other.at < at + 100).length),
  )
}

test('[HS8] a planned restart: sixty clients come back over the spread, into the room they were in', async () => {
  const world = await createWorld(60)
  const { time, clients, server, returns } = world
  const start = time.now()
  void server.shutdown({ spreadMs: 10_000 })
  await time.advance(50)
  await world.stopServer()
  world.startServer()
  await time.advance(10_100)
  await world.settle()
  expect(returns).toHaveLength(60)
  expect(
    returns.every(({ recovery }) => recovery.outcome === 'expired' && recovery.reason === 'restart'),
  ).toBe(true)
  expect(Math.max(...returns.map(({ at }) => at - start))).toBeGreaterThan(8_000)
  // Evenly, 100 ms see 0.6 of them; a herd would be sixty.
  expect(crowd(returns)).toBeLessThanOrEqual(8)
  expect(clients.every((client) => client.rooms()[0]?.status === 'joined')).toBe(true)
  await world.close()
})

test('[RC3] [RC8] kill -9: fresh state, expired by a restart, what was sent and unconfirmed rejects, what was never sent is sent', async () => {
  const world = await createWorld(20)
  const { time, clients, returns } = world
  const [ada] = clients
  const room = ada!.rooms()[0]!
  room.send('set', { key: 'before', value: 1 })
  await world.settle()
  const errors: unknown[] = []
  const answers: Promise<unknown>[] = clients.map((client, n) =>
    client.request('echo', { n }, { timeout: 600_000 }).catch((error: unknown) => errors.push(error)),
  )
  await time.advance(20)
  const start = time.now()
  world.killServer()
  await time.advance(5)
  room.send('set', { key: 'meanwhile', value: 2 })
  await time.advance(500)
  world.startServer()
  await time.advance(20_000)
  await Promise.all(answers)
  await world.settle()

  expect(errors).toHaveLength(20)
  expect(errors.every((error) => error instanceof PPError && error.code === 'SESSION_EXPIRED')).toBe(true)
  expect(returns).toHaveLength(20)
  for (const { recovery } of returns) {
    expect(recovery).toMatchObject({
      outcome: 'expired',
      reason: 'restart',
      recovered: false,
      missedCount: 0,
      lost: 0,
    })
  }
  // Nobody told them when: the first wait is 1 s ± 20 %, each client's own.
  const times = returns.map(({ at }) => at - start)
  expect(new Set(times.map(Math.round)).size).toBeGreaterThan(15)
  expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(200)
  expect(room.state).toEqual({ cells: { meanwhile: 2 }, list: [] })
  await world.close()
})
