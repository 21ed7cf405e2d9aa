// What every RoomStore promises, as tests to run against an implementation: files, a database, a cloud's bucket.
// Works with any runner that has `describe` and `test`.
import assert from 'node:assert/strict'
import { findDifference, formatPath } from '@painda/protocol'
import type { RoomStore, SavedRoom } from '@painda/server'
import { show } from '../show.js'
import type { TestRunner } from './transport.js'

/** One place where rooms are kept, empty at first. */
export interface RoomStorage {
  /** A store of that place, as a server makes it when it starts. Called again for a server that starts anew. */
  open(): Promise<RoomStore> | RoomStore
  /** Deletes the place. */
  close?(): Promise<void> | void
}

/** Ids that have led out of folders, into prototypes, or to the same place as another: each is a room of its own. */
const IDS = [
  'a',
  'A',
  ' a',
  'a/b',
  'a\\b',
  'a:b',
  'a*',
  'a%2Fb',
  '..',
  '../../a',
  '',
  '__proto__',
  'constructor',
  "a'; --",
  'ä',
  'a\u0308',
  '🎲',
  'a\nb',
  'x'.repeat(200),
]

/** Registers the suite. `makeStorage` is called once per test. */
export function describeRoomStore(
  name: string,
  makeStorage: () => Promise<RoomStorage> | RoomStorage,
  { describe, test }: TestRunner,
): void {
  function check(title: string, body: (storage: Pick<RoomStorage, 'open'>) => Promise<void>): void {
    test(title, async () => {
      const storage = await makeStorage()
      try {
        // As a method: storages may be classes.
        await body({ open: () => storage.open() })
      } finally {
        await storage.close?.()
      }
    })
  }

  describe(`RoomStore: ${name}`, () => {
    check('a new place has no rooms', async ({ open }) => {
      expectKept(await kept(await open()), [])
    })

    check('a server that starts anew gets every room exactly as it was saved', async ({ open }) => {
      const store = await open()
      const rooms = [
        savedRoom('a'),
        savedRoom('b', { isPrivate: true, metadata: { map: 'ice' }, inviteCode: 'K7QM2-XPD41' }),
      ]
      for (const room of rooms) await store.save(room)
      expectKept(await kept(await open()), rooms)
      expectKept(await kept(store), rooms)
    })

    check('what was saved last replaces all of what was saved before', async ({ open }) => {
      const store = await open()
      await store.save(savedRoom('a', { metadata: { map: 'ice', teams: 2 }, isPrivate: true }))
      await store.save(savedRoom('b'))
      const last = savedRoom('a', { state: { round: 2 }, metadata: {}, savedAt: 2000 })
      await store.save(last)
      expectKept(await kept(await open()), [last, savedRoom('b')])
    })

    check('whatever its id, a room is a room of its own', async ({ open }) => {
      const store = await open()
      const rooms = IDS.map((id, index) => savedRoom(id, { state: { index } }))
      for (const room of rooms) await store.save(room)
      expectKept(await kept(await open()), sorted(rooms))
      for (const id of IDS.slice(1)) await store.remove(id)
      expectKept(await kept(await open()), rooms.slice(0, 1))
    })

    check('a room that was removed stays away, and can be saved again', async ({ open }) => {
      const store = await open()
      for (const id of ['a', 'b']) await store.save(savedRoom(id))
      await store.remove('a')
      expectKept(await kept(await open()), [savedRoom('b')])
      await store.save(savedRoom('a'))
      expectKept(await kept(await open()), [savedRoom('a'), savedRoom('b')])
    })

    check('removing what was never saved is nothing', async ({ open }) => {
      const store = await open()
      await store.save(savedRoom('a'))
      await store.remove('b')
      expectKept(await kept(store), [savedRoom('a')])
    })

    check('rooms that are saved at the same time are all kept', async ({ open }) => {
      const store = await open()
      const rooms = Array.from({ length: 50 }, (_, index) => savedRoom(`room ${index}`, { state: { index } }))
      await Promise.all(rooms.map((room) => store.save(room)))
      expectKept(await kept(await open()), sorted(rooms))
    })

    check('a room of a megabyte is kept', async ({ open }) => {
      const room = savedRoom('a', { state: { text: 'ä"'.repeat(350_000) } })
      await (await open()).save(room)
      expectKept(await kept(await open()), [room])
    })

    check('what it was given and what it gave are the caller’s own', async ({ open }) => {
      const store = await open()
      const players = { ada: 1 }
      await store.save(savedRoom('a', { state: { players } }))
      players.ada = 2
      const expected = [savedRoom('a', { state: { players: { ada: 1 } } })]
      const given = await kept(store)
      expectKept(given, expected)
      for (const { metadata } of given) metadata['map'] = 'another'
      expectKept(await kept(store), expected)
    })
  })
}

/** Every kind of value that a state can hold. */
function savedRoom(id: string, parts: Partial<SavedRoom> = {}): SavedRoom {
  const state = {
    text: 'ä"\n\u2028🎲',
    numbers: [0, -1.5, 1e21, 5e-324, Number.MAX_SAFE_INTEGER],
    yes: true,
    none: null,
    nested: { list: [], map: {}, 'a.b': [[1], { '': 2 }] },
  }
  return { id, name: 'arena', state, metadata: {}, isPrivate: false, savedAt: 1000, ...parts }
}

const kept = async (store: RoomStore): Promise<SavedRoom[]> => sorted(await store.load())

const sorted = (rooms: readonly SavedRoom[]): SavedRoom[] =>
  [...rooms].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))

/** Names the first room that is not as it was saved, and where. */
function expectKept(actual: readonly SavedRoom[], expected: readonly SavedRoom[]): void {
  for (const { id } of actual) {
    if (!expected.some((room) => room.id === id)) assert.fail(`The room ${show(id)} should not be kept.`)
  }
  for (const room of expected) {
    const all = actual.filter(({ id }) => id === room.id)
    if (all.length !== 1) {
      const count = all.length === 0 ? 'is not kept' : `is kept ${all.length} times`
      assert.fail(`The room ${show(room.id)} ${count}. ${actual.length} of ${expected.length} rooms are.`)
    }
    const found = findDifference(room, all[0])
    if (found === null) continue
    const { path, server: saved, replica: loaded } = found
    assert.fail(
      `The room ${show(room.id)}, ${formatPath(path)}: saved ${show(saved)}, loaded ${show(loaded)}.`,
    )
  }
  // Whatever JSON does not show.
  assert.deepEqual(actual, expected)
}
