// @vitest-environment node
import { createTransportPair, type Transport } from '@painda/protocol'
import { createFakeTime, createHarness } from '@painda/testing'
import { expect, test, vi } from 'vitest'
import { createHook } from '../src/hook.js'
import { createLine, weatherAsTest } from '../src/line.js'
import { createWeather } from '../src/weather.js'

function build() {
  const time = createFakeTime()
  const retry = vi.fn()
  const weather = createWeather({ time, lines: () => [line] })
  const line = createLine({ name: 'client 1', time, network: weather.network, retry })
  /** A connection through the line, and what its far end hears. */
  const dial = (): { near: Transport; far: Transport; heard: number[]; closed: number[] } => {
    const [inner, far] = createTransportPair()
    const near = line.through(inner)
    const heard: number[] = []
    const closed: number[] = []
    far.onMessage(([byte = -1]) => heard.push(byte))
    near.onClose(({ code }) => closed.push(code))
    return { near, far, heard, closed }
  }
  return { time, retry, weather, line, dial }
}

test('as long as the weather is clear a socket is the client’s own', async () => {
  const { line, time, dial } = build()
  const { near, far, heard, closed } = dial()
  const back: number[] = []
  near.onMessage(([byte = -1]) => back.push(byte))
  near.send(Uint8Array.of(1))
  far.send(Uint8Array.of(2))
  await time.flushMicrotasks()
  expect([line.isTouched, line.isOnline, time.pending, heard, back]).toEqual([false, true, 0, [1], [2]])
  near.close(4000, 'done')
  await time.flushMicrotasks()
  expect(closed).toEqual([4000])
})

test('the first bad weather takes the open socket over: nothing is lost or doubled, and all is as slow as it says', async () => {
  const { line, dial, retry, time } = build()
  const { near, far, heard, closed } = dial()
  const back: number[] = []
  const undo = near.onMessage(([byte = -1]) => back.push(byte))
  far.send(Uint8Array.of(1))
  line.set({ delayMs: 80 })
  near.send(Uint8Array.of(7))
  far.send(Uint8Array.of(2))
  await time.advance(79)
  expect([heard, back]).toEqual([[], []])
  await time.advance(2)
  expect([heard, back, closed]).toEqual([[7], [1, 2], []])
  expect(retry).not.toHaveBeenCalled()
  undo()
  far.send(Uint8Array.of(3))
  far.close(4001)
  await time.advance(200)
  expect([back, closed]).toEqual([[1, 2], [4001]])
  expect(time.pending).toBe(0)
})

test('a socket that nobody listens to yet keeps what came, over the link as before it', async () => {
  const { line, dial, time } = build()
  const { near, far } = dial()
  far.send(Uint8Array.of(1))
  line.set({ delayMs: 10 })
  far.send(Uint8Array.of(2))
  await time.advance(50)
  const late: number[] = []
  near.onMessage(([byte = -1]) => late.push(byte))
  await time.advance(50)
  expect(late).toEqual([1, 2])
})

test('a half-open connection is one from the first press on', async () => {
  const { line, dial, time } = build()
  const { near, far, heard, closed } = dial()
  line.halfOpen()
  near.send(Uint8Array.of(1))
  far.close(4000)
  await time.advance(60_000)
  expect([heard, closed]).toEqual([[], []])
  near.terminate()
  await time.advance(10)
  expect(closed).toEqual([1006])
})

test('a plug that is out stalls the connection, and brings everything when it is in again', async () => {
  const { line, dial, time } = build()
  line.set({ delayMs: 10 })
  const { near, heard } = dial()
  line.offline()
  near.send(Uint8Array.of(1))
  await time.advance(5_000)
  expect([heard, line.isOnline]).toEqual([[], false])
  line.online()
  await time.advance(20)
  expect(heard).toEqual([1])
})

test('a cut breaks the connection, on a socket of the client’s own too', async () => {
  const { line, dial, time } = build()
  const first = dial()
  line.cut()
  await time.advance(0)
  const second = dial()
  await time.advance(5)
  line.cut()
  await time.advance(0)
  expect([first.closed, second.closed]).toEqual([[1006], [1006]])
})

test('a half-open connection swallows what is sent and says nothing', async () => {
  const { line, dial, time } = build()
  line.set({ delayMs: 1 })
  const { near, heard, closed } = dial()
  line.halfOpen()
  near.send(Uint8Array.of(1))
  await time.advance(60_000)
  expect([heard, closed]).toEqual([[], []])
})

test('weather with a name plays its events, and another choice ends them', async () => {
  const { line, time } = build()
  line.play('train')
  await time.advance(26_000)
  expect([line.profile, line.isOnline, line.settings.up.delayMs]).toEqual(['train', false, 60])
  line.calm()
  expect([line.profile, line.isOnline, line.settings.up.delayMs]).toEqual([null, true, 0])
  await time.advance(60_000)
  expect(line.isOnline).toBe(true)
  line.play('train')
  line.set({ delayMs: 5 })
  await time.advance(60_000)
  expect([line.profile, line.isOnline]).toEqual([null, true])
})

test('another seed breaks connections once and keeps the weather; what is no seed changes nothing', async () => {
  const { line, weather, dial, retry, time } = build()
  line.set({ delayMs: 40 })
  const { closed } = dial()
  expect(weather.reseed(-1)).toBe(false)
  expect(weather.reseed(2 ** 32)).toBe(false)
  expect(closed).toEqual([])
  expect(weather.reseed(7)).toBe(true)
  await time.advance(0)
  expect([closed, weather.seed, weather.network().seed]).toEqual([[1006], 7, 7])
  expect(line.settings.down.delayMs).toBe(40)
  expect(retry).toHaveBeenCalled()
})

test('weather becomes lines of a Playwright test', () => {
  const { line } = build()
  line.play('subway')
  expect(weatherAsTest(line, 7)).toContain("ada.net.profile('subway')")
  expect(weatherAsTest(line, 7)).toContain('networkSeed: 7')
  line.set({ delayMs: 25 })
  line.offline()
  const own = weatherAsTest(line, 7)
  expect(own).toContain('"delayMs":25')
  expect(own).toContain('ada.net.offline()')
})

test('a real client stays in its session, and only feels the weather', async () => {
  const harness = createHarness({ clients: 1 })
  const [client] = harness.clients
  if (client === undefined) throw new Error('There is one.')
  const hook = createHook(undefined, harness.time)
  hook.attach(client)
  await harness.settle()
  const { id } = client
  const [attached] = hook.clients()
  const drops: unknown[] = []
  client.subscribeStatus(() => drops.push(client.status().status))
  attached?.line?.set({ delayMs: 120 })
  await harness.time.advance(60_000)
  expect(drops.filter((status) => status !== 'open')).toEqual([])
  expect([client.status().status, client.id]).toEqual(['open', id])
  expect(client.rtt).toBeGreaterThanOrEqual(240)
  hook.weather.network().close()
  await harness.close()
})
