// @vitest-environment node
import { createTransportPair, createWireCodec, type Message } from '@painda/protocol'
import { createFakeTime, createHarness } from '@painda/testing'
import { expect, test } from 'vitest'
import { createHook } from '../src/hook.js'
import { createSieve, NO_RULE, type Sort, type SortRule } from '../src/sieve.js'
import { deltaOf } from './events.js'

const codec = createWireCodec()
const frame = (...messages: Message[]): Uint8Array =>
  codec.pack(messages.map((message) => codec.encode(message)))[0] ?? new Uint8Array()
const say = (type: string): Message => ({ kind: 'event', type, payload: null })

/** One connection behind a sieve, what its far end hears, and what it hears itself. */
function build() {
  const time = createFakeTime()
  const rules = new Map<string, SortRule>()
  const [inner, far] = createTransportPair()
  const near = createSieve(inner, {
    time,
    random: { next: () => 0.5 },
    ruleOf: (direction, sort) => rules.get(`${direction} ${sort}`) ?? NO_RULE,
  })
  const heard: Uint8Array[] = []
  const told: Uint8Array[] = []
  far.onMessage((data) => heard.push(data))
  const mute = near.onMessage((data) => told.push(data))
  const rule = (direction: string, sort: Sort, change: Partial<SortRule>) =>
    void rules.set(`${direction} ${sort}`, { ...NO_RULE, ...change })
  return { time, near, far, heard, told, rule, mute }
}

test('without a rule frames pass as they are', async () => {
  const { near, far, heard, told, time } = build()
  const [a, b] = [frame(say('a')), frame(deltaOf(1, { x: 1 }))]
  near.send(a)
  far.send(b)
  await time.flushMicrotasks()
  expect([heard, told, time.pending]).toEqual([[a], [b], 0])
})

test('states are held back, and what comes behind them waits for them', async () => {
  const { far, told, time, rule } = build()
  rule('down', 'state', { delayMs: 200 })
  const sent = [frame(say('before')), frame(deltaOf(1, { x: 1 })), frame(say('behind'))]
  for (const data of sent) far.send(data)
  await time.advance(199)
  expect(told).toEqual(sent.slice(0, 1))
  await time.advance(1)
  expect(told).toEqual(sent)
  expect(time.pending).toBe(0)
})

test('of a frame only what may be lost is lost, and a message never', async () => {
  const { near, far, heard, told, time, rule } = build()
  rule('down', 'state', { loss: 0.6 })
  rule('up', 'message', { loss: 1 })
  const event = frame(say('kept'))
  far.send(frame(deltaOf(1, { x: 1 }), say('kept')))
  far.send(frame(deltaOf(2, { x: 2 })))
  near.send(event)
  await time.flushMicrotasks()
  expect([told, heard]).toEqual([[event], [event]])
  rule('down', 'state', { loss: 0.5 })
  far.send(frame(deltaOf(3, { x: 3 })))
  await time.flushMicrotasks()
  expect(told).toHaveLength(2)
})

test('what is no frame passes: the other end has something to say about it', async () => {
  const { far, told, time, rule } = build()
  rule('down', 'state', { loss: 1 })
  const broken = Uint8Array.of(8, 255, 255, 255, 255, 255)
  far.send(broken)
  far.send(new Uint8Array())
  await time.flushMicrotasks()
  expect(told).toEqual([broken, new Uint8Array()])
})

test('a connection that ends takes nothing with it that was held back at this end, and leaves no timer', async () => {
  const { near, heard, time, rule } = build()
  rule('up', 'message', { delayMs: 5_000 })
  near.send(frame(say('last words')))
  near.close(4000)
  await time.flushMicrotasks()
  expect([heard.length, time.pending]).toEqual([1, 0])
})

test('last words are heard before the close that comes behind them, however long they are held back', async () => {
  const { near, far, time, rule } = build()
  const story: unknown[] = []
  const bye = frame({ kind: 'bye', reason: 'restart', retryAfterMs: 3_000 })
  near.onMessage((data) => story.push(data))
  near.onClose(({ code, reason }) => story.push([code, reason]))
  rule('down', 'state', { delayMs: 1_000 })
  const delta = frame(deltaOf(1, { x: 1 }))
  far.send(delta)
  far.send(bye)
  far.close(4002, 'gone')
  await time.advance(999)
  expect(story).toEqual([])
  await time.advance(1)
  expect(story).toEqual([delta, bye, [4002, 'gone']])
  near.onClose(({ code }) => story.push(code))
  await time.flushMicrotasks()
  expect([story.at(-1), time.pending]).toEqual([4002, 0])
})

test('a cable that is cut, and a line that is given up, take with them what was on its way', async () => {
  for (const end of ['far', 'near'] as const) {
    const both = build()
    const { near, far, told, time, rule } = both
    const closes: number[] = []
    near.onClose(({ code }) => closes.push(code))
    rule('down', 'state', { delayMs: 1_000 })
    far.send(frame(deltaOf(1, { x: 1 })))
    await time.advance(500)
    both[end].terminate()
    await time.flushMicrotasks()
    expect([closes, told, time.pending], end).toEqual([[1006], [], 0])
  }
})

test('given up while its close still waits behind a state, a line tells that close at once', async () => {
  const { near, far, told, time, rule } = build()
  const closes: number[] = []
  near.onClose(({ code }) => closes.push(code))
  rule('down', 'state', { delayMs: 1_000 })
  far.send(frame(deltaOf(1, { x: 1 })))
  far.close(4002)
  await time.advance(500)
  expect(closes).toEqual([])
  near.terminate()
  await time.flushMicrotasks()
  expect([closes, told, time.pending]).toEqual([[4002], [], 0])
})

test('who no longer listens leaves no timer behind, and still hears of the end', async () => {
  const { near, far, told, time, rule, mute } = build()
  const closes: number[] = []
  near.onClose(({ code }) => closes.push(code))
  rule('down', 'state', { delayMs: 1_000 })
  far.send(frame(deltaOf(1, { x: 1 })))
  await time.advance(500)
  expect(time.pending).toBe(1)
  mute()
  mute()
  expect([closes, told, time.pending]).toEqual([[], [], 0])
  far.close(4002)
  await time.flushMicrotasks()
  expect([closes, told]).toEqual([[4002], []])
})

test('a replica that loses most of its states finds out and is right in the end', async () => {
  const harness = createHarness({
    clients: 1,
    setup(server) {
      const room = server.room('floor', { count: 0 })
      room.every(50, () => {
        if (room.state.count < 250) room.update((state) => void state.count++)
      })
    },
  })
  const [client] = harness.clients
  if (client === undefined) throw new Error('There is one.')
  const hook = createHook(undefined, harness.time)
  hook.attach(client)
  const handle = client.join<{ count: number }>('floor')
  await harness.time.advance(500)
  const [line] = hook.clients().flatMap((attached) => attached.line ?? [])
  line?.setRule('down', 'state', { delayMs: 0, loss: 0.7 })
  await harness.time.advance(10_000)
  line?.calm()
  // What is lost last, only the next state can tell.
  await harness.settle()
  expect([client.status().status, handle.state?.count]).toEqual(['open', 250])
  hook.weather.network().close()
  await harness.close()
})
