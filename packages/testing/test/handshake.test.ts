// The first words of a connection, both ends together.
import { defineContract, type } from '@painda/protocol'
import { expect, test } from 'vitest'
import { createHarness } from '../src/index.js'
import { recordFrames } from './frames.js'

test('[HS2, HS3] the client says hello first, once; the server welcomes it, once', async () => {
  const harness = createHarness({ clients: 1 })
  const frames = recordFrames(harness.clients[0]!)
  await harness.settle()
  expect(frames.all[0]).toMatchObject({ direction: 'out', messages: [{ kind: 'hello', version: 3 }] })
  expect(frames.in[0]).toMatchObject({ kind: 'welcome', id: 'p1', outcome: 'new' })
  expect(frames.in.filter(({ kind }) => kind === 'welcome').length).toBe(1)
  await harness.close()
})

test('[HS3] middleware that refuses ends it: the client is told why, and does not come back', async () => {
  const harness = createHarness({
    clients: 1,
    setup: (server) => void server.use((_client, next) => next(new Error('Not today.'))),
  })
  const [client] = harness.clients
  const ready = expect(client!.ready).rejects.toMatchObject({ code: 'MIDDLEWARE_REJECTED' })
  await harness.settle()
  await ready
  expect(client!.status()).toMatchObject({
    status: 'closed',
    error: { code: 'MIDDLEWARE_REJECTED', message: expect.stringContaining('Not today.') as string },
  })
  expect(harness.server.getClients()).toEqual([])
  await harness.close()
})

test('[HS5] contracts of another version refuse each other; other differences are named and do no harm', async () => {
  const make = (version: string, event: string) =>
    defineContract({ version, events: { [event]: type<number>() }, rooms: {} })
  for (const [theirs, outcome] of [
    [make('2', 'a'), { status: 'closed', error: { code: 'CONTRACT_MISMATCH' } }],
    [make('1', 'b'), { status: 'open' }],
    [make('1', 'a'), { status: 'open' }],
  ] as const) {
    const harness = createHarness({ contract: make('1', 'a') })
    const client = harness.client({ contract: theirs })
    const errors: string[] = []
    client.on('error', ({ code, message }) => void errors.push(`${code} ${message}`))
    client.ready.catch(() => {})
    await harness.settle()
    expect(client.status()).toMatchObject(outcome)
    const isNamed = errors.join().includes('SCHEMA_MISMATCH')
    expect(isNamed).toBe(Object.keys(theirs.events).includes('b'))
    if (isNamed) expect(errors.join()).toMatch(/event "a".*event "b"/)
    await harness.close()
  }
})

test('[HS6] a token reaches the server’s handshake and no other client; that of a resume is told, and replaces none', async () => {
  const tokens: (string | null)[] = []
  const unchecked: (string | null)[] = []
  const harness = createHarness({
    setup: (server) =>
      void server.on('connection', (client) => {
        tokens.push(client.handshake.token)
        client.on('resume', ({ uncheckedToken }) => void unchecked.push(uncheckedToken))
      }),
  })
  const other = recordFrames(harness.client())
  let round = 0
  const client = harness.client({ name: 'ada', getToken: () => `secret-${++round}` })
  await harness.settle()
  client.net.cut()
  await harness.settle()
  expect(tokens).toEqual([null, 'secret-1'])
  expect(unchecked).toEqual(['secret-2'])
  expect(harness.server.getClient('ada')?.handshake.token).toBe('secret-1')
  expect(JSON.stringify(other.all)).not.toContain('secret')
  await harness.close()
})

test('[HS7] a handshake that the server never answers is given up by both ends, and tried again', async () => {
  const harness = createHarness({ clients: 1, serverOptions: { handshakeTimeoutMs: 2_000 } })
  const [client] = harness.clients
  client!.net.dropNext(1, 'up')
  await harness.time.advance(1_000)
  expect(client!.status()).toMatchObject({ status: 'connecting', attempt: 0 })
  await harness.settle()
  expect(client!.status().status).toBe('open')
  await harness.close()
})

test('[HS8] a planned end says bye; clients come back when they were told to, not all at once', async () => {
  const harness = createHarness({ clients: 20 })
  await harness.settle()
  const start = harness.time.now()
  const stopped = harness.server.shutdown()
  await harness.time.advance(100)
  await stopped
  await harness.stopServer()
  harness.startServer()
  const reasons = harness.clients.map((client) => client.status().error?.code)
  const waits = harness.clients.map((client) => (client.status().nextRetryAt ?? 0) - harness.time.wallNow())
  expect(new Set(reasons)).toEqual(new Set(['SERVER_SHUTDOWN']))
  expect(Math.max(...waits) - Math.min(...waits)).toBeGreaterThan(500)
  await harness.settle()
  expect(harness.server.getStats().connected).toBe(20)
  expect(harness.time.now() - start).toBeLessThan(30_000)
  await harness.close()
})
