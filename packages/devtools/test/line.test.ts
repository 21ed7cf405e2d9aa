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

test('as long as the weather is clear a socket is the client’s own', () => {
  const { line, time } = build()
  const [inner] = createTransportPair()
  expect(line.through(inner)).toBe(inner)
  expect([line.isTouched, line.isOnline, time.pending]).toEqual([false, true, 0])
})

test('the first bad weather ends the open socket, and what is dialled then is as slow as it says', async () => {
  const { line, dial, retry, time } = build()
  const first = dial()
  line.set({ delayMs: 80 })
  await time.advance(0)
  expect(first.closed).toEqual([1006])
  expect(retry).toHaveBeenCalledTimes(1)
  const second = dial()
  second.near.send(Uint8Array.of(7))
  await time.advance(79)
  expect(second.heard).toEqual([])
  await time.advance(1)
  expect(second.heard).toEqual([7])
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

test('a real client comes back over the bad line by itself and its session goes on', async () => {
  const harness = createHarness({ clients: 1 })
  const [client] = harness.clients
  if (client === undefined) throw new Error('There is one.')
  const hook = createHook(undefined, harness.time)
  hook.attach(client)
  await harness.settle()
  const { id } = client
  const [attached] = hook.clients()
  attached?.line?.set({ delayMs: 120 })
  await harness.time.advance(5_000)
  expect([client.status().status, client.id]).toEqual(['open', id])
  expect(client.rtt).toBeGreaterThanOrEqual(240)
  hook.weather.network().close()
  await harness.close()
})
