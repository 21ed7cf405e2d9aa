// The contract suites, against implementations that are broken on purpose: each must be caught, by a sentence that says
// what is wrong with it.
import { createTransportPair, type Transport } from '@painda/protocol'
import type { RoomStore, SavedRoom } from '@painda/server'
import { expect, test } from 'vitest'
import { describeRoomStore, describeTransport, type RoomStorage, type TestRunner } from '../src/index.js'

/** What fails when the suite is run, as `title: words`. */
async function failuresOf(register: (runner: TestRunner) => void): Promise<string[]> {
  const tests: [title: string, body: () => Promise<void>][] = []
  register({ describe: (_name, body) => body(), test: (title, body) => void tests.push([title, body]) })
  const failures: string[] = []
  for (const [title, body] of tests) {
    await body().catch((thrown: unknown) => failures.push(`${title}: ${(thrown as Error).message}`))
  }
  return failures
}

/** An end that does one thing in another way. */
function but(inner: Transport, changes: Partial<Transport>): Transport {
  return {
    send: (data) => inner.send(data),
    get bufferedAmount() {
      return inner.bufferedAmount
    },
    onMessage: (listener) => inner.onMessage(listener),
    onClose: (listener) => inner.onClose(listener),
    close: (code, reason) => inner.close(code, reason),
    terminate: () => inner.terminate(),
    ...changes,
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve()
}

const transportFailures = (wrap: (end: Transport) => Transport): Promise<string[]> =>
  failuresOf((runner) =>
    describeTransport(
      'broken',
      () => {
        const [a, b] = createTransportPair()
        return { a: wrap(a), b: wrap(b), settle }
      },
      runner,
    ),
  )

const BROKEN_TRANSPORTS: [what: string, wrap: (end: Transport) => Transport, sentence: RegExp][] = [
  [
    'cuts what is longer than 64 KiB',
    (end) => but(end, { send: (data) => end.send(data.subarray(0, 65_536)) }),
    /\[TR1\] so does a large one.+: a heard 2 of 2 messages\. Number 1 was 70000 bytes: 0 1 2 .+, and 65536 bytes: 0 1 .+ arrived\.$/,
  ],
  [
    'sends the memory around a message',
    (end) => but(end, { send: ({ buffer }) => end.send(new Uint8Array(buffer)) }),
    /Number 2 was 2 bytes: 1 2, and 70000 bytes: 0 1 2/,
  ],
  [
    'uses its memory again',
    (end) => {
      const memory = new Uint8Array(100_000)
      return but(end, {
        onMessage: (listener) =>
          end.onMessage((data) => {
            memory.set(data)
            listener(memory.subarray(0, data.length))
          }),
      })
    },
    /\[TR1\] what has arrived stays as it is.+expected \["2 bytes: 1 2","2 bytes: 3 4"\], and there is \["2 bytes: 3 4","2 bytes: 3 4"\]/,
  ],
  [
    'sends twice',
    (end) => but(end, { send: (data) => [1, 2].forEach(() => end.send(data)) }),
    /\[TR1\] messages arrive whole.+: b heard 100 of 50 messages\. Number 2 was 3 bytes: 1 0 255, and 3 bytes: 0 0 255 arrived\./,
  ],
  [
    'goes on telling a listener of closes that was undone',
    (end) =>
      but(end, {
        onClose(listener) {
          end.onClose(listener)
          return () => {}
        },
      }),
    /\[TR4\].+: Closes that it heard: expected 0, and there is 1\./,
  ],
  [
    'forgets the reason of a close',
    (end) => but(end, { close: (code) => end.close(code) }),
    /\[TR5\].+: Closes that b heard: expected \[\{"code":4018,"reason":"enough"\}\], and there is/,
  ],
  [
    'knows no number of bytes',
    (end) => but(end, { bufferedAmount: Number.NaN }),
    /\[TR9\].+: a\.bufferedAmount before anything was sent: expected 0, and there is "NaN"/,
  ],
]

test.each(BROKEN_TRANSPORTS)('a Transport that %s is caught, in words', async (_what, wrap, sentence) => {
  const failures = await transportFailures(wrap)
  expect(failures.map((failure) => failure.split('\n')[0])).toContainEqual(expect.stringMatching(sentence))
})

test('a Transport that is right passes', async () => {
  expect(await transportFailures((end) => but(end, {}))).toEqual([])
})

/** Rooms as text under a key, with one thing done in another way. */
function storage(changes: (store: RoomStore, table: Map<string, string>) => Partial<RoomStore>): RoomStorage {
  const table = new Map<string, string>()
  const store: RoomStore = {
    load: async () => [...table.values()].map((text) => JSON.parse(text) as SavedRoom),
    save: async (room) => void table.set(room.id, JSON.stringify(room)),
    remove: async (id) => void table.delete(id),
  }
  return { open: () => ({ ...store, ...changes(store, table) }) }
}

const BROKEN_STORES: [what: string, make: () => RoomStorage, sentence: string][] = [
  [
    'takes one id for another',
    () =>
      storage((_store, table) => ({
        save: async (room) => void table.set(room.id.toLowerCase(), JSON.stringify(room)),
      })),
    'whatever its id, a room is a room of its own: The room "a" is not kept. 18 of 19 rooms are.',
  ],
  [
    'forgets a part of a room',
    () => storage(({ save }) => ({ save: (room) => save({ ...room, metadata: {} }) })),
    'a server that starts anew gets every room exactly as it was saved: The room "b", metadata.map: saved "ice", loaded nothing.',
  ],
  [
    'removes nothing',
    () => storage(() => ({ remove: async () => {} })),
    'a room that was removed stays away, and can be saved again: The room "a" should not be kept.',
  ],
  [
    'keeps a room twice',
    () => storage(({ load }) => ({ load: async () => [...(await load()), ...(await load())] })),
    'removing what was never saved is nothing: The room "a" is kept 2 times. 2 of 1 rooms are.',
  ],
]

test.each(BROKEN_STORES)('a RoomStore that %s is caught, in words', async (_what, make, sentence) => {
  expect(await failuresOf((runner) => describeRoomStore('broken', make, runner))).toContain(sentence)
})
