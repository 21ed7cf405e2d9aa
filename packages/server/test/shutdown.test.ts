import process from 'node:process'
import { expect, test } from 'vitest'
import { createKit } from './peer-kit.js'

/** A signal that neither the test runner nor Node uses. */
const SIGNAL = 'SIGUSR2'

test('[HS8] clients come back within the spread that the shutdown was told, each at another moment', async () => {
  const { server, join, time } = createKit()
  const peers = await Promise.all(Array.from({ length: 40 }, () => join()))
  const done = server.shutdown({ timeoutMs: 100, spreadMs: 60_000 })
  await time.advance(100)
  await done
  const waits = peers.map((peer) => peer.of('bye')[0]?.retryAfterMs ?? -1)
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(0)
  expect(Math.max(...waits)).toBeLessThanOrEqual(60_000)
  expect(Math.max(...waits)).toBeGreaterThan(40_000)
  expect(new Set(waits).size).toBeGreaterThan(35)
})

test('a signal drains: clients are told, what they sent is handled, and then the process may end', async () => {
  const { server, join, time, settle } = createKit()
  const handled: unknown[] = []
  server.on('save', (_client, n) => void handled.push(n))
  const peer = await join()
  const ends: string[] = []
  server.handleSignals({ signals: [SIGNAL], spreadMs: 100, onDrained: (signal) => void ends.push(signal) })
  process.emit(SIGNAL, SIGNAL)
  peer.emit('save', 1)
  await settle()
  await time.advance(6_000)
  expect([handled, ends]).toEqual([[1], [SIGNAL]])
  expect(peer.of('bye')).toHaveLength(1)
  expect(peer.closed?.code).toBe(1001)
  expect(time.pending).toBe(0)
})

test('a second shutdown waits with the first and cuts nothing off; close() does not wait', async () => {
  for (const isImpatient of [false, true]) {
    const { server, join, time, settle } = createKit()
    let finish: () => void = () => {}
    server.on('save', () => new Promise<void>((resolve) => (finish = resolve)))
    const peer = await join()
    peer.emit('save')
    await settle()
    const over: string[] = []
    void server.shutdown().then(() => over.push('first'))
    await time.advance(100)
    void server.shutdown({ timeoutMs: 0 }).then(() => over.push('second'))
    if (isImpatient) await server.close()
    await time.advance(100)
    expect(peer.closed?.code).toBe(isImpatient ? 1001 : undefined)
    finish()
    await time.advance(100)
    expect(peer.closed?.code).toBe(1001)
    expect(over.sort()).toEqual(['first', 'second'])
    expect(peer.of('bye')).toHaveLength(1)
    await server.shutdown()
  }
})

test('a second signal is not ours: it ends the process as it would without us', async () => {
  const { server, time } = createKit()
  server.handleSignals({ signals: [SIGNAL], onDrained: () => {} })
  expect(process.listenerCount(SIGNAL)).toBe(1)
  process.emit(SIGNAL, SIGNAL)
  expect(process.listenerCount(SIGNAL)).toBe(0)
  await time.advance(6_000)
})

test('the undo and close() leave signals alone again', async () => {
  const { server } = createKit()
  const undo = server.handleSignals({ signals: [SIGNAL], onDrained: () => {} })
  undo()
  expect(process.listenerCount(SIGNAL)).toBe(0)
  server.handleSignals({ signals: [SIGNAL], onDrained: () => {} })
  await server.close()
  expect(process.listenerCount(SIGNAL)).toBe(0)
})

test.each([{ timeoutMs: -1 }, { spreadMs: Number.NaN }, { spreadMs: Infinity }])(
  'a time that is none is refused: %o',
  async (options) => {
    const { server } = createKit()
    expect(() => server.handleSignals(options)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    await expect(server.shutdown(options)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect(process.listeners('SIGTERM').filter((listener) => listener.name === 'run')).toEqual([])
    await server.close()
  },
)
