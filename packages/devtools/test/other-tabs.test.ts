// @vitest-environment node
import { createFakeTime, type FakeTime } from '@painda/testing'
import { expect, test } from 'vitest'
import { createOtherTabs, type TabChannel } from '../src/other-tabs.js'
import { createRecorder } from '../src/recorder.js'
import { deltaOf, frameOf, snapshotOf } from './events.js'

/** Channels that hear each other and not themselves, as a BroadcastChannel does. */
function createEther() {
  const all = new Set<(event: { data: unknown }) => void>()
  return {
    join(): TabChannel {
      let own: ((event: { data: unknown }) => void) | null = null
      return {
        postMessage: (data) =>
          [...all].filter((listener) => listener !== own).forEach((listener) => listener({ data })),
        addEventListener(_type, listener) {
          own = listener
          all.add(listener)
        },
        close: () => own !== null && all.delete(own),
      }
    },
  }
}

function createTab(ether: ReturnType<typeof createEther>, time: FakeTime, id: string) {
  const recorder = createRecorder()
  const channel = ether.join()
  const tabs = createOtherTabs({ channel, recorder, nameOf: (source) => `${id}-${source}`, id, time })
  return { recorder, tabs, channel }
}

test('what another tab records becomes a lane of its own, from the moment somebody looks', async () => {
  const [ether, time] = [createEther(), createFakeTime()]
  const [ada, ben] = [createTab(ether, time, 'ada'), createTab(ether, time, 'ben')]
  ben.recorder.record(0, frameOf('in', [snapshotOf(1, { before: 1 })]))
  ada.tabs.watch(true)
  ben.recorder.record(0, frameOf('in', [deltaOf(1, { a: 1 })], { at: time.now() }))
  ben.recorder.record(1, frameOf('out', [{ kind: 'ping', at: 1, received: 0 }], { at: time.now() }))
  await time.advance(250)
  expect(ada.tabs.clients().map(({ name }) => name)).toEqual(['ben-0', 'ben-1'])
  const [first, second] = ada.tabs.clients()
  expect(ada.recorder.at(0)).toMatchObject({
    source: first?.source,
    event: { messages: [{ delta: { a: 1 } }] },
  })
  expect(ada.recorder.at(1)).toMatchObject({ source: second?.source, event: { direction: 'out' } })
  expect(ada.recorder.nextId).toBe(2)
})

test('two that look at each other do not send each other’s frames back and forth', async () => {
  const [ether, time] = [createEther(), createFakeTime()]
  const [ada, ben] = [createTab(ether, time, 'ada'), createTab(ether, time, 'ben')]
  ada.tabs.watch(true)
  ben.tabs.watch(true)
  ada.recorder.record(0, frameOf('in', [deltaOf(1, { a: 1 })]))
  await time.advance(10_000)
  expect([ada.recorder.nextId, ben.recorder.nextId]).toEqual([1, 1])
})

test('nobody looks: nothing is sent and no timer is left', async () => {
  const [ether, time] = [createEther(), createFakeTime()]
  const [ada, ben] = [createTab(ether, time, 'ada'), createTab(ether, time, 'ben')]
  expect(time.pending).toBe(0)
  ada.tabs.watch(true)
  ada.tabs.watch(false)
  await time.advance(20_000)
  expect(time.pending).toBe(0)
  ben.recorder.record(0, frameOf('in', [deltaOf(1, { a: 1 })]))
  await time.advance(1_000)
  expect(ada.recorder.nextId).toBe(0)
})

test('a tab that was asleep sends its newest, not all at once', async () => {
  const [ether, time] = [createEther(), createFakeTime()]
  const [ada, ben] = [createTab(ether, time, 'ada'), createTab(ether, time, 'ben')]
  ada.tabs.watch(true)
  for (let n = 0; n < 3_000; n++) ben.recorder.record(0, frameOf('in', [deltaOf(n, { n })]))
  await time.advance(250)
  expect(ada.recorder.nextId).toBe(2_000)
  expect(ada.recorder.at(1_999)?.event).toMatchObject({ messages: [{ from: 2_999 }] })
})

test('a tab that is loaded anew all day is seen each time: those that it was before make room', async () => {
  const [ether, time] = [createEther(), createFakeTime()]
  const ada = createTab(ether, time, 'ada')
  const eve = createTab(ether, time, 'eve')
  ada.tabs.watch(true)
  const say = (recorder: typeof eve.recorder): void =>
    recorder.record(0, frameOf('in', [deltaOf(1, { a: 1 })], { at: time.now() }))
  const sources: number[] = []
  for (let load = 0; load < 40; load++) {
    const ben = createTab(ether, time, `ben-${load}`)
    await time.advance(2_000)
    say(ben.recorder)
    say(eve.recorder)
    await time.advance(250)
    const clients = ada.tabs.clients()
    expect(clients.at(-1)?.name).toBe(`ben-${load}-0`)
    expect(clients.length).toBeLessThanOrEqual(16)
    sources.push(clients.at(-1)?.source ?? 0)
    ben.tabs.close()
  }
  // Who still speaks stays what it was, and no number is given twice.
  const [eves] = ada.tabs.clients().filter(({ name }) => name === 'eve-0')
  expect(ada.recorder.totals(eves?.source ?? 0).framesIn).toBe(40)
  expect(new Set(sources).size).toBe(40)
  // What was counted of those that are gone is forgotten.
  expect(sources.filter((source) => ada.recorder.totals(source).framesIn > 0)).toEqual(sources.slice(-15))
})

test('what is none of ours on the channel changes nothing', async () => {
  const [ether, time] = [createEther(), createFakeTime()]
  const ada = createTab(ether, time, 'ada')
  ada.tabs.watch(true)
  const stranger = ether.join()
  for (const data of [
    null,
    'hello',
    { kind: 'events', from: 'x', to: 'ada', text: '{"painda":"session","version":9}', offset: 0 },
    { kind: 'events', from: 'x', to: 'ada', text: 7, offset: 0 },
    { kind: 'events', from: 'x', to: 'somebody else', text: '', offset: 0 },
    { kind: 'watch', from: 7 },
  ]) {
    stranger.postMessage(data)
  }
  await time.advance(1_000)
  expect([ada.recorder.nextId, ada.tabs.clients()]).toEqual([0, []])
  ada.tabs.close()
  expect(time.pending).toBe(0)
})
