// Heartbeats, both ends together.
import { expect, test } from 'vitest'
import { createHarness } from '../src/index.js'
import { recordFrames } from './frames.js'

test('[HB1] an idle connection lives: each end asks, each ping is answered at once with the same at', async () => {
  const harness = createHarness({ clients: 1, profile: 'good' })
  const frames = recordFrames(harness.clients[0]!)
  await harness.settle()
  await harness.time.advance(10 * 60_000)
  const at = (direction: 'in' | 'out', kind: 'ping' | 'pong'): number[] =>
    frames[direction].flatMap((message) => (message.kind === kind ? [Math.round(message.at)] : []))
  expect(harness.clients[0]!.status().status).toBe('open')
  expect(at('out', 'ping').length).toBeGreaterThanOrEqual(20)
  expect(at('in', 'pong')).toEqual(at('out', 'ping').slice(0, at('in', 'pong').length))
  expect(at('out', 'ping').length - at('in', 'pong').length).toBeLessThanOrEqual(1)
  expect(at('out', 'pong')).toEqual(at('in', 'ping'))
  await harness.close()
})

test('[HB1] idle connections never stop the clock, whatever fraction of a millisecond it shows', async () => {
  const harness = createHarness({ clients: 20, profile: 'good' })
  await harness.time.advance(10 * 60_000)
  expect(harness.server.getStats().connected).toBe(20)
  await harness.close()
})

test('[HB2] both ends find a half-open connection after two heartbeats, and the session goes on', async () => {
  const harness = createHarness({ clients: 1, serverOptions: { heartbeatInterval: 1_000 } })
  const [client] = harness.clients
  const seen: string[] = []
  harness.server.on('connection', (member) => {
    member.on('drop', (reason) => void seen.push(`drop ${reason}`))
    member.on('resume', () => void seen.push('resume'))
  })
  client!.on('disconnect', (reason) => void seen.push(`disconnect ${reason}`))
  await harness.settle()
  const before = harness.time.now()
  client!.net.zombie()
  await harness.time.advance(2_100)
  expect(seen.sort()).toEqual(['disconnect Ping timeout', 'drop Ping timeout'])
  await harness.settle()
  expect(seen.at(-1)).toBe('resume')
  expect(harness.time.now() - before).toBeLessThan(6_000)
  await harness.close()
})

test('[HB2] a connection dead in one direction is found too', async () => {
  for (const direction of ['up', 'down'] as const) {
    const harness = createHarness({ clients: 1, serverOptions: { heartbeatInterval: 1_000 } })
    const [client] = harness.clients
    const reasons: string[] = []
    client!.on('disconnect', (reason) => void reasons.push(reason))
    await harness.settle()
    client!.net.zombie(direction)
    await harness.settle()
    expect(reasons.length).toBe(1)
    expect(client!.status().status).toBe('open')
    await harness.close()
  }
})

test('[HB2] a stall shorter than two heartbeats ends nothing', async () => {
  const harness = createHarness({ clients: 1, serverOptions: { heartbeatInterval: 1_000 } })
  const [client] = harness.clients
  const reasons: string[] = []
  client!.on('disconnect', (reason) => void reasons.push(reason))
  await harness.settle()
  for (let i = 0; i < 20; i++) {
    client!.net.stall(900)
    await harness.time.advance(2_500)
  }
  expect(reasons).toEqual([])
  await harness.close()
})
